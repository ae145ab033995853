using Microsoft.Extensions.Logging.Abstractions;
using Reelay.Providers;
using Reelay.Server.Api;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Engine.Polling;
using Reelay.Server.Routing;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>The engine with the real store and the real asset store, and an upstream that is a script. No host, no socket.</summary>
internal sealed class EngineWorld : IAsyncDisposable
{
    public const long Balance = 1_000_000;

    private static readonly ModelCatalog Catalog = ModelCatalog.Load(new ProviderSet().Models);

    private readonly TemporaryFolder _folder;
    private readonly Database _database;
    private readonly SqlTaskStore _store;
    private readonly OutboundHttp _http;
    private readonly ResultFetcher _fetcher;
    private readonly InputFetcher _inputs;
    private readonly Ownership _ownership = new("node_" + Randomness.System.Text(8));
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _committing;
    private readonly EngineOptions _options;
    private readonly IReadOnlyList<Uri> _callerHosts;
    private Task _running = Task.CompletedTask;
    private bool _isCrashed;

    private EngineWorld(
        TemporaryFolder folder, ScriptedUpstream upstream, IReadOnlyList<ChannelConfig> channels, EngineOptions options, IReadOnlyList<Uri> callerHosts,
        TimeProvider time, IVideoProvider provider)
    {
        (_folder, Upstream, _options, _callerHosts) = (folder, upstream, options, callerHosts);
        Gate = new EngineGate(TimeProvider.System) { Assets = AssetState };
        _database = TestStore.Open(folder, busySeconds: 1);
        _store = TestStore.Tasks(_database, time);
        Answers = new LossyStore(_store);
        Committer = new GroupCommitter(Answers);
        _committing = Committer.RunAsync();
        Channels = new ChannelSet(channels.Select((config, position) => Channel("channel-" + (position + 1), config, provider)), Catalog)
        {
            Holds = new AccountHolds(new SqlHoldStore(_database)),
        };
        Assets = new LocalAssetStore(folder.File("assets"), Randomness.System.Fill);
        var fetching = new FetcherOptions { MediaOrigins = [.. callerHosts.Select(WebOrigin.Of)] };
        _http = new OutboundHttp(fetching, new CheckedDialer(TimeProvider.System, TimeSpan.FromSeconds(1)));
        var fetcher = new MediaFetcher(_http, fetching, TimeProvider.System);
        Disk = new FullDisk(Assets) { State = AssetState };
        _fetcher = new ResultFetcher(Disk, fetcher, options, TimeProvider.System);
        _inputs = new InputFetcher(Disk, fetcher, options, TimeProvider.System);
        var addresses = new InputAddresses(new UnsignedLinks(), new ServerOptions(), new Lazy<bool>(() => false));
        var writer = new TaskWriter(
            Committer, Answers, _ownership, TimeSpan.FromDays(1), TimeProvider.System, NullLogger<TaskWriter>.Instance);
        var parts = new EngineParts(
            writer, Answers, Channels, Disk, _fetcher, _inputs, addresses, options, Gate, time, Randomness.System);
        Durations = parts.Durations;
        Engine = new TaskEngine(parts, _ownership, NullLoggerFactory.Instance);
    }

    public ScriptedUpstream Upstream { get; }

    public ITaskStore Store => _store;

    /// <summary>Which answers of the store are lost, and which come late.</summary>
    public LossyStore Answers { get; }

    public GroupCommitter Committer { get; }

    public ChannelSet Channels { get; }

    public LocalAssetStore Assets { get; }

    /// <summary>The store as the engine has it, which a test can fill up.</summary>
    public FullDisk Disk { get; }

    /// <summary>The database's file.</summary>
    public string DatabaseFile => _folder.File("reelay.db");

    /// <summary>The database once more, beside the engine's.</summary>
    public Database OpenDatabase() => TestStore.Open(_folder);

    public string AssetFolder => _folder.File("assets");

    /// <summary>Whether the process knows that the store is away.</summary>
    public AssetStoreState AssetState { get; } = new(NullLogger<AssetStoreState>.Instance);

