namespace Reelay.Server.Catalog;

/// <summary>One copy of short texts that thousands of tasks have in common: names of models, channels and accounts, sizes, lengths.</summary>
/// <remarks>
/// Whoever reads a request or a row gets a copy of his own, which a waiting task then keeps. A table of fixed size without a lock: a text that
/// meets another in its place takes it over, and the worst that comes of it is a second copy.
/// </remarks>
internal static class SharedText
{
    private const int Count = 1024;
    private const int MaxLength = 128;
    private static readonly string?[] Texts = new string?[Count];

    /// <summary>An equal text, that others have too.</summary>
    public static string Of(string text)
    {
        if (text.Length > MaxLength) return text;
        ref var place = ref Texts[(uint)text.GetHashCode() % Count];
        if (Volatile.Read(ref place) is { } kept && kept == text) return kept;
        Volatile.Write(ref place, text);
        return text;
    }

    /// <summary>An equal list; one that holds nothing is everybody's.</summary>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> list) => list.Count == 0 ? [] : list;
}
