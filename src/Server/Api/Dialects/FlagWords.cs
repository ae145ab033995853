using System.Text.Json;

namespace Reelay.Server.Api.Dialects;

/// <summary>The words of a set of flags: the names of its single bits in snake case.</summary>
internal static class FlagWords<T>
    where T : struct, Enum
{
    private static readonly Dictionary<string, int> Bits = Enum.GetValues<T>().Where(flag => Bit(flag) != 0)
        .ToDictionary(flag => JsonNamingPolicy.SnakeCaseLower.ConvertName(flag.ToString()), Bit, StringComparer.Ordinal);

    /// <summary>Every word, as a sentence lists them.</summary>
    public static string Allowed { get; } = string.Join(", ", Bits.Keys);

    /// <summary>The words of the bits that are set.</summary>
    public static IReadOnlyList<string> Of(T flags) => [.. Bits.Where(word => (Bit(flags) & word.Value) != 0).Select(word => word.Key)];

    /// <summary>The flags of some words.</summary>
    /// <param name="words">Words in any order, also twice.</param>
    /// <param name="unknown">The first word that means nothing here, or null. It is left out of the result.</param>
    public static T Read(IEnumerable<string?> words, out string? unknown)
    {
        unknown = null;
        var bits = 0;
        foreach (var word in words)
        {
            if (word is not null && Bits.TryGetValue(word, out var bit)) bits |= bit;
            else unknown ??= word ?? "null";
        }

        return (T)Enum.ToObject(typeof(T), bits);
    }

    private static int Bit(T flag) => Convert.ToInt32(flag);
}
