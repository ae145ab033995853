using System.Collections.Concurrent;
using Reelay.Server.Engine.Callbacks;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Drives the tasks of this node's shards from memory: one wheel says which are due, one step at a time moves each.</summary>
/// <remarks>Not a thread: <see cref="RunAsync"/> is an awaitable loop that its owner starts; everything runs where its awaits resume.</remarks>
internal sealed partial class TaskEngine
{
    private const int MaxIntents = 1000;
    private static readonly TimeSpan ErrorPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SweepPause = TimeSpan.FromSeconds(1);

    // Without a lease that surely holds nothing is begun; whether it holds again is looked up this often, and by a woken driver that often.
    private static readonly TimeSpan LapsePause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LapsedStepPause = TimeSpan.FromSeconds(1);

    private readonly EngineParts _parts;
    private readonly Ownership _ownership;
    private readonly ILogger _logger;
    private readonly TimingWheel _wheel;
    private readonly ConcurrentDictionary<string, LiveTask> _live = new(StringComparer.Ordinal);
    private readonly FinishedMeanwhile _finished = new();
    private readonly WaitingCounts _waiting;
    private readonly SlotKeeper _slots;
    private readonly SubmitStep _submit;
    private readonly ReconcileStep _reconcile;
    private readonly PollStep _poll;
    private readonly MailStep _mail;
    private readonly LagMeter _lag;
    private CancellationToken _stopping;

    public TaskEngine(EngineParts parts, Ownership ownership, ILoggerFactory loggers)
    {
        _parts = parts;
        _ownership = ownership;
        _logger = loggers.CreateLogger<TaskEngine>();
        _wheel = new TimingWheel(_parts.Time);
        _lag = new LagMeter(_parts.Steady);
        _waiting = new WaitingCounts(_parts.Options);
        _slots = new SlotKeeper(_parts.Channels, _parts.Gate, _parts.Steady, Wake, _wheel.Schedule);
        var completion = new CompletionStep(_parts, _slots, loggers.CreateLogger<CompletionStep>());
        _submit = new SubmitStep(
            _parts, _slots, new InputStep(_parts, _ownership, loggers.CreateLogger<InputStep>()), new SubmissionCall(_parts, _ownership, _slots, completion, loggers.CreateLogger<SubmissionCall>()));
        _reconcile = new ReconcileStep(_parts, _ownership, _slots, loggers.CreateLogger<ReconcileStep>());
        var cancel = new CancelStep(_parts, _slots, loggers.CreateLogger<CancelStep>());
        _poll = new PollStep(_parts, _slots, completion, cancel, Wake, loggers.CreateLogger<PollStep>());
        _mail = new MailStep(
            _parts, new CallbackStep(_parts, _slots, loggers.CreateLogger<CallbackStep>()), new OperatorStep(_parts, _slots, task => Add(task), loggers.CreateLogger<OperatorStep>()),
            new AnswerStep(_parts, _slots, loggers.CreateLogger<AnswerStep>()));
    }

    /// <summary>Called when a task's driver lets go of it because it is finished.</summary>
    public Action<GenerationTask>? Finished { get; set; }

    /// <summary>How many tasks wait for a channel, per account and in all.</summary>
    public WaitingCounts Waiting => _waiting;

    /// <summary>The last committed row of a task this node drives, or null.</summary>
    public LiveTask? Find(string id) => _live.GetValueOrDefault(id);

    /// <summary>Tasks that this node drives.</summary>
    public int LiveCount => _live.Count;

    /// <summary>How late what was due was looked at, in milliseconds: the most of the last seconds.</summary>
    public long LagMilliseconds => _lag.Most;

    /// <summary>Takes over a task that was just created here.</summary>
    /// <param name="task">The task.</param>
    /// <param name="isCounted">Whether <see cref="Waiting"/> has counted it already.</param>
    public void Add(GenerationTask task, bool isCounted = false)
    {
        var item = new LiveTask(task, null) { Epoch = _ownership.EpochOf(task.Shard), IsCountedWaiting = true };
        if (!TryAdd(item))
        {
            // Its shard came back just now, and was loaded before.
            if (isCounted) _waiting.Remove(task);
            return;
        }

        if (!isCounted) _waiting.Add(task);
        _wheel.Schedule(item, TimeSpan.Zero);
    }

    /// <summary>
    /// Has every waiting task look for a channel anew: called after channels were added, removed, changed, switched on or off, or a hold of
    /// their account was lifted.
    /// </summary>
    public void ChannelsChanged()
    {
        var open = _parts.Channels.All.Select(channel => channel.State).ToHashSet();
        foreach (var item in _live.Values)
        {
            if (item.Task.Phase != TaskPhase.Accepted) continue;

            // Nobody stands in the line of a channel that takes no orders any more.
            if (item.Place?.Owner is { } owner && !open.Contains(owner)) owner.Leave(item);
            Wake(item);
        }
    }

    /// <summary>About how many turns it takes until a task gets its slot, 1 for the next; null while it stands in no line.</summary>
    /// <remarks>Accounts take turns. Slots that other channels lend to the line, and orders that leave it, make it shorter than said.</remarks>
    public static int? QueuePosition(LiveTask live) => live is { Task: { Phase: TaskPhase.Accepted, HasStarted: false }, Place.Owner: { } owner }
        && owner.PositionOf(live) is > 0 and var position ? position : null;

    /// <summary>Notes a row that carries a new cancel or delete, and has the task looked at.</summary>
    public void Learn(GenerationTask row)
    {
        if (!_live.TryGetValue(row.Id, out var item)) return;
        item.Offer(row);
        Wake(item);
    }

