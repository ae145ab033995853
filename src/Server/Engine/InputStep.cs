using System.Collections.Concurrent;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Catalog;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>
/// Phase <c>accepted</c>, while links of the order are not in our store: fetches them, before a channel is chosen or a slot taken. All of a
/// task's links become durable rows in one transition; a process that dies before it fetches again.
/// </summary>
internal sealed partial class InputStep(EngineParts parts, Ownership ownership, ILogger<InputStep> logger)
{
    // An order may name many pictures at one host; it gets them a few at a time.
    private const int MaxAtOnce = 4;
    private const int PauseFactor = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan GatePause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(10);

    /// <summary>Fetches what is missing, once; a cancel, the end of the queue's time and the server's stop break it off.</summary>
    /// <param name="live">A task that lacks inputs.</param>
    /// <param name="queueLeft">Milliseconds that the task may still wait.</param>
    /// <param name="stopping">Set when the engine stops.</param>
    public async Task<NextStep> RunAsync(LiveTask live, long queueLeft, CancellationToken stopping)
    {
        if (parts.Gate.IsDraining || parts.Gate.IsDiskLow || parts.Gate.IsStoreAway) return NextStep.After(GatePause);
        var progress = live.InputProgress ??= await BeginAsync(live, stopping);
        var pause = progress.NextTryAt - parts.Steady.Now;
        if (pause > 0) return NextStep.AfterMilliseconds(Math.Min(pause, queueLeft));

        using var late = new CancellationTokenSource(TimeSpan.FromMilliseconds(queueLeft), parts.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping, late.Token);
        var fetching = FetchMissingAsync(live, progress, stop.Token);
        await Task.WhenAny(fetching, live.WhenCancelled());
        if (!fetching.IsCompleted) await stop.CancelAsync();
        var failure = await fetching;
        stopping.ThrowIfCancellationRequested();

        // Whoever broke it off decides what becomes of the task.
        if (live.Task.CancelRequestedAt is not null || live.IsGone || late.IsCancellationRequested) return NextStep.Now;
        return failure is null ? await WriteAsync(live, progress) : await FailedAsync(live, progress, failure);
    }

    /// <summary>Removes what was fetched for a task that ended before it was written.</summary>
    public async Task DiscardAsync(LiveTask live)
    {
        live.InputProgress = null;
        await parts.Assets.DeleteFolderAsync(OrderInputs.Folder(live.Task.Id), CancellationToken.None);
    }

    // What an earlier process fetched and did not live to write is of no use: no row names it. Another node's rows may name what lies there.
    private async Task<InputProgress> BeginAsync(LiveTask live, CancellationToken cancellationToken)
    {
        if (!ownership.IsTimed) await parts.Assets.DeleteFolderAsync(OrderInputs.Folder(live.Task.Id), cancellationToken);
        return new InputProgress();
    }

    /// <returns>The failure that counts, final ones first; null if everything is there, or was broken off.</returns>
    private async Task<InputFailure?> FetchMissingAsync(LiveTask live, InputProgress progress, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var turns = new SemaphoreSlim(MaxAtOnce);
        var missing = Enumerable.Range(0, live.Task.Order.Media.Count)
            .Where(position => live.Task.Order.Media[position].IsLink() && !progress.Fetched.ContainsKey(position));
        var tries = missing.Select(position => TryAsync(live.Task, progress, position, turns, stop.Token)).ToList();
        InputFailure? failure = null;
        await foreach (var ended in Task.WhenEach(tries))
        {
            if (await ended is not { } found || failure is { IsTransient: false }) continue;
            failure = found;
            if (!found.IsTransient) await stop.CancelAsync();
        }

        return failure;
    }

