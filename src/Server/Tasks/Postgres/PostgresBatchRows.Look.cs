using Npgsql;
using Reelay.Server.Accounts;
using Reelay.Server.Storage;
using Reelay.Server.Tasks.Batches;
using Reelay.Server.Webhooks;

namespace Reelay.Server.Tasks.Postgres;

/// <summary>What a batch looks at: one select for each kind of row, all in one round trip, locked in the order of the contract.</summary>
internal sealed partial class PostgresBatchRows
{
    /// <summary>The database's clock.</summary>
    public const string Clock = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

    // A plain select of the shards is no fence: while it waits for nobody, a claim may go through. The lock holds until the commit.
    private const string Shards = "SELECT id, owner, epoch FROM shards WHERE id = ANY($1) ORDER BY id FOR KEY SHARE";

    private const string KeptClaims =
        $"""
        SELECT k.account_id, k.key, k.task_id, k.fingerprint, {TaskRows.TaskColumns}
        FROM unnest($1::text[], $2::text[]) AS r (account_id, key)
        JOIN idempotency_keys k ON k.account_id = r.account_id AND k.key = r.key LEFT JOIN tasks t ON t.id = k.task_id
        WHERE k.expires_at IS NULL OR k.expires_at > {Clock}
        """;

    private const string Accounts =
        """
        SELECT id, balance_micros, reserved_micros, is_unlimited, floor_micros, spent_micros, in_flight_count, max_in_flight, day_budget_micros,
            month_budget_micros, total_budget_micros
        FROM accounts WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE
        """;

    // Altogether, in the month, on the day; and the unfinished ones. Behind the accounts' locks, so that nobody changes them any more.
    private const string Spending =
        """
        SELECT r.id, r.is_key, r.day, coalesce(sum(s.reserved_micros + s.settled_micros), 0)::bigint,
            coalesce(sum(s.reserved_micros + s.settled_micros) FILTER (WHERE s.day >= r.month AND s.day < r.next), 0)::bigint,
            coalesce(sum(s.reserved_micros + s.settled_micros) FILTER (WHERE s.day = r.day), 0)::bigint,
            coalesce(sum(s.created_count - s.completed_count - s.failed_count), 0)::bigint
        FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) AS r (id, is_key, day, month, next)
        """ + " ";

    private const string KeySpending = Spending + "LEFT JOIN spending s ON s.key_id = r.id GROUP BY r.id, r.is_key, r.day";

    // The whole of an account is in its own row; one without a bound by day or month is not asked about.
    private const string AccountSpending = Spending +
        """
        JOIN accounts a ON a.id = r.id AND (a.day_budget_micros IS NOT NULL OR a.month_budget_micros IS NOT NULL)
        LEFT JOIN spending s ON s.account_id = r.id AND s.day >= r.month AND s.day < r.next GROUP BY r.id, r.is_key, r.day
        """;

    private const string Channels = "SELECT id FROM channels WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";

    private const string Open =
        "SELECT channel_id, upstream_model, count(*) FROM attempts WHERE channel_id = ANY($1) AND ended_at IS NULL GROUP BY channel_id, upstream_model";

    private const string Versions = "SELECT id, version FROM tasks WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";

    private const string Tasks = $"SELECT {TaskRows.TaskColumns} FROM tasks t WHERE t.id = ANY($1)";

    private const string UpstreamIds =
        """
        SELECT a.channel_account, a.upstream_id, a.task_id, a.number FROM unnest($1::text[], $2::text[]) AS r (account, id)
        JOIN attempts a ON a.channel_account = r.account AND a.upstream_id = r.id
        """;

    private const string Intents = "SELECT task_id, claims FROM order_intents WHERE task_id = ANY($1) ORDER BY task_id FOR NO KEY UPDATE";

    private const string WaitingMail = "SELECT task_id, attempt, kind, dedupe FROM task_inbox WHERE task_id = ANY($1)";

    private const string Deliveries =
        "SELECT id, account_id, attempt_count, next_at, lease_owner, ended_at FROM deliveries WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";

    private const string ToldEndpoints =
        $"SELECT {SqlWebhookEndpointStore.Columns} FROM webhook_endpoints WHERE account_id = ANY($1) AND disabled_at IS NULL ORDER BY id";

    /// <summary>Puts the selects for a batch together.</summary>
    /// <param name="look">What they are added to.</param>
    /// <param name="batch">The operations.</param>
    /// <param name="known">An account's endpoints where they are known anyway, else null.</param>
    public void LookAt(PostgresLook look, IReadOnlyList<StoreOperation> batch, Func<string, IReadOnlyList<StoredEndpoint>?> known)
    {
        var creates = batch.OfType<StoreOperation.Create>().ToList();
        var transitions = batch.OfType<StoreOperation.Transition>().ToList();
        var closing = transitions.Where(transition => transition.Money is not null).Select(transition => transition.After.AccountId).ToHashSet(StringComparer.Ordinal);
        LookAtOwners(look, batch, creates, closing);
        LookAtChannels(look, transitions);
        LookAtTasks(look, batch, creates, transitions);
        foreach (var id in closing) _endpoints[id] = [.. known(id) ?? []];
        look.Add(ToldEndpoints, row => _endpoints[row.GetString(1)].Add(SqlWebhookEndpointStore.Map(row)), [.. closing.Where(id => known(id) is null)]);
        look.AddAlways($"SELECT {Clock}", row => Now = row.GetInt64(0));
    }

