namespace Reelay.Server.Api.Intents;

/// <summary>An order of the last minutes and the tries that stand for it. Changed only under its page's lock, except for the two promises.</summary>
internal sealed class IntentEntry(OrderPage page, long createdAt, CallerTry by)
{
    private TaskCompletionSource? _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _answered;

    /// <summary>Where it stands.</summary>
    public OrderPage Page { get; } = page;

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; } = createdAt;

    /// <summary>Whether a retry made it, so that its own first try may still come.</summary>
    public bool IsByRetry { get; init; } = by.RetryCount > 0;

    /// <summary>Whether the .NET SDK made it.</summary>
    public bool IsUnmarked { get; init; } = by.IsUnmarked;

    /// <summary>Bit n: the try with retry count n stands for it.</summary>
    public long Claims { get; set; } = by.Bit;

    /// <summary>The task, once it is known under which id it was or may have been written.</summary>
    public string? TaskId { get; set; }

    /// <summary>Whether the task may or may not exist: the store could not tell.</summary>
    public bool IsUnsure { get; set; }

    /// <summary>Whether the caller has asked for the task by its id: then its answer arrived.</summary>
    public bool IsRead { get; set; }

    /// <summary>Whether the answer was given to the network whole, as far as this server knows.</summary>
    public bool IsDelivered { get; set; }

    /// <summary>Kept when it is known whether there is a task.</summary>
    public Task Settled => Volatile.Read(ref _settled)?.Task ?? Task.CompletedTask;

    /// <summary>Kept when the answer that is under way has been given, or has failed; null while none is.</summary>
    public Task? Answered => _answered?.Task;

    /// <summary>It is known whether there is a task.</summary>
    /// <remarks>The promise goes with it: thousands of entries lie here for a quarter of an hour, and nearly all are settled.</remarks>
    public void Settle() => Interlocked.Exchange(ref _settled, null)?.TrySetResult();

    /// <summary>An answer is under way.</summary>
    public void BeginAnswer() => _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer has been given, or has failed.</summary>
    public void EndAnswer()
    {
        var answered = _answered;
        _answered = null;
        answered?.TrySetResult();
    }
}

/// <summary>Orders of one key with one fingerprint, newest last, and refusals of them. There is one for nearly every order, so it is kept small.</summary>
internal sealed class OrderPage
{
    private Queue<long>? _refusals;

    /// <summary>Guards everything on the page. It is the page itself: a lock of its own would be as large.</summary>
    public object Gate => this;

    /// <summary>Orders.</summary>
    public List<IntentEntry> Entries { get; } = new(1);

    /// <summary>When this server refused such an order in a way SDKs try again, Unix milliseconds. Most pages have none.</summary>
    public Queue<long> Refusals => _refusals ??= [];

    /// <summary>Whether there are any.</summary>
    public bool HasRefusals => _refusals is { Count: > 0 };

    /// <summary>Whether it was taken out of the book.</summary>
    public bool IsGone { get; set; }
}
