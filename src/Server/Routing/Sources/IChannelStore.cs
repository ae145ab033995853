namespace Reelay.Server.Routing.Sources;

/// <summary>What the database holds of channels. Calls are rare and run to their end.</summary>
internal interface IChannelStore
{
    /// <summary>Id of the master key that everything here is encrypted with, or null before the first.</summary>
    string? MasterKeyId();

    /// <summary>Notes it, once.</summary>
    void NoteMasterKey(string id, long now);

    /// <summary>Notes another one: everything here is now encrypted with it.</summary>
    void ReplaceMasterKey(string id, long now);

    /// <summary>The rows of the admin API, removed ones too, by id.</summary>
    IReadOnlyList<AdminChannelRow> ListAdmin();

    /// <summary>
    /// Changes whenever channels, prices or holds are changed by whichever node, and when a node comes with an account that is new here; null
    /// where no other node writes to the database.
    /// </summary>
    string? SharedStamp();

    /// <summary>Writes a row of the admin API.</summary>
    void SaveAdmin(AdminChannelRow row);

    /// <summary>What is known of every channel that ever was.</summary>
    IReadOnlyList<KnownChannel> ListKnown();

    /// <summary>Every account that is kept, with whether an open attempt needs it.</summary>
    IReadOnlyList<ChannelVersionRow> ListVersions();

    /// <summary>Open attempts by channel.</summary>
    IReadOnlyDictionary<string, int> CountOpen();

    /// <summary>Writes, in one transaction, what the channels now stand for, and forgets what nothing needs.</summary>
    /// <returns>False if another node has just taken the number of a new account: nothing is written then.</returns>
    bool SaveVersions(ChannelVersionChanges changes, long now);
}

/// <summary>What is to be written of the accounts that channels stand for.</summary>
internal sealed record ChannelVersionChanges
{
    /// <summary>What channels stand for now.</summary>
    public List<KnownChannel> Known { get; } = [];

    /// <summary>Accounts that were not here.</summary>
    public List<ChannelVersionRow> New { get; } = [];

    /// <summary>Accounts that were.</summary>
    public List<ChannelVersionRow> Changed { get; } = [];

    /// <summary>Accounts that nothing needs any more.</summary>
    public List<ChannelVersionRow> Forgotten { get; } = [];

    /// <summary>Whether there is anything to write.</summary>
    public bool Any => Known.Count + New.Count + Changed.Count + Forgotten.Count > 0;
}

/// <summary>A channel of the admin API. Times are Unix milliseconds.</summary>
/// <param name="SettingsJson">What may be read.</param>
/// <param name="Sealed">What may not, encrypted.</param>
internal sealed record AdminChannelRow(string Id, string SettingsJson, byte[] Sealed, long CreatedAt, long UpdatedAt, long? RemovedAt);

/// <summary>What is kept for good of a channel; no secret.</summary>
/// <param name="VendorAccount">Names the vendor account behind it.</param>
/// <param name="Version">Grows when provider, address or credential change.</param>
internal sealed record KnownChannel(string Id, string Provider, string BaseUrl, string VendorAccount, int Version);

/// <summary>One account that a channel stood for. Times are Unix milliseconds.</summary>
/// <param name="SupersededAt">Since when it takes no orders; null while it does.</param>
/// <param name="IsOpen">Whether an open attempt was sent with it.</param>
internal sealed record ChannelVersionRow(
    string ChannelId, int Version, string SettingsJson, byte[] Sealed, long CreatedAt, long? SupersededAt, bool IsOpen);
