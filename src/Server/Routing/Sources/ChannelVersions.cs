using System.Text.Json.Nodes;
using Reelay.Server.Secrets;
using Reelay.Server.Tasks;

namespace Reelay.Server.Routing.Sources;

/// <summary>Keeps every account that an open attempt was sent with, so that it can be polled whatever becomes of its channel.</summary>
internal sealed class ChannelVersions(IChannelStore store, SecretBox box, ChannelBuilder builder, TimeProvider time)
{
    private const int MaxTries = 5;

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
        // A node that comes with another account at the same moment may take the same number first.
        for (var left = MaxTries; ; left--)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var rows = store.ListVersions();
            var changes = Number(active, before, rows, now);
            if (!changes.Any || store.SaveVersions(changes, now))
            {
                return Draining([.. Idle(rows, active).Except(changes.Forgotten)], active, before);
            }

            if (left == 0) throw new StoreUnavailableException("Other nodes keep taking the numbers of this one's accounts.", null);
        }
    }

    private ChannelVersionChanges Number(
        IReadOnlyList<ProviderChannel> active, ChannelSnapshot? before, IReadOnlyList<ChannelVersionRow> rows, long now)
    {
        var changes = new ChannelVersionChanges();
        var known = store.ListKnown().ToDictionary(channel => channel.Id, StringComparer.Ordinal);
        foreach (var channel in active)
        {
            List<(ChannelVersionRow Row, ChannelConfig Config)> kept =
                [.. rows.Where(row => row.ChannelId == channel.Id).Select(row => (row, Config(row))).OrderByDescending(pair => pair.row.Version)];
            var version = VersionOf(channel, known.GetValueOrDefault(channel.Id), kept);
            if (before?.Find(channel.Id) is { } old && old.CredentialVersion != version) channel.State.ResetHealth();
            channel.CredentialVersion = version;
            var current = Known(channel);
            if (known.GetValueOrDefault(channel.Id) != current) changes.Known.Add(current);
            var (noted, config) = kept.FirstOrDefault(pair => pair.Row.Version == version);
            if (noted is null) changes.New.Add(Row(channel, now));
            else if (noted.SupersededAt is not null || !ChannelBuilder.IsSame(config, channel.Config)) changes.Changed.Add(Row(channel, now));
        }

        var idle = Idle(rows, active);
        changes.Changed.AddRange(idle.Where(row => row.SupersededAt is null).Select(row => row with { SupersededAt = now }));
        changes.Forgotten.AddRange(idle.Where(row => !row.IsOpen && row.SupersededAt + Grace.TotalMilliseconds <= now));
        return changes;
    }

    private static List<ChannelVersionRow> Idle(IReadOnlyList<ChannelVersionRow> rows, IReadOnlyList<ProviderChannel> active) =>
        [.. rows.Where(row => !active.Any(channel => channel.Id == row.ChannelId && channel.CredentialVersion == row.Version))];

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

    // Nodes with different accounts, as while one is replaced by another on one node after the other, find their own number again. Before the
    // first row of this table only the vendor account was noted; it decides then.
    private static int VersionOf(ProviderChannel channel, KnownChannel? known, List<(ChannelVersionRow Row, ChannelConfig Config)> kept)
    {
        if (kept.Find(pair => IsSameAccount(pair.Config, channel.Config)).Row is { } same) return same.Version;
        if (known is null) return 1;
        if (kept.Count == 0 && known with { Version = channel.CredentialVersion } == Known(channel)) return known.Version;
        return Math.Max(known.Version, kept.Count == 0 ? 0 : kept[0].Row.Version) + 1;
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
