using System.Collections.Concurrent;

namespace Reelay.Server.Engine.Polling;

/// <summary>What is known of how long each channel takes for each upstream model. Learns from finished tasks; thread-safe.</summary>
/// <remarks>
/// Of orders that were accepted together the quick ones end first: a result taken at once would make everything look quick. So each waits until
/// twice the usual time after its order's acceptance, when the slow ones of its time are there too. Lengths and sizes of one model are not told
/// apart; see <c>docs/decisions</c>.
/// </remarks>
internal sealed class DurationBook(TimeProvider time)
{
    private const double MediansToWait = 2;

    // Those of one moment come in mixed order, since only the last few hundred are remembered: multiples of the golden ratio lie evenly.
    private const double MediansToMix = 0.25;
    private const double GoldenRatio = 0.6180339887498949;

    private readonly long _origin = time.GetTimestamp();
    private readonly ConcurrentDictionary<DurationKey, Entry> _entries = new();
    private readonly ConcurrentDictionary<double, DurationCurve> _assumed = new();

    /// <summary>What to expect.</summary>
    /// <param name="channelId">The channel.</param>
    /// <param name="upstreamModel">The upstream's name of the model.</param>
    /// <param name="assumedSeconds">What is assumed while too little is learned.</param>
    public DurationCurve Curve(string channelId, string upstreamModel, double assumedSeconds) =>
        Learned(channelId, upstreamModel) ?? _assumed.GetOrAdd(assumedSeconds, DurationCurve.Assumed);

    /// <summary>What has been learned, or null while that is too little.</summary>
    public DurationCurve? Learned(string channelId, string upstreamModel) =>
        _entries.TryGetValue(new(channelId, upstreamModel), out var entry) ? entry.Curve : null;

    /// <summary>Notes that a result came between two times after acceptance, in seconds; 0 for the first if nobody had looked before.</summary>
    public void Learn(string channelId, string upstreamModel, double assumedSeconds, double from, double until)
    {
        var known = Curve(channelId, upstreamModel, assumedSeconds);
        _entries.GetOrAdd(new(channelId, upstreamModel), static _ => new Entry(new DurationHistogram()))
            .Add(from, until, Now, known);
    }

    /// <summary>Takes over what an earlier process has written.</summary>
    public void Load(IEnumerable<DurationRow> rows)
    {
        foreach (var row in rows) _entries.TryAdd(row.Key, new Entry(DurationHistogram.Parse(row.Weights)));
    }

    /// <summary>What has changed since the last call.</summary>
    public IReadOnlyList<DurationRow> TakeChanged()
    {
        var rows = new List<DurationRow>();
        foreach (var (key, entry) in _entries)
        {
            if (entry.TakeChanged(Now) is { } weights) rows.Add(new DurationRow(key, weights));
        }

        return rows;
    }

    /// <summary>A write of these failed: they count as changed again.</summary>
    public void PutBack(IEnumerable<DurationRow> rows)
    {
        foreach (var row in rows)
        {
            if (_entries.TryGetValue(row.Key, out var entry)) entry.PutBack();
        }
    }

    private double Now => time.GetElapsedTime(_origin).TotalSeconds;

    private sealed class Entry(DurationHistogram _histogram)
    {
        // A curve costs a few thousand operations: it is made anew after a share of what it rests on, not after each result.
        private const int PerCurve = 16;

        // Beyond, results are not needed: the histogram weighs as much as a few hundred.
        private const int MaxHeld = 20_000;

        private readonly Lock _gate = new();
        private readonly PriorityQueue<(double From, double Until, DurationCurve Known), double> _held = new();
        private DurationCurve? _curve = _histogram.Count >= DurationHistogram.LeastCount - 0.5 ? _histogram.ToCurve() : null;
        private long _addedCount;
        private int _sinceCurve;
        private bool _isChanged;

        public DurationCurve? Curve => Volatile.Read(ref _curve);

        public void Add(double from, double until, double now, DurationCurve known)
        {
            lock (_gate)
            {
                var wait = Math.Max(0, (MediansToWait * known.Median) - until) + (MediansToMix * known.Median * (_addedCount++ * GoldenRatio % 1));
                if (_held.Count < MaxHeld) _held.Enqueue((from, until, known), now + wait);
                Release(now);
            }
        }

        public string? TakeChanged(double now)
        {
            lock (_gate)
            {
                Release(now);
                if (!_isChanged) return null;
                _isChanged = false;
                return _histogram.ToString();
            }
        }

        public void PutBack()
        {
            lock (_gate) _isChanged = true;
        }

        private void Release(double now)
        {
            while (_held.TryPeek(out var result, out var at) && at <= now)
            {
                _held.Dequeue();
                _histogram.Add(result.From, result.Until, _curve ?? result.Known);
                _isChanged = true;
                var count = _histogram.Count;
                if (count < DurationHistogram.LeastCount - 0.5 || (_curve is not null && ++_sinceCurve < count / PerCurve)) continue;
                _sinceCurve = 0;
                Volatile.Write(ref _curve, _histogram.ToCurve());
            }
        }
    }
}

/// <summary>Whose durations they are.</summary>
internal readonly record struct DurationKey(string ChannelId, string UpstreamModel);

/// <summary>What was learned, as it is stored.</summary>
/// <param name="Key">Whose.</param>
/// <param name="Weights">See <see cref="DurationHistogram.ToString"/>.</param>
internal sealed record DurationRow(DurationKey Key, string Weights);
