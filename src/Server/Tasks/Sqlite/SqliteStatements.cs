using Microsoft.Data.Sqlite;

namespace Reelay.Server.Tasks.Sqlite;

/// <summary>Every statement the writer runs often, prepared once. Numbered places (<c>?1</c>) are bound by their number.</summary>
internal sealed class SqliteStatements(SqliteConnection connection) : IDisposable
{
    // Altogether, in the month from ?3 to before ?4, on the day ?2; and the unfinished ones.
    private const string SumSpending =
        """
        SELECT coalesce(sum(reserved_micros + settled_micros), 0),
            coalesce(sum(CASE WHEN day >= ?3 AND day < ?4 THEN reserved_micros + settled_micros ELSE 0 END), 0),
            coalesce(sum(CASE WHEN day = ?2 THEN reserved_micros + settled_micros ELSE 0 END), 0),
            coalesce(sum(created_count - completed_count - failed_count), 0)
        FROM spending WHERE
        """ + " ";

    public readonly SqliteStatement OwnsShard = new(connection, "SELECT 1 FROM shards WHERE id = ?1 AND owner = ?2 AND epoch = ?3");

    public readonly SqliteStatement InsertTask = new(
        connection,
        """
        INSERT INTO tasks (id, shard, version, account_id, key_id, model, order_json, base_url, external_task_id, phase, price_micros, created_at,
            end_user, groups, price_json)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
        ON CONFLICT (id) DO NOTHING
        """);

    // Intents belong to everybody and are not in this list: a transition can only follow the version that carries them.
    public readonly SqliteStatement UpdateTask = new(
        connection,
        """
        UPDATE tasks SET version = ?1, phase = ?2, has_started = ?3, progress = ?4, attempt_count = ?5, open_attempt = ?6,
            settled_micros = ?7, settlement_basis = ?8, error_code = ?9, error_message = ?10, finished_at = ?11, expires_at = ?12, usage_json = ?14,
            failover_count = ?15, failover_budget_micros = ?16, deadline_at = ?17
        WHERE id = ?13 AND version = ?1 - 1
        """);

    public readonly SqliteStatement UpsertAttempt = new(
        connection,
        """
        INSERT INTO attempts (task_id, number, channel_id, channel_account, credential_version, upstream_model, token, fingerprint,
            started_at, send_by, submitted_at, upstream_id, reference_json, deadline_at, ended_at, outcome,
            error_kind, error_message, error_raw, possible_cost_micros, output_reference_json, cost_micros, cost_basis)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)
        ON CONFLICT (task_id, number) DO UPDATE SET
            submitted_at = ?11, upstream_id = ?12, reference_json = ?13, deadline_at = ?14, ended_at = ?15, outcome = ?16,
            error_kind = ?17, error_message = ?18, error_raw = ?19, possible_cost_micros = ?20, output_reference_json = ?21,
            cost_micros = ?22, cost_basis = ?23
        """);

    public readonly SqliteStatement CountOpenAttempts = new(
        connection, "SELECT count(*) FROM attempts WHERE channel_id = ?1 AND ended_at IS NULL");

    public readonly SqliteStatement CountOpenAttemptsOfModel = new(
        connection, "SELECT count(*) FROM attempts WHERE channel_id = ?1 AND upstream_model = ?2 AND ended_at IS NULL");

    public readonly SqliteStatement UpstreamIdOwner = new(
        connection,
        "SELECT 1 FROM attempts WHERE channel_account = ?1 AND upstream_id = ?2 AND NOT (task_id = ?3 AND number = ?4)");

    public readonly SqliteStatement FindAccount = new(
        connection,
        """
        SELECT balance_micros, reserved_micros, is_unlimited, floor_micros, spent_micros, in_flight_count, max_in_flight, day_budget_micros,
            month_budget_micros, total_budget_micros
        FROM accounts WHERE id = ?1
        """);

    public readonly SqliteStatement UpdateAccount = new(
        connection,
        """
        UPDATE accounts SET balance_micros = balance_micros + ?2, reserved_micros = reserved_micros + ?3, spent_micros = spent_micros + ?4,
            in_flight_count = in_flight_count + ?5
        WHERE id = ?1
        """);

    public readonly SqliteStatement UpdateSpending = new(
        connection,
        """
        UPDATE spending SET reserved_micros = reserved_micros + ?4, settled_micros = settled_micros + ?5, created_count = created_count + ?6,
            completed_count = completed_count + ?7, failed_count = failed_count + ?8
        WHERE account_id = ?1 AND day = ?2 AND key_id = ?3
        """);

    public readonly SqliteStatement InsertSpending = new(
        connection,
        """
        INSERT INTO spending (account_id, day, key_id, reserved_micros, settled_micros, created_count, completed_count, failed_count)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        """);

    public readonly SqliteStatement SumKeySpending = new(connection, SumSpending + "key_id = ?1");

    // The whole of an account is in its own row.
    public readonly SqliteStatement SumAccountSpending = new(connection, SumSpending + "account_id = ?1 AND day >= ?3 AND day < ?4");

    public readonly SqliteStatement InsertLedgerEntry = new(
        connection,
        """
        INSERT INTO ledger_entries (account_id, task_id, attempt, kind, balance_micros, reserved_micros, created_at, seconds)
        VALUES (?1, ?2, ?7, ?3, ?4, ?5, ?6, ?8)
        """);

    // The values of <see cref="SqlIntents.ClaimSql"/> by number, in its order.
    public readonly SqliteStatement FindClaim = new(connection, SqlIntents.ClaimSql);

