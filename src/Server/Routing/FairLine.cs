using Reelay.Server.Engine;

namespace Reelay.Server.Routing;

/// <summary>
/// Tasks that wait for the same slots: accounts take turns, and within an account it is first come, first served. So an account with ten
/// thousand waiting tasks delays another's single one by at most one slot. Every operation takes constant time, except where it says so.
/// Not safe for use by several threads: its <see cref="ChannelState"/> guards it.
/// </summary>
internal sealed class FairLine
{
    // Up to so many accounts a place is computed exactly.
    private const int MaxExactAccounts = 256;

    private readonly Dictionary<string, AccountQueue> _byAccount = new(StringComparer.Ordinal);
    private readonly LinkedList<AccountQueue> _turns = new();

    /// <summary>Tasks that wait here.</summary>
    public int Count { get; private set; }

    /// <summary>Puts a task at the end of its account's queue; or, if it was called and could not go, back to where it stood.</summary>
    public LinePlace Add(LiveTask live, bool isBack)
    {
        var account = live.Task.AccountId;
        if (!_byAccount.TryGetValue(account, out var queue))
        {
            queue = _byAccount[account] = new AccountQueue(account);
            if (isBack) _turns.AddFirst(queue.Turn);
            else _turns.AddLast(queue.Turn);
        }
        else if (isBack)
        {
            _turns.Remove(queue.Turn);
            _turns.AddFirst(queue.Turn);
        }

        Count++;
        return queue.Add(live, isBack);
    }

    /// <summary>Takes out whose turn it is, or gives null. The account's next turn comes after those of all others.</summary>
    public LiveTask? Take() => _turns.First is { } turn ? TakeOut(turn.Value.First!) : null;

    /// <summary>Takes out the first task that fits, one look per account and round; or gives null.</summary>
    /// <param name="fits">Says whether a task is wanted.</param>
    /// <param name="looks">How many tasks may be looked at; lowered by those that were.</param>
    public LiveTask? TakeFirst(Func<LiveTask, bool> fits, ref int looks)
    {
        for (var turn = _turns.First; turn is not null && looks > 0; turn = turn.Next)
        {
            // Half of what is left for each account, so that one with many tasks leaves looks for those behind it.
            var share = _turns.Count == 1 ? looks : Math.Max(1, looks / 2);
            for (var place = turn.Value.First; place is not null && share > 0; place = place.Next)
            {
                (share, looks) = (share - 1, looks - 1);
                if (fits(place.Live)) return TakeOut(place);
            }
        }

        return null;
    }

    /// <summary>Takes a task out that waits no more.</summary>
    public void Remove(LinePlace place)
    {
        Count--;
        place.Queue.Remove(place);
        if (place.Queue.First is not null) return;
        _turns.Remove(place.Queue.Turn);
        _byAccount.Remove(place.Queue.Account);
    }

    /// <summary>About how many turns it takes until a task has its: 1 for the next. Looks at every account, up to a bound; above it, an upper bound.</summary>
    public int PositionOf(LinePlace place)
    {
        // Places that were left early count until their account's queue has moved past them.
        var before = place.Number - place.Queue.First!.Number;
        if (_turns.Count > MaxExactAccounts) return (int)Math.Min(Count, (before + 1) * _turns.Count);
        long ahead = 0;
        var isPassed = false;
        foreach (var queue in _turns)
        {
            if (queue == place.Queue)
            {
                ahead += before;
                isPassed = true;
            }
            else
            {
                ahead += Math.Min(queue.Count, isPassed ? before : before + 1);
            }
        }

        return (int)Math.Clamp(ahead + 1, 1, Count);
    }

    private LiveTask TakeOut(LinePlace place)
    {
        Remove(place);
        var queue = place.Queue;
        if (queue.First is not null)
        {
            _turns.Remove(queue.Turn);
            _turns.AddLast(queue.Turn);
        }

        return place.Live;
    }
}

/// <summary>Where a task stands in a line.</summary>
internal sealed class LinePlace(LiveTask live, AccountQueue queue, long number)
{
    public LiveTask Live => live;

    public AccountQueue Queue => queue;

    /// <summary>Grows along the queue.</summary>
    public long Number => number;

    public LinePlace? Previous { get; set; }

    public LinePlace? Next { get; set; }

    /// <summary>The line it stands in, and whose that is; set by the channel's state.</summary>
    public FairLine? Line { get; set; }

    public ChannelState? Owner { get; set; }
}

/// <summary>One account's tasks in a line.</summary>
internal sealed class AccountQueue
{
    private LinePlace? _last;

    public AccountQueue(string account)
    {
        Account = account;
        Turn = new LinkedListNode<AccountQueue>(this);
    }

    public string Account { get; }

    public LinkedListNode<AccountQueue> Turn { get; }

    public LinePlace? First { get; private set; }

    public int Count { get; private set; }

    public LinePlace Add(LiveTask live, bool isFirst)
    {
        Count++;
        var number = isFirst ? (First?.Number ?? 1) - 1 : (_last?.Number ?? -1) + 1;
        var place = new LinePlace(live, this, number);
        if (isFirst)
        {
            place.Next = First;
            if (First is not null) First.Previous = place;
            First = place;
            _last ??= place;
        }
        else
        {
            place.Previous = _last;
            if (_last is not null) _last.Next = place;
            _last = place;
            First ??= place;
        }

        return place;
    }

    public void Remove(LinePlace place)
    {
        Count--;
        if (place.Previous is { } previous) previous.Next = place.Next;
        else First = place.Next;
        if (place.Next is { } next) next.Previous = place.Previous;
        else _last = place.Previous;
    }
}
