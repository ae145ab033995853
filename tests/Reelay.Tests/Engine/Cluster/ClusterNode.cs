using Microsoft.Extensions.Logging.Abstractions;
using Reelay.Server.Api;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine.Cluster;

/// <summary>One node: the engine and its keeper, without host and socket.</summary>
internal sealed class ClusterNode : IAsyncDisposable
{
    private static readonly ModelCatalog Catalog = ModelCatalog.Load(new ProviderSet().Models);

    private readonly ClusterWorld _world;
    private readonly TaskIds _ids;
    private readonly OutboundHttp _http;
    private readonly ResultFetcher _fetcher;
    private readonly InputFetcher _inputs;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _committing;
    private CancellationTokenSource _keeping = new();
    private Task _running = Task.CompletedTask;
    private bool _isKilled;

    public ClusterNode(ClusterWorld world, string id)
    {
        _world = world;
        _ids = new TaskIds(world.Time, Randomness.System);
        Way = world.Shared.Way();
        Ownership = new Ownership(id, world.Time);
        Gate = new EngineGate(world.Time);
        Committer = new GroupCommitter(Way.Tasks);
        _committing = Committer.RunAsync();
        Channels = new ChannelSet(world.Configs.Select((config, position) => EngineWorld.Channel("channel-" + (position + 1), config, world.Upstream)), Catalog);
        var options = new EngineOptions();
        var assets = new LocalAssetStore(world.AssetFolder, Randomness.System.Fill);
        var fetching = new FetcherOptions();
        _http = new OutboundHttp(fetching, new CheckedDialer(TimeProvider.System, TimeSpan.FromSeconds(1)));
        var fetcher = new MediaFetcher(_http, fetching, TimeProvider.System);
        _fetcher = new ResultFetcher(assets, fetcher, options, TimeProvider.System, Ownership);
        _inputs = new InputFetcher(assets, fetcher, options, TimeProvider.System);
        var addresses = new InputAddresses(new UnsignedLinks(), new ServerOptions(), new Lazy<bool>(() => false));
        var writer = new TaskWriter(Committer, Way.Tasks, Ownership, TimeSpan.FromDays(1), world.Time, NullLogger<TaskWriter>.Instance);
        var parts = new EngineParts(writer, Way.Tasks, Channels, assets, _fetcher, _inputs, addresses, options, Gate, world.Time, Randomness.System);
        Engine = new TaskEngine(parts, Ownership, NullLoggerFactory.Instance);
        Keeper = new ShardKeeper(
            Way.Leases, Ownership, Engine, parts, new ClusterOptions { LeaseSeconds = ClusterWorld.LeaseTime.TotalSeconds }, new ClusterSize(),
            NullLogger<ShardKeeper>.Instance);
    }

    public NodeWay Way { get; }

    public Ownership Ownership { get; }

    public EngineGate Gate { get; }

    public GroupCommitter Committer { get; }

    public ChannelSet Channels { get; }

    public TaskEngine Engine { get; }

    public ShardKeeper Keeper { get; }

    public ChannelState Slots => Channels.Find("channel-1")!.State;

    public async Task StartAsync(bool isSweeping)
    {
        await Keeper.JoinAsync(default);
        await Keeper.TurnAsync(default);
        _running = Task.WhenAll(Engine.RunAsync(_stop.Token), isSweeping ? Engine.SweepAsync(_stop.Token) : Task.CompletedTask, KeepAsync());
    }

    /// <summary>Makes an order in one of the node's shards.</summary>
    public async Task<string> OrderAsync(string prompt = "a red boat")
    {
        string id;
        do id = _ids.Mint();
        while (!Ownership.Owns(TaskIds.ShardOf(id)));
        var task = Rows.Task(id, prompt: prompt, createdAt: _world.Now);
        var result = await Committer.WriteAsync(new StoreOperation.Create(Ownership.Fence(task.Shard), task));
        Assert.Equal(OperationOutcome.Applied, result.Outcome);
        Engine.Add(task);
        return id;
    }

    /// <summary>Asks for a cancel here, wherever the task is.</summary>
    public async Task CancelAsync(string id) =>
        Engine.Learn((await Committer.WriteAsync(new StoreOperation.Intent(id, Rows.Account, IsDelete: false, _world.Now))).Task!);

    /// <summary>From now on nothing is renewed, as if the process stood still; what is under way elsewhere goes on.</summary>
    public Task SuspendAsync() => _keeping.CancelAsync();

    /// <summary>The process runs again: the first thing that happens is up to the test.</summary>
    public void Resume()
    {
        _keeping.Dispose();
        _keeping = new CancellationTokenSource();
        _ = KeepAsync();
    }

    /// <summary>Like SIGTERM: what is idle goes, what is under way is waited for.</summary>
    public async Task DrainAsync()
    {
        var quiet = Gate.DrainAsync();
        await Keeper.TurnAsync(default);
        await quiet;
        await Keeper.LeaveAsync(default);
    }

    /// <summary>Like SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_isKilled) return;
        _isKilled = true;
        Way.IsCut = true;
        await _keeping.CancelAsync();
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        Committer.Complete();
        await _committing;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Keeper.Dispose();
        _keeping.Dispose();
        _stop.Dispose();
        _http.Dispose();
        _fetcher.Dispose();
        _inputs.Dispose();
    }

    private async Task KeepAsync()
    {
        try
        {
            await Keeper.RunAsync(_keeping.Token);
        }
        catch (OperationCanceledException)
        {
            // Suspended.
        }
    }
}