    /// <summary>Has a task's owner read its inbox, if that is this node. A finished task is taken up again for it.</summary>
    public async Task ReadMailAsync(string id)
    {
        if (!_live.TryGetValue(id, out var item))
        {
            using var reading = _finished.BeginReading();
            if (await _parts.Store.FindAsync(id, CancellationToken.None) is not { } found || !_ownership.Owns(found.Task.Shard)) return;
            var attempt = found.Attempts.FirstOrDefault(row => row.Number == (found.Task.OpenAttempt ?? found.Task.AttemptCount));
            Adopt(new LiveRow(found.Task, attempt) { Inputs = found.Inputs }, _ownership.EpochOf(found.Task.Shard), hasMail: true);
            return;
        }

        item.NoteMail();

        // Its driver is held up by the very call whose answer the mail may be; it reads the rest afterwards.
        if (item.IsCalling) await _mail.ReadEarlyAsync(item);
        Wake(item);
    }

    /// <summary>Drives whatever is due until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var due = new List<WheelItem>();
        _stopping = cancellationToken;
        while (!cancellationToken.IsCancellationRequested)
        {
            if (!_ownership.IsCurrent)
            {
                await Task.Delay(LapsePause, _parts.Time, cancellationToken);
                continue;
            }

            _wheel.TakeDue(due);
            foreach (var item in due)
            {
                _lag.Note(_wheel.LateMilliseconds(item));
                if (item is LiveTask live) _ = DriveAsync(live);
                else _slots.Ring((ChannelAlarm)item);
            }

            due.Clear();
            await _wheel.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Looks once a second for cancels and deletes that other nodes wrote.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(SweepPause, _parts.Time, cancellationToken);
            try
            {
                foreach (var row in await _parts.Store.ListIntentsAsync(_ownership.NodeId, MaxIntents, cancellationToken)) await LearnAsync(row);
                foreach (var id in await _parts.Store.ListTasksWithMailAsync(_ownership.NodeId, MaxIntents, cancellationToken)) await ReadMailAsync(id);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogSweepFailed(exception);
            }
        }
    }

    /// <summary>Another node has written a cancel or a delete; if the task is driven here, it is looked at.</summary>
    public async Task LearnAsync(string id)
    {
        try
        {
            await LearnAsync(new TaskVersion(id, long.MaxValue));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogSweepFailed(exception);
        }
    }

    private async Task LearnAsync(TaskVersion newest)
    {
        if (!_live.TryGetValue(newest.Id, out var item) || item.Task.Version >= newest.Version) return;
        if (await _parts.Store.FindAsync(newest.Id, CancellationToken.None) is { } found) Learn(found.Task);
    }

    private void Wake(LiveTask item)
    {
        if (!item.TryTellDriver()) _wheel.Schedule(item, TimeSpan.Zero);
    }

    private async Task DriveAsync(LiveTask item)
    {
        if (!item.TryEnter()) return;
        do
        {
            var next = await StepAsync(item);
            while (next.When == NextStep.Kind.Now) next = await StepAsync(item);
            if (next.When == NextStep.Kind.Done)
            {
                Drop(item);
                return;
            }

            _wheel.Schedule(item, next.Delay);
        }
        while (!item.TryLeave());
    }

    // The outermost catch of a task's driver: a mistake of ours parks this one task for a while and harms no other.
    private async Task<NextStep> StepAsync(LiveTask item)
    {
        try
        {
            return await ChooseAsync(item);
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // Its store and its files are being closed around it; what this step found out, the next start finds out again.
            return NextStep.After(ErrorPause);
        }
        catch (Assets.AssetStoreAwayException)
        {
            // No mistake; that it is away is in the log, once.
            return NextStep.After(ErrorPause);
        }
        catch (Exception exception)
        {
            LogStepFailed(item.Task.Id, item.Task.Phase, exception);
            return NextStep.After(ErrorPause);
        }
        finally
        {
            CountWaiting(item, item.Task.Phase == TaskPhase.Accepted);
            _slots.Settle(item);
        }
    }

    private Task<NextStep> ChooseAsync(LiveTask item)
    {
        if (item.IsGone || !_ownership.Drives(item.Task.Shard, item.Epoch)) return Task.FromResult(NextStep.Done);
        if (!_ownership.IsCurrent) return Task.FromResult(NextStep.After(LapsedStepPause));
        return item.TakeMail() ? ReadThenChooseAsync(item) : ByPhaseAsync(item);
    }

    private async Task<NextStep> ReadThenChooseAsync(LiveTask item) =>
        await _mail.RunAsync(item) is { } next && item.Task.IsLive ? next : await ByPhaseAsync(item);

    private Task<NextStep> ByPhaseAsync(LiveTask item) => !item.Task.IsLive ? Task.FromResult(NextStep.Done) : item.Task.Phase switch
    {
        TaskPhase.Accepted => _submit.RunAsync(item, _stopping),
        TaskPhase.Submitting => _reconcile.AdoptOrphanAsync(item),
        TaskPhase.Reconciling => _reconcile.RunAsync(item),
        _ => _poll.RunAsync(item),
    };

    [LoggerMessage(2060, LogLevel.Error, "Task {TaskId} in phase {Phase} hit a mistake of this program; it is tried again in ten seconds.")]
    private partial void LogStepFailed(string taskId, TaskPhase phase, Exception exception);

    [LoggerMessage(2061, LogLevel.Error, "The sweep for cancels and deletes failed; it is tried again in a second.")]
    private partial void LogSweepFailed(Exception exception);
}
