using Reelay.Server.Accounts;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api.Intents;

/// <summary>What a create without a key of its own turned out to be.</summary>
/// <param name="Entry">The order it stands for.</param>
/// <param name="IsNew">Whether the order is still to be made.</param>
internal sealed record IntentTicket(IntentEntry Entry, bool IsNew);

/// <summary>Decides of each create whether it is a new order, and keeps what a restart must know of the decision.</summary>
internal sealed class CreationIntents(IntentBook book, GroupCommitter committer, ITaskStore store, EngineParts parts, SharedIntents? shared = null)
{
    private const int RestoredPage = 1000;
    private const int MaxRestoredPages = 20;

    // Longer than a commit takes, shorter than any caller waits.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // A first try that took longer than this to get here may have been given up, and made by its retry on another node.
    private static readonly TimeSpan Lateness = TimeSpan.FromSeconds(2);

    /// <summary>Reads back what the last run of the server knew.</summary>
    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        // Nodes that share a database look there when a retry comes.
        if (shared is not null) return;
        var since = parts.Now - (long)IntentBook.RetryWindow.TotalMilliseconds;
        var memory = await store.LoadIntentsAsync(since, cancellationToken);
        foreach (var refused in memory.Refused) book.RestoreRefusal(refused);
        var recent = new List<GenerationTask>();
        for (var page = 0; page < MaxRestoredPages; page++)
        {
            var rows = await store.ListAsync(
                new TaskListQuery { AfterId = page == 0 ? null : recent[^1].Id, Limit = RestoredPage, IncludesDeleted = true }, cancellationToken);
            recent.AddRange(rows.TakeWhile(task => task.CreatedAt >= since));
            if (rows.Count < RestoredPage || rows[^1].CreatedAt < since) break;
        }

