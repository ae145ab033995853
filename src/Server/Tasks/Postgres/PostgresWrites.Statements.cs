namespace Reelay.Server.Tasks.Postgres;

/// <summary>The statements, in the order in which their tables are written. <c>r</c> is a row of the arrays, its columns named after their place.</summary>
internal sealed partial class PostgresWrites
{
    private static readonly List<PostgresStatement> All = [];

    public static readonly PostgresStatement InsertTask = Define(
        "tnntttttttnnttt",
        """
        INSERT INTO tasks (id, shard, version, account_id, key_id, model, order_json, base_url, external_task_id, phase, price_micros, created_at,
            end_user, groups, price_json)
        SELECT * FROM {rows}
        """);

    // Intents belong to everybody and are not in this list: a transition can only follow the version that carries them.
    public static readonly PostgresStatement UpdateTask = Define(
        "tntnnnnntttnntnnn",
        """
        UPDATE tasks t SET version = r.c2, phase = r.c3, has_started = r.c4, progress = r.c5, attempt_count = r.c6, open_attempt = r.c7,
            settled_micros = r.c8, settlement_basis = r.c9, error_code = r.c10, error_message = r.c11, finished_at = r.c12, expires_at = r.c13,
            usage_json = r.c14, failover_count = r.c15, failover_budget_micros = r.c16, deadline_at = r.c17
        FROM {rows} WHERE t.id = r.c1
        """);

    public static readonly PostgresStatement MarkTask = Define(
        "tnnnn",
        """
        UPDATE tasks t SET version = r.c2, cancel_requested_at = r.c3, deleted_at = r.c4, discarded_at = r.c5 FROM {rows} WHERE t.id = r.c1
        """);

    public static readonly PostgresStatement WriteAttempt = Define(
        "tnttnttt" + "nnnttnntttt" + "ntnt",
        """
        INSERT INTO attempts (task_id, number, channel_id, channel_account, credential_version, upstream_model, token, fingerprint,
            started_at, send_by, submitted_at, upstream_id, reference_json, deadline_at, ended_at, outcome,
            error_kind, error_message, error_raw, possible_cost_micros, output_reference_json, cost_micros, cost_basis)
        SELECT * FROM {rows}
        ON CONFLICT (task_id, number) DO UPDATE SET submitted_at = excluded.submitted_at, upstream_id = excluded.upstream_id,
            reference_json = excluded.reference_json, deadline_at = excluded.deadline_at, ended_at = excluded.ended_at, outcome = excluded.outcome,
            error_kind = excluded.error_kind, error_message = excluded.error_message, error_raw = excluded.error_raw,
            possible_cost_micros = excluded.possible_cost_micros, output_reference_json = excluded.output_reference_json,
            cost_micros = excluded.cost_micros, cost_basis = excluded.cost_basis
        """);

    public static readonly PostgresStatement InsertAsset = Define("tnttntnnndnn", $"INSERT INTO assets ({TaskRows.AssetColumns}) SELECT * FROM {{rows}}");

    public static readonly PostgresStatement InsertInput = Define("tnttntn", $"INSERT INTO task_inputs ({TaskRows.InputColumns}) SELECT * FROM {{rows}}");

    public static readonly PostgresStatement DeleteAssets = Define("t", "DELETE FROM assets USING {rows} WHERE task_id = r.c1");

    public static readonly PostgresStatement DeleteVariants = Define("t", "DELETE FROM asset_variants USING {rows} WHERE task_id = r.c1");

    public static readonly PostgresStatement DeleteInputs = Define("t", "DELETE FROM task_inputs USING {rows} WHERE task_id = r.c1");

    public static readonly PostgresStatement InsertLedgerEntry = Define(
        "ttntnnnn",
        """
        INSERT INTO ledger_entries (account_id, task_id, attempt, kind, balance_micros, reserved_micros, seconds, created_at) SELECT * FROM {rows}
        """);

    public static readonly PostgresStatement UpdateAccount = Define(
        "tnnnn",
        """
        UPDATE accounts a SET balance_micros = a.balance_micros + r.c2, reserved_micros = a.reserved_micros + r.c3,
            spent_micros = a.spent_micros + r.c4, in_flight_count = a.in_flight_count + r.c5
        FROM {rows} WHERE a.id = r.c1
        """);

    // What is added can be negative and must not be held against the bounds of the whole, as an upsert would.
    public static readonly PostgresStatement MakeSpending = Define(
        "tnt", "INSERT INTO spending (account_id, day, key_id) SELECT * FROM {rows} ON CONFLICT DO NOTHING");

    public static readonly PostgresStatement AddSpending = Define(
        "tntnnnnn",
        """
        UPDATE spending s SET reserved_micros = s.reserved_micros + r.c4, settled_micros = s.settled_micros + r.c5,
            created_count = s.created_count + r.c6, completed_count = s.completed_count + r.c7, failed_count = s.failed_count + r.c8
        FROM {rows} WHERE s.account_id = r.c1 AND s.day = r.c2 AND s.key_id = r.c3
        """);

