using Reelay.Providers;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>A task that this node drives, with what is known of it beyond its rows. Lost with the process, found again from the rows.</summary>
internal sealed class LiveTask(GenerationTask _task, TaskAttempt? attempt) : WheelItem
{
    private const int Idle = 0;
    private const int Busy = 1;
    private const int BusyAndWoken = 2;

    private static readonly TimeSpan CallGrace = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private GenerationTask _task = _task;
    private int _state;
    private TaskCompletionSource? _changed;
    private TaskCompletionSource? _cancelled;
    private ProviderChannel? _calledBy;
    private CancellationTokenSource? _call;
    private CancellationTokenSource? _poll;
    private bool _hasMail;
    private long _attemptVersion;

    /// <summary>The newest row known to be committed. Readers on other threads see it at once.</summary>
    public GenerationTask Task => Volatile.Read(ref _task);

    /// <summary>The last attempt, open or not; null before the first.</summary>
    public TaskAttempt? Attempt { get; private set; } = attempt;

    /// <summary>What was fetched for the order's links and is written; empty before, and for orders without links.</summary>
    public IReadOnlyList<TaskInput> Inputs { get; set; } = [];

    /// <summary>How far fetching the order's links is, until all are written; otherwise null.</summary>
    public InputProgress? InputProgress { get; set; }

    /// <summary>Whether a link of the order is still to be fetched.</summary>
    public bool LacksInputs => OrderInputs.Missing(Task.Order, Inputs).Any();

    /// <summary>How long it may still wait for a channel.</summary>
    public SteadyMoment Patience;

    /// <summary>How long the answer of its submission may still come.</summary>
    public SteadyMoment SendBy;

    /// <summary>How long its attempt may still go on.</summary>
    public SteadyMoment Deadline;

    /// <summary>Answers that said nothing, since the last that did.</summary>
    public int UnreadableCount { get; set; }

    /// <summary>Failed tries to fetch the result.</summary>
    public int FetchFailureCount { get; set; }

    /// <summary>Since when its result waits for a bucket that is away, milliseconds of the steady clock; null before.</summary>
    public long? StoreAwaySince { get; set; }

    /// <summary>What is known of polling the current attempt; null before the upstream has accepted it.</summary>
    public Polling.PollMemory? Polls { get; set; }

    /// <summary>When a callback last asked for a poll, milliseconds of the steady clock.</summary>
    public long CalledBackAt { get; set; }

    /// <summary>When progress was last written, milliseconds of the steady clock.</summary>
    public long ProgressWrittenAt { get; set; }

    /// <summary>What the last poll delivered and the fetch step will store; null after a restart.</summary>
    public PollResult.Succeeded? Result { get; set; }

    /// <summary>What readers last saw of it; valid while it was made from the same row.</summary>
    public Api.Snapshot? Snapshot { get; set; }

    /// <summary>Where it stands in a channel's line, or null. Written under the lock of the channel's state.</summary>
    public LinePlace? Place { get; set; }

    /// <summary>Whether it stands in a channel's line.</summary>
    public bool IsInLine => Place is not null;

    /// <summary>The channel that has called it out of a line for an opening, until it is looked at; or null.</summary>
    public ProviderChannel? CalledBy
    {
        get => Volatile.Read(ref _calledBy);
        set => Volatile.Write(ref _calledBy, value);
    }

    /// <summary>The channel, and the upstream model, whose slot this node counts for it; or null. Its driver alone gives it back.</summary>
    public (ProviderChannel Channel, string Model)? Slot { get; set; }

    /// <summary>The epoch of its shard in which it was taken up: it speaks for no other. -1 before that.</summary>
    public long Epoch { get; init; } = -1;

    /// <summary>Whether it is counted among the tasks that wait for a channel. Its driver's alone.</summary>
    public bool IsCountedWaiting { get; set; }

    /// <summary>The channel whose attempt ended without a result, while another is looked for; or null.</summary>
    public string? RefusedBy => Task.Phase == TaskPhase.Accepted && Attempt is { EndedAt: not null } ended ? ended.ChannelId : null;

    /// <summary>Takes the call that came for it, if one did.</summary>
    public ProviderChannel? TakeCall() => Interlocked.Exchange(ref _calledBy, null);

    /// <summary>A new attempt begins: nothing that was counted for the one before holds for it.</summary>
    public void BeginAttempt() => (Polls, CalledBackAt, UnreadableCount, FetchFailureCount, StoreAwaySince, Result) = (null, 0, 0, 0, null, null);