        // Oldest first, so that the newest stands last on its page.
        for (var index = recent.Count - 1; index >= 0; index--)
        {
            var task = recent[index];
            if (task.DeletedAt is not null) continue;
            book.Restore(task.KeyId, OrderFingerprint.Of(task.Order), task, memory.Intents.GetValueOrDefault(task.Id));
        }
    }

    /// <summary>Finds out what a try is; waits for an equal one whose outcome decides it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="key">Its key.</param>
    /// <param name="fingerprint">What it orders.</param>
    /// <param name="by">What it says of itself.</param>
    /// <param name="arrivedAt">Timestamp of the moment it came.</param>
    public async Task<ApiResult<IntentTicket>> EnterAsync(HttpContext context, ApiKey key, string fingerprint, CallerTry by, long arrivedAt)
    {
        var began = parts.Time.GetTimestamp();
        while (true)
        {
            if (shared is not null) await LearnAsync(shared, key.Id, fingerprint, by, arrivedAt);
            var found = book.Enter(key.Id, fingerprint, by);
            if (found.Wait is { } wait)
            {
                if (!await EndsAsync(wait, Patience - parts.Time.GetElapsedTime(began))) return Busy;
                continue;
            }

            var entry = found.Entry;
            if (by.IsUnmarked) context.Response.OnCompleted(() => NoteAnswerAsync(context, entry));
            if (found.IsNew) return new IntentTicket(entry, true);
            if (entry.IsUnsure && !await ExistsAsync(entry)) continue;
            if (shared is not null && !by.IsUnmarked)
            {
                // Another node may have had the same thought: then it is that try's order, and this one's is the next.
                if ((await committer.WriteAsync(new StoreOperation.ClaimIntent(entry.TaskId!, by.Bit))).Outcome == OperationOutcome.VersionChanged) continue;
                return new IntentTicket(entry, false);
            }

            await committer.WriteAsync(new StoreOperation.NoteIntent(Kept(entry)));
            return new IntentTicket(entry, false);
        }
    }

    /// <summary>What is to be stored with a new order, or null where nobody else needs anything.</summary>
    public OrderIntent? Note(IntentTicket? ticket, string keyId, string fingerprint) =>
        ticket is null ? null
        : shared is not null ? Kept(ticket.Entry) with { Place = (keyId, fingerprint) }
        : ticket.Entry is { IsByRetry: true } or { IsUnmarked: true } ? Kept(ticket.Entry) : null;

    /// <summary>The new order has become a task.</summary>
    public void Written(IntentTicket? ticket, string taskId)
    {
        if (ticket is not null) book.Written(ticket.Entry, taskId);
    }

    /// <summary>Nobody knows whether the new order has become this task.</summary>
    public void Unsure(IntentTicket? ticket, string taskId)
    {
        if (ticket is not null) book.Written(ticket.Entry, taskId, isUnsure: true);
    }

    /// <summary>The order broke off. Unless it may have been written, there is none.</summary>
    public void Abandon(IntentTicket? ticket)
    {
        if (ticket is { Entry.Settled.IsCompleted: false }) book.Refused(ticket.Entry, isRetried: false);
    }

    /// <summary>The new order was refused. Its retry, if SDKs send one, is a new order too: here, and at the server that comes after this one.</summary>
    public async Task RefusedAsync(IntentTicket? ticket, string keyId, string fingerprint, ApiError error)
    {
        if (ticket is null) return;
        var isRetried = error.Status is 408 or 429 or >= 500;
        book.Refused(ticket.Entry, isRetried && shared is null);
        if (!isRetried || (shared is null && !parts.Gate.IsDraining)) return;
        try
        {
            await committer.WriteAsync(new StoreOperation.NoteRefusal(new RefusedOrder(keyId, fingerprint, parts.Now)));
        }
        catch (StoreUnavailableException)
        {
            // Then the retry may find an older equal order, if the caller has one that it never looked at.
        }
    }

    private async Task LearnAsync(SharedIntents elsewhere, string keyId, string fingerprint, CallerTry by, long arrivedAt)
    {
        if (by is { RetryCount: 0, IsUnmarked: false } && parts.Time.GetElapsedTime(arrivedAt) < Lateness) return;
        var now = await store.GetTimeAsync(CancellationToken.None);
        if (by.RetryCount > 0 && elsewhere.TakeRefusal(keyId, fingerprint, now - (long)IntentBook.RefusalWindow.TotalMilliseconds))
        {
            book.AddRefusal(keyId, fingerprint);
            return;
        }

        book.Merge(keyId, fingerprint, await elsewhere.ListAsync(keyId, fingerprint, now - (long)IntentBook.RetryWindow.TotalMilliseconds));
    }

    private static OrderIntent Kept(IntentEntry entry) => new(entry.TaskId ?? "", entry.Claims, entry is { IsUnmarked: true, IsDelivered: false });

    private static ApiError Busy => new(503, "order_in_progress", "An equal order of this key is just being stored; another try will find it.");

    private async Task<bool> EndsAsync(Task wait, TimeSpan patience)
    {
        if (patience <= TimeSpan.Zero) return false;
        try
        {
            await wait.WaitAsync(patience, parts.Time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    // The store could not tell; by now it can.
    private async Task<bool> ExistsAsync(IntentEntry entry)
    {
        if (await store.FindAsync(entry.TaskId!, CancellationToken.None) is not null)
        {
            book.Written(entry, entry.TaskId!);
            return true;
        }

        book.Refused(entry, isRetried: false);
        return false;
    }

    private async Task NoteAnswerAsync(HttpContext context, IntentEntry entry)
    {
        var isDelivered = context.Response.StatusCode == StatusCodes.Status200OK && !context.RequestAborted.IsCancellationRequested;
        if (!IntentBook.Answered(entry, isDelivered) || entry.TaskId is null) return;
        try
        {
            await committer.WriteAsync(new StoreOperation.NoteIntent(Kept(entry)));
        }
        catch (StoreUnavailableException)
        {
            // After a restart within two minutes an equal order would be taken for its retry.
        }
    }
}
