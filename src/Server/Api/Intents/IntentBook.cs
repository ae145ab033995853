using System.Collections.Concurrent;

namespace Reelay.Server.Api.Intents;

/// <summary>
/// Tells a caller's retry from a new order, so that one intent becomes one task: the SDKs send a create again after a lost answer, with
/// nothing in it that names the first.
/// </summary>
/// <remarks>Keeps orders of the last 15 minutes in memory, bounded; a restart fills it from the tasks (<see cref="CreationIntents.RestoreAsync"/>).</remarks>
internal sealed class IntentBook(TimeProvider time)
{
    /// <summary>How long a retry finds its order.</summary>
    public static readonly TimeSpan RetryWindow = TimeSpan.FromMinutes(15);

    /// <summary>How long a retry finds the refusal of its first try.</summary>
    public static readonly TimeSpan RefusalWindow = TimeSpan.FromMinutes(2);

    // A first try that was overtaken by its own retry comes soon, or the caller has ordered again.
    private static readonly TimeSpan LateWindow = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan UnmarkedWindow = TimeSpan.FromSeconds(120);
    private const int MaxEntries = 100_000;
    private const int MaxPerPage = 256;

    private readonly ConcurrentDictionary<(string KeyId, string Fingerprint), OrderPage> _pages = new();
    private readonly ConcurrentDictionary<string, IntentEntry> _byTask = new(StringComparer.Ordinal);
    private readonly Engine.SteadyClock _clock = new(time);
    private readonly Lock _ageGate = new();
    private readonly Queue<((string, string) Key, OrderPage Page, IntentEntry Entry)> _byAge = new();

    /// <summary>What a try turned out to be: a new order that this entry now stands for, or one that waits for another's outcome first.</summary>
    /// <param name="Entry">The new order, or the one the try stands for.</param>
    /// <param name="IsNew">Whether it is to be made.</param>
    /// <param name="Wait">Kept when it makes sense to ask again; null when the question is answered.</param>
    public readonly record struct Found(IntentEntry Entry, bool IsNew, Task? Wait);

    /// <summary>Finds the order a try stands for, or opens a new one.</summary>
    public Found Enter(string keyId, string fingerprint, CallerTry by)
    {
        while (true)
        {
            var key = (keyId, fingerprint);
            var page = _pages.GetOrAdd(key, static _ => new OrderPage());
            lock (page.Gate)
            {
                if (page.IsGone) continue;
                if (by.RetryCount > 0 && TakeRefusal(page)) return new(Open(key, page, by, by.BitsUpToHere), true, null);
                if (Match(page, by) is not { } match) return new(Open(key, page, by, by.Bit), true, null);
                if (!match.Settled.IsCompleted) return new(match, false, match.Settled);
                if (by.IsUnmarked && match.Answered is { } answered) return new(match, false, answered);
                match.Claims |= by.Bit;
                if (by.IsUnmarked) match.BeginAnswer();
                return new(match, false, null);
            }
        }
    }

    /// <summary>The order has become this task, or (unsure) may have.</summary>
    public void Written(IntentEntry entry, string taskId, bool isUnsure = false)
    {
        lock (entry.Page.Gate)
        {
            entry.IsUnsure = isUnsure;
            Known(entry, taskId);
        }
    }

    /// <summary>The order has become no task.</summary>
    /// <param name="isRetried">Whether SDKs try again what they were answered: then their next try is a new order.</param>
    public void Refused(IntentEntry entry, bool isRetried)
    {
        lock (entry.Page.Gate)
        {
            Remove(entry);
            if (isRetried) entry.Page.Refusals.Enqueue(Now);
            entry.EndAnswer();
            entry.Settle();
        }
    }

    /// <summary>An answer with the order was given to the network, or could not be.</summary>
    /// <returns>Whether that is news.</returns>
    public static bool Answered(IntentEntry entry, bool isDelivered)
    {
        lock (entry.Page.Gate)
        {
            var isNews = isDelivered && !entry.IsDelivered;
            entry.IsDelivered |= isDelivered;
            entry.EndAnswer();
            return isNews;
        }
    }

    /// <summary>Somebody asked for a task by its id: its answer has arrived, and no later try stands for it.</summary>
    public void Read(string taskId)
    {
        if (_byTask.TryGetValue(taskId, out var entry)) entry.IsRead = true;
    }

    /// <summary>Puts back what an earlier run of the server knew.</summary>
    public void Restore(string keyId, string fingerprint, Tasks.GenerationTask task, Tasks.OrderIntent? kept)
    {
        var key = (keyId, fingerprint);
        var page = _pages.GetOrAdd(key, static _ => new OrderPage());
        lock (page.Gate)
        {
            var entry = new IntentEntry(page, task.CreatedAt, new CallerTry(0, kept?.IsUndelivered ?? false, null))
            {
                Claims = kept?.Claims ?? 1, IsByRetry = kept is not null && (kept.Claims & 1) == 0, IsDelivered = !(kept?.IsUndelivered ?? false),
            };
            Place(key, entry, task.Id);
        }
    }

