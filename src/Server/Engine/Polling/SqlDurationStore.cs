using Reelay.Server.Storage;

namespace Reelay.Server.Engine.Polling;

/// <summary>Keeps what a <see cref="DurationBook"/> has learned, in SQLite.</summary>
internal sealed class SqlDurationStore(Database database, TimeProvider time)
{
    private const string Upsert =
        """
        INSERT INTO durations (channel_id, upstream_model, weights, updated_at) VALUES (@channel, @model, @weights, @at)
        ON CONFLICT (channel_id, upstream_model) DO UPDATE SET weights = excluded.weights, updated_at = excluded.updated_at
        """;

    /// <summary>Everything that is kept.</summary>
    public IReadOnlyList<DurationRow> Load() => database.Read(connection => connection.Query(
        row => new DurationRow(new(row.GetString(0), row.GetString(1)), row.GetString(2)),
        "SELECT channel_id, upstream_model, weights FROM durations"));

    /// <summary>Keeps rows, all in one transaction.</summary>
    public void Save(IReadOnlyList<DurationRow> rows) => database.Write((connection, transaction) =>
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var (key, weights) in rows)
        {
            connection.Execute(
                Upsert, transaction, ("@channel", key.ChannelId), ("@model", key.UpstreamModel), ("@weights", weights), ("@at", now));
        }

        return rows.Count;
    });
}
