using Reelay.Server.Tasks;

namespace Reelay.Server.Engine.Polling;

/// <summary>When a task's result is to be expected.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="IsKnown">False while it waits longer than a render takes: then nothing is known but how long it takes once it begins.</param>
internal sealed record CompletionEstimate(long At, bool IsKnown);

/// <summary>Estimates from the same source as polls: what was learned of a channel's upstream model, else what is assumed.</summary>
internal sealed class CompletionEstimates(TaskEngine engine, EngineParts parts)
{
    /// <summary>Unix milliseconds.</summary>
    public long Now => parts.Now;

    /// <summary>The estimate for a task that is not terminal, as of now; never in the past.</summary>
    public CompletionEstimate For(GenerationTask task)
    {
        var now = parts.Now;
        if (task.Phase == TaskPhase.Fetching) return new(now + 1000, IsKnown: true);
        if (task.Phase == TaskPhase.Submitted && engine.Find(task.Id) is { Attempt: { } attempt } live
            && parts.Channels.Find(attempt) is { } channel)
        {
            var elapsed = live.Polls?.Elapsed(parts.Time) ?? Math.Max(0, now - (attempt.SubmittedAt ?? now)) / 1000.0;
            var left = parts.DurationOf(task, channel, attempt.UpstreamModel).MedianAfter(elapsed) - elapsed;
            return new(now + 1 + (long)(left * 1000), IsKnown: true);
        }

        // Before it is accepted upstream: as if that came at once. Once this is past it stands in a line of which nothing is known here.
        var expected = (long)(parts.ExpectedSeconds(task) * 1000);
        var at = Math.Min(task.CreatedAt, now) + expected;
        return at > now ? new(at, IsKnown: true) : new(now + Math.Max(1, expected), IsKnown: false);
    }
}
