using Reelay.Server.Accounts;
using Reelay.Server.Routing;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Starts the engine before the first request is taken, and stops it after the last call in flight has ended.</summary>
internal sealed partial class EngineHost(
    TaskEngine engine, GroupCommitter committer, ShardKeeper keeper, AssetJanitor janitor, DiskWatch disk,
    EngineParts parts, Database database, IKeyStore keyStore, KeyRing keys, DataFolder folder, ProviderSet providers, ChannelNotes notes,
    Api.Intents.CreationIntents intents, Api.ServerOptions options, IHostApplicationLifetime lifetime, ILogger<EngineHost> logger) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];
    private int _recoveredCount;

    /// <summary>Whether requests may come.</summary>
    public bool IsReady { get; private set; }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var note in notes.Lines) LogNote(note);
        if (FirstStart.Prepare(keyStore, keys, folder.Root, options.Sandbox.Enabled, parts.Now) is { } secret)
        {
            // The one moment at which the secret can be read; it is nowhere else but in its file.
            Console.WriteLine($"Administrator key, shown once and kept in {folder.Path("admin.key")}: {secret}");
        }

        await keeper.JoinAsync(cancellationToken);
        disk.Look();
        Keep(committer.RunAsync());
        await intents.RestoreAsync(cancellationToken);
        _recoveredCount = await engine.RecoverAsync(cancellationToken);
    }

    /// <summary>Runs once the addresses are bound: a server that cannot listen must not have sent anything when it gives up.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await keeper.TurnAsync(cancellationToken);
        Keep(keeper.RunAsync(_stop.Token));
        Keep(engine.RunAsync(_stop.Token));
        Keep(engine.SweepAsync(_stop.Token));
        Keep(janitor.RunAsync(_stop.Token));
        Keep(disk.RunAsync(_stop.Token));
        IsReady = true;
        LogStarted(ProgramVersion.Text, folder.Root, database.Name, _recoveredCount, string.Join(", ", providers.Ids),
            string.Join(", ", parts.Channels.All.Select(channel => channel.Id)));
    }

    // A server whose engine has died would take orders and never make them; better that it ends and is started again.
    private async void Keep(Task loop)
    {
        _loops.Add(loop);
        try
        {
            await loop;
        }
        catch (OperationCanceledException)
        {
            // The usual end.
        }
        catch (Exception exception)
        {
            LogLoopDied(exception);
            lifetime.StopApplication();
        }
    }

    /// <summary>Runs before Kestrel stops: reads go on while calls in flight end.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var quiet = parts.Gate.DrainAsync();

        // What nobody waits for here goes to other nodes at once; the rest is kept, and given back bit by bit, until its calls have ended.
        await keeper.TurnAsync(cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(quiet, Task.Delay(TimeSpan.FromSeconds(parts.Options.DrainSeconds), parts.Time, limit.Token));
        await limit.CancelAsync();
        await keeper.LeaveAsync(CancellationToken.None);
        LogDrained(quiet.IsCompleted ? "all calls have ended" : "some calls were still open and will be looked for at the next start");
    }

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        committer.Complete();
        try
        {
            await Task.WhenAll(_loops).WaitAsync(TimeSpan.FromSeconds(10), parts.Time, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException)
        {
            // Loops end by cancellation; one that hangs must not keep the process.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(2090, LogLevel.Information,
        "Reelay {Version}, data in {Folder}, {Database}, {Count} unfinished tasks taken up; providers: {Providers}; channels: {Channels}")]
    private partial void LogStarted(string version, string folder, string database, int count, string providers, string channels);

    [LoggerMessage(2093, LogLevel.Critical, "A loop of the engine ended by a mistake of this program; the server stops.")]
    private partial void LogLoopDied(Exception exception);

    [LoggerMessage(2091, LogLevel.Information, "Drained: {How}.")]
    private partial void LogDrained(string how);

    [LoggerMessage(2092, LogLevel.Warning, "{Note}")]
    private partial void LogNote(string note);
}

/// <summary>What was noticed while channels were read, to be logged once the log is there.</summary>
internal sealed record ChannelNotes(IReadOnlyList<string> Lines);