    // One that has expired makes room. One that another node has just written refuses the batch, and its operations are run again.
    public static readonly PostgresStatement DropExpiredClaim = Define(
        "ttn", "DELETE FROM idempotency_keys k USING {rows} WHERE k.account_id = r.c1 AND k.key = r.c2 AND k.expires_at <= r.c3");

    public static readonly PostgresStatement InsertClaim = Define(
        "ttttnn", "INSERT INTO idempotency_keys (account_id, key, fingerprint, task_id, created_at, expires_at) SELECT * FROM {rows}");

    public static readonly PostgresStatement WriteIntent = Define(
        "tnnntt",
        """
        INSERT INTO order_intents (task_id, claims, is_undelivered, created_at, key_id, fingerprint) SELECT * FROM {rows}
        ON CONFLICT (task_id) DO UPDATE SET claims = order_intents.claims | excluded.claims, is_undelivered = excluded.is_undelivered
        """);

    public static readonly PostgresStatement AddClaim = Define(
        "tn", "UPDATE order_intents i SET claims = i.claims | r.c2 FROM {rows} WHERE i.task_id = r.c1");

    public static readonly PostgresStatement InsertRefusal = Define(
        "ttn", "INSERT INTO refused_orders (key_id, fingerprint, refused_at) SELECT * FROM {rows}");

    public static readonly PostgresStatement InsertMail = Define(
        "tnntttn",
        """
        INSERT INTO task_inbox (task_id, shard, attempt, kind, dedupe, body, created_at) SELECT * FROM {rows}
        ON CONFLICT (task_id, attempt, dedupe) DO NOTHING
        """);

    public static readonly PostgresStatement DeleteMail = Define("n", "DELETE FROM task_inbox USING {rows} WHERE id = r.c1");

    // A step that is repeated after a commit of unknown outcome writes the same row again.
    public static readonly PostgresStatement InsertAction = Define(
        "ttnttnnttttt",
        """
        INSERT INTO task_actions (id, task_id, attempt, key_id, action, asked_at, done_at, refusal_code, refusal_message, new_task_id,
            before_json, after_json)
        SELECT * FROM {rows} ON CONFLICT (id) DO NOTHING
        """);

    public static readonly PostgresStatement InsertDelivery = Define(
        "ttttttttnnn",
        """
        INSERT INTO deliveries (id, account_id, task_id, endpoint_id, event_type, format, url, destination, next_at, give_up_at, created_at)
        SELECT * FROM {rows} ON CONFLICT (task_id, endpoint_id) DO NOTHING
        """);

    public static readonly PostgresStatement ClaimDelivery = Define(
        "ttn", "UPDATE deliveries d SET lease_owner = r.c2, next_at = r.c3 FROM {rows} WHERE d.id = r.c1");

    public static readonly PostgresStatement CloseDelivery = Define(
        "tnnnt",
        """
        UPDATE deliveries d SET lease_owner = NULL, attempt_count = r.c2, next_at = r.c3, ended_at = r.c4, outcome = r.c5 FROM {rows} WHERE d.id = r.c1
        """);

    public static readonly PostgresStatement InsertDeliveryAttempt = Define(
        "tnnnnt",
        """
        INSERT INTO delivery_attempts (delivery_id, number, started_at, duration_ms, status_code, error) SELECT * FROM {rows}
        ON CONFLICT (delivery_id, number) DO NOTHING
        """);

    public static readonly PostgresStatement DropDeliveryAttempts = Define(
        "tn", "DELETE FROM delivery_attempts USING {rows} WHERE delivery_id = r.c1 AND number <= r.c2");

    public static readonly PostgresStatement Redeliver = Define(
        "tnn",
        """
        UPDATE deliveries d SET ended_at = NULL, outcome = NULL, series_from = d.attempt_count, next_at = r.c2, give_up_at = r.c3
        FROM {rows} WHERE d.id = r.c1
        """);

    public static readonly PostgresStatement DisableEndpoint = Define(
        "ttn", "UPDATE webhook_endpoints e SET disabled_at = r.c3 FROM {rows} WHERE e.id = r.c1 AND e.url = r.c2 AND e.disabled_at IS NULL");

    private static readonly PostgresStatement[] Statements = [.. All];

    private static PostgresStatement Define(string types, string sql)
    {
        var arrays = string.Join(", ", types.Select((type, index) => $"${index + 1}::{(type == 't' ? "text" : type == 'n' ? "bigint" : "double precision")}[]"));
        var columns = string.Join(", ", types.Select((_, index) => $"c{index + 1}"));
        var statement = new PostgresStatement(All.Count, types, sql.Replace("{rows}", $"unnest({arrays}) AS r ({columns})", StringComparison.Ordinal));
        All.Add(statement);
        return statement;
    }
}
