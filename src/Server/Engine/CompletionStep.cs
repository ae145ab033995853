using Reelay.Providers;
using Reelay.Server.Assets;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Phase <c>fetching</c>: the result comes into our store, then the task is completed and settled in one transaction.</summary>
internal sealed partial class CompletionStep(EngineParts parts, SlotKeeper slots, ILogger<CompletionStep> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DiskPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AwayPause = TimeSpan.FromSeconds(2);

    // Links of vendors live for 1 to 24 hours. Whether one still does is found out when the bucket is back; beyond this nobody waits for either.
    private static readonly TimeSpan LongestAway = TimeSpan.FromHours(24);

    /// <summary>Stores the result that the last poll delivered.</summary>
    public async Task<NextStep> RunAsync(LiveTask live, ProviderChannel channel, PollResult.Succeeded result)
    {
        if (parts.Gate.IsDiskLow) return NextStep.After(DiskPause);
        if (parts.Gate.IsStoreAway && MayWait(live)) return NextStep.After(AwayPause);
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(parts.Options.FetchSeconds), parts.Time);
            var assets = await parts.Fetcher.StoreAsync(channel, live.Attempt!, result.Outputs.ToAsyncEnumerable(), limit.Token);
            await CompleteAsync(live, channel, assets, result.Usage, result.OutputReference?.GetRawText());
            return NextStep.Now;
        }
        catch (IOException exception) when (DiskFull.Is(exception))
        {
            // Made and paid for: it waits for space as long as it takes, and no try is counted.
            parts.Gate.NoteDiskFull();
            LogDiskFull(live.Task.Id, exception.Message);
            return NextStep.After(DiskPause);
        }
        catch (AssetStoreAwayException) when (MayWait(live))
        {
            // Made and paid for as well: it waits for the bucket, and no try is counted. The log says once that it is away.
            return NextStep.After(AwayPause);
        }
        catch (Exception exception) when (exception is IOException or ProviderException or OperationCanceledException or HttpRequestException)
        {
            return await RetryAsync(live, exception);
        }
    }

    /// <summary>Writes the end of a task whose files are durable.</summary>
    public async Task<OperationOutcome?> CompleteAsync(
        LiveTask live, ProviderChannel channel, IReadOnlyList<TaskAsset> assets, Usage? usage, string? outputReferenceJson)
    {
        var attempt = live.Attempt! with { OutputReferenceJson = outputReferenceJson };
        var outcome = await parts.Writer.ApplyAsync(live, task => task.Phase.IsTerminal()
            ? null
            : Endings.Complete(task, attempt, assets, usage, parts.Now, channel.Config.CostFactor));
        if (outcome == OperationOutcome.Applied) slots.Release(live);
        return outcome;
    }

    private bool MayWait(LiveTask live) => parts.Steady.Now - (live.StoreAwaySince ??= parts.Steady.Now) < LongestAway.TotalMilliseconds;

    // The link is opened afresh each time: the poll before the next try brings new ones where the upstream makes them.
    private async Task<NextStep> RetryAsync(LiveTask live, Exception exception)
    {
        live.Result = null;
        live.FetchFailureCount++;
        LogRetry(live.Task.Id, live.FetchFailureCount, exception.Message);
        if (live.FetchFailureCount < parts.Options.MaxFetchCount && live.Polls!.Left(parts.Time) > TimeSpan.Zero)
        {
            var pause = FirstPause * Math.Pow(2, Math.Min(live.FetchFailureCount - 1, 6));
            return NextStep.After(pause < LongestPause ? pause : LongestPause);
        }

        var now = parts.Now;
        var ended = Endings.Close(live.Attempt!, AttemptOutcome.Failed, now);
        var closed = AttemptCosts.Charged(ended, live.Task, AttemptCosts.FactorOf(parts, ended)) with
        {
            ErrorKind = "result_lost",
            ErrorMessage = exception.Message,
            PossibleCostMicros = live.Task.PriceMicros,
        };
        var outcome = await parts.Writer.ApplyAsync(
            live, task => task.Phase == TaskPhase.Fetching ? Endings.Fail(task, TaskErrors.ResultLost, now, closed) : null);
        if (outcome != OperationOutcome.Applied) return NextStep.Now;
        slots.Release(live);
        await parts.Assets.DeleteFolderAsync($"{closed.TaskId}/{closed.Number}", CancellationToken.None);
        return NextStep.Now;
    }

    [LoggerMessage(2021, LogLevel.Error, "Task {TaskId}: there is no space for the result; it is tried again in five seconds: {Reason}")]
    private partial void LogDiskFull(string taskId, string reason);

    [LoggerMessage(2020, LogLevel.Warning, "Task {TaskId}: fetching the result failed for the {Count}. time: {Reason}")]
    private partial void LogRetry(string taskId, int count, string reason);
}
