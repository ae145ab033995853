using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Phase <c>accepted</c>: finds a channel with a free slot and hands the order over, once.</summary>
internal sealed class SubmitStep(EngineParts parts, SlotKeeper slots, InputStep inputs, SubmissionCall call)
{
    private const int TokenLength = 32;
    private static readonly TimeSpan GatePause = TimeSpan.FromSeconds(2);

    public async Task<NextStep> RunAsync(LiveTask live, CancellationToken stopping)
    {
        var task = live.Task;
        if (task.CancelRequestedAt is not null) return await EndAsync(live, TaskErrors.Cancelled);
        var queueLeft = task.CreatedAt + ((parts.Spec(task)?.MaxQueueSeconds ?? 900) * 1000L) - parts.Now;
        if (queueLeft <= 0) return await EndAsync(live, live.LacksInputs ? TaskErrors.ReferenceTooSlow : TaskErrors.QueueTimeout);
        if (parts.Channels.IsSourceGone(task.Order)) return await EndAsync(live, TaskErrors.SourceChannelGone);
        if (live.LacksInputs) return await inputs.RunAsync(live, queueLeft, stopping);
        if (!parts.Gate.TryEnter()) return NextStep.After(GatePause);
        try
        {
            return await ChooseAsync(live, task, queueLeft);
        }
        finally
        {
            parts.Gate.Leave();
        }
    }

    private async Task<NextStep> ChooseAsync(LiveTask live, GenerationTask task, long queueLeft)
    {
        var wait = queueLeft;
        ProviderChannel? full = null;
        foreach (var route in parts.Channels.RoutesFor(task.Order))
        {
            var channel = route.Channel;
            var cooling = channel.State.CoolUntil - parts.Now;
            if (cooling > 0) wait = Math.Min(wait, cooling);
            else if (!channel.State.TryTake(channel.Config.MaxInFlight)) full ??= channel;
            else return await SubmitAsync(live, route);
        }

        if (full is null) return NextStep.AfterMilliseconds(wait);
        full.State.Enqueue(live);

        // A slot given back between the two lines above would have woken nobody.
        return full.State.InFlight < full.Config.MaxInFlight ? NextStep.Now : NextStep.AfterMilliseconds(wait);
    }

    private async Task<NextStep> EndAsync(LiveTask live, TaskError error)
    {
        var outcome = await parts.Writer.ApplyAsync(live, task => task.Phase == TaskPhase.Accepted ? Endings.Fail(task, error, parts.Now) : null);
        if (outcome == OperationOutcome.Applied && live.LacksInputs) await inputs.DiscardAsync(live);

        // It may have been woken for a free slot that it takes no more; whoever stands behind it would wait for nothing.
        foreach (var route in parts.Channels.RoutesFor(live.Task.Order)) slots.PassOn(route.Channel);
        return NextStep.Now;
    }

    private async Task<NextStep> SubmitAsync(LiveTask live, ChannelRoute route)
    {
        var recorded = await RecordAsync(live, route);
        if (recorded == OperationOutcome.Applied) return await call.RunAsync(live, route.Channel);
        slots.Release(route.Channel);
        return recorded == OperationOutcome.NoSlot ? NextStep.After(GatePause) : NextStep.Now;
    }

    // Durable before the first byte leaves: whoever finds this row knows that the upstream may have the order.
    private Task<OperationOutcome?> RecordAsync(LiveTask live, ChannelRoute route)
    {
        var callMilliseconds = route.Channel.Config.CallSeconds * 1000L;
        var deadline = (parts.Spec(live.Task)?.DeadlineSeconds ?? 3600) * 1000L;
        var token = parts.Randomness.Text(TokenLength);
        return parts.Writer.ApplyAsync(live, task => task is { Phase: TaskPhase.Accepted, CancelRequestedAt: null }
            ? new Change(task with
            {
                Phase = TaskPhase.Submitting,

                // An upstream that answers with the result works on the order from the first byte on.
                HasStarted = task.HasStarted || route.Channel.Provider.IsSynchronous,
                AttemptCount = task.AttemptCount + 1,
                OpenAttempt = task.AttemptCount + 1,
            })
            {
                Attempt = new TaskAttempt
                {
                    TaskId = task.Id,
                    Number = task.AttemptCount + 1,
                    ChannelId = route.Channel.Id,
                    ChannelAccount = route.Channel.VendorAccount,
                    CredentialVersion = route.Channel.CredentialVersion,
                    UpstreamModel = route.UpstreamModel,
                    Token = token,
                    Fingerprint = ProviderRequests.Fingerprint(task.Order, live.Inputs, route.UpstreamModel),
                    DeadlineAt = parts.Now + callMilliseconds + deadline,
                },
                Admission = new(route.Channel.Config.MaxInFlight, callMilliseconds),
            }
            : null);
    }
}
