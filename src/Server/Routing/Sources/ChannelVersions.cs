using System.Text.Json.Nodes;
using Reelay.Server.Secrets;

namespace Reelay.Server.Routing.Sources;

/// <summary>Keeps every account that an open attempt was sent with, so that it can be polled whatever becomes of its channel.</summary>
internal sealed class ChannelVersions(IChannelStore store, SecretBox box, ChannelBuilder builder, TimeProvider time)
{
    /// <summary>
    /// How long an account is kept after it was last in use although no attempt is open: a submission may have chosen it and not be recorded yet.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    /// <summary>Numbers the accounts of the channels, notes them durably, and finds those that attempts still need.</summary>
    /// <param name="active">The channels that are to take orders; receives their numbers.</param>
    /// <param name="before">What was in use until now, or null at start.</param>
    /// <returns>The channels that drain.</returns>
    public IReadOnlyList<ProviderChannel> Settle(IReadOnlyList<ProviderChannel> active, ChannelSnapshot? before)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var known = store.ListKnown().ToDictionary(channel => channel.Id, StringComparer.Ordinal);
        var rows = store.ListVersions();
        var (noted, written) = (new List<KnownChannel>(), new List<ChannelVersionRow>());
        foreach (var channel in active)
        {
            var row = rows.FirstOrDefault(row => row.ChannelId == channel.Id && row.Version == known.GetValueOrDefault(channel.Id)?.Version);
            var kept = row is null ? null : Config(row);
            var version = VersionOf(channel, known.GetValueOrDefault(channel.Id), kept);
            if (before?.Find(channel.Id) is { } old && old.CredentialVersion != version) channel.State.ResetHealth();
            channel.CredentialVersion = version;
            var current = Known(channel);
            if (known.GetValueOrDefault(channel.Id) != current) noted.Add(current);
            var isNoted = row is { SupersededAt: null } && row.Version == version && ChannelBuilder.IsSame(kept!, channel.Config);
            if (!isNoted) written.Add(Row(channel, now));
        }

        var idle = rows.Where(row => !active.Any(channel => channel.Id == row.ChannelId && channel.CredentialVersion == row.Version)).ToList();
        written.AddRange(idle.Where(row => row.SupersededAt is null).Select(row => row with { SupersededAt = now }));
        var forgotten = idle.Where(row => !row.IsOpen && row.SupersededAt + Grace.TotalMilliseconds <= now).ToList();
        if (noted.Count + written.Count + forgotten.Count > 0) store.SaveVersions(noted, written, forgotten, now);
        return Draining([.. idle.Except(forgotten)], active, before);
    }

    private List<ProviderChannel> Draining(
        IReadOnlyList<ChannelVersionRow> rows, IReadOnlyList<ProviderChannel> active, ChannelSnapshot? before)
    {
        var draining = new List<ProviderChannel>();
        foreach (var row in rows)
        {
            // Slots are counted by id: whoever has it stands for all its accounts.
            var state = (active.Concat(draining).FirstOrDefault(channel => channel.Id == row.ChannelId) ?? before?.Find(row.ChannelId))?.State;
            var channel = before?.Find(row.ChannelId, row.Version) ?? builder.BuildAside(row.ChannelId, Config(row), state);
            if (channel is null) continue;
            channel.CredentialVersion = row.Version;
            draining.Add(channel);
        }

        return draining;
    }

    // Before the first row of this table only the vendor account was noted; it decides then.
    private static int VersionOf(ProviderChannel channel, KnownChannel? known, ChannelConfig? written)
    {
        if (known is null) return 1;
        var isSame = written is null
            ? known with { Version = channel.CredentialVersion } == Known(channel)
            : IsSameAccount(written, channel.Config);
        return isSame ? known.Version : known.Version + 1;
    }

    private static bool IsSameAccount(ChannelConfig one, ChannelConfig other) =>
        (one.Provider, one.BaseUrl.TrimEnd('/'), one.ApiKey, one.AccessKey, one.SecretKey, one.ServiceAccount)
        == (other.Provider, other.BaseUrl.TrimEnd('/'), other.ApiKey, other.AccessKey, other.SecretKey, other.ServiceAccount);

    private static KnownChannel Known(ProviderChannel channel) =>
        new(channel.Id, channel.Provider.Id, ChannelChecks.WithoutUser(channel.Account.BaseUrl.ToString()), channel.VendorAccount, channel.CredentialVersion);

    private ChannelVersionRow Row(ProviderChannel channel, long now)
    {
        var (open, closed) = ChannelFields.Split(ChannelFields.Write(channel.Config));
        var envelope = box.Seal(Owner(channel.Id, channel.CredentialVersion), closed.ToJsonString());
        return new(channel.Id, channel.CredentialVersion, open.ToJsonString(), envelope, now, null, false);
    }

    private ChannelConfig Config(ChannelVersionRow row)
    {
        var config = new ChannelConfig();
        ChannelFields.Lay(JsonNode.Parse(row.SettingsJson)!.AsObject(), config);
        ChannelFields.Lay(JsonNode.Parse(box.Open(Owner(row.ChannelId, row.Version), row.Sealed))!.AsObject(), config);
        return config;
    }

    private static string Owner(string id, int version) => $"channel/{id}/{version}";
}
