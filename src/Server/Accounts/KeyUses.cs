using System.Collections.Concurrent;

namespace Reelay.Server.Accounts;

/// <summary>When keys were used last: noted in memory with each request, taken from there once a minute.</summary>
internal sealed class KeyUses
{
    private readonly ConcurrentDictionary<string, KeyUse> _uses = new(StringComparer.Ordinal);

    /// <summary>Where a key's use is noted.</summary>
    public KeyUse Of(string keyId) => _uses.GetOrAdd(keyId, static _ => new());

    /// <summary>The keys that were used since the last call, each with when. Those that were not are forgotten until they are used again.</summary>
    public IReadOnlyCollection<KeyValuePair<string, long>> Take()
    {
        var taken = new List<KeyValuePair<string, long>>();
        foreach (var (id, use) in _uses)
        {
            if (use.Take() is { } at) taken.Add(new(id, at));
            else _uses.TryRemove(id, out _);
        }

        return taken;
    }
}

/// <summary>When one key was used last.</summary>
internal sealed class KeyUse
{
    // A request more within so many milliseconds changes nothing, so that cores do not fight for the line.
    private const long Step = 1000;

    private long _at;
    private long _taken;

    /// <summary>It is used.</summary>
    public void Note(long now)
    {
        if (now - Volatile.Read(ref _at) >= Step) Volatile.Write(ref _at, now);
    }

    /// <summary>When it was used last, or null if not since the call before.</summary>
    public long? Take()
    {
        var at = Volatile.Read(ref _at);
        return Interlocked.Exchange(ref _taken, at) == at ? null : at;
    }
}
