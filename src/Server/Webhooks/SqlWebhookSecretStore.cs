using System.Data.Common;
using Reelay.Server.Storage;

namespace Reelay.Server.Webhooks;

/// <summary>Sealed secrets on SQLite.</summary>
internal sealed class SqlWebhookSecretStore(Database database) : IWebhookSecretStore
{
    private const string Columns = "owner, number, sealed, hint, created_at, expires_at";

    public void Rotate(string owner, long? previousUntil, long now, string hint, Func<long, byte[]> seal) => database.Write((connection, transaction) =>
    {
        long number;
        using (var last = connection.Command("SELECT coalesce(max(number), 0) FROM webhook_secrets WHERE owner = @owner", transaction, ("@owner", owner)))
            number = (long)last.ExecuteScalar()! + 1;

        // At most one stays beside the new one, however often somebody rotates.
        connection.Execute(
            "DELETE FROM webhook_secrets WHERE owner = @owner AND (number < @previous OR CAST(@until AS BIGINT) IS NULL OR expires_at <= @now)", transaction,
            ("@owner", owner), ("@previous", number - 1), ("@until", previousUntil), ("@now", now));
        connection.Execute(
            "UPDATE webhook_secrets SET expires_at = CASE WHEN expires_at <= @until THEN expires_at ELSE @until END WHERE owner = @owner", transaction,
            ("@owner", owner), ("@until", previousUntil));
        return connection.Execute(
            $"INSERT INTO webhook_secrets ({Columns}) VALUES (@owner, @number, @sealed, @hint, @now, NULL)", transaction,
            ("@owner", owner), ("@number", number), ("@sealed", seal(number)), ("@hint", hint), ("@now", now));
    });

    public IReadOnlyList<WebhookSecretRow> List(string owner, long now) => database.Read(connection => connection.Query(
        Map,
        $"SELECT {Columns} FROM webhook_secrets WHERE owner = @owner AND (expires_at IS NULL OR expires_at > @now) ORDER BY number DESC",
        ("@owner", owner), ("@now", now)));

    private static WebhookSecretRow Map(DbDataReader row) =>
        new(row.GetString(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2), row.GetString(3), row.GetInt64(4), row.LongOrNull(5));
}