    public EngineGate Gate { get; }

    public TaskEngine Engine { get; }

    public DurationBook Durations { get; }

    public ChannelState Slots => Channels.Find("channel-1")!.State;

    public static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A channel that is polled as often as can be.</summary>
    public static ChannelConfig Quick(int maxInFlight = 100, int priority = 0) => new()
    {
        Provider = Rows.Provider, MaxInFlight = maxInFlight, Priority = priority, CallSeconds = 3, ExpectedSeconds = 0.08, MinPollMilliseconds = 1,
    };

    /// <summary>Begins a world whose engine drives whatever the folder holds.</summary>
    /// <param name="prepare">Writes rows before the engine starts.</param>
    /// <param name="callerHosts">Hosts on this machine that links of orders may lead to.</param>
    /// <param name="time">The engine's clock.</param>
    /// <param name="provider">What the channels speak, in place of the upstream itself.</param>
    public static async Task<EngineWorld> StartAsync(
        ScriptedUpstream upstream, IReadOnlyList<ChannelConfig>? channels = null, EngineOptions? options = null,
        TemporaryFolder? folder = null, Func<EngineWorld, Task>? prepare = null, IReadOnlyList<Uri>? callerHosts = null,
        TimeProvider? time = null, IVideoProvider? provider = null)
    {
        var world = new EngineWorld(
            folder ?? new TemporaryFolder(), upstream, channels ?? [Quick()], options ?? new EngineOptions(), callerHosts ?? [],
            time ?? TimeProvider.System, provider ?? upstream);
        world._ownership.Grant(await TestStore.ClaimAllAsync(world._database, world._ownership.NodeId));
        world.AddAccount(Rows.Account);
        if (prepare is not null) await prepare(world);
        await world.Engine.RecoverAsync(default);
        world._running = Task.WhenAll(world.Engine.RunAsync(world._stop.Token), world.Engine.SweepAsync(world._stop.Token));
        return world;
    }

    /// <summary>Ends without any farewell, calls in flight included, and starts again over the same folder and upstream.</summary>
    public async Task<EngineWorld> RestartAsync(IReadOnlyList<ChannelConfig>? channels = null)
    {
        await CrashAsync();
        return await StartAsync(Upstream, channels, _options, _folder, callerHosts: _callerHosts);
    }

    public void AddAccount(string id) => _database.Write((connection, transaction) => connection.Execute(
        "INSERT INTO accounts (id, name, balance_micros, created_at) VALUES (@id, 'test', @balance, 1) ON CONFLICT DO NOTHING",
        transaction,
        ("@id", id), ("@balance", Balance)));

    public async Task<OperationResult> WriteAsync(StoreOperation operation)
    {
        var result = await Committer.WriteAsync(operation);
        Assert.Equal(OperationOutcome.Applied, result.Outcome);
        return result;
    }

    public ShardFence Fence(GenerationTask task) => _ownership.Fence(task.Shard);

    /// <summary>Has the engine load a task's shard once more.</summary>
    public Task<int> LoadAsync(GenerationTask task) =>
        Engine.LoadAsync(new OwnedShard(task.Shard, _ownership.EpochOf(task.Shard)), TestContext.Current.CancellationToken);

    public async Task<string> OrderAsync(string prompt = "a red boat", long? createdAt = null)
    {
        var task = Rows.Task(prompt: prompt, createdAt: createdAt ?? Now);
        return await OrderAsync(task);
    }

    public async Task<string> OrderAsync(GenerationTask task)
    {
        await WriteAsync(new StoreOperation.Create(Fence(task), task));
        Engine.Add(task);
        return task.Id;
    }

