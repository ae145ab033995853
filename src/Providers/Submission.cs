using System.Text.Json;

namespace Reelay.Providers;

/// <summary>What came of a submission. Closed set.</summary>
public abstract record Submission
{
    private Submission()
    {
    }

    /// <summary>The upstream works on it.</summary>
    /// <param name="UpstreamId">The upstream's own id, unique within its account.</param>
    /// <param name="Reference">Whatever <see cref="IVideoProvider.PollAsync"/> needs; stored as it is. No secrets.</param>
    public sealed record Accepted(string UpstreamId, JsonElement Reference) : Submission;

    /// <summary>A synchronous upstream answered with the result itself. The receiver reads the outputs before it disposes them.</summary>
    /// <param name="Outputs">
    /// One per file, in order, read from the answer as it arrives: each must be read to its end before the next is asked for.
    /// </param>
    /// <param name="ReadUsage">What the upstream says it used, if it says; known once the last output has been read.</param>
    public sealed record Finished(IAsyncEnumerable<ProviderOutput> Outputs, Func<Usage?> ReadUsage) : Submission;
}

/// <summary>What one poll found. Closed set.</summary>
public abstract record PollResult
{
    private PollResult()
    {
    }

    /// <summary>Not terminal.</summary>
    /// <param name="HasStarted">False while the upstream itself still queues the order.</param>
    /// <param name="Progress">0 to 100, or null if the upstream does not say.</param>
    /// <param name="PollAfter">How long the upstream asks to wait before the next poll, if it asks.</param>
    public sealed record Running(bool HasStarted, double? Progress = null, TimeSpan? PollAfter = null) : PollResult;

    /// <summary>The result is there.</summary>
    /// <param name="Outputs">One per file, in order; at least one.</param>
    /// <param name="Usage">What the upstream says it used, if it says.</param>
    /// <param name="OutputReference">
    /// What a later order needs to name this result at the upstream (to extend it, for example), where the upstream has such ids. No secrets.
    /// </param>
    public sealed record Succeeded(IReadOnlyList<ProviderOutput> Outputs, Usage? Usage = null, JsonElement? OutputReference = null) : PollResult;

    /// <summary>The upstream ended it without a result.</summary>
    /// <param name="Kind">Why.</param>
    /// <param name="Message">The upstream's words, uncleaned; shown to operators only.</param>
    /// <param name="Charge">Whether the upstream charges for it.</param>
    /// <param name="CostMicros">What it charges, in micro-dollars, if it says.</param>
    public sealed record Failed(
        ProviderErrorKind Kind, string Message, FailureCharge Charge = FailureCharge.None, long? CostMicros = null) : PollResult;

    /// <summary>An answer that says nothing we know: keeps the last state and counts against a bounded budget.</summary>
    /// <param name="Detail">What was found, for operators.</param>
    public sealed record Unreadable(string Detail) : PollResult;
}

/// <summary>Whether a failed generation is charged by the upstream.</summary>
public enum FailureCharge
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>It is charged like a delivered one.</summary>
    Full,
}

/// <summary>What an upstream reports as used. Every field is null where it does not say.</summary>
/// <param name="Seconds">Seconds of output it counts.</param>
/// <param name="InputTokens">Tokens read.</param>
/// <param name="OutputTokens">Tokens made.</param>
/// <param name="CostMicros">What it charges the operator, in micro-dollars; shown to operators alone.</param>
public sealed record Usage(decimal? Seconds = null, long? InputTokens = null, long? OutputTokens = null, long? CostMicros = null);
