namespace Reelay.Server.Assets.Fetching;

/// <summary>The time of one fetch: a total, and inside it the bound of the wait at hand. One timer for both.</summary>
internal sealed class FetchClock : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _total;
    private readonly long _start;
    private readonly ITimer _timer;

    // Never disposed: the timer may fire while it is being disposed, and a source without a timer of its own holds nothing.
    private readonly CancellationTokenSource _abort = new();

    public FetchClock(TimeProvider time, TimeSpan total)
    {
        _time = time;
        _total = total;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((FetchClock)state!).Expire(), this, total, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when a bound passes, or when the caller of <see cref="Wait"/> gives up; then the fetch is over.</summary>
    public CancellationToken Token => _abort.Token;

    /// <summary>Whether a bound passed.</summary>
    public bool HasExpired { get; private set; }

    /// <summary>Begins a wait with its own bound, which also ends with the caller's token. Dispose to end the wait.</summary>
    public Waiting Wait(TimeSpan bound, CancellationToken cancellationToken)
    {
        var left = Left();
        _timer.Change(bound < left ? bound : left, Timeout.InfiniteTimeSpan);
        return new Waiting(this, cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _abort));
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private TimeSpan Left()
    {
        var left = _total - _time.GetElapsedTime(_start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Expire()
    {
        HasExpired = true;
        _abort.Cancel();
    }

    /// <summary>A wait under way.</summary>
    internal readonly struct Waiting(FetchClock clock, CancellationTokenRegistration registration) : IDisposable
    {
        /// <summary>Ends the wait; only the total goes on.</summary>
        public void Dispose()
        {
            registration.Dispose();
            clock._timer.Change(clock.Left(), Timeout.InfiniteTimeSpan);
        }
    }
}
