using System.Text.Json.Nodes;

namespace Reelay.Server.Routing.Sources;

/// <summary>A channel as the sources together describe it, before it is checked.</summary>
internal sealed class ChannelDraft(string id)
{
    private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);
    private string? _place;

    /// <summary>Its id.</summary>
    public string Id { get; } = id;

    /// <summary>Where it comes from: the highest source that names it, in the words of the admin API.</summary>
    public string Source { get; private set; } = "configuration";

    /// <summary>Its settings.</summary>
    public ChannelConfig Config { get; init; } = new();

    /// <summary>Mistakes of names and types, found while it was put together, with their places.</summary>
    public List<string> Mistakes { get; } = [];

    /// <summary>Lays what a source says over it.</summary>
    /// <param name="source">The source, in the words of the admin API.</param>
    /// <param name="settings">By names in snake case.</param>
    /// <param name="place">Where a setting was written, null for the channel itself; shown before the mistake.</param>
    public void Lay(string source, JsonObject settings, Func<string?, string> place)
    {
        (Source, _place) = (source, place(null));
        foreach (var (name, value) in settings)
        {
            if (value is not null) _places[name] = place(name);
        }

        Mistakes.AddRange(ChannelFields.Lay(settings, Config).Select(mistake => $"{place(mistake.Field)}: {mistake.Message}"));
    }

    /// <summary>Notes that a source set these without saying where.</summary>
    public ChannelDraft From(string source)
    {
        Source = source;
        return this;
    }

    /// <summary>Whether the file or the admin API names this setting.</summary>
    public bool HasPlace(string field) => _places.ContainsKey(field);

    /// <summary>Where the operator finds what a mistake is about.</summary>
    public string Place(string? field) =>
        field is not null && _places.TryGetValue(field, out var place) ? place
        : _place ?? (field is null ? $"Reelay:Channels:{Id}" : $"Reelay:Channels:{Id}:{ChannelFields.Find(field)?.Property ?? field}");
}

/// <summary>What one source says of channels.</summary>
/// <param name="Source">The source, in the words of the admin API.</param>
/// <param name="Channels">Settings in snake case by channel id.</param>
/// <param name="Mistakes">What made the source unreadable, or was wrong outside of any one channel; each with its place.</param>
/// <param name="Place">Where a setting of a channel was written.</param>
internal sealed record ChannelLayer(
    string Source, IReadOnlyDictionary<string, JsonObject> Channels, IReadOnlyList<string> Mistakes, Func<string, string?, string> Place)
{
    /// <summary>A source that says nothing.</summary>
    public static ChannelLayer Nothing { get; } = new("file", new Dictionary<string, JsonObject>(), [], (_, _) => "");
}
