using Reelay.Server.Billing;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Billing;

/// <summary>The real store with one account whose balance came by the ledger, so that the audit finds nothing wrong.</summary>
internal sealed class MoneyWorld : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqlTaskStore _store;
    private readonly Dictionary<int, long> _epochs = [];

    private MoneyWorld()
    {
        Database = TestStore.Open(_folder);
        _store = TestStore.Tasks(Database, TimeProvider.System);
        Ledger = new SqlLedger(Database);
    }

    public Database Database { get; }

    public SqlLedger Ledger { get; }

    public string Folder => Path.GetDirectoryName(_folder.File("reelay.db"))!;

    public static async Task<MoneyWorld> StartAsync(long balance = 1000, long floor = 0)
    {
        var world = new MoneyWorld();
        foreach (var (shard, epoch) in await TestStore.ClaimAllAsync(world.Database, "node_test")) world._epochs[shard] = epoch;
        world.Execute($"INSERT INTO accounts (id, name, floor_micros, created_at) VALUES ('{Rows.Account}', 'test', {floor}, 1)");
        if (balance > 0) Assert.Equal(AdjustmentOutcome.Applied, world.Adjust(balance, "start"));
        return world;
    }

    public AdjustmentOutcome Adjust(long micros, string key, bool isForced = false, string reason = "a test", string account = Rows.Account) =>
        Ledger.Adjust(new Adjustment(account, micros, reason, key, "key_admin", isForced), Now).Outcome;

    public async Task<OperationResult> WriteAsync(StoreOperation operation) => Assert.Single(await _store.CommitAsync([operation], default));

    public Task<OperationResult> OrderAsync(GenerationTask task) => WriteAsync(new StoreOperation.Create(Fence(task), task));

    public Task<OperationResult> EndAsync(GenerationTask after, MoneyMove money) =>
        WriteAsync(new StoreOperation.Transition(Fence(after), after) { Money = money });

    public (long Balance, long Reserved) Money() => Assert.Single(Database.Read(connection => connection.Query(
        row => (row.GetInt64(0), row.GetInt64(1)), "SELECT balance_micros, reserved_micros FROM accounts WHERE id = @id", ("@id", Rows.Account))));

    public IReadOnlyList<UsageSum> Usage() => Ledger.SumUsage(new UsageQuery(Rows.Account, 0, Now + 86_400_000, null, null, null, 100));

    public IReadOnlyList<LedgerRow> List() => Ledger.List(new LedgerQuery(Rows.Account, null, null, null, null, null, false, 1000));

    public AuditReport Audit() => new SqlLedgerAudit(Database).Run(TestContext.Current.CancellationToken);

    /// <summary>Takes the schema's protection off: from here on rows of the ledger can be harmed.</summary>
    public void AllowHarm() => Execute(TestStore.IsPostgres
        ? "ALTER TABLE ledger_entries DISABLE TRIGGER USER; ALTER TABLE ledger_entries DROP CONSTRAINT ledger_signs"
        : "DROP TRIGGER ledger_is_never_changed; DROP TRIGGER ledger_is_never_deleted");

    /// <summary>Has writes fail in their middle: a row of the ledger, or the balance; null for no longer.</summary>
    public void Tear(string? table)
    {
        if (!TestStore.IsPostgres)
        {
            Execute("DROP TRIGGER IF EXISTS torn");
            if (table is not null) Execute($"CREATE TRIGGER torn BEFORE {What(table)} ON {table} BEGIN SELECT RAISE(ABORT, 'torn'); END");
            return;
        }

        Execute(
            """
            CREATE OR REPLACE FUNCTION tear() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'torn'; END $$;
            DROP TRIGGER IF EXISTS torn ON accounts; DROP TRIGGER IF EXISTS torn ON ledger_entries;
            """);
        if (table is not null) Execute($"CREATE TRIGGER torn BEFORE {What(table)} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION tear()");
    }

    private static string What(string table) => table == "accounts" ? "UPDATE OF balance_micros" : "INSERT";

    public void Execute(string sql) => Database.Write((connection, transaction) => connection.Execute(sql, transaction));

    public void Dispose()
    {
        (_store as IDisposable)?.Dispose();
        Database.Dispose();
        _folder.Dispose();
    }

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private ShardFence Fence(GenerationTask task) => new(task.Shard, "node_test", _epochs[task.Shard]);
}
