using System.Globalization;
using System.Text.RegularExpressions;

namespace Reelay.Simulators;

/// <summary>One thing that shall go wrong, written <c>name</c> or <c>name:argument</c>, in a prompt within square brackets.</summary>
/// <param name="Name">What goes wrong, for example <c>http</c>.</param>
/// <param name="Argument">How, for example <c>503</c>; empty when the word stands alone.</param>
public sealed partial record Fault(string Name, string Argument)
{
    private static readonly Dictionary<string, string[]> _arguments = new(StringComparer.Ordinal)
    {
        ["fail"] = ["content_policy", "generation"],
        ["refuse"] = ["content_policy", "quota"],
        ["slow"] = ["<seconds>"],
        ["stuck"] = [""],
        ["unknown-status"] = [""],
        ["expired"] = [""],
        ["content"] = ["404", "truncated"],
        ["redirect"] = [""],
        ["url"] = [""],
        ["callback"] = ["twice", "reversed", "wrapped", "early", "forged", "never"],
        ["drop"] = ["", "before-accept", "after-accept"],
        ["hang"] = ["", "after-accept"],
        ["http"] = ["<status>"],
        ["bare"] = ["<status>"],
        ["moved"] = [""],
        ["garbage"] = [""],
        ["truncate"] = [""],
    };

    private static readonly HashSet<string> _onlyOnCreate = ["fail", "refuse", "slow", "stuck", "expired", "content", "url", "callback"];

    /// <summary>Every word as it is written, with the kinds of its argument.</summary>
    public static IReadOnlyList<string> Words { get; } =
        [.. _arguments.SelectMany(entry => entry.Value.Select(argument => argument.Length == 0 ? entry.Key : $"{entry.Key}:{argument}"))];

    /// <summary>The words a rule for this call may have.</summary>
    public static IEnumerable<string> WordsFor(SimulatedCall call) =>
        Words.Where(word => new Fault(word.Split(':')[0], "").AppliesTo(call));

    /// <summary>Reads one word without brackets; null if it is none.</summary>
    public static Fault? Parse(string word)
    {
        int colon = word.IndexOf(':', StringComparison.Ordinal);
        Fault fault = colon < 0 ? new Fault(word, "") : new Fault(word[..colon], word[(colon + 1)..]);
        return _arguments.TryGetValue(fault.Name, out string[]? known) && known.Any(fault.Fits) ? fault : null;
    }

    /// <summary>Finds the words of a prompt; square brackets around anything else are plain text.</summary>
    public static IReadOnlyList<Fault> FindIn(string? prompt) =>
        prompt is null || !prompt.Contains('[', StringComparison.Ordinal)
            ? []
            : [.. Bracketed().Matches(prompt).Select(match => Parse(match.Groups[1].Value)).OfType<Fault>()];

    /// <summary>Whether a rule for this call can have this effect.</summary>
    public bool AppliesTo(SimulatedCall call) => call == SimulatedCall.Create
        || (Name switch
        {
            "redirect" => call == SimulatedCall.Content,
            "unknown-status" => call == SimulatedCall.Retrieve,
            _ => !_onlyOnCreate.Contains(Name),
        });

    /// <summary>Whether this is the named word with the given argument.</summary>
    public bool Is(string name, string argument = "") => Name == name && Argument == argument;

    /// <summary>The word as it is written, without brackets.</summary>
    public override string ToString() => Argument.Length == 0 ? Name : $"{Name}:{Argument}";

    private bool Fits(string kind) => kind switch
    {
        "<status>" => int.TryParse(Argument, NumberStyles.None, null, out int status) && status is >= 400 and <= 599,
        "<seconds>" => int.TryParse(Argument, NumberStyles.None, null, out int seconds) && seconds <= 86_400,
        _ => Argument == kind,
    };

    [GeneratedRegex(@"\[([a-z][a-z-]*(?::[a-z0-9_-]+)?)\]")]
    private static partial Regex Bracketed();
}
