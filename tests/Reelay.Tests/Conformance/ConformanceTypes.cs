using Reelay.Providers;

namespace Reelay.Tests.Conformance;

/// <summary>One answer of an upstream.</summary>
/// <param name="Name">What reports call it: status and fixture, or status and the beginning of its body.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">Its body.</param>
/// <param name="ContentType">Type of the body.</param>
public sealed record Reply(string Name, int Status, string Body, string ContentType = "application/json")
{
    /// <summary>The file it is from, or null.</summary>
    public string? Fixture { get; init; }
}

/// <summary>An answer to a submission that the upstream documents, and what it means.</summary>
/// <param name="Reply">The answer.</param>
/// <param name="Kind">What the adapter makes of it. Every kind but <see cref="ProviderErrorKind.OutcomeUnknown"/> says: surely not accepted.</param>
public sealed record DocumentedError(Reply Reply, ProviderErrorKind Kind)
{
    /// <summary>Options of the channel as JSON, where they differ from <see cref="ProviderConformance.Options"/>.</summary>
    public string? Options { get; init; }
}

/// <summary>Answers to one poll that the upstream documents, and what they mean.</summary>
/// <param name="Replies">One for each request that the poll makes.</param>
/// <param name="Means">What the adapter makes of them.</param>
public sealed record DocumentedPoll(IReadOnlyList<Reply> Replies, Means Means)
{
    /// <summary>Options of the channel as JSON, where they differ from <see cref="ProviderConformance.Options"/>.</summary>
    public string? Options { get; init; }
}

/// <summary>What a poll's answer means. Closed set.</summary>
public abstract record Means
{
    private Means()
    {
    }

    /// <summary>The upstream itself still queues it.</summary>
    public static Means Queued { get; } = new Under(false, null);

    /// <summary>The result is there.</summary>
    public static Means Succeeded { get; } = new Done();

    /// <summary>It says nothing we know.</summary>
    public static Means Unreadable { get; } = new Nothing();

    /// <summary>It works on it; progress is compared only if it is given.</summary>
    public static Means Running(double? progress = null) => new Under(true, progress);

    /// <summary>The upstream ended it without a result.</summary>
    public static Means Failed(ProviderErrorKind kind, FailureCharge charge = FailureCharge.None) => new Ended(kind, charge);

    /// <summary>The state could not be read.</summary>
    public static Means Throws(ProviderErrorKind kind) => new Error(kind);

    internal abstract bool Fits(PollOutcome outcome);

    internal sealed record Under(bool HasStarted, double? Progress) : Means
    {
        internal override bool Fits(PollOutcome outcome) => outcome.Result is PollResult.Running running
            && running.HasStarted == HasStarted && (Progress is null || running.Progress == Progress);
    }

    internal sealed record Done : Means
    {
        internal override bool Fits(PollOutcome outcome) => outcome.Result is PollResult.Succeeded { Outputs.Count: > 0 };
    }

    internal sealed record Nothing : Means
    {
        internal override bool Fits(PollOutcome outcome) => outcome.Result is PollResult.Unreadable;
    }

    internal sealed record Ended(ProviderErrorKind Kind, FailureCharge Charge) : Means
    {
        internal override bool Fits(PollOutcome outcome) => outcome.Result is PollResult.Failed failed && failed.Kind == Kind && failed.Charge == Charge;
    }

    internal sealed record Error(ProviderErrorKind Kind) : Means
    {
        internal override bool Fits(PollOutcome outcome) => outcome.Error?.Kind == Kind;
    }
}

/// <summary>What came of a poll: a result or an error.</summary>
internal sealed record PollOutcome(PollResult? Result, ProviderException? Error)
{
    /// <summary>Whether it leaves the task where it was.</summary>
    public bool IsNotTerminal => Result is PollResult.Unreadable or PollResult.Running || Error?.Kind == ProviderErrorKind.Unavailable;
}

/// <summary>One order for an adapter: what to make, and with which files.</summary>
/// <param name="Request">What to make.</param>
/// <param name="Media">Its files.</param>
public sealed record ConformanceOrder(ProviderRequest Request, IReadOnlyList<MediaInput> Media)
{
    /// <summary>Whether it goes on from an earlier result of the same account, which is made first.</summary>
    public bool NeedsSource { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Request.UpstreamModel} {Request.Mode} {Request.WidthPixels}x{Request.HeightPixels} {Request.Seconds} s {Request.Quality} "
        + $"audio {Request.Audio?.ToString() ?? "-"} files {string.Join('+', Media.Select(media => media.Role))} extras {Request.Extras.ToJsonString()}";
}

/// <summary>A callback's secret: what the channel's options and the sandbox are told.</summary>
/// <param name="Options">Options of the channel as JSON, the secret among them.</param>
/// <param name="Secret">The secret as the simulator takes it.</param>
public sealed record CallbackSigning(string Options, string Secret);

/// <summary>One generated case.</summary>
internal sealed record ConformanceCheck(string Name, Func<Task> RunAsync);
