using Reelay.Providers;
using Reelay.Server.Engine;

namespace Reelay.Server.Routing;

/// <summary>A channel as the engine uses it: what the operator wrote, and how it stands.</summary>
internal sealed class ProviderChannel
{
    /// <summary>Id in attempts and in the admin API.</summary>
    public required string Id { get; init; }

    /// <summary>What the operator wrote.</summary>
    public required ChannelConfig Config { get; init; }

    /// <summary>Its protocol.</summary>
    public required IVideoProvider Provider { get; init; }

    /// <summary>What an adapter needs for a call.</summary>
    public required ProviderAccount Account { get; init; }

    /// <summary>Names the vendor account behind it: a hash of host and credential. Upstream ids are unique within it.</summary>
    public required string VendorAccount { get; init; }

    /// <summary>Grows when the account behind the channel changes; noted with each attempt. Set at start.</summary>
    public int CredentialVersion { get; set; } = 1;

    /// <summary>
    /// First part of the names of its upstream models in orders: the provider's id, or that with the channel's (<c>openai@own</c>) where the
    /// channel's options make its models differ from those of other channels.
    /// </summary>
    public required string ModelKey { get; init; }

    /// <summary>Upstream models it serves.</summary>
    public required IReadOnlySet<string> UpstreamModels { get; init; }

    /// <summary>How it stands.</summary>
    public ChannelState State { get; init; } = new();
}

/// <summary>How a channel stands on this node; begins empty at every start.</summary>
internal sealed class ChannelState
{
    // How far a line is searched on behalf of another channel, so that a long line of tasks it cannot make costs little.
    private const int MaxSearchCount = 256;
    private static readonly TimeSpan FirstCoolDown = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestCoolDown = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<LiveTask> _line = new();
    private int _failuresInRow;

    /// <summary>Attempts that hold a slot.</summary>
    public int InFlight { get; private set; }

    /// <summary>No submission before this moment, Unix milliseconds.</summary>
    public long CoolUntil { get; private set; }

    /// <summary>Takes a slot if one is free.</summary>
    public bool TryTake(int maxInFlight)
    {
        lock (_gate)
        {
            if (InFlight >= maxInFlight) return false;
            InFlight++;
            return true;
        }
    }

    /// <summary>Takes a slot for an attempt that was open when this node took its task over, free or not.</summary>
    public void TakeAnyway()
    {
        lock (_gate) InFlight++;
    }

    /// <summary>Gives a slot back.</summary>
    /// <returns>The next in the line, to be woken, or null.</returns>
    public LiveTask? Release()
    {
        lock (_gate)
        {
            InFlight--;
            return DequeueLocked();
        }
    }

    /// <summary>Puts a task at the end of the line; it stands in one place only.</summary>
    public void Enqueue(LiveTask live)
    {
        lock (_gate)
        {
            if (live.IsInLine) return;
            live.IsInLine = true;
            _line.AddLast(live);
        }
    }

    /// <summary>Takes the next task out of the line, or gives null.</summary>
    public LiveTask? Dequeue()
    {
        lock (_gate) return DequeueLocked();
    }

    /// <summary>Takes the first task that fits out of the line, from its beginning; or gives null.</summary>
    public LiveTask? DequeueFirst(Func<LiveTask, bool> fits)
    {
        lock (_gate)
        {
            var node = _line.First;
            for (var count = 0; node is not null && count < MaxSearchCount; count++)
            {
                var next = node.Next;
                if (node.Value.IsGone || fits(node.Value))
                {
                    _line.Remove(node);
                    node.Value.IsInLine = false;
                    if (!node.Value.IsGone) return node.Value;
                }

                node = next;
            }

            return null;
        }
    }

    /// <summary>The upstream took an order: the row of failures is over.</summary>
    public void NoteSuccess()
    {
        lock (_gate) _failuresInRow = 0;
    }

    /// <summary>The account has a new credential: what the old one met with says nothing about it.</summary>
    public void NoteNewCredential()
    {
        lock (_gate) (_failuresInRow, CoolUntil) = (0, 0);
    }

    /// <summary>The upstream refused or could not be reached: nothing is sent for a while, longer each time.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="asked">How long the upstream asked to wait, if it did; less than a second says nothing.</param>
    public void CoolDown(long now, TimeSpan? asked)
    {
        lock (_gate)
        {
            var own = FirstCoolDown * Math.Pow(2, Math.Min(_failuresInRow++, 10));
            var pause = asked >= FirstCoolDown ? asked.Value : own < LongestCoolDown ? own : LongestCoolDown;
            CoolUntil = Math.Max(CoolUntil, now + (long)pause.TotalMilliseconds);
        }
    }

    private LiveTask? DequeueLocked()
    {
        while (_line.First?.Value is { } live)
        {
            _line.RemoveFirst();
            live.IsInLine = false;
            if (!live.IsGone) return live;
        }

        return null;
    }
}
