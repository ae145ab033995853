using Microsoft.Data.Sqlite;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Server.Tasks.Sqlite;

namespace Reelay.Server.Webhooks;

/// <summary>Deliveries within the batches of the one writer: their rows with the end of a task, and what becomes of them.</summary>
internal sealed class SqliteDeliveryWriter(SqliteConnection connection, WebhookSubscriptions subscriptions, TimeSpan retryTime) : IDisposable
{
    // A receiver that is redelivered to for ever must not fill the disk.
    private const int MaxKeptAttempts = 100;

    private readonly SqliteStatement _insert = new(
        connection,
        """
        INSERT INTO deliveries (id, account_id, task_id, endpoint_id, event_type, format, url, destination, next_at, give_up_at, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?9)
        ON CONFLICT (task_id, endpoint_id) DO NOTHING
        """);

    private readonly SqliteStatement _claim = new(
        connection,
        """
        UPDATE deliveries SET lease_owner = ?2, next_at = ?3 WHERE id = ?1 AND ended_at IS NULL AND attempt_count = ?4 AND next_at = ?5
        """);

    private readonly SqliteStatement _close = new(
        connection,
        """
        UPDATE deliveries SET lease_owner = NULL, attempt_count = ?3, next_at = ?4, ended_at = ?5, outcome = ?6
        WHERE id = ?1 AND lease_owner = ?2 AND ended_at IS NULL AND attempt_count = ?7
        """);

    private readonly SqliteStatement _insertAttempt = new(
        connection,
        """
        INSERT INTO delivery_attempts (delivery_id, number, started_at, duration_ms, status_code, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (delivery_id, number) DO NOTHING
        """);

    private readonly SqliteStatement _dropAttempts = new(connection, "DELETE FROM delivery_attempts WHERE delivery_id = ?1 AND number <= ?2");

    private readonly SqliteStatement _disable = new(
        connection, "UPDATE webhook_endpoints SET disabled_at = ?2 WHERE id = ?1 AND url = ?3 AND disabled_at IS NULL");

    private readonly SqliteStatement _exists = new(connection, "SELECT 1 FROM deliveries WHERE id = ?1 AND (?2 IS NULL OR account_id = ?2)");

    private readonly SqliteStatement _redeliver = new(
        connection,
        """
        UPDATE deliveries SET ended_at = NULL, outcome = NULL, series_from = attempt_count, next_at = ?2, give_up_at = ?3
        WHERE id = ?1 AND lease_owner IS NULL
        """);

    private bool _hasNews;

    /// <summary>Adds the rows for a task that has just ended. Costs nothing where neither the order nor the account wants to be told.</summary>
    public void Announce(GenerationTask task, SqliteTransaction transaction, long now)
    {
        // Whoever deletes a task does not want to hear of it, and could not read what the event names.
        if (task.DeletedAt is not null) return;
        var type = WebhookEvents.TypeOf(task);
        if (task.Order.Callback is { } callback) Insert(task, "", type, callback.Format, callback.Url, now);
        foreach (var endpoint in subscriptions.Find(task.AccountId, account => Load(account, transaction)))
        {
            if (endpoint.EventTypes.Contains(type)) Insert(task, endpoint.Id, type, "event", endpoint.Url, now);
        }
    }

    public OperationResult Apply(DeliveryWrite write) => new(write switch
    {
        DeliveryWrite.Claim claim => Claim(claim),
        DeliveryWrite.Close close => Close(close),
        DeliveryWrite.Redeliver redeliver => Redeliver(redeliver),
        _ => throw new ArgumentOutOfRangeException(nameof(write), write, "unknown write"),
    });

    /// <summary>Wakes the worker if the batch that was just committed had something for it.</summary>
    public void Committed()
    {
        if (!_hasNews) return;
        _hasNews = false;
        subscriptions.Signal.Set();
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _insert, _claim, _close, _insertAttempt, _dropAttempts, _disable, _exists, _redeliver }) statement.Dispose();
    }

    private void Insert(GenerationTask task, string endpointId, string type, string format, string url, long now)
    {
        _insert
            .Set(1, subscriptions.MintDeliveryId()).Set(2, task.AccountId).Set(3, task.Id).Set(4, endpointId).Set(5, type).Set(6, format)
            .Set(7, url).Set(8, WebhookUrls.Destination(task.AccountId, url)).Set(9, now).Set(10, now + (long)retryTime.TotalMilliseconds)
            .Execute();
        _hasNews = true;
    }

    private OperationOutcome Claim(DeliveryWrite.Claim claim) =>
        _claim.Set(1, claim.Row.Id).Set(2, claim.NodeId).Set(3, claim.Until).Set(4, claim.Row.AttemptCount).Set(5, claim.Row.NextAt).Execute() == 1
            ? OperationOutcome.Applied : OperationOutcome.VersionChanged;

    private OperationOutcome Close(DeliveryWrite.Close close)
    {
        var (id, number) = (close.Row.Id, close.Attempt?.Number ?? close.Row.AttemptCount);
        var changed = _close
            .Set(1, id).Set(2, close.NodeId).Set(3, number).Set(4, close.NextAt)
            .Set(5, close.Outcome is null ? null : (long?)close.At).Set(6, close.Outcome?.ToString().ToLowerInvariant()).Set(7, close.Row.AttemptCount).Execute();
        if (changed == 0) return OperationOutcome.VersionChanged;
        if (close.Attempt is { } attempt)
        {
            _insertAttempt.Set(1, id).Set(2, attempt.Number).Set(3, attempt.StartedAt).Set(4, attempt.DurationMilliseconds)
                .Set(5, (long?)attempt.StatusCode).Set(6, attempt.Error).Execute();
            if (attempt.Number > MaxKeptAttempts) _dropAttempts.Set(1, id).Set(2, attempt.Number - MaxKeptAttempts).Execute();
        }

        // An address that was changed meanwhile is another one than that which said so.
        if (close.DisablesEndpoint && _disable.Set(1, close.Row.EndpointId).Set(2, close.At).Set(3, close.Row.Url).Execute() == 1)
            subscriptions.Forget(close.Row.AccountId);
        return OperationOutcome.Applied;
    }

    private OperationOutcome Redeliver(DeliveryWrite.Redeliver redeliver)
    {
        if (_exists.Set(1, redeliver.Id).Set(2, redeliver.AccountId).ExecuteLong() is null) return OperationOutcome.NotFound;
        _redeliver.Set(1, redeliver.Id).Set(2, redeliver.At).Set(3, redeliver.GiveUpAt).Execute();
        _hasNews = true;
        return OperationOutcome.Applied;
    }

    private List<StoredEndpoint> Load(string accountId, SqliteTransaction transaction)
    {
        using var command = connection.Command(
            "SELECT id, name, url, event_types, created_at FROM webhook_endpoints WHERE account_id = $account AND disabled_at IS NULL ORDER BY id",
            transaction, ("$account", accountId));
        using var row = command.ExecuteReader();
        var endpoints = new List<StoredEndpoint>();
        while (row.Read())
        {
            endpoints.Add(new StoredEndpoint
            {
                Id = row.GetString(0), AccountId = accountId, Name = row.GetString(1), Url = row.GetString(2), EventTypes = row.GetString(3).Split(' '),
                CreatedAt = row.GetInt64(4),
            });
        }

        return endpoints;
    }
}
