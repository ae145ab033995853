using System.Threading.Channels;
using Npgsql;

namespace Reelay.Server.Storage;

/// <summary>
/// Tells the other nodes at once what they would find out by themselves within seconds: by NOTIFY, on a connection of its own and after the
/// commit, since inside a transaction it halves what the database can take. Nothing depends on it: what is lost is found by the next look.
/// </summary>
internal sealed partial class ClusterSignals(
    PostgresDatabase database, Engine.Ownership ownership, PostgresOptions options, TimeProvider time, ILogger<ClusterSignals> logger) : BackgroundService
{
    /// <summary>The channel of the database.</summary>
    public const string Topic = "reelay";

    private const int MaxAtOnce = 200;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    // Who tells faster than it can be sent is not waited for.
    private readonly Channel<string> _waiting = Channel.CreateBounded<string>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Dictionary<Signal, Action<string>> _listeners = [];

    /// <summary>Has something done when another node tells of something.</summary>
    /// <param name="signal">Of what.</param>
    /// <param name="told">Receives the id it is about; must return soon.</param>
    public void On(Signal signal, Action<string> told) => _listeners[signal] = told;

    /// <summary>Tells the others, soon.</summary>
    /// <param name="signal">Of what.</param>
    /// <param name="id">What it is about; empty where that says nothing.</param>
    public void Tell(Signal signal, string id = "")
    {
        if (options.Notifications) _waiting.Writer.TryWrite(Payload(ownership.NodeId, signal, id));
    }

    /// <summary>What is sent.</summary>
    public static string Payload(string nodeId, Signal signal, string id) => $"{nodeId} {(int)signal} {id}";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Notifications ? Task.WhenAll(AgainAsync(SendAsync, stoppingToken), AgainAsync(ListenAsync, stoppingToken)) : Task.CompletedTask;

    private async Task AgainAsync(Func<CancellationToken, Task> run, CancellationToken stoppingToken)
    {
        // A connection that breaks at the same moment throws at whoever cancels it (Npgsql 10.0.0), and that must not be the host that stops.
        using var stop = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() =>
        {
            try
            {
                stop.Cancel();
            }
            catch (AggregateException)
            {
                // Cancelled it is.
            }
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await run(stop.Token);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogLost(exception.Message);
                await Task.Delay(RetryPause, time, stoppingToken);
            }
        }
    }

    private async Task SendAsync(CancellationToken stoppingToken)
    {
        await _waiting.Reader.WaitToReadAsync(stoppingToken);
        var payloads = new HashSet<string>(StringComparer.Ordinal);
        while (payloads.Count < MaxAtOnce && _waiting.Reader.TryRead(out var payload)) payloads.Add(payload);
        await using var connection = await database.OpenFencedAsync(stoppingToken);
        await using var command = new NpgsqlCommand("SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS p (payload)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = Topic });
        command.Parameters.Add(new NpgsqlParameter { Value = payloads.ToArray() });
        await command.ExecuteNonQueryAsync(stoppingToken);
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = await database.OpenDirectAsync(stoppingToken);
        connection.Notification += (_, told) => Hear(told.Payload);
        await using (var command = new NpgsqlCommand($"LISTEN {Topic}", connection)) await command.ExecuteNonQueryAsync(stoppingToken);
        while (true) await connection.WaitAsync(stoppingToken);
    }

    private void Hear(string payload)
    {
        var parts = payload.Split(' ', 3);
        if (parts is not [var node, var number, var id] || node == ownership.NodeId || !int.TryParse(number, out var signal)) return;
        try
        {
            if (_listeners.TryGetValue((Signal)signal, out var told)) told(id);
        }
        catch (Exception exception)
        {
            // The next look at the database finds the same.
            LogUnheard(payload, exception);
        }
    }

    [LoggerMessage(2290, LogLevel.Warning, "Notifications of the database broke off ({Reason}); until they are back, what other nodes do shows within seconds.")]
    private partial void LogLost(string reason);

    [LoggerMessage(2291, LogLevel.Warning, "The notification '{Payload}' could not be followed.")]
    private partial void LogUnheard(string payload, Exception exception);
}

/// <summary>What nodes tell each other. The numbers are on the wire between versions and never change.</summary>
internal enum Signal
{
    /// <summary>A task has a cancel or a delete.</summary>
    Task = 1,

    /// <summary>A task's row changed after its end, or its files are gone.</summary>
    Ended = 2,

    /// <summary>A key was changed.</summary>
    Key = 3,

    /// <summary>An account was changed.</summary>
    Account = 4,

    /// <summary>Shards are free.</summary>
    Shards = 5,

    /// <summary>A task has mail for its owner.</summary>
    Mail = 6,
}
