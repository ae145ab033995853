namespace Reelay.Server.Engine;

/// <summary>The most by which something was late lately: within the last ten to twenty seconds.</summary>
internal sealed class LagMeter(SteadyClock clock)
{
    private const long WindowMilliseconds = 10_000;

    private readonly Lock _gate = new();
    private long _window;
    private long _most;
    private long _mostBefore;

    /// <summary>Milliseconds.</summary>
    public long Most
    {
        get
        {
            lock (_gate)
            {
                Turn();
                return Math.Max(_most, _mostBefore);
            }
        }
    }

    /// <summary>Something was looked at so many milliseconds after it was due.</summary>
    public void Note(long milliseconds)
    {
        lock (_gate)
        {
            Turn();
            _most = Math.Max(_most, milliseconds);
        }
    }

    private void Turn()
    {
        var window = clock.Now / WindowMilliseconds;
        if (window == _window) return;
        (_mostBefore, _most, _window) = (window == _window + 1 ? _most : 0, 0, window);
    }
}
