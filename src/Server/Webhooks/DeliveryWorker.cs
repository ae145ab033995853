using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Server.Webhooks;

/// <summary>
/// Sends what is due, beside the engine and without its wheel. A delivery is claimed in the store before it is sent, so that other nodes leave it
/// alone, and its outcome is written after; a process that dies in between sends it again under the same id.
/// </summary>
internal sealed partial class DeliveryWorker(
    IDeliveryStore store, GroupCommitter committer, DeliveryCall call, DestinationBook destinations, DeliveryPolicy policy,
    WebhookSubscriptions subscriptions, WebhookOptions options, Ownership ownership, TimeProvider time, ILogger<DeliveryWorker> logger)
    : IHostedLifecycleService, IDisposable
{
    private const int UpkeepPage = 500;

    // How long after its longest POST a claim holds: room for the write that follows.
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(50);

    // Rows of other nodes are announced by nobody.
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan UpkeepPause = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<Task> _inFlight = [];
    private Task _loop = Task.CompletedTask;
    private string _last = "";
    private long _nextUpkeepAt;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        store.TakeOver(ownership.NodeId, Now);
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _loop = RunAsync(_stop.Token);
        return Task.CompletedTask;
    }

    /// <summary>After the engine's drain, whose tasks are announced meanwhile: POSTs under way may end, nothing new begins.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        try
        {
            await EndAsync().WaitAsync(TimeSpan.FromSeconds(options.TimeoutSeconds + 1), time, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException)
        {
            // What is still open is sent again by the next process.
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    // The loop first: what its last round has claimed is sent.
    private async Task EndAsync()
    {
        await _loop;
        Task[] open;
        lock (_inFlight) open = [.. _inFlight];
        await Task.WhenAll(open);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var signal = subscriptions.Signal.Next;
            var pause = MaxPause;
            try
            {
                KeepUp();
                pause = await RoundAsync();
            }
            catch (Exception exception) when (!committer.IsCompleted)
            {
                LogRoundFailed(exception);
            }

            using var woken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(signal, Task.Delay(pause, time, woken.Token));
            await woken.CancelAsync();
        }
    }

    // One look at every destination, beginning behind the last one that got something, so that none is always the last.
    private async Task<TimeSpan> RoundAsync()
    {
        var pause = MaxPause;
        var now = Now;
        var picked = new List<(DueDelivery Row, bool WasQuick)>();
        var open = store.ListOpen(_last);
        if (_last.Length > 0) open = [.. open, .. store.ListOpen("").TakeWhile(row => string.CompareOrdinal(row.Destination, _last) <= 0)];
        foreach (var (destination, nextAt) in open)
        {
            var free = destinations.Free(destination, out var rest);
            var wait = TimeSpan.FromMilliseconds(Math.Max(0, nextAt - now));
            if (free > 0 && wait == TimeSpan.Zero)
            {
                foreach (var row in store.ListDue(destination, now, free)) picked.Add((row, destinations.Begin(destination)));
                _last = destination;
            }
            else if (rest > wait)
            {
                wait = rest;
            }

            // Without a place and without a rest it waits for one that ends, which wakes this loop.
            if (wait > TimeSpan.Zero && wait < pause) pause = wait;
        }

        await Task.WhenAll(picked.Select(pick => ClaimAsync(pick.Row, pick.WasQuick, now)));
        return pause < MinPause ? MinPause : pause;
    }

    // All claims of a round stand in one batch or two.
    private async Task ClaimAsync(DueDelivery row, bool wasQuick, long now)
    {
        var until = now + (long)(TimeSpan.FromSeconds(options.TimeoutSeconds) + LeaseMargin).TotalMilliseconds;
        var isMine = false;
        try
        {
            isMine = (await committer.WriteAsync(new StoreOperation.Deliver(new DeliveryWrite.Claim(row, ownership.NodeId, until)))).IsApplied;
        }
        finally
        {
            if (!isMine) destinations.End(row.Destination, wasQuick, null);
        }

        if (!isMine) return;
        var sending = DeliverAsync(row, wasQuick);
        lock (_inFlight)
        {
            _inFlight.RemoveWhere(task => task.IsCompleted);
            _inFlight.Add(sending);
        }
    }

    private async Task DeliverAsync(DueDelivery row, bool wasQuick)
    {
        WebhookAnswer? answer = null;
        try
        {
            answer = row.IsEndpointDisabled ? null : await call.SendAsync(row, CancellationToken.None);
            await CloseAsync(row, answer);
        }
        catch (StoreUnavailableException) when (committer.IsCompleted)
        {
            // The server has stopped; its next start sends it again.
        }
        catch (Exception exception)
        {
            // Its claim runs out, and then it is tried again.
            LogDeliveryFailed(exception, row.Id);
        }
        finally
        {
            destinations.End(row.Destination, wasQuick, answer);
            subscriptions.Signal.Set();
        }
    }

    private Task<OperationResult> CloseAsync(DueDelivery row, WebhookAnswer? answer)
    {
        var now = Now;
        var next = answer is null or { IsSuccess: true } or { IsGone: true } ? null : policy.NextAt(row, answer.RetryAfter, now);
        var close = new DeliveryWrite.Close(row, ownership.NodeId, now)
        {
            Attempt = answer is null ? null
                : new DeliveryAttempt(row.AttemptCount + 1, answer.StartedAt, (long)answer.Duration.TotalMilliseconds, answer.StatusCode, answer.Error),
            Outcome = answer switch
            {
                null => row.IsEndpointDisabled ? DeliveryOutcome.Gone : DeliveryOutcome.Withdrawn,
                { IsSuccess: true } => DeliveryOutcome.Delivered,
                { IsGone: true } => DeliveryOutcome.Gone,
                _ => next is null ? DeliveryOutcome.Failed : null,
            },
            NextAt = next ?? now,
            DisablesEndpoint = answer is { IsGone: true } && row.EndpointId.Length > 0,
        };
        return committer.WriteAsync(new StoreOperation.Deliver(close));
    }

    private void KeepUp()
    {
        var now = Now;
        if (now < _nextUpkeepAt) return;

        // A page at a time, and the next one soon while there are more.
        var before = now - (long)TimeSpan.FromDays(options.KeepDays).TotalMilliseconds;
        var isMore = store.GiveUp(now, UpkeepPage) == UpkeepPage | store.Forget(before, UpkeepPage) == UpkeepPage;
        _nextUpkeepAt = isMore ? now : now + (long)UpkeepPause.TotalMilliseconds;
    }

    [LoggerMessage(2410, LogLevel.Error, "Looking for webhooks to deliver failed; it is tried again.")]
    private partial void LogRoundFailed(Exception exception);

    [LoggerMessage(2411, LogLevel.Error, "Delivery {Id} could not be made or noted; it is tried again once its claim has run out.")]
    private partial void LogDeliveryFailed(Exception exception, string id);
}
