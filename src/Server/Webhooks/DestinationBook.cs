using Reelay.Server.Tasks;

namespace Reelay.Server.Webhooks;

/// <summary>
/// How much may be under way to whom, so that no slow or dead receiver delays the others. A destination is an account at an origin: one account's
/// broken receiver closes nobody else's circuit, though both may be with the same host.
/// </summary>
/// <remarks>
/// A destination begins with one POST at a time; each quick success doubles that, a slow one halves it, a failure takes it back to one. Those that
/// did not answer quickly last time, new ones among them, share half of all places. Three failures in a row that say that nobody is well there (no
/// answer, 408, 429, 5xx) close the circuit: then one POST goes out as a probe after 5 s, 10 s, 20 s … up to 10 min, until one succeeds. What a
/// process knows here dies with it.
/// </remarks>
internal sealed class DestinationBook(WebhookOptions options, TimeProvider time, Randomness randomness)
{
    private const int FailuresThatClose = 3;
    private const int MaxIdle = 20_000;
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxRest = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Destination> _destinations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _perOrigin = new(StringComparer.Ordinal);
    private readonly long _start = time.GetTimestamp();
    private int _inFlight;
    private int _notQuickInFlight;

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>How many more may be sent there now.</summary>
    /// <param name="destination">Account and origin.</param>
    /// <param name="rest">If none because it rests: how long yet; otherwise zero.</param>
    public int Free(string destination, out TimeSpan rest)
    {
        lock (_gate)
        {
            rest = TimeSpan.Zero;
            var known = _destinations.GetValueOrDefault(destination) ?? new Destination();
            if (known.ClosedUntil > Now)
            {
                rest = known.ClosedUntil - Now;
                return 0;
            }

            var window = known.Failures >= FailuresThatClose ? 1 : known.Window;
            var overall = options.MaxInFlight - _inFlight;
            if (!known.IsQuick) overall = Math.Min(overall, (options.MaxInFlight / 2) - _notQuickInFlight);
            var atOrigin = options.MaxPerOrigin - _perOrigin.GetValueOrDefault(WebhookUrls.OriginOf(destination));
            return Math.Max(0, Math.Min(window - known.InFlight, Math.Min(overall, atOrigin)));
        }
    }

    /// <summary>Takes a place.</summary>
    /// <returns>Whether it counts among the quick ones; to be given back with it.</returns>
    public bool Begin(string destination)
    {
        lock (_gate)
        {
            if (!_destinations.TryGetValue(destination, out var known)) _destinations[destination] = known = new Destination();
            known.InFlight++;
            _inFlight++;
            if (!known.IsQuick) _notQuickInFlight++;
            var origin = WebhookUrls.OriginOf(destination);
            _perOrigin[origin] = _perOrigin.GetValueOrDefault(origin) + 1;
            return known.IsQuick;
        }
    }

    /// <summary>Gives a place back.</summary>
    /// <param name="destination">Account and origin.</param>
    /// <param name="wasQuick">What <see cref="Begin"/> gave.</param>
    /// <param name="answer">What came of it, or null if nothing was sent.</param>
    public void End(string destination, bool wasQuick, WebhookAnswer? answer)
    {
        lock (_gate)
        {
            var known = _destinations[destination];
            known.InFlight--;
            _inFlight--;
            if (!wasQuick) _notQuickInFlight--;
            var origin = WebhookUrls.OriginOf(destination);
            if (_perOrigin[origin] == 1) _perOrigin.Remove(origin);
            else _perOrigin[origin]--;
            if (answer is not null) Learn(known, answer);
            if (_destinations.Count > MaxIdle) DropIdle();
        }
    }

    private void Learn(Destination known, WebhookAnswer answer)
    {
        if (answer.IsSuccess)
        {
            known.Failures = 0;
            known.ClosedUntil = TimeSpan.Zero;
            known.IsQuick = answer.Duration < Quick;
            known.Window = known.IsQuick ? Math.Min(known.Window * 2, options.MaxPerOrigin) : Math.Max(1, known.Window / 2);
            return;
        }

        // Somebody answers who does not want this one: nothing is wrong with the way.
        if (!answer.IsUnwell) return;
        (known.Window, known.IsQuick) = (1, false);
        known.Failures++;
        var rest = known.Failures < FailuresThatClose ? TimeSpan.Zero
            : TimeSpan.FromSeconds(Math.Min(FirstRest.TotalSeconds * Math.Pow(2, Math.Min(known.Failures - FailuresThatClose, 30)), MaxRest.TotalSeconds));
        if (answer.RetryAfter is { } asked && asked > rest) rest = asked < MaxRest ? asked : MaxRest;
        known.ClosedUntil = Now + (rest * (0.9 + (randomness.Fraction() / 5)));
    }

    private void DropIdle()
    {
        foreach (var (name, known) in _destinations)
        {
            if (known.InFlight == 0 && known.ClosedUntil <= Now) _destinations.Remove(name);
        }
    }

    private sealed class Destination
    {
        public int InFlight;
        public int Window = 1;
        public bool IsQuick;
        public int Failures;
        public TimeSpan ClosedUntil;
    }
}