    /// <summary>Learns of orders that other nodes made, or know more of.</summary>
    public void Merge(string keyId, string fingerprint, IReadOnlyList<RecentOrder> orders)
    {
        if (orders.Count == 0) return;
        var key = (keyId, fingerprint);
        while (true)
        {
            var page = _pages.GetOrAdd(key, static _ => new OrderPage());
            lock (page.Gate)
            {
                if (page.IsGone) continue;
                foreach (var order in orders.Reverse()) Merge(key, page, order);

                // Those of other nodes come late; the newest stands last.
                page.Entries.Sort(static (one, other) => one.CreatedAt.CompareTo(other.CreatedAt));
                return;
            }
        }
    }

    /// <summary>A refusal that waits for its retry was found elsewhere.</summary>
    public void AddRefusal(string keyId, string fingerprint)
    {
        var page = _pages.GetOrAdd((keyId, fingerprint), static _ => new OrderPage());
        lock (page.Gate) page.Refusals.Enqueue(Now);
    }

    /// <summary>Puts back a refusal of an earlier run.</summary>
    public void RestoreRefusal(Tasks.RefusedOrder refused)
    {
        var page = _pages.GetOrAdd((refused.KeyId, refused.Fingerprint), static _ => new OrderPage());
        lock (page.Gate) page.Refusals.Enqueue(refused.At);
    }

    private void Merge((string, string) key, OrderPage page, RecentOrder order)
    {
        if (!_byTask.TryGetValue(order.TaskId, out var entry))
        {
            entry = new IntentEntry(page, order.CreatedAt, new CallerTry(0, order.IsUndelivered, null))
            {
                IsByRetry = (order.Claims & 1) == 0, IsDelivered = !order.IsUndelivered,
            };
            Place(key, entry, order.TaskId);
        }

        entry.Claims |= order.Claims;
        entry.IsRead |= order.IsRead;
        if (!order.IsUndelivered) entry.IsDelivered = true;
    }

    // A clock that jumps makes no retry a new order.
    private long Now => _clock.Now;

    private IntentEntry Open((string, string) key, OrderPage page, CallerTry by, long claims)
    {
        var entry = new IntentEntry(page, Now, by) { Claims = claims };
        if (by.IsUnmarked) entry.BeginAnswer();
        if (page.Entries.Count >= MaxPerPage) Remove(page.Entries[0]);
        Place(key, entry);
        Forget();
        return entry;
    }

    // Of a task that exists already, or of an order that may become one.
    private void Place((string, string) key, IntentEntry entry, string? taskId = null)
    {
        if (taskId is not null) Known(entry, taskId);
        entry.Page.Entries.Add(entry);
        lock (_ageGate) _byAge.Enqueue((key, entry.Page, entry));
    }

    private void Known(IntentEntry entry, string taskId)
    {
        entry.TaskId = taskId;
        _byTask[taskId] = entry;
        entry.Settle();
    }

    private IntentEntry? Match(OrderPage page, CallerTry by)
    {
        var now = Now;
        for (var index = page.Entries.Count - 1; index >= 0; index--)
        {
            var entry = page.Entries[index];
            var age = TimeSpan.FromMilliseconds(now - entry.CreatedAt);
            if (entry.IsRead || age > RetryWindow) continue;
            if (by.IsUnmarked ? entry is { IsUnmarked: true, IsDelivered: false } && age <= UnmarkedWindow
                : (entry.Claims & by.Bit) == 0 && (by.RetryCount > 0 || (entry.IsByRetry && age <= LateWindow)))
            {
                return entry;
            }
        }

        return null;
    }

    private bool TakeRefusal(OrderPage page)
    {
        DropStale(page);
        return page.HasRefusals && page.Refusals.TryDequeue(out _);
    }

    private void DropStale(OrderPage page)
    {
        while (page.HasRefusals && page.Refusals.TryPeek(out var at) && Now - at > RefusalWindow.TotalMilliseconds) page.Refusals.Dequeue();
    }

    private void Remove(IntentEntry entry)
    {
        entry.Page.Entries.Remove(entry);
        if (entry.TaskId is { } id) _byTask.TryRemove(id, out _);
    }

    // Oldest first, a few with every order: what is too old, and what is too many.
    private void Forget()
    {
        for (var count = 0; count < 4; count++)
        {
            ((string, string) Key, OrderPage Page, IntentEntry Entry) oldest;
            lock (_ageGate)
            {
                if (!_byAge.TryPeek(out oldest)) return;
                if (_byAge.Count <= MaxEntries && Now - oldest.Entry.CreatedAt <= RetryWindow.TotalMilliseconds) return;
                _byAge.Dequeue();
            }

            // Another page may be locked by a thread that waits for this one's; its turn comes again.
            if (!Monitor.TryEnter(oldest.Page.Gate))
            {
                lock (_ageGate) _byAge.Enqueue(oldest);
                return;
            }

            try
            {
                Remove(oldest.Entry);
                DropStale(oldest.Page);
                if (oldest.Page.Entries.Count > 0 || oldest.Page.HasRefusals) continue;
                oldest.Page.IsGone = true;
                _pages.TryRemove(oldest.Key, out _);
            }
            finally
            {
                Monitor.Exit(oldest.Page.Gate);
            }
        }
    }
}
