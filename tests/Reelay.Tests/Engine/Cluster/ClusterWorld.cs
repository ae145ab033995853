using Reelay.Server.Routing;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine.Cluster;

/// <summary>Several nodes over one database and one upstream, in virtual time: it runs as long as somebody waits for something.</summary>
internal sealed class ClusterWorld : IAsyncDisposable
{
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private readonly TemporaryFolder _folder = new();
    private readonly List<ClusterNode> _nodes = [];

    public ClusterWorld(ScriptedUpstream upstream, params ChannelConfig[] channels)
    {
        (Upstream, Configs) = (upstream, channels.Length > 0 ? channels : [Channel()]);
        TestStore.Prepare(_folder.Path);
        Database = new SqliteDatabase(_folder.File("reelay.db"), busySeconds: 30);
        SqliteMigrations.Apply(Database.Writer, Time);
        Database.Write((connection, transaction) => connection.Execute(
            "INSERT INTO accounts (id, name, balance_micros, created_at) VALUES (@id, 'test', @balance, 1)",
            transaction, ("@id", Rows.Account), ("@balance", EngineWorld.Balance)));
        Shared = new SharedLeases(Database, Time, LeaseTime);
    }

    /// <summary>How far time goes on between two looks: far below the lease, so that all who are woken have run before it ends.</summary>
    public TimeSpan Step { get; set; } = TimeSpan.FromMilliseconds(200);

    public ManualTimeProvider Time { get; } = new();

    public ScriptedUpstream Upstream { get; }

    public IReadOnlyList<ChannelConfig> Configs { get; }

    public SqliteDatabase Database { get; }

    public SharedLeases Shared { get; }

    public string AssetFolder => _folder.File("assets");

    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public static ChannelConfig Channel(int maxInFlight = 1000, int callSeconds = 120) => new()
    {
        Provider = Rows.Provider, MaxInFlight = maxInFlight, CallSeconds = callSeconds, ExpectedSeconds = 2, MinPollMilliseconds = 500,
    };

    /// <summary>Starts a node; it takes its share as others make room.</summary>
    public async Task<ClusterNode> StartAsync(bool isSweeping = true)
    {
        var node = new ClusterNode(this, "node_" + (char)('a' + _nodes.Count));
        _nodes.Add(node);
        await node.StartAsync(isSweeping);
        return node;
    }

    /// <summary>Two nodes with half of the shards each.</summary>
    public async Task<(ClusterNode A, ClusterNode B)> StartTwoAsync()
    {
        var (a, b) = (await StartAsync(), await StartAsync());
        await UntilAsync(() => a.Ownership.Count == 128 && b.Ownership.Count == 128);
        return (a, b);
    }

    public async Task<TaskDetail> ReadAsync(string id) => (await Shared.Tasks.FindAsync(id, TestContext.Current.CancellationToken))!;

    /// <summary>Lets time go by until something is so.</summary>
    public async Task UntilAsync(Func<bool> isSo)
    {
        for (var end = Time.GetUtcNow() + Patience; !isSo();) await StepAsync(end);
    }

    /// <summary>The same for a task's rows.</summary>
    public async Task<TaskDetail> UntilAsync(string id, Func<TaskDetail, bool> isSo)
    {
        TaskDetail found;
        for (var end = Time.GetUtcNow() + Patience; !isSo(found = await ReadAsync(id));) await StepAsync(end);
        return found;
    }

    public Task<IReadOnlyList<NodeRow>> NodesAsync() => Shared.Leases.ListNodesAsync(TestContext.Current.CancellationToken);

    public Task<TaskDetail> UntilPhaseAsync(string id, TaskPhase phase) => UntilAsync(id, found => found.Task.Phase == phase);

    public Task<TaskDetail> FinishAsync(string id) => UntilAsync(id, found => !found.Task.IsLive);

    /// <summary>Lets so much time go by.</summary>
    public Task PassAsync(TimeSpan time)
    {
        var end = Time.GetUtcNow() + time;
        return UntilAsync(() => Time.GetUtcNow() >= end);
    }

    /// <summary>Lets time go by until something has ended.</summary>
    public async Task UntilDoneAsync(Task task)
    {
        await UntilAsync(() => task.IsCompleted);
        await task;
    }

    /// <summary>Who owns a shard, as the row says.</summary>
    public string? OwnerOf(int shard) => Database.Read(connection => connection.Query(
        row => row.IsDBNull(0) ? null : row.GetString(0), "SELECT owner FROM shards WHERE id = @id", ("@id", shard)))[0];

    public (long Balance, long Reserved) Money() => Database.Read(connection => connection.Query(
        row => (row.GetInt64(0), row.GetInt64(1)), "SELECT balance_micros, reserved_micros FROM accounts WHERE id = @id", ("@id", Rows.Account)))[0];

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        Shared.Dispose();
        Database.Dispose();
        _folder.Dispose();
    }

    private async Task StepAsync(DateTimeOffset end)
    {
        Assert.True(Time.GetUtcNow() < end, "What was waited for did not come within an hour of the engines' time.");
        Time.Advance(Step);
        await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, TestContext.Current.CancellationToken);
    }
}
