using System.Data.Common;
using Reelay.Server.Storage;

namespace Reelay.Server.Billing;

/// <summary>Versions of prices on SQLite.</summary>
internal sealed class SqlPriceStore(Database database) : IPriceStore
{
    public IReadOnlyList<PriceVersion> ListNewest() => database.Read(connection => connection.Query(
        Map,
        """
        SELECT id, model, is_free, prices_json, key_id, created_at FROM model_prices
        WHERE id IN (SELECT max(id) FROM model_prices GROUP BY model)
        """));

    public PriceVersion Insert(NewPriceVersion version, long now)
    {
        var id = database.Write((connection, transaction) =>
        {
            using var command = connection.Command(
                """
                INSERT INTO model_prices (model, is_free, prices_json, key_id, created_at) VALUES (@model, @free, @prices, @key, @now) RETURNING id
                """,
                transaction,
                ("@model", version.Model), ("@free", version.IsFree ? 1 : 0),
                ("@prices", version.Prices is { } rows ? PriceRowsJson.Write(rows) : null), ("@key", version.KeyId), ("@now", now));
            return (long)command.ExecuteScalar()!;
        });
        return new(id, version.Model, version.IsFree, version.Prices, version.KeyId, now);
    }

    private static PriceVersion Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.Flag(2), row.TextOrNull(3) is { } rows ? PriceRowsJson.Read(rows) : null, row.GetString(4), row.GetInt64(5));
}
