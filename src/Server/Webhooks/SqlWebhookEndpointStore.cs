using System.Data.Common;
using Reelay.Server.Storage;

namespace Reelay.Server.Webhooks;

/// <summary>Endpoints on SQLite.</summary>
internal sealed class SqlWebhookEndpointStore(Database database) : IWebhookEndpointStore
{
    /// <summary>What <see cref="Map"/> reads.</summary>
    public const string Columns = "id, account_id, name, url, event_types, created_at, updated_at, disabled_at";

    public bool Insert(StoredEndpoint endpoint, int maxCount) => database.Write((connection, transaction) => connection.Execute(
        $"""
        INSERT INTO webhook_endpoints ({Columns})
        SELECT @id, @account, @name, @url, @types, @created, NULL, NULL
        WHERE (SELECT count(*) FROM webhook_endpoints WHERE account_id = @account) < @max
        """,
        transaction,
        ("@id", endpoint.Id), ("@account", endpoint.AccountId), ("@name", endpoint.Name), ("@url", endpoint.Url),
        ("@types", Join(endpoint.EventTypes)), ("@created", endpoint.CreatedAt), ("@max", maxCount))) == 1;

    public StoredEndpoint? Find(string accountId, string id) => database.Read(connection => connection.Query(
        Map, $"SELECT {Columns} FROM webhook_endpoints WHERE id = @id AND account_id = @account", ("@id", id), ("@account", accountId)).FirstOrDefault());

    public IReadOnlyList<StoredEndpoint> List(string accountId, WebhookPage page)
    {
        var (compare, direction) = page.IsDescending ? ("<", "DESC") : (">", "ASC");
        var cursor = page.AfterId is null ? "" : $"AND id {compare} @after";
        return database.Read(connection => connection.Query(
            Map,
            $"SELECT {Columns} FROM webhook_endpoints WHERE account_id = @account {cursor} ORDER BY id {direction} LIMIT @limit",
            ("@account", accountId), ("@after", page.AfterId), ("@limit", page.Limit)));
    }

    public bool Update(StoredEndpoint endpoint) => database.Write((connection, transaction) =>
    {
        var changed = connection.Execute(
            """
            UPDATE webhook_endpoints SET name = @name, url = @url, event_types = @types, updated_at = @at, disabled_at = NULL
            WHERE id = @id AND account_id = @account
            """,
            transaction,
            ("@id", endpoint.Id), ("@account", endpoint.AccountId), ("@name", endpoint.Name), ("@url", endpoint.Url),
            ("@types", Join(endpoint.EventTypes)), ("@at", endpoint.UpdatedAt));
        if (changed == 0) return false;
        connection.Execute(
            "UPDATE deliveries SET url = @url, destination = @destination WHERE endpoint_id = @id AND endpoint_id <> '' AND ended_at IS NULL",
            transaction,
            ("@id", endpoint.Id), ("@url", endpoint.Url), ("@destination", WebhookUrls.Destination(endpoint.AccountId, endpoint.Url)));
        return true;
    });

    public bool Delete(string accountId, string id, long at) => database.Write((connection, transaction) =>
    {
        var removed = connection.Execute(
            "DELETE FROM webhook_endpoints WHERE id = @id AND account_id = @account", transaction, ("@id", id), ("@account", accountId));
        if (removed == 0) return false;
        connection.Execute("DELETE FROM webhook_secrets WHERE owner = @id", transaction, ("@id", id));
        connection.Execute(
            """
            UPDATE deliveries SET ended_at = @at, outcome = 'withdrawn', lease_owner = NULL
            WHERE endpoint_id = @id AND endpoint_id <> '' AND ended_at IS NULL
            """,
            transaction,
            ("@id", id), ("@at", at));
        return true;
    });

    private static string Join(IReadOnlyList<string> types) => string.Join(' ', types);

    /// <summary>A row of <see cref="Columns"/>.</summary>
    public static StoredEndpoint Map(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        AccountId = row.GetString(1),
        Name = row.GetString(2),
        Url = row.GetString(3),
        EventTypes = row.GetString(4).Split(' '),
        CreatedAt = row.GetInt64(5),
        UpdatedAt = row.LongOrNull(6),
        DisabledAt = row.LongOrNull(7),
    };
}
