using System.Data.Common;
using Reelay.Server.Storage;

namespace Reelay.Server.Routing.Sources;

/// <summary>Channels on SQLite.</summary>
internal sealed class SqlChannelStore(Database database) : IChannelStore
{
    public string? MasterKeyId() => database.Read(connection => connection.Query(row => row.GetString(0), "SELECT id FROM master_key").FirstOrDefault());

    public void NoteMasterKey(string id, long now) => database.Write((connection, transaction) => connection.Execute(
        "INSERT INTO master_key (id, created_at) SELECT @id, @now WHERE NOT EXISTS (SELECT 1 FROM master_key)", transaction, ("@id", id), ("@now", now)));

    public void ReplaceMasterKey(string id, long now)
    {
        if (MasterKeyId() == id) return;
        database.Write((connection, transaction) => connection.Execute(
            "DELETE FROM master_key; INSERT INTO master_key (id, created_at) VALUES (@id, @now)", transaction, ("@id", id), ("@now", now)));
    }

    public IReadOnlyList<AdminChannelRow> ListAdmin() => database.Read(connection => connection.Query(
        row => new AdminChannelRow(row.GetString(0), row.GetString(1), Bytes(row, 2), row.GetInt64(3), row.GetInt64(4), row.LongOrNull(5)),
        "SELECT id, settings_json, sealed, created_at, updated_at, removed_at FROM admin_channels ORDER BY id"));

    public string? SharedStamp() => !database.IsShared ? null : database.Read(connection => connection.Query(
        row => string.Join('/', Enumerable.Range(0, 7).Select(row.GetInt64)),
        """
        SELECT (SELECT count(*) FROM admin_channels), (SELECT CAST(coalesce(sum(updated_at), 0) AS BIGINT) FROM admin_channels),
            (SELECT coalesce(max(id), 0) FROM model_prices), (SELECT count(*) FROM account_holds),
            (SELECT CAST(coalesce(sum(created_at), 0) AS BIGINT) FROM account_holds),
            (SELECT count(*) FROM channel_versions), (SELECT coalesce(max(created_at), 0) FROM channel_versions)
        """)[0]);

    public void SaveAdmin(AdminChannelRow row) => database.Write((connection, transaction) => connection.Execute(
        """
        INSERT INTO admin_channels (id, settings_json, sealed, created_at, updated_at, removed_at)
        VALUES (@id, @settings, @sealed, @created, @updated, @removed)
        ON CONFLICT (id) DO UPDATE SET settings_json = @settings, sealed = @sealed, created_at = @created, updated_at = @updated, removed_at = @removed
        """,
        transaction,
        ("@id", row.Id), ("@settings", row.SettingsJson), ("@sealed", row.Sealed), ("@created", row.CreatedAt), ("@updated", row.UpdatedAt),
        ("@removed", row.RemovedAt)));

    public IReadOnlyList<KnownChannel> ListKnown() => database.Read(connection => connection.Query(
        row => new KnownChannel(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt32(4)),
        "SELECT id, provider, base_url, account_id, credential_version FROM channels"));

    public IReadOnlyList<ChannelVersionRow> ListVersions() => database.Read(connection => connection.Query(
        row => new ChannelVersionRow(
            row.GetString(0), row.GetInt32(1), row.GetString(2), Bytes(row, 3), row.GetInt64(4), row.LongOrNull(5), row.Flag(6)),
        """
        SELECT v.channel_id, v.version, v.settings_json, v.sealed, v.created_at, v.superseded_at,
            EXISTS (SELECT 1 FROM attempts a WHERE a.channel_id = v.channel_id AND a.credential_version = v.version AND a.ended_at IS NULL)
        FROM channel_versions v ORDER BY v.channel_id, v.version
        """));

    public IReadOnlyDictionary<string, int> CountOpen() => database.Read(connection => connection.Query(
        row => (Id: row.GetString(0), Count: row.GetInt32(1)), "SELECT channel_id, count(*) FROM attempts WHERE ended_at IS NULL GROUP BY channel_id"))
        .ToDictionary(row => row.Id, row => row.Count, StringComparer.Ordinal);

    public bool SaveVersions(ChannelVersionChanges changes, long now)
    {
        try
        {
            return database.Write((connection, transaction) => Save(connection, transaction, changes, now));
        }
        catch (DbException exception) when (StoreErrors.IsConstraint(exception))
        {
            return false;
        }
    }

    private static bool Save(DbConnection connection, DbTransaction transaction, ChannelVersionChanges changes, long now)
    {
        foreach (var channel in changes.Known) Save(connection, transaction, channel, now);
        foreach (var row in changes.New) Save(connection, transaction, row, "");
        foreach (var row in changes.Changed)
        {
            Save(
                connection, transaction, row,
                "ON CONFLICT (channel_id, version) DO UPDATE SET settings_json = @settings, sealed = @sealed, superseded_at = @superseded");
        }

        foreach (var row in changes.Forgotten)
        {
            connection.Execute(
                "DELETE FROM channel_versions WHERE channel_id = @id AND version = @version", transaction, ("@id", row.ChannelId), ("@version", row.Version));
        }

        return true;
    }

    private static void Save(DbConnection connection, DbTransaction transaction, KnownChannel channel, long now) => connection.Execute(
        """
        INSERT INTO channels (id, provider, base_url, account_id, credential_version, updated_at)
        VALUES (@id, @provider, @url, @account, @version, @now)
        ON CONFLICT (id) DO UPDATE SET provider = @provider, base_url = @url, account_id = @account, credential_version = @version, updated_at = @now
        """,
        transaction,
        ("@id", channel.Id), ("@provider", channel.Provider), ("@url", channel.BaseUrl), ("@account", channel.VendorAccount),
        ("@version", channel.Version), ("@now", now));

    private static void Save(DbConnection connection, DbTransaction transaction, ChannelVersionRow row, string orElse) => connection.Execute(
        $"""
        INSERT INTO channel_versions (channel_id, version, settings_json, sealed, created_at, superseded_at)
        VALUES (@id, @version, @settings, @sealed, @created, @superseded) {orElse}
        """,
        transaction,
        ("@id", row.ChannelId), ("@version", row.Version), ("@settings", row.SettingsJson), ("@sealed", row.Sealed), ("@created", row.CreatedAt),
        ("@superseded", row.SupersededAt));

    private static byte[] Bytes(DbDataReader row, int column) => row.GetFieldValue<byte[]>(column);
}