    private void LookAtOwners(
        PostgresLook look, IReadOnlyList<StoreOperation> batch, List<StoreOperation.Create> creates, HashSet<string> closing)
    {
        look.Add(Shards, row => _shards[row.GetInt64(0)] = (row.TextOrNull(1), row.GetInt64(2)), [.. batch.Select(FenceOf).OfType<long>().Distinct()]);
        var claims = creates.Where(create => create.Idempotency is not null).ToList();
        look.Add(
            KeptClaims,
            row =>
            {
                _claims[(row.GetString(0), row.GetString(1))] = new KeptClaim(row.GetString(2), row.GetString(3));
                if (!row.IsDBNull(4)) _tasks[row.GetString(2)] = TaskRows.Task(row, 4);
            },
            [.. claims.Select(create => create.Task.AccountId)], claims.Select(create => create.Idempotency!.Key).ToArray());
        look.Add(Accounts, row => _accounts[row.GetString(0)] = Figures(row), [.. creates.Select(create => create.Task.AccountId).Concat(closing).Distinct()]);

        var bounded = creates.Where(create => create.KeyLimits is not null).ToList();
        LookAtSpending(look, KeySpending, true, bounded.Where(create => create.KeyLimits!.HasTotals).Select(create => (create.Task.KeyId, create.Task.CreatedAt)));
        LookAtSpending(look, AccountSpending, false, bounded.Select(create => (create.Task.AccountId, create.Task.CreatedAt)));
    }

    private void LookAtSpending(PostgresLook look, string sql, bool isKey, IEnumerable<(string Id, long At)> whose)
    {
        var rows = whose.Select(one => (one.Id, Day: SpendingDays.Of(one.At))).Distinct().ToList();
        var months = rows.ConvertAll(row => SpendingDays.Month(row.Day));
        look.Add(
            sql,
            row => _spent[(row.GetString(0), row.GetInt64(1) != 0, row.GetInt64(2))] = new(row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6)),
            [.. rows.Select(row => row.Id)],
            rows.Select(_ => isKey ? 1L : 0L).ToArray(), rows.Select(row => row.Day).ToArray(),
            months.Select(month => month.From).ToArray(), months.Select(month => month.To).ToArray());
    }

    private void LookAtChannels(PostgresLook look, List<StoreOperation.Transition> transitions)
    {
        string[] channels = [.. transitions.Where(transition => transition.Admission is not null).Select(transition => transition.Attempt!.ChannelId).Distinct()];
        look.Add(Channels, static _ => { }, channels);
        look.Add(Open, row => _open[(row.GetString(0), row.GetString(1))] = row.GetInt64(2), channels);
    }

    private void LookAtTasks(
        PostgresLook look, IReadOnlyList<StoreOperation> batch, List<StoreOperation.Create> creates, List<StoreOperation.Transition> transitions)
    {
        string[] marked = [.. batch.Where(operation => operation is StoreOperation.Intent or StoreOperation.Discard).Select(operation => operation.TaskId)];
        look.Add(
            Versions,
            row =>
            {
                _ids.Add(row.GetString(0));
                _versions[row.GetString(0)] = row.GetInt64(1);
            },
            [.. marked, .. transitions.Select(transition => transition.TaskId), .. creates.Select(create => create.TaskId)]);
        look.Add(Tasks, row => _tasks[row.GetString(0)] = TaskRows.Task(row), marked);
        var found = transitions.Where(transition => transition.Attempt?.UpstreamId is not null).Select(transition => transition.Attempt!).ToList();
        look.Add(
            UpstreamIds, row => _upstreamIds[(row.GetString(0), row.GetString(1))] = (row.GetString(2), row.GetInt32(3)),
            [.. found.Select(attempt => attempt.ChannelAccount)], found.Select(attempt => attempt.UpstreamId!).ToArray());
        look.Add(
            Intents, row => _intents[row.GetString(0)] = row.GetInt64(1),
            [.. batch.OfType<StoreOperation.ClaimIntent>().Select(claim => claim.TaskId)]);
        look.Add(
            WaitingMail, row => _mail.Add((row.GetString(0), row.GetInt32(1), row.GetString(2), row.GetString(3))),
            [.. batch.OfType<StoreOperation.Post>().Select(post => post.TaskId)]);
        look.Add(
            Deliveries,
            row => _deliveries[row.GetString(0)] = new(row.GetString(1), row.GetInt32(2), row.GetInt64(3), row.TextOrNull(4), row.LongOrNull(5)),
            [.. batch.OfType<StoreOperation.Deliver>().Select(deliver => deliver.TaskId)]);
    }

    private static long? FenceOf(StoreOperation operation) => operation switch
    {
        StoreOperation.Create create => create.Fence.Shard,
        StoreOperation.Transition transition => transition.Fence.Shard,
        StoreOperation.Note note => note.Fence.Shard,
        _ => null,
    };

    private static AccountFigures Figures(NpgsqlDataReader row) => new(
        row.GetInt64(1), row.GetInt64(2), row.GetInt64(3) != 0, row.GetInt64(4), row.GetInt64(5), row.GetInt64(6),
        new Limits
        {
            MaxInFlight = (int?)row.LongOrNull(7), DayBudgetMicros = row.LongOrNull(8), MonthBudgetMicros = row.LongOrNull(9),
            TotalBudgetMicros = row.LongOrNull(10),
        });
}
