using System.Globalization;
using System.Text.RegularExpressions;

namespace Reelay.Load.Cluster;

/// <summary>Creates over HTTP on PostgreSQL, against pgbench that inserts the same rows into the same tables, one order at a time.</summary>
internal sealed partial class PostgresCreateBenchmark(Workplace workplace, int seconds) : Benchmark
{
    private const int ClientCount = 128;
    private const int WarmUpSeconds = 4;

    // The runtime goes on compiling for tens of thousands of creates.
    private const int OurWarmUpSeconds = 25;

    // One transaction of one round trip: the least that inserting these rows one order at a time can cost. The account's own row is left out,
    // since all orders of one account would wait for each other's fsync there.
    private const string Script =
        """
        \set n :n + 1
        \set shard random(0, 255)
        \startpipeline
        BEGIN;
        INSERT INTO tasks (id, shard, version, account_id, key_id, model, order_json, base_url, phase, price_micros, created_at, groups, price_json)
            SELECT 'task_' || lpad(:n::text, 20, '0') || lpad(:client_id::text, 6, '0'), :shard::bigint, 1, 'acct_sandbox', :key, 'sora-2', :order, 'http://127.0.0.1',
                'accepted', 400000, 1792000000000, 'default', :price;
        INSERT INTO ledger_entries (account_id, task_id, attempt, kind, balance_micros, reserved_micros, seconds, created_at)
            VALUES ('acct_sandbox', 'task_' || lpad(:n::text, 20, '0') || lpad(:client_id::text, 6, '0'), 0, 'reserve', 0, 400000, 4, 1792000000000);
        INSERT INTO order_intents (task_id, claims, is_undelivered, created_at, key_id, fingerprint)
            VALUES ('task_' || lpad(:n::text, 20, '0') || lpad(:client_id::text, 6, '0'), 0, 0, 1792000000000, :key, :fingerprint);
        COMMIT;
        \endpipeline

        """;

    private BenchPostgres? _postgres;
    private string _template = "";
    private string[] _values = [];
    private bool _hasNotedRows;

    public override string Name => "postgres";

    public override bool NeedsPostgres => true;

    public override IReadOnlyList<Figure> Figures { get; } =
    [
        new($"durable create on PostgreSQL, {ClientCount} clients; reference pgbench", "orders/s", Goal: 2, Floor: 0.5),
        new("— orders for each second of PostgreSQL's processor time", "orders/s of a core", Goal: 2, Floor: 1),
        new("— processor time of PostgreSQL for an order", "µs", IsLowerBetter: true),
        new("— WAL of an order", "bytes", IsLowerBetter: true),
    ];

    public override async Task PrepareAsync()
    {
        _postgres = await BenchPostgres.StartAsync(workplace);
        await File.WriteAllTextAsync(workplace.PathOf("order.sql"), Script);
        await File.WriteAllTextAsync(
            workplace.PathOf("create.lua"),
            $"wrk.method = \"POST\"\nwrk.headers[\"Content-Type\"] = \"application/json\"\nwrk.body = '{Gateway.Order}'\n");

        // The schema, the account, and what one order looks like, are the server's own.
        _template = await _postgres.NewDatabaseAsync();
        await using (var server = await StartAsync(_template)) await Gateway.OrderAsync(server.BaseUrl);
        _values = ["-D", "fingerprint=" + await _postgres.ScalarAsync<string>(_template, "SELECT fingerprint FROM order_intents")];
        var pairs = new[] { ("key", "key_id"), ("order", "order_json"), ("price", "price_json") };
        foreach (var (name, column) in pairs) _values = [.. _values, "-D", $"{name}={await _postgres.ScalarAsync<string>(_template, $"SELECT coalesce({column}, '') FROM tasks")}"];
    }

    public override async Task<double[]> MeasureReferenceAsync(int round)
    {
        var database = await _postgres!.NewDatabaseAsync(_template);
        Bench(database, "0", WarmUpSeconds);
        var before = await StateAsync(database);
        var text = Bench(database, "100000000", seconds);
        var rate = double.Parse(Rate().Match(text).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        return [rate, .. PerOrder(before, await StateAsync(database))];
    }

    public override async Task<double[]> MeasureOursAsync(int round)
    {
        var database = await _postgres!.NewDatabaseAsync(_template);
        await using var server = await StartAsync(database);
        Wrk.Run(server.BaseUrl + "/v1/videos", ClientCount, OurWarmUpSeconds, workplace.PathOf("create.lua"));
        var (before, spent, commits) = (await StateAsync(database), server.ProcessorTime, await CommitsAsync(database));
        var result = Wrk.Run(server.BaseUrl + "/v1/videos", ClientCount, seconds, workplace.PathOf("create.lua"));
        var after = await StateAsync(database);
        Notes.Add($"postgres, ours: {(server.ProcessorTime - spent).TotalMicroseconds / result.RequestCount:F0} µs of the node's own processor time per create, p99 {result.P99Milliseconds:F0} ms, "
            + $"{result.RequestCount / (double)Math.Max(1, await CommitsAsync(database) - commits):F0} orders per commit");
        await NoteRowsAsync(database);
        return [result.PerSecond, .. PerOrder(before, after)];
    }

    public override async ValueTask DisposeAsync()
    {
        if (_postgres is not null) await _postgres.DisposeAsync();
    }

    private Task<ServerProcess> StartAsync(string database) =>
        Gateway.StartReadyAsync(workplace, workplace.NewFolder("postgres-ours"), settings: _postgres!.Node(database));

    private string Bench(string database, string first, int length) => _postgres!.RunPgbench(
        database, ["-M", "prepared", "-c", ClientCount.ToString(), "-j", "2", "-T", length.ToString(), "-f", workplace.PathOf("order.sql"), "-D", "n=" + first, .. _values]);

    private async Task<(long Tasks, TimeSpan Processor, double Wal)> StateAsync(string database) => (
        await _postgres!.ScalarAsync<long>(database, "SELECT count(*) FROM tasks"), _postgres.ProcessorTime,
        (double)await _postgres.ScalarAsync<decimal>(database, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"));

    private Task<long> CommitsAsync(string database) => _postgres!.ScalarAsync<long>(
        database, "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()");

    private static double[] PerOrder((long Tasks, TimeSpan Processor, double Wal) before, (long Tasks, TimeSpan Processor, double Wal) after)
    {
        var count = after.Tasks - before.Tasks;
        var spent = (after.Processor - before.Processor).TotalMicroseconds / count;
        return [1e6 / spent, spent, (after.Wal - before.Wal) / count];
    }

    private async Task NoteRowsAsync(string database)
    {
        if (_hasNotedRows) return;
        _hasNotedRows = true;
        var rows = await _postgres!.ScalarAsync<string>(database,
            "SELECT string_agg(relname || ' ' || n_tup_ins || ' inserted, ' || n_tup_upd || ' updated', '; ' ORDER BY relname) FROM pg_stat_user_tables WHERE n_tup_ins + n_tup_upd > 100");
        var size = await _postgres.ScalarAsync<string>(database,
            "SELECT string_agg(relname || ' ' || pg_total_relation_size(relid) / greatest(1, (SELECT count(*) FROM tasks)), ', ' ORDER BY relname) FROM pg_stat_user_tables WHERE relname IN ('tasks', 'ledger_entries', 'order_intents')");
        Notes.Add($"postgres, rows written by ours: {rows}; bytes on disk per order with indexes: {size}");
    }

    [GeneratedRegex(@"tps = ([\d.]+)")]
    private static partial Regex Rate();
}
