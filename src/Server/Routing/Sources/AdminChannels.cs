using System.Text.Json.Nodes;
using Reelay.Server.Secrets;

namespace Reelay.Server.Routing.Sources;

/// <summary>The channels that operators made or changed through the admin API: rows of the database, secrets encrypted.</summary>
internal sealed class AdminChannels(IChannelStore store, SecretBox box, TimeProvider time)
{
    /// <summary>Word of this source in the admin API.</summary>
    public const string Source = "admin";

    /// <summary>All rows, with their settings as they were written.</summary>
    public IReadOnlyList<AdminChannel> List() => [.. store.ListAdmin().Select(row => new AdminChannel(
        row.Id, Settings(row), row.CreatedAt, row.UpdatedAt, row.RemovedAt))];

    /// <summary>Changes with them, and with prices and holds, where other nodes may change them; else null.</summary>
    public string? SharedStamp() => store.SharedStamp();

    /// <summary>What they say, as a source.</summary>
    public static ChannelLayer Layer(IEnumerable<AdminChannel> channels) => new(
        Source,
        channels.Where(channel => channel.RemovedAt is null).ToDictionary(channel => channel.Id, channel => channel.Settings, StringComparer.Ordinal),
        [],
        Place);

    /// <summary>How a mistake names a setting of this source.</summary>
    public static string Place(string id, string? field) => field is null ? id : $"{id}.{field}";

    /// <summary>Writes one.</summary>
    public void Save(AdminChannel channel)
    {
        var (open, closed) = ChannelFields.Split(channel.Settings);
        store.SaveAdmin(new AdminChannelRow(
            channel.Id, open.ToJsonString(), box.Seal(Owner(channel.Id), closed.ToJsonString()), channel.CreatedAt, channel.UpdatedAt, channel.RemovedAt));
    }

    /// <summary>Unix milliseconds.</summary>
    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private JsonObject Settings(AdminChannelRow row)
    {
        var settings = JsonNode.Parse(row.SettingsJson)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(box.Open(Owner(row.Id), row.Sealed))!.AsObject()) settings[name] = value?.DeepClone();
        return settings;
    }

    private static string Owner(string id) => $"admin_channel/{id}";
}

/// <summary>One of them. Times are Unix milliseconds.</summary>
/// <param name="Settings">Those it names, secrets included; never shown.</param>
internal sealed record AdminChannel(string Id, JsonObject Settings, long CreatedAt, long UpdatedAt, long? RemovedAt);