    /// <summary>Whether the engine has let go of it.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Notes a committed row, unless a newer one is known: a cancel written meanwhile must not be forgotten.</summary>
    public void Offer(GenerationTask row)
    {
        TaskCompletionSource? changed = null;
        lock (_gate)
        {
            if (row.Version > _task.Version)
            {
                // What a read that hangs would tell matters less than the cancel.
                if (row.CancelRequestedAt is not null && _task.CancelRequestedAt is null) _ = _poll?.CancelAsync();
                Volatile.Write(ref _task, row);
                (changed, _changed) = (_changed, null);
            }

            if (_task.CancelRequestedAt is not null) _cancelled?.TrySetResult();
        }

        changed?.SetResult();
    }

    /// <summary>
    /// Notes a committed row together with its attempt. Two steps may write at once, a call's end and mail that came meanwhile, and hear of it in
    /// any order: the attempt of the newer row stays.
    /// </summary>
    public void Offer(GenerationTask row, TaskAttempt? attempt)
    {
        lock (_gate)
        {
            if (row.Version >= _attemptVersion) (Attempt, _attemptVersion) = (attempt, row.Version);
        }

        Offer(row);
    }

    /// <summary>Notes that there is mail for the task.</summary>
    public void NoteMail() => Volatile.Write(ref _hasMail, true);

    /// <summary>Whether there was mail since the last time this was asked.</summary>
    public bool TakeMail() => Interlocked.Exchange(ref _hasMail, false);

    /// <summary>Whether the task's submission is under way.</summary>
    public bool IsCalling => Volatile.Read(ref _call) is not null;

    /// <summary>Notes that a submission begins; null notes that it has ended.</summary>
    public void SetCall(CancellationTokenSource? limit)
    {
        lock (_gate) Volatile.Write(ref _call, limit);
    }

    /// <summary>The upstream has the whole order, so its answer is waited for a moment only: what it would tell is known.</summary>
    public async Task EndCallSoonAsync(TimeProvider time)
    {
        if (Volatile.Read(ref _call) is not { } call) return;
        await System.Threading.Tasks.Task.Delay(CallGrace, time);
        lock (_gate)
        {
            // Within the lock, since it is disposed of soon after it was taken away.
            if (ReferenceEquals(_call, call)) _ = call.CancelAsync();
        }
    }

    /// <summary>Notes the read under way, which a cancel breaks off; null once it is over, before its source is disposed of.</summary>
    public void SetPoll(CancellationTokenSource? poll)
    {
        lock (_gate) _poll = poll;
    }

    /// <summary>Completes once a cancel or delete is known here, or the engine lets go: for steps that take long and can be broken off.</summary>
    public Task WhenCancelled()
    {
        lock (_gate)
        {
            if (_task.CancelRequestedAt is not null || IsGone) return System.Threading.Tasks.Task.CompletedTask;
            _cancelled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _cancelled.Task;
        }
    }

    /// <summary>One promise for all who watch it, made when the first asks: kept by the next row, or when the engine lets go.</summary>
    /// <returns>Null once the engine has let go.</returns>
    public Task? Changed()
    {
        lock (_gate)
        {
            if (IsGone) return null;
            return (_changed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Notes that the engine has let go of it; from now on its rows alone say what becomes of it.</summary>
    public void LetGo()
    {
        TaskCompletionSource? changed;
        lock (_gate)
        {
            IsGone = true;
            (changed, _changed) = (_changed, null);
            _cancelled?.TrySetResult();
        }

        changed?.SetResult();
    }

    /// <summary>Has its driver look once more before it stops.</summary>
    /// <returns>False if nobody drives it now: then it must be scheduled.</returns>
    public bool TryTellDriver() =>
        Interlocked.CompareExchange(ref _state, BusyAndWoken, Busy) != Idle;

    /// <summary>Takes the right to drive it. If somebody else has it, they will look once more before they stop.</summary>
    public bool TryEnter()
    {
        while (true)
        {
            var seen = Volatile.Read(ref _state);
            var next = seen == Idle ? Busy : BusyAndWoken;
            if (Interlocked.CompareExchange(ref _state, next, seen) == seen) return seen == Idle;
        }
    }

    /// <summary>Gives the right back.</summary>
    /// <returns>False if it was woken meanwhile: then the right is kept and the task must be looked at again.</returns>
    public bool TryLeave()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Busy) == Busy) return true;
        Volatile.Write(ref _state, Busy);
        return false;
    }
}
