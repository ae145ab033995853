namespace Reelay.Server.Routing;

/// <summary>Groups tie callers to channels: a key names some in order, a channel those it is open to. Kept as words separated by blanks.</summary>
internal static class GroupNames
{
    /// <summary>The group of keys and channels that name none.</summary>
    public const string Default = "default";

    /// <summary>The groups of a key or task, in order.</summary>
    public static string[] Split(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Groups as they are kept; one that is named twice counts where it stands first.</summary>
    public static string Join(IEnumerable<string> names) => string.Join(' ', names.Distinct(StringComparer.Ordinal));

    /// <summary>The groups of a channel, from its configuration.</summary>
    public static IReadOnlySet<string> OfChannel(string configured)
    {
        var names = configured.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.Length > 0 ? names.ToHashSet(StringComparer.Ordinal) : new HashSet<string>(StringComparer.Ordinal) { Default };
    }
}
