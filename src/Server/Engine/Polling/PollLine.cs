namespace Reelay.Server.Engine.Polling;

/// <summary>Something that waits in a <see cref="PollLine"/>.</summary>
internal abstract class LineItem
{
    /// <summary>How it stands to the line; the line's alone.</summary>
    internal LineState State { get; set; }

    /// <summary>Its place; the line's alone.</summary>
    internal double Place { get; set; }

    /// <summary>Whether nobody waits for it any more.</summary>
    public abstract bool IsGone { get; }

    /// <summary>Its turn has come: it asks again. Must not block.</summary>
    public abstract void Call();
}

/// <summary>How an item stands to a line.</summary>
internal enum LineState
{
    /// <summary>Not in it.</summary>
    Out,

    /// <summary>In it.</summary>
    Waiting,

    /// <summary>Called, and has not asked again yet.</summary>
    Called,
}

/// <summary>The reads of one channel: so many a second, so many at once, the others in a line that holds no thread and one timer in all.</summary>
/// <remarks>
/// A call reserves nothing: who is called asks again, and who never comes takes nothing with it. Those who come past the line only pass
/// where nobody waits. Places are by the time of asking; who is closest to the expected end is up to ten seconds ahead.
/// </remarks>
internal sealed class PollLine
{
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(20);
    private const double MaxLead = 10;

    private readonly TimeProvider _time;
    private readonly double _perSecond;
    private readonly int _maxConcurrent;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<LineItem, (double Place, long Number)> _waiting = new();
    private readonly ITimer _timer;
    private readonly long _origin;
    private long _lastNumber;
    private double _tokens;
    private double _filledAt;
    private int _inFlight;
    private bool _isTimerSet;

    /// <param name="time">The clock.</param>
    /// <param name="perSecond">Reads a second; as many may come at once after a quiet second.</param>
    /// <param name="maxConcurrent">Reads at the same time.</param>
    public PollLine(TimeProvider time, double perSecond, int maxConcurrent)
    {
        (_time, _perSecond, _maxConcurrent) = (time, perSecond, maxConcurrent);
        _origin = time.GetTimestamp();
        _tokens = Math.Max(1, perSecond);
        _timer = time.CreateTimer(static line => ((PollLine)line!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many wait.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    /// <summary>Takes a permit, or a place in the line: then <see cref="LineItem.Call"/> comes.</summary>
    /// <param name="item">Who asks.</param>
    /// <param name="distance">Seconds from or since the expected end.</param>
    /// <returns>Whether it may read now; then <see cref="Leave"/> must follow.</returns>
    public bool TryEnter(LineItem item, double distance)
    {
        lock (_gate)
        {
            Refill();
            var mayPass = item.State == LineState.Called || !IsAnyoneWaiting();
            if (mayPass && _tokens >= 1 && _inFlight < _maxConcurrent)
            {
                _tokens--;
                _inFlight++;
                item.State = LineState.Out;
                return true;
            }

            if (item.State == LineState.Out) item.Place = Now + Math.Min(MaxLead, Math.Abs(distance));
            if (item.State != LineState.Waiting)
            {
                item.State = LineState.Waiting;
                _waiting.Enqueue(item, (item.Place, _lastNumber++));
            }

            SetTimer();
            return false;
        }
    }

    /// <summary>A read has ended.</summary>
    public void Leave()
    {
        lock (_gate) _inFlight--;
        CallNext();
    }

    private double Now => _time.GetElapsedTime(_origin).TotalSeconds;

    private void OnTimer()
    {
        lock (_gate) _isTimerSet = false;
        CallNext();
    }

    private void CallNext()
    {
        List<LineItem>? called = null;
        lock (_gate)
        {
            Refill();
            for (var room = Math.Min(_maxConcurrent - _inFlight, (int)_tokens); room > 0 && IsAnyoneWaiting(); room--)
            {
                var item = _waiting.Dequeue();
                item.State = LineState.Called;
                (called ??= []).Add(item);
            }

            if (IsAnyoneWaiting()) SetTimer();
        }

        if (called is null) return;
        foreach (var item in called) item.Call();
    }

    private bool IsAnyoneWaiting()
    {
        while (_waiting.TryPeek(out var first, out _))
        {
            if (first.State == LineState.Waiting && !first.IsGone) return true;
            _waiting.Dequeue();
        }

        return false;
    }

    private void Refill()
    {
        var now = Now;
        _tokens = Math.Min(Math.Max(1, _perSecond), _tokens + ((now - _filledAt) * _perSecond));
        _filledAt = now;
    }

    // Whoever leaves calls the next. The timer is for the others: when only the rate holds them up, and should a called one never come.
    private void SetTimer()
    {
        if (_isTimerSet || _inFlight >= _maxConcurrent) return;
        _isTimerSet = true;
        var untilToken = TimeSpan.FromSeconds(Math.Max(0, 1 - _tokens) / _perSecond);
        _timer.Change(untilToken > LeastPause ? untilToken : LeastPause, Timeout.InfiniteTimeSpan);
    }
}
