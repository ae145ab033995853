using Reelay.Providers;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Whether an order that an upstream accepted, and then failed by itself, is tried on another channel.</summary>
internal static class Failover
{
    /// <summary>The way back to the line, or null if the task ends as failed.</summary>
    /// <param name="parts">The engine's.</param>
    /// <param name="task">The task, whose attempt has just failed upstream.</param>
    /// <param name="channel">The channel that failed it.</param>
    /// <param name="closed">The attempt with its end.</param>
    /// <param name="failed">What the upstream said.</param>
    /// <param name="left">How long the attempt could have gone on.</param>
    public static Change? After(
        EngineParts parts, GenerationTask task, ProviderChannel channel, TaskAttempt closed, PollResult.Failed failed, TimeSpan left)
    {
        var options = parts.Options.Failover;
        if (failed.Charge != FailureCharge.None || !IsOwnMaking(failed.Kind)) return null;
        if (task.CancelRequestedAt is not null || task.FailoverCount >= options.MaxExtraAttempts) return null;

        // Nobody waits longer for a second attempt than the first would have been given.
        if (parts.ExpectedSeconds(task) > left.TotalSeconds) return null;
        var budget = task.FailoverCount > 0 ? task.FailoverBudgetMicros : (long)(task.PriceMicros * (decimal)options.MaxCost);
        var after = task with
        {
            Phase = TaskPhase.Accepted,
            OpenAttempt = null,
            FailoverCount = task.FailoverCount + 1,
            FailoverBudgetMicros = budget - RouteChoice.CostMicros(channel, task),
            DeadlineAt = task.DeadlineAt ?? closed.DeadlineAt,
        };
        return HasOther(parts, after, channel) ? new Change(after) { Attempt = closed } : null;
    }

    // Not the order's content, not its parameters, nobody's cancel: the same order can succeed elsewhere.
    private static bool IsOwnMaking(ProviderErrorKind kind) => kind is
        ProviderErrorKind.GenerationFailed or ProviderErrorKind.Expired or ProviderErrorKind.Unavailable or ProviderErrorKind.Overloaded
        or ProviderErrorKind.RateLimited or ProviderErrorKind.AccountEmpty or ProviderErrorKind.Unauthorized or ProviderErrorKind.NotSent;

    private static bool HasOther(EngineParts parts, GenerationTask task, ProviderChannel channel) =>
        parts.Channels.RoutesFor(task.Order, task.Groups).Any(route =>
            route.Channel.Id != channel.Id && parts.Channels.IsOpen(route.Channel) && RouteChoice.IsWithinCost(route.Channel, task)
            && route.Channel.State.IsHealthy(route.Channel.Config, parts.Steady.Now));
}
