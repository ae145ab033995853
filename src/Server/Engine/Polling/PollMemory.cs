namespace Reelay.Server.Engine.Polling;

/// <summary>What this process knows of polling one attempt. Lost with the process; its own driver alone touches it, but for the line's part.</summary>
/// <remarks>
/// The wall clock is read once, when the attempt is first seen; from then on time is monotonic, so a clock that jumps neither ends a task nor
/// stalls one.
/// </remarks>
internal sealed class PollMemory : LineItem
{
    /// <summary>Reads alone for good: the upstream's batch does not name it.</summary>
    public const int AlwaysAlone = int.MaxValue;

    private const long MaxSpanMilliseconds = 31L * 24 * 3600 * 1000;

    private readonly LiveTask _live;
    private readonly Action<LiveTask> _wake;
    private readonly long _seenAt;
    private readonly double _secondsAtSight;
    private readonly double _leftAtSight;
    private volatile bool _isWanted;

    /// <param name="live">The task, with its attempt.</param>
    /// <param name="left">Milliseconds to the attempt's deadline.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="timestamp">The monotonic clock's.</param>
    /// <param name="wake">Has the task looked at.</param>
    public PollMemory(LiveTask live, long left, long now, long timestamp, Action<LiveTask> wake)
    {
        var attempt = live.Attempt!;
        (_live, _wake, _seenAt, AttemptNumber) = (live, wake, timestamp, attempt.Number);
        var accepted = attempt.SubmittedAt ?? attempt.StartedAt;
        var span = Math.Clamp(attempt.DeadlineAt - attempt.StartedAt, 0, MaxSpanMilliseconds);
        _leftAtSight = Math.Clamp(left, 0, span) / 1000.0;
        _secondsAtSight = Math.Clamp(now - accepted, 0, span) / 1000.0;
    }

    /// <summary>The attempt it is about.</summary>
    public int AttemptNumber { get; }

    /// <summary>Polls sent by this process.</summary>
    public int Count { get; set; }

    /// <summary>Seconds after acceptance at which the upstream last said that it was not done; 0 if it never did.</summary>
    public double RunningAt { get; set; }

    /// <summary>Seconds after acceptance before which it is not polled again.</summary>
    public double DueAt { get; set; }

    /// <summary>Seconds after acceptance at which the last poll was sent, or waited to be; 0 before the first.</summary>
    public double SentAt { get; set; }

    /// <summary>Polls that callbacks had sent before the channel's least pause was over.</summary>
    public int EarlyCount { get; set; }

    /// <summary>How many more reads are its own instead of a batch's.</summary>
    public int AloneCount { get; set; }

    /// <summary>Set from any thread to have it polled at once; a callback came.</summary>
    public bool IsWanted
    {
        get => _isWanted;
        set => _isWanted = value;
    }

    /// <summary>Whether readings are believed for learning: what happened before this process saw the task is not known.</summary>
    public bool WasSeenEarly => _secondsAtSight < 1;

    /// <inheritdoc/>
    public override bool IsGone => _live.IsGone || _live.Polls != this;

    /// <summary>Seconds since acceptance.</summary>
    public double Elapsed(TimeProvider time) => _secondsAtSight + time.GetElapsedTime(_seenAt).TotalSeconds;

    /// <summary>Time to the deadline; never below zero.</summary>
    public TimeSpan Left(TimeProvider time) =>
        TimeSpan.FromSeconds(Math.Max(0, _leftAtSight - time.GetElapsedTime(_seenAt).TotalSeconds));

    /// <inheritdoc/>
    public override void Call() => _wake(_live);
}
