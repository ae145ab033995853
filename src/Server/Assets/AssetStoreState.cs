namespace Reelay.Server.Assets;

/// <summary>Whether files can be kept at this moment, as far as this process knows. A local folder is never away; a full disk is another matter.</summary>
/// <remarks>Each change is logged once, however many tasks meet it.</remarks>
internal sealed partial class AssetStoreState(ILogger<AssetStoreState> logger)
{
    private volatile TaskCompletionSource _left = NewSignal();
    private int _isAway;

    /// <summary>Set by the first call that found the store away, until a probe finds it back.</summary>
    public bool IsAway => Volatile.Read(ref _isAway) != 0;

    /// <summary>Completes while the store is away.</summary>
    public Task WhenAway => _left.Task;

    /// <summary>A call found the store away.</summary>
    /// <param name="reason">What to tell the operator.</param>
    public void NoteAway(string reason)
    {
        if (Interlocked.Exchange(ref _isAway, 1) != 0) return;
        LogAway(reason);
        _left.TrySetResult();
    }

    /// <summary>A probe could write and remove.</summary>
    public void NoteBack()
    {
        if (!IsAway) return;
        _left = NewSignal();
        Volatile.Write(ref _isAway, 0);
        LogBack();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(4250, LogLevel.Warning, "The bucket cannot be used; nothing new is submitted, and results wait: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(4251, LogLevel.Warning, "The bucket can be used again.")]
    private partial void LogBack();
}