    /// <summary>Writes a task that the upstream has accepted, as an earlier process left it.</summary>
    public async Task<(GenerationTask Task, TaskAttempt Attempt)> WriteSubmittedAsync(Func<TaskAttempt, TaskAttempt> change)
    {
        var task = Rows.Task(createdAt: Now);
        await WriteAsync(new StoreOperation.Create(Fence(task), task));
        var attempt = change(Rows.Attempt(task, channel: "channel-1") with
        {
            UpstreamId = "up-0",
            ReferenceJson = ScriptedUpstream.Reference("up-0").GetRawText(),
            SubmittedAt = Now,
        });
        var submitting = Rows.Submitting(task);
        await WriteAsync(new StoreOperation.Transition(Fence(task), submitting) { Attempt = attempt, Admission = new(100, 1000) });
        var submitted = Rows.Submitted(submitting);
        await WriteAsync(new StoreOperation.Transition(Fence(task), submitted));
        return (submitted, attempt);
    }

    public async Task CancelAsync(string id, bool isDelete = false) =>
        Engine.Learn((await WriteAsync(new StoreOperation.Intent(id, Rows.Account, isDelete, Now))).Task!);

    public async Task<TaskDetail> ReadAsync(string id) =>
        await _store.FindAsync(id, TestContext.Current.CancellationToken) ?? throw new InvalidOperationException($"no task {id}");

    /// <summary>Waits until a task's rows are as wanted.</summary>
    public async Task<TaskDetail> UntilAsync(string id, Func<TaskDetail, bool> isWanted)
    {
        while (true)
        {
            var found = await ReadAsync(id);
            if (isWanted(found)) return found;
            await PauseAsync();
        }
    }

    public Task<TaskDetail> UntilPhaseAsync(string id, TaskPhase phase) => UntilAsync(id, found => found.Task.Phase == phase);

    public Task<TaskDetail> FinishAsync(string id) => UntilAsync(id, found => !found.Task.IsLive);

    /// <summary>Waits until every slot of the first channel is given back, which is a moment after the rows say that they are.</summary>
    public Task UntilFreeAsync() => UntilAsync(() => Slots.InFlight == 0);

    public static async Task UntilAsync(Func<bool> isWanted)
    {
        while (!isWanted()) await PauseAsync();
    }

    /// <summary>Gives the database no room to grow, or all it wants.</summary>
    /// <remarks>Past the connection's own book-keeping, which allows no command beside the transaction of a batch.</remarks>
    public void LimitDatabase(bool isFull) =>
        SQLitePCL.raw.sqlite3_exec(((SqliteDatabase)_database).Writer.Handle, $"PRAGMA max_page_count = {(isFull ? 1 : 1_000_000_000)}");

    public (long Balance, long Reserved) Money() => Assert.Single(_database.Read(connection => connection.Query(
        row => (row.GetInt64(0), row.GetInt64(1)), "SELECT balance_micros, reserved_micros FROM accounts WHERE id = @id", ("@id", Rows.Account))));

    public async ValueTask DisposeAsync()
    {
        await CrashAsync();
        _folder.Dispose();
    }

    private async Task CrashAsync()
    {
        if (_isCrashed) return;
        _isCrashed = true;
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        Committer.Complete();
        await _committing;
        (_store as IDisposable)?.Dispose();
        _database.Dispose();
        _http.Dispose();
        _fetcher.Dispose();
        _inputs.Dispose();
        _stop.Dispose();
    }

    private static Task PauseAsync() =>
        Task.Delay(TimeSpan.FromMilliseconds(3), TimeProvider.System, TestContext.Current.CancellationToken);

    internal static ProviderChannel Channel(string id, ChannelConfig config, IVideoProvider upstream) => new()
    {
        Id = id,
        Config = config,
        Provider = upstream,
        ModelKey = upstream.Id,
        VendorAccount = "vendor-" + id,
        UpstreamModels = (config.Models.Length > 0 ? config.Models.Split(',') : [Rows.UpstreamModel]).ToHashSet(),
        Account = new ProviderAccount
        {
            ChannelId = id,
            BaseUrl = new Uri("http://upstream.test"),
            Credential = new ProviderCredential.None(),
            Http = new HttpMessageInvoker(new RecordingUpstream()),
            Time = TimeProvider.System,
        },
    };
}
