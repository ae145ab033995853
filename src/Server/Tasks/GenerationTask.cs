using Reelay.Providers;
using Reelay.Server.Catalog;

namespace Reelay.Server.Tasks;

/// <summary>One order from acceptance to its end: a row of <c>tasks</c>. Immutable; a transition makes a new one.</summary>
/// <remarks>All times are Unix milliseconds.</remarks>
public sealed record GenerationTask
{
    /// <summary>Public id, <c>task_</c> and 26 characters that sort by time.</summary>
    public required string Id { get; init; }

    /// <summary>Part of the tasks it belongs to, 0 to 255; a hash of the id.</summary>
    public required int Shard { get; init; }

    /// <summary>Grows by one with every write, also those of other nodes.</summary>
    public long Version { get; init; } = 1;

    /// <summary>Account that ordered and pays.</summary>
    public required string AccountId { get; init; }

    /// <summary>Key it was ordered with.</summary>
    public required string KeyId { get; init; }

    /// <summary>What will be made.</summary>
    public required GenerationOrder Order { get; init; }

    /// <summary>Base URL of the creating request; used where no request is at hand.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>Groups of channels it may go to, in the order in which they are tried: words separated by blanks.</summary>
    public string Groups { get; init; } = Routing.GroupNames.Default;

    /// <summary>Where it stands.</summary>
    public TaskPhase Phase { get; init; }

    /// <summary>Whether callers have seen, or may have seen, <c>in_progress</c>; never taken back.</summary>
    public bool HasStarted { get; init; }

    /// <summary>0 to 100, never falls, 100 only when completed.</summary>
    public int Progress { get; init; }

    /// <summary>Attempts begun so far.</summary>
    public int AttemptCount { get; init; }

    /// <summary>Number of the attempt that may still be working at an upstream, or null. A terminal task can have one.</summary>
    public int? OpenAttempt { get; init; }

    /// <summary>Attempts that an upstream accepted and then failed by itself, after which another channel was tried.</summary>
    public int FailoverCount { get; init; }

    /// <summary>What further attempts may cost the operator, in micro-dollars; means nothing before the first such attempt.</summary>
    public long FailoverBudgetMicros { get; init; }

    /// <summary>When it is given up at the latest, whoever works on it; null before the first such attempt.</summary>
    public long? DeadlineAt { get; init; }

    /// <summary>Reserved at creation, in micro-dollars.</summary>
    public required long PriceMicros { get; init; }

    /// <summary>The price it was accepted under, by which it is settled; null for tasks from before prices were kept.</summary>
    public AcceptedPrice? Price { get; init; }

    /// <summary>Taken at the end, in micro-dollars; null while open and when released.</summary>
    public long? SettledMicros { get; init; }

    /// <summary>What the settlement rests on: <c>measured</c>, <c>reported</c>, <c>requested</c> or <c>rule</c>.</summary>
    public string? SettlementBasis { get; init; }

    /// <summary>What the upstream says it used, or null where it does not say.</summary>
    public Usage? Usage { get; init; }

    /// <summary>Why it failed, or null.</summary>
    public TaskError? Error { get; init; }

    /// <summary>When it was accepted.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>When it became terminal, or null.</summary>
    public long? FinishedAt { get; init; }

    /// <summary>When its files go, or null.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>When a cancel was asked for, or null. An intent: the owner decides what becomes of it.</summary>
    public long? CancelRequestedAt { get; init; }

    /// <summary>When it was deleted, or null. Hidden from callers at once.</summary>
    public long? DeletedAt { get; init; }

    /// <summary>When its files were removed, or null.</summary>
    public long? DiscardedAt { get; init; }

    /// <summary>Whether an owner still has work with it.</summary>
    public bool IsLive => !Phase.IsTerminal() || OpenAttempt is not null;
}

/// <summary>Why a task failed, in words for its caller.</summary>
/// <param name="Code">Stable code.</param>
/// <param name="Message">Cleaned: no upstream identity, no links, no secrets.</param>
public sealed record TaskError(string Code, string Message);
