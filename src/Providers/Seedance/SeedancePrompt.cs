using System.Text.RegularExpressions;

namespace Reelay.Providers.Seedance;

/// <summary>
/// Takes the power out of flags in a prompt. Ark reads <c>--dur 12</c>, <c>--rs 1080p</c> and the like at the end of a prompt as parameters:
/// a caller could order, unpaid, what was never priced.
/// </summary>
/// <remarks>
/// Which abbreviations the upstream knows, and what it does to a text before it looks for flags, is published nowhere. So no list of words is
/// looked for: whatever could be read as two dashes becomes one long dash, which is what two dashes mean in prose. Lookalikes that a
/// compatibility normalisation would turn into dashes, and marks that are not seen in between, count as well.
/// </remarks>
internal static partial class SeedancePrompt
{
    private const string LongDash = "—";

    /// <summary>The prompt without anything that could be a flag.</summary>
    public static string Neutralise(string prompt) => TwoDashes().Replace(prompt, LongDash);

    /// <summary>The first thing that could be a flag with what follows, at most 30 characters; null if there is none.</summary>
    public static string? FindFlag(string prompt) => Flag().Match(prompt) is { Success: true } match ? match.Value : null;

    [GeneratedRegex(@"[\p{Pd}\u2212](?:[\p{Cf}\p{Mn}\p{Cc}-[\t\r\n]]*[\p{Pd}\u2212])+")]
    private static partial Regex TwoDashes();

    [GeneratedRegex(@"[\p{Pd}\u2212](?:[\p{Cf}\p{Mn}\p{Cc}-[\t\r\n]]*[\p{Pd}\u2212])+\s*\p{L}\S{0,25}")]
    private static partial Regex Flag();
}
