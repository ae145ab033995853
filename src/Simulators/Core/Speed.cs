namespace Reelay.Simulators;

/// <summary>How fast the sandbox works. Safe for concurrent use.</summary>
/// <remarks>
/// The factor is a history, not a number: work done is the sum over the past, so that a job never goes back when the sandbox is slowed.
/// </remarks>
public sealed class Speed(TimeProvider time, double defaultSeconds)
{
    private const int MaxChanges = 1_000;
    private readonly Lock _lock = new();
    private readonly List<SpeedChange> _changes = [];
    private double? _seconds;

    /// <summary>Work of a job created from now on, in seconds at factor 1; a word in the prompt may say otherwise.</summary>
    public double DurationSeconds
    {
        get => _seconds ?? defaultSeconds;
        set => _seconds = value is >= 0 and <= 86_400 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "0 to 86400");
    }

    /// <summary>Seconds of work done in a second, running jobs included; 1 at first.</summary>
    public double Factor
    {
        get
        {
            lock (_lock)
                return _changes.Count == 0 ? 1 : _changes[^1].Factor;
        }

        set
        {
            if (value is not (>= 0 and <= 1_000_000))
                throw new ArgumentOutOfRangeException(nameof(value), value, "0 to 1000000");
            lock (_lock)
            {
                if (_changes.Count == MaxChanges)
                    _changes.RemoveAt(0);
                _changes.Add(new SpeedChange(time.GetUtcNow(), value));
            }
        }
    }

    /// <summary>Everything that has to be kept over a restart.</summary>
    public SpeedState State
    {
        get
        {
            lock (_lock)
                return new SpeedState(_seconds, [.. _changes]);
        }

        set
        {
            lock (_lock)
            {
                _seconds = value.DurationSeconds;
                _changes.Clear();
                _changes.AddRange(value.Changes);
            }
        }
    }

    /// <summary>The moment from which on a job started then has done so much work, or null if that is not foreseeable (factor 0).</summary>
    public DateTimeOffset? WhenDone(DateTimeOffset start, double workSeconds)
    {
        lock (_lock)
        {
            DateTimeOffset from = start;
            double left = workSeconds;
            double factor = 1;
            foreach (SpeedChange change in _changes)
            {
                double done = (change.From - from).TotalSeconds * factor;
                if (change.From > from && done >= left)
                    break;
                if (change.From > from)
                {
                    left -= done;
                    from = change.From;
                }

                factor = change.Factor;
            }

            return left <= 0 ? from : factor > 0 ? from.AddSeconds(left / factor) : null;
        }
    }

    /// <summary>Seconds of work done between two moments.</summary>
    public double WorkSeconds(DateTimeOffset start, DateTimeOffset end)
    {
        lock (_lock)
        {
            double work = 0;
            double factor = 1;
            DateTimeOffset from = start;
            foreach (SpeedChange change in _changes)
            {
                if (change.From > from)
                {
                    DateTimeOffset until = change.From < end ? change.From : end;
                    work += Math.Max(0, (until - from).TotalSeconds) * factor;
                    from = until;
                }

                factor = change.Factor;
            }

            return work + (Math.Max(0, (end - from).TotalSeconds) * factor);
        }
    }
}

/// <summary>A factor and the moment since which it holds.</summary>
public sealed record SpeedChange(DateTimeOffset From, double Factor);

/// <summary>What a <see cref="Speed"/> remembers.</summary>
public sealed record SpeedState(double? DurationSeconds, IReadOnlyList<SpeedChange> Changes);
