using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Tasks;

/// <summary>A store over a database of its own, and what a test must see of that database beyond the store's contract.</summary>
internal abstract class StoreWorld : IDisposable
{
    public const string Node = "node_test";

    private readonly Dictionary<int, long> _epochs = [];

    public abstract ITaskStore Store { get; }

    private protected abstract Database Database { get; }

    public void AddAccount(string id, long balance, bool isUnlimited = false) => Database.Write((connection, transaction) => connection.Execute(
        "INSERT INTO accounts (id, name, is_unlimited, balance_micros, created_at) VALUES (@id, 'test', @unlimited, @balance, 1)",
        transaction,
        ("@id", id), ("@unlimited", isUnlimited), ("@balance", balance)));

    /// <summary>The account's two figures, as kept.</summary>
    public (long Balance, long Reserved) Figures(string account) => Assert.Single(Database.Read(connection => connection.Query(
        row => (row.GetInt64(0), row.GetInt64(1)),
        "SELECT balance_micros, reserved_micros FROM accounts WHERE id = @id",
        ("@id", account))));

    /// <summary>The same two as sums of the ledger's rows, and how many rows there are. The first balance is no ledger row here.</summary>
    public (long Balance, long Reserved, int Count) Ledger(string account) => Assert.Single(Database.Read(connection => connection.Query(
        row => (row.GetInt64(0), row.GetInt64(1), row.GetInt32(2)),
        "SELECT coalesce(sum(balance_micros), 0), coalesce(sum(reserved_micros), 0), count(*) FROM ledger_entries WHERE account_id = @id",
        ("@id", account))));

    /// <summary>Changes columns of an account, for example <c>floor_micros = -100</c>.</summary>
    public void SetAccount(string id, string assignments) => Database.Write((connection, transaction) =>
        connection.Execute($"UPDATE accounts SET {assignments} WHERE id = @id", transaction, ("@id", id)));

    /// <summary>The account's own sums, spent and in flight, and the same as sums over its rows of spending.</summary>
    public (long Spent, long InFlight, long SpentOfRows, long InFlightOfRows) Spending(string account) => Assert.Single(Database.Read(connection => connection.Query(
        row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
        """
        SELECT spent_micros, in_flight_count, coalesce(sum(s.reserved_micros + s.settled_micros), 0),
            coalesce(sum(s.created_count - s.completed_count - s.failed_count), 0)
        FROM accounts a LEFT JOIN spending s ON s.account_id = a.id WHERE a.id = @id GROUP BY a.id
        """,
        ("@id", account))));

    /// <summary>Closes the database and opens it again, as after a restart.</summary>
    public abstract void Reopen();

    public abstract void Dispose();

    public async Task ClaimAsync(string node = Node)
    {
        foreach (var (shard, epoch) in await Support.TestStore.ClaimAllAsync(Database, node)) _epochs[shard] = epoch;
    }

    public ShardFence Fence(GenerationTask task, string node = Node) => new(task.Shard, node, _epochs[task.Shard]);

    public StoreOperation.Create Creation(GenerationTask task) => new(Fence(task), task);

    /// <summary>A caller's order: bounds of its key and its account apply.</summary>
    public StoreOperation.Create Order(GenerationTask task, Server.Accounts.Limits? limits = null) =>
        Creation(task) with { KeyLimits = limits ?? Server.Accounts.Limits.None };

    public StoreOperation.Transition Change(GenerationTask after, TaskAttempt? attempt = null, SlotAdmission? admission = null, MoneyMove? money = null) =>
        new(Fence(after), after) { Attempt = attempt, Admission = admission, Money = money };

    public async Task<OperationResult> WriteAsync(StoreOperation operation) => Assert.Single(await Store.CommitAsync([operation], default));

    public async Task<GenerationTask> AddAsync(GenerationTask task)
    {
        Assert.Equal(OperationOutcome.Applied, (await WriteAsync(Creation(task))).Outcome);
        return task;
    }

    /// <summary>Begins an attempt of an accepted task and gives both rows as stored.</summary>
    public async Task<(GenerationTask Task, TaskAttempt Attempt)> SubmitAsync(GenerationTask task, TaskAttempt? attempt = null, int maxInFlight = 1000)
    {
        var result = await WriteAsync(Change(Rows.Submitting(task), attempt ?? Rows.Attempt(task), new SlotAdmission(maxInFlight, 1000)));
        Assert.Equal(OperationOutcome.Applied, result.Outcome);
        return (result.Task!, result.Attempt!);
    }

    public async Task<TaskDetail> ReadAsync(string id)
    {
        var found = await Store.FindAsync(id, default);
        Assert.NotNull(found);
        return found;
    }
}
