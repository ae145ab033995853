using Reelay.Providers;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Phase <c>accepted</c>: finds a channel with a free slot and hands the order over, once.</summary>
internal sealed class SubmitStep(EngineParts parts, SlotKeeper slots, InputStep inputs, SubmissionCall call)
{
    private const int TokenLength = 32;
    private const long LongestCallMilliseconds = 600_000;
    private static readonly TimeSpan GatePause = TimeSpan.FromSeconds(2);

    public async Task<NextStep> RunAsync(LiveTask live, CancellationToken stopping)
    {
        var caller = live.TakeCall();
        Decision decision;
        try
        {
            decision = await DecideAsync(live, caller, stopping);
        }
        finally
        {
            if (caller is not null) slots.EndCall(caller);
        }

        if (decision.Route is not { } route) return decision.Next;
        try
        {
            // It stands in no line any more, but a call may have come just before.
            if (live.TakeCall() is { } late) slots.EndCall(late);
            return await SubmitAsync(live, route);
        }
        finally
        {
            parts.Gate.Leave(live.Task.Shard);
        }
    }

    private async Task<Decision> DecideAsync(LiveTask live, ProviderChannel? caller, CancellationToken stopping)
    {
        var task = live.Task;
        if (task.CancelRequestedAt is not null) return new(await EndAsync(live, TaskErrors.Cancelled));
        var left = PatienceLeft(live);
        if (left <= 0) return new(await EndAsync(live, OutOfTime(live)));
        if (task.AttemptCount - task.FailoverCount >= parts.Options.Failover.MaxRefusals) return new(await EndAsync(live, TaskErrors.UpstreamUnavailable));
        if (parts.Channels.IsSourceGone(task.Order, task.Groups)) return new(await EndAsync(live, TaskErrors.SourceChannelGone));
        if (live.LacksInputs) return new(await inputs.RunAsync(live, left, stopping));
        if (!parts.Gate.TryEnter(task.Shard))
        {
            caller?.State.Enqueue(caller.Config, "", live, isBack: true);
            return new(NextStep.After(GatePause));
        }

        ChannelRoute? route = null;
        try
        {
            route = Choose(live, caller);
        }
        finally
        {
            if (route is null) parts.Gate.Leave(task.Shard);
        }

        return new(NextStep.AfterMilliseconds(left), route);
    }

    // A task that an upstream has worked on waits no longer than that attempt would have been given.
    private long PatienceLeft(LiveTask live)
    {
        var task = live.Task;
        var queue = (parts.Spec(task)?.MaxQueueSeconds ?? 900) * 1000L;
        return task.DeadlineAt is { } deadline
            ? live.Patience.Left(deadline, WorkMilliseconds(task) + LongestCallMilliseconds, parts.Now, parts.Time)
            : live.Patience.Left(task.CreatedAt + queue, queue, parts.Now, parts.Time);
    }

    private long WorkMilliseconds(GenerationTask task) => (parts.Spec(task)?.DeadlineSeconds ?? 3600) * 1000L;

    private static TaskError OutOfTime(LiveTask live) =>
        live.Task.FailoverCount > 0 ? TaskErrors.From(ProviderErrorKind.GenerationFailed, "")
        : live.LacksInputs ? TaskErrors.ReferenceTooSlow
        : TaskErrors.QueueTimeout;

    // Each channel in its turn: it is open, its upstream works, it has a token and a slot. Else it is waited for, in the line of the first one
    // that works, or of the one that works again first.
    private ChannelRoute? Choose(LiveTask live, ProviderChannel? caller)
    {
        ChannelRoute? line = null;
        var lineAt = long.MaxValue;
        foreach (var route in RouteChoice.Draw(Usable(live), parts.Randomness))
        {
            var state = route.Channel.State;
            var answer = state.TryStart(route.Channel.Config, route.UpstreamModel, parts.Steady.Now, isCalled: caller?.State == state);
            if (answer.IsStarted)
            {
                live.Place?.Owner?.Leave(live);
                return route;
            }

            if (answer.Until > 0) slots.SetAlarm(route.Channel, answer.Until);
            if (line is null || answer.Until < lineAt) (line, lineAt) = (route, answer.Until);
        }

        if (line is not { } chosen) live.Place?.Owner?.Leave(live);
        else Wait(live, chosen, isBack: caller?.State == chosen.Channel.State);
        return null;
    }