    // One that has expired makes room.
    public readonly SqliteStatement InsertIdempotencyKey = new(
        connection,
        """
        INSERT OR REPLACE INTO idempotency_keys (account_id, key, fingerprint, task_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        """);

    public readonly SqliteStatement UpsertIntent = new(
        connection,
        """
        INSERT INTO order_intents (task_id, claims, is_undelivered, created_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (task_id) DO UPDATE SET claims = ?2, is_undelivered = ?3
        """);

    public readonly SqliteStatement FindIntentClaims = new(connection, "SELECT claims FROM order_intents WHERE task_id = ?1");

    public readonly SqliteStatement AddIntentClaim = new(connection, "UPDATE order_intents SET claims = claims | ?2 WHERE task_id = ?1");

    public readonly SqliteStatement InsertRefusal = new(
        connection, "INSERT INTO refused_orders (key_id, fingerprint, refused_at) VALUES (?1, ?2, ?3)");

    public readonly SqliteStatement InsertAsset = new(
        connection,
        $"INSERT INTO assets ({TaskRows.AssetColumns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");

    public readonly SqliteStatement InsertInput = new(
        connection, $"INSERT INTO task_inputs ({TaskRows.InputColumns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");

    public readonly SqliteStatement DeleteInputs = new(connection, "DELETE FROM task_inputs WHERE task_id = ?1");

    public readonly SqliteStatement DeleteAssets = new(connection, "DELETE FROM assets WHERE task_id = ?1");

    public readonly SqliteStatement DeleteVariants = new(connection, "DELETE FROM asset_variants WHERE task_id = ?1");

    public readonly SqliteStatement MarkDiscarded = new(
        connection, "UPDATE tasks SET version = version + 1, discarded_at = ?2 WHERE id = ?1 AND finished_at IS NOT NULL AND open_attempt IS NULL");

    public readonly SqliteStatement MarkCancel = new(
        connection,
        """
        UPDATE tasks SET version = version + 1, cancel_requested_at = ?2
        WHERE id = ?1 AND cancel_requested_at IS NULL AND finished_at IS NULL
        """);

    public readonly SqliteStatement MarkDelete = new(
        connection,
        """
        UPDATE tasks SET version = version + 1, deleted_at = coalesce(deleted_at, ?2),
            cancel_requested_at = CASE WHEN finished_at IS NULL THEN coalesce(cancel_requested_at, ?2) ELSE cancel_requested_at END
        WHERE id = ?1
        """);

    public readonly SqliteStatement FindMail = new(
        connection, "SELECT 1 FROM task_inbox WHERE task_id = ?1 AND attempt = ?2 AND dedupe = ?3");

    public readonly SqliteStatement CountMail = new(connection, "SELECT count(*) FROM task_inbox WHERE task_id = ?1 AND kind = ?2");

    public readonly SqliteStatement InsertMail = new(
        connection,
        """
        INSERT INTO task_inbox (task_id, shard, attempt, kind, dedupe, body, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (task_id, attempt, dedupe) DO NOTHING
        """);

    public readonly SqliteStatement DeleteMail = new(connection, "DELETE FROM task_inbox WHERE id = ?1");

    // A step that is repeated after a commit of unknown outcome writes the same row again.
    public readonly SqliteStatement InsertAction = new(
        connection,
        """
        INSERT INTO task_actions (id, task_id, attempt, key_id, action, asked_at, done_at, refusal_code, refusal_message, new_task_id,
            before_json, after_json)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        ON CONFLICT (id) DO NOTHING
        """);

    public readonly SqliteStatement InsertDelivery = new(
        connection,
        """
        INSERT INTO deliveries (id, account_id, task_id, endpoint_id, event_type, format, url, destination, next_at, give_up_at, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?9)
        ON CONFLICT (task_id, endpoint_id) DO NOTHING
        """);

    public readonly SqliteStatement ClaimDelivery = new(
        connection,
        """
        UPDATE deliveries SET lease_owner = ?2, next_at = ?3 WHERE id = ?1 AND ended_at IS NULL AND attempt_count = ?4 AND next_at = ?5
        """);

    public readonly SqliteStatement CloseDelivery = new(
        connection,
        """
        UPDATE deliveries SET lease_owner = NULL, attempt_count = ?3, next_at = ?4, ended_at = ?5, outcome = ?6
        WHERE id = ?1 AND lease_owner = ?2 AND ended_at IS NULL AND attempt_count = ?7
        """);

    public readonly SqliteStatement InsertDeliveryAttempt = new(
        connection,
        """
        INSERT INTO delivery_attempts (delivery_id, number, started_at, duration_ms, status_code, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (delivery_id, number) DO NOTHING
        """);

    public readonly SqliteStatement DropDeliveryAttempts = new(connection, "DELETE FROM delivery_attempts WHERE delivery_id = ?1 AND number <= ?2");

    public readonly SqliteStatement DisableEndpoint = new(
        connection, "UPDATE webhook_endpoints SET disabled_at = ?2 WHERE id = ?1 AND url = ?3 AND disabled_at IS NULL");

    public readonly SqliteStatement FindDelivery = new(connection, "SELECT 1 FROM deliveries WHERE id = ?1 AND (?2 IS NULL OR account_id = ?2)");

    public readonly SqliteStatement Redeliver = new(
        connection,
        """
        UPDATE deliveries SET ended_at = NULL, outcome = NULL, series_from = attempt_count, next_at = ?2, give_up_at = ?3
        WHERE id = ?1 AND lease_owner IS NULL
        """);

    public void Dispose()
    {
        foreach (var field in typeof(SqliteStatements).GetFields()) ((SqliteStatement)field.GetValue(this)!).Dispose();
    }
}