    private async Task<InputFailure?> TryAsync(
        GenerationTask task, InputProgress progress, int position, SemaphoreSlim turns, CancellationToken cancellationToken)
    {
        try
        {
            await turns.WaitAsync(cancellationToken);
            try
            {
                progress.Fetched[position] = await parts.Inputs.FetchAsync(task, position, Bounds(task, position), cancellationToken);
                return null;
            }
            finally
            {
                turns.Release();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (FetchException exception)
        {
            return InputFailure.From(position, exception);
        }
        catch (InputRejectedException exception)
        {
            return new InputFailure(position, exception.Message, IsTransient: false) { IsUnsuitable = true };
        }
        catch (IOException exception)
        {
            if (DiskFull.Is(exception)) parts.Gate.NoteDiskFull();
            if (exception is not Assets.AssetStoreAwayException) LogStoreFailed(task.Id, position, exception);
            return new InputFailure(position, "", IsTransient: true) { IsOurs = true };
        }
    }

    private OfferedReference? Bounds(GenerationTask task, int position) =>
        parts.Catalog.Find(task.Order.CatalogModel ?? task.Order.Model)?.Bounds(task.Order, task.Order.Media[position].Role);

    private async Task<NextStep> WriteAsync(LiveTask live, InputProgress progress)
    {
        var inputs = progress.Fetched.OrderBy(pair => pair.Key).Select(pair => pair.Value).ToList();

        // The rows may be there already, when the answer to an earlier commit was lost.
        await parts.Writer.ApplyAsync(live, task =>
            task is { Phase: TaskPhase.Accepted, CancelRequestedAt: null } && live.Inputs.Count == 0 ? new Change(task) { Inputs = inputs } : null);
        if (!live.LacksInputs) live.InputProgress = null;
        return NextStep.Now;
    }

    private async Task<NextStep> FailedAsync(LiveTask live, InputProgress progress, InputFailure failure)
    {
        if (failure.IsOurs) return Pause(progress, StorePause);
        progress.TryCount++;
        progress.FirstFailedAt ??= parts.Steady.Now;
        var error = failure.ToError(live.Task.Order, progress.TryCount);
        LogFailed(live.Task.Id, progress.TryCount, error.Message);
        var pause = FirstPause * Math.Pow(PauseFactor, Math.Min(progress.TryCount - 1, 4));
        pause = pause < LongestPause ? pause : LongestPause;
        var isOver = progress.TryCount >= parts.Options.MaxInputFetchCount
            || parts.Steady.Now + pause.TotalMilliseconds > progress.FirstFailedAt + (parts.Options.InputRetrySeconds * 1000L);
        if (failure.IsTransient && !isOver) return Pause(progress, pause);

        var outcome = await parts.Writer.ApplyAsync(
            live, task => task.Phase == TaskPhase.Accepted ? Endings.Fail(task, error, parts.Now) : null);
        if (outcome == OperationOutcome.Applied) await DiscardAsync(live);
        return NextStep.Now;
    }

    // The moment is kept: whoever wakes the task in between must not bring the next try forward.
    private NextStep Pause(InputProgress progress, TimeSpan pause)
    {
        progress.NextTryAt = parts.Steady.Now + (long)pause.TotalMilliseconds;
        return NextStep.After(pause);
    }

    [LoggerMessage(2005, LogLevel.Warning, "Task {TaskId}, try {Count}: {Reason}")]
    private partial void LogFailed(string taskId, int count, string reason);

    [LoggerMessage(2006, LogLevel.Error, "Task {TaskId}: input {Position} could not be stored.")]
    private partial void LogStoreFailed(string taskId, int position, Exception exception);
}

/// <summary>How far fetching an order's links is. Lost with the process.</summary>
internal sealed class InputProgress
{
    /// <summary>What is in the store and not yet written, by position among the order's media.</summary>
    public ConcurrentDictionary<int, TaskInput> Fetched { get; } = [];

    /// <summary>When the first try failed, milliseconds of the steady clock; null before.</summary>
    public long? FirstFailedAt { get; set; }

    /// <summary>Tries that failed.</summary>
    public int TryCount { get; set; }

    /// <summary>No try before this moment, milliseconds of the steady clock.</summary>
    public long NextTryAt { get; set; }
}
