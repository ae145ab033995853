using System.Text.Json;
using Reelay.Providers;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>A cancel of an order that the upstream has accepted.</summary>
internal sealed partial class CancelStep(EngineParts parts, SlotKeeper slots, ILogger<CancelStep> logger)
{
    /// <summary>Cancels where the upstream can; else ends the task by the model's rule and leaves the attempt open until the upstream is done.</summary>
    /// <returns>What is next, or null if the upstream goes on and the poll decides.</returns>
    public async Task<NextStep?> RunAsync(LiveTask live, ProviderChannel channel)
    {
        if (channel.Provider is not ICancelsVideos canceller || !canceller.CanCancel(channel.Account)) return await EndByRuleAsync(live);
        using var reference = JsonDocument.Parse(live.Attempt!.ReferenceJson!);
        if (!canceller.CanCancel(channel.Account, reference.RootElement)) return await EndByRuleAsync(live);
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(parts.Options.PollCallSeconds), parts.Time);
            if (await canceller.CancelAsync(channel.Account, reference.RootElement, limit.Token) == CancelResult.Refused) return null;
        }
        catch (Exception exception) when (exception is ProviderException or OperationCanceledException)
        {
            LogCancelFailed(live.Task.Id, channel.Id, exception.Message);
            return null;
        }

        var now = parts.Now;
        var closed = Endings.Close(live.Attempt!, AttemptOutcome.Cancelled, now);
        var outcome = await parts.Writer.ApplyAsync(
            live, task => task.Phase.IsTerminal() ? null : Endings.Fail(task, TaskErrors.Cancelled, now, closed));
        if (outcome == OperationOutcome.Applied) slots.Release(live);
        return NextStep.Now;
    }

    private async Task<NextStep?> EndByRuleAsync(LiveTask live)
    {
        var now = parts.Now;
        var isCharged = parts.Spec(live.Task)?.CancelCharge != "none";
        await parts.Writer.ApplyAsync(live, task => task.Phase.IsTerminal() ? null
            : isCharged ? Endings.FailCharged(task, TaskErrors.Cancelled, now)
            : Endings.Fail(task, TaskErrors.Cancelled, now));
        return NextStep.Now;
    }

    [LoggerMessage(2040, LogLevel.Warning, "Task {TaskId}: channel {Channel} did not answer a cancel: {Reason}")]
    private partial void LogCancelFailed(string taskId, string channel, string reason);
}
