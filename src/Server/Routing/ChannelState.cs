using Reelay.Server.Engine;

namespace Reelay.Server.Routing;

/// <summary>
/// How a channel stands on this node: its slots, its line, its health and its rate. One object, so that it can be carried over to the channel
/// that replaces this one; what the operator wrote comes with each call. Begins empty at every start.
/// </summary>
internal sealed class ChannelState
{
    // How far lines are searched on behalf of another channel, so that a long line of tasks it cannot make costs little.
    private const int MaxLooks = 256;
    private const string AnyModel = "";
    private const long MaxPauseMilliseconds = 60_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _inFlightByModel = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FairLine> _lines = new(StringComparer.Ordinal);
    private readonly Queue<string> _lineTurns = new();
    private readonly ChannelHealth _health = new();
    private readonly SubmissionRate _rate = new();
    private int _called;
    private int _waiting;
    private long _pausedUntil;
    private volatile int _nodes = 1;

    /// <summary>Attempts that hold a slot.</summary>
    public int InFlight { get; private set; }

    /// <summary>Tasks that stand in its lines.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Nodes that share its rates, at least 1. Slots are not shared out: the store counts them.</summary>
    public int Nodes
    {
        get => _nodes;
        set => _nodes = Math.Max(1, value);
    }

    /// <summary>No submission before this moment, Unix milliseconds.</summary>
    public long CoolUntil => _health.RestsUntil;

    /// <summary>Where its circuit stands.</summary>
    public CircuitState Circuit => _health.Circuit;

    /// <summary>Attempts of one upstream model that hold a slot.</summary>
    public int InFlightOf(string model)
    {
        lock (_gate) return _inFlightByModel.GetValueOrDefault(model);
    }

    /// <summary>Takes a slot, a token of the rate and, where the circuit is open, the trial: all or none.</summary>
    /// <param name="config">What the operator wrote.</param>
    /// <param name="model">The upstream model.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="isCalled">Whether the task was called for this channel; all others stand behind those who wait.</param>
    public StartAnswer TryStart(ChannelConfig config, string model, long now, bool isCalled)
    {
        lock (_gate)
        {
            var at = NextAtLocked(config, now);
            if (at > now) return new StartAnswer(false, at);
            var isBehind = !isCalled && _lines.GetValueOrDefault(LineKey(config, model)) is { Count: > 0 };
            var free = config.MaxInFlight - InFlight - (isCalled ? 0 : _called);
            if (isBehind || free <= 0 || !HasRoom(config, model)) return new StartAnswer(false, 0);
            _health.Enter(now, config.CallSeconds * 1000L);
            _rate.Take(now);
            TakeLocked(model);
            return new StartAnswer(true, 0);
        }
    }

    /// <summary>Takes a slot for an attempt that was open when this node took its task over, free or not.</summary>
    public void TakeAnyway(string model)
    {
        lock (_gate) TakeLocked(model);
    }

    /// <summary>What <see cref="TryStart"/> took is not used: nothing was sent. The token stays spent.</summary>
    public void Undo(string model)
    {
        lock (_gate)
        {
            InFlight--;
            ReleaseModelLocked(model);
            _health.Leave();
        }
    }

    /// <summary>An attempt of an upstream model has ended, or is another node's now.</summary>
    public void Release(string model)
    {
        lock (_gate)
        {
            InFlight--;
            ReleaseModelLocked(model);
        }
    }

    /// <summary>How many waiting tasks could go now, beyond those that were called already.</summary>
    public int Openings(ChannelConfig config, long now)
    {
        lock (_gate)
        {
            if (NextAtLocked(config, now) > now) return 0;
            var slots = Math.Min(config.MaxInFlight - InFlight, _health.Circuit == CircuitState.Closed ? int.MaxValue : 1) - _called;
            return slots <= 0 ? 0 : Math.Min(slots, _rate.Free(now, slots + _called) - _called);
        }
    }

    /// <summary>When the channel's health and rate let the next order go: not after <paramref name="now"/> if they do.</summary>
    public long NextAt(ChannelConfig config, long now)
    {
        lock (_gate) return NextAtLocked(config, now);
    }

    /// <summary>Whether its upstream can be relied on, as far as is known, and takes orders at all.</summary>
    public bool IsHealthy(ChannelConfig config, long now)
    {
        lock (_gate) return config.MaxInFlight > 0 && _health.Circuit == CircuitState.Closed && _health.NextAt(now) <= now;
    }

    /// <summary>Puts a task in the line; it stands in one place only. One that was called and could not go gets its old place back.</summary>
    public void Enqueue(ChannelConfig config, string model, LiveTask live, bool isBack = false)
    {
        if (live.Place is { } place && place.Owner != this) place.Owner!.Leave(live);
        lock (_gate)
        {
            if (live.Place is not null) return;
            var key = LineKey(config, model);
            if (!_lines.TryGetValue(key, out var line))
            {
                line = _lines[key] = new FairLine();
                _lineTurns.Enqueue(key);
            }

            var added = line.Add(live, isBack);
            (added.Line, added.Owner) = (line, this);
            live.Place = added;
            _waiting++;
        }
    }

