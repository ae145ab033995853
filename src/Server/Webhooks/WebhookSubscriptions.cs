using System.Collections.Concurrent;
using Reelay.Server.Tasks;

namespace Reelay.Server.Webhooks;

/// <summary>
/// Which accounts have endpoints, known well enough that the end of a task need not ask: a cache of five seconds, so that an account without
/// any costs one short read in five seconds and not one for each task.
/// </summary>
internal sealed class WebhookSubscriptions(TimeProvider time, Randomness randomness)
{
    private const int MaxCachedAccounts = 100_000;
    private const string DeliveryPrefix = "wh_";
    private static readonly TimeSpan CacheLife = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Cached> _cache = new(StringComparer.Ordinal);
    private readonly TaskIds _ids = new(time, randomness);

    /// <summary>Says that there may be something to send.</summary>
    public DeliverySignal Signal { get; } = new();

    /// <summary>The endpoints of an account if they are known, else null.</summary>
    public IReadOnlyList<StoredEndpoint>? Known(string accountId) =>
        _cache.TryGetValue(accountId, out var known) && time.GetElapsedTime(known.LoadedAt) < CacheLife ? known.Endpoints : null;

    /// <summary>The endpoints of an account that are told something.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="load">Reads them, inside the transaction at hand.</param>
    public IReadOnlyList<StoredEndpoint> Find(string accountId, Func<string, IReadOnlyList<StoredEndpoint>> load)
    {
        if (Known(accountId) is { } known) return known;
        if (_cache.Count >= MaxCachedAccounts) _cache.Clear();
        var loaded = new Cached(load(accountId), time.GetTimestamp());
        _cache[accountId] = loaded;
        return loaded.Endpoints;
    }

    /// <summary>Has the next question answered from the store: the account's endpoints were changed here.</summary>
    public void Forget(string accountId) => _cache.TryRemove(accountId, out _);

    /// <summary>A new id of a delivery, which sorts by time; the receiver sees it as <c>webhook-id</c>.</summary>
    public string MintDeliveryId() => Mint(DeliveryPrefix);

    /// <summary>A new id of an endpoint.</summary>
    public string MintEndpointId() => Mint(StoredEndpoint.Prefix);

    /// <summary>A new id of something else that sorts by time.</summary>
    public string Mint(string prefix) => string.Concat(prefix, _ids.Mint().AsSpan(TaskIds.Prefix.Length));

    private sealed record Cached(IReadOnlyList<StoredEndpoint> Endpoints, long LoadedAt);
}

/// <summary>Wakes the worker; what is set while nobody waits is not lost.</summary>
internal sealed class DeliverySignal
{
    private TaskCompletionSource _next = NewSource();

    /// <summary>Completes with the next <see cref="Set"/> after this was read.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Wakes whoever waits.</summary>
    public void Set() => Interlocked.Exchange(ref _next, NewSource()).TrySetResult();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