    private void Wait(LiveTask live, ChannelRoute route, bool isBack)
    {
        route.Channel.State.Enqueue(route.Channel.Config, route.UpstreamModel, live, isBack);

        // A slot given back since it was refused would have called nobody.
        slots.Fill(route.Channel);
    }

    // Not the channel that has just refused it, or failed it, while another one works.
    private List<ChannelRoute> Usable(LiveTask live)
    {
        var task = live.Task;
        var routes = parts.Channels.RoutesFor(task.Order, task.Groups)
            .Where(route => parts.Channels.IsOpen(route.Channel) && RouteChoice.IsWithinCost(route.Channel, task)).ToList();
        if (live.RefusedBy is not { } refused) return routes;
        var others = routes.Where(route => route.Channel.Id != refused).ToList();
        return others.Any(route => route.Channel.State.IsHealthy(route.Channel.Config, parts.Steady.Now)) ? others : routes;
    }

    private async Task<NextStep> EndAsync(LiveTask live, TaskError error)
    {
        live.Place?.Owner?.Leave(live);
        var outcome = await parts.Writer.ApplyAsync(live, task => task.Phase == TaskPhase.Accepted ? Endings.Fail(task, error, parts.Now) : null);
        if (outcome == OperationOutcome.Applied && live.LacksInputs) await inputs.DiscardAsync(live);
        return NextStep.Now;
    }

    private async Task<NextStep> SubmitAsync(LiveTask live, ChannelRoute route)
    {
        var (channel, model) = (route.Channel, route.UpstreamModel);
        OperationOutcome? recorded = null;
        try
        {
            recorded = await RecordAsync(live, route);
        }
        finally
        {
            if (recorded != OperationOutcome.Applied) channel.State.Undo(model);
        }

        if (recorded == OperationOutcome.Applied)
        {
            live.BeginAttempt();

            // Counted from here: a clock that jumps while the call is under way ends nothing early.
            var attempt = live.Attempt!;
            live.Deadline.Left(attempt.DeadlineAt, attempt.DeadlineAt - attempt.StartedAt, parts.Now, parts.Time);
            live.Slot = (channel, model);
            return await call.RunAsync(live, channel);
        }

        // The store knows of attempts that this node does not: asking again at once would ask in a circle.
        if (recorded == OperationOutcome.NoSlot) channel.State.Pause(parts.Steady.Now + (long)GatePause.TotalMilliseconds);
        slots.Fill(channel);
        return NextStep.Now;
    }

    // Durable before the first byte leaves: whoever finds this row knows that the upstream may have the order.
    private async Task<OperationOutcome?> RecordAsync(LiveTask live, ChannelRoute route)
    {
        var callMilliseconds = route.Channel.Config.CallSeconds * 1000L;
        var longest = callMilliseconds + WorkMilliseconds(live.Task);
        var token = parts.Randomness.Text(TokenLength);
        return await parts.Writer.ApplyAsync(live, task => task is { Phase: TaskPhase.Accepted, CancelRequestedAt: null }
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
                    DeadlineAt = parts.Now + (task.DeadlineAt is null ? longest : Math.Clamp(PatienceLeft(live), 0, longest)),
                },
                Admission = new(route.Channel.Config.MaxInFlight, callMilliseconds)
                {
                    MaxInFlightOfModel = route.Channel.Config.MaxInFlightPerModel.TryGetValue(route.UpstreamModel, out var most) ? most : null,
                },
            }
            : null);
    }

    // The route that was taken, or when to look again.
    private readonly record struct Decision(NextStep Next, ChannelRoute? Route = null);
}