    /// <summary>Takes a task out of the line that waits here no more; nothing happens if it does not.</summary>
    public void Leave(LiveTask live)
    {
        lock (_gate)
        {
            if (live.Place is not { } place || place.Owner != this) return;
            place.Line!.Remove(place);
            live.Place = null;
            _waiting--;
        }
    }

    /// <summary>Calls the next task in the lines for one of the channel's openings, or gives null. Lines of different models take turns.</summary>
    /// <param name="channel">The channel whose state this is.</param>
    public LiveTask? Call(ProviderChannel channel)
    {
        lock (_gate)
        {
            for (var turn = _lineTurns.Count; turn > 0; turn--)
            {
                var key = _lineTurns.Dequeue();
                _lineTurns.Enqueue(key);
                if (HasRoom(channel.Config, key) && _lines[key].Take() is { } live) return CallLocked(live, channel);
            }

            return null;
        }
    }

    /// <summary>Calls the first task of these lines that could use another channel; looks at a bounded number.</summary>
    /// <param name="other">The channel with the opening.</param>
    /// <param name="fits">Whether it can make a task's order.</param>
    public LiveTask? CallFor(ProviderChannel other, Func<LiveTask, bool> fits)
    {
        if (Waiting == 0) return null;
        lock (_gate)
        {
            var looks = MaxLooks;
            foreach (var line in _lines.Values)
            {
                if (line.TakeFirst(fits, ref looks) is { } live) return CallLocked(live, other);
            }

            return null;
        }
    }

    /// <summary>A called task has started, here or elsewhere, or does not want to: its opening is nobody's again.</summary>
    public void EndCall() => Interlocked.Decrement(ref _called);

    /// <summary>About how many turns it takes until a task has its; 0 if it does not stand here.</summary>
    public int PositionOf(LiveTask live)
    {
        lock (_gate) return live.Place is { } place && place.Owner == this ? place.Line!.PositionOf(place) : 0;
    }

    /// <summary>The upstream took an order, or answered as one that works.</summary>
    /// <returns>Whether nothing but a trial went through before.</returns>
    public bool NoteAnswer(long now)
    {
        lock (_gate)
        {
            var wasClosed = _health.Circuit == CircuitState.Closed;
            _health.NoteAnswer(now);
            return !wasClosed;
        }
    }

    /// <summary>Lets nothing start for a moment, for reasons of ours.</summary>
    /// <param name="until">Unix milliseconds; at most a minute away.</param>
    public void Pause(long until)
    {
        lock (_gate) _pausedUntil = until;
    }

    /// <summary>The upstream models that have no slot left of their own, or null if none is so.</summary>
    public HashSet<string>? FullModels(ChannelConfig config)
    {
        if (config.MaxInFlightPerModel.Count == 0) return null;
        lock (_gate) return [.. config.MaxInFlightPerModel.Keys.Where(model => !HasRoom(config, model))];
    }

    /// <summary>A submission failed; see <see cref="ChannelHealth.NoteFailure"/>.</summary>
    public void NoteFailure(ChannelEffect effect, long now, TimeSpan? asked, double chance)
    {
        lock (_gate) _health.NoteFailure(effect, now, asked, chance);
    }

    /// <summary>An order that had started was not sent, for reasons of ours.</summary>
    public void NoteNothingSent()
    {
        lock (_gate) _health.Leave();
    }

    /// <summary>An operator has seen to it: everything bad is forgotten.</summary>
    public void ResetHealth()
    {
        lock (_gate) _health.Reset();
    }

    private LiveTask CallLocked(LiveTask live, ProviderChannel channel)
    {
        live.Place = null;
        _waiting--;
        live.CalledBy = channel;
        Interlocked.Increment(ref channel.State._called);
        return live;
    }

    private void TakeLocked(string model)
    {
        InFlight++;
        _inFlightByModel[model] = _inFlightByModel.GetValueOrDefault(model) + 1;
    }

    private void ReleaseModelLocked(string model)
    {
        if (_inFlightByModel.GetValueOrDefault(model) is var count and > 1) _inFlightByModel[model] = count - 1;
        else _inFlightByModel.Remove(model);
    }

    private long NextAtLocked(ChannelConfig config, long now)
    {
        _rate.Follow(config, _nodes);
        var paused = _pausedUntil - now > MaxPauseMilliseconds ? 0 : _pausedUntil;
        return Math.Max(paused, Math.Max(_health.NextAt(now), _rate.NextAt(now)));
    }

    private bool HasRoom(ChannelConfig config, string model) =>
        !config.MaxInFlightPerModel.TryGetValue(model, out var most) || _inFlightByModel.GetValueOrDefault(model) < most;

    private static string LineKey(ChannelConfig config, string model) => config.MaxInFlightPerModel.ContainsKey(model) ? model : AnyModel;
}

/// <summary>What came of a try to start on a channel.</summary>
/// <param name="IsStarted">Whether the slot is taken.</param>
/// <param name="Until">When the channel can be tried again, Unix milliseconds; 0 where it waits for a slot.</param>
internal readonly record struct StartAnswer(bool IsStarted, long Until);
