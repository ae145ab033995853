using Reelay.Server.Assets;

namespace Reelay.Server.Engine;

/// <summary>Whether new work may begin, and how much is under way.</summary>
internal sealed class EngineGate(TimeProvider time)
{
    // A disk that was full a moment ago is asked again after this.
    private static readonly TimeSpan FullPause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int[] _callsByShard = new int[256];
    private readonly bool[] _closedShards = new bool[256];
    private int _callsInFlight;
    private long _fullAt;

    /// <summary>Set once, by a stop: nothing new is submitted.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Set while less is free on the disk than the operator wants.</summary>
    public bool IsBelowMinimum { get; set; }

    /// <summary>While the disk is nearly full, or just refused a file: nothing new is submitted and nothing is fetched.</summary>
    public bool IsDiskLow => IsBelowMinimum || (Interlocked.Read(ref _fullAt) is > 0 and var at && time.GetElapsedTime(at) < FullPause);

    /// <summary>What is known of the store of files; null where it is always there.</summary>
    public AssetStoreState? Assets { get; init; }

    /// <summary>While the bucket cannot be used: nothing new is submitted and nothing is fetched; orders are taken all the same, and wait.</summary>
    public bool IsStoreAway => Assets is { IsAway: true };

    /// <summary>Whether nothing may begin now.</summary>
    public bool IsClosed => IsDraining || IsDiskLow || IsStoreAway;

    /// <summary>The disk has just refused a file for want of space: an order whose result could not be kept must not be sent.</summary>
    public void NoteDiskFull() => Interlocked.Exchange(ref _fullAt, Math.Max(1, time.GetTimestamp()));

    /// <summary>
    /// A submission begins: from here, before its row is written, a stop waits for it. Its end must be told by <see cref="Leave"/>.
    /// </summary>
    /// <param name="shard">The task's.</param>
    /// <returns>False if nothing may begin now.</returns>
    public bool TryEnter(int shard)
    {
        lock (_gate)
        {
            if (IsClosed || _closedShards[shard]) return false;
            _callsInFlight++;
            _callsByShard[shard]++;
            return true;
        }
    }

    /// <summary>A submission, with the write of its answer, has ended.</summary>
    public void Leave(int shard)
    {
        lock (_gate)
        {
            _callsByShard[shard]--;
            if (--_callsInFlight == 0 && IsDraining) _quiet.TrySetResult();
        }
    }

    /// <summary>Lets no submission of a shard begin, if none is under way: the shard is to be given to another node.</summary>
    /// <returns>Whether it is closed now.</returns>
    public bool TryClose(int shard)
    {
        lock (_gate) return _callsByShard[shard] == 0 && (_closedShards[shard] = true);
    }

    /// <summary>A shard was taken, or taken back.</summary>
    public void Open(int shard)
    {
        lock (_gate) _closedShards[shard] = false;
    }

    /// <summary>Lets nothing new begin.</summary>
    /// <returns>Completes when the calls in flight have ended.</returns>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            IsDraining = true;
            if (_callsInFlight == 0) _quiet.TrySetResult();
        }

        return _quiet.Task;
    }
}
