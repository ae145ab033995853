using System.Collections.Concurrent;
using System.Globalization;
using Reelay.Server.Accounts;
using Reelay.Server.Engine;

namespace Reelay.Server.Api.Limiting;

/// <summary>
/// Requests and orders per minute, of keys and of accounts, on this node. A request that one bound refuses takes nothing from another. Whoever
/// has no bound is not counted. Where several nodes take requests each allows an equal part, rounded up; callers are told the whole.
/// </summary>
internal sealed class RequestRates(TimeProvider time, ClusterSize? cluster = null)
{
    private const int MaxAccounts = 100_000;

    private readonly ConcurrentDictionary<string, AccountRates> _accounts = new(StringComparer.Ordinal);
    private readonly long _begun = time.GetTimestamp();

    /// <summary>Counts a request, and tells its caller how much is left.</summary>
    /// <returns>Why it may not be made now, or null.</returns>
    public ApiError? Request(HttpContext context, ApiKey key) =>
        Take(context, key, key.Limits.RequestsPerMinute, key.AccountLimits.RequestsPerMinute, isOrder: false);

    /// <summary>Counts an order, on top of the request that carries it.</summary>
    /// <returns>Why it may not be made now, or null.</returns>
    public ApiError? Order(HttpContext context, ApiKey key) =>
        Take(context, key, key.Limits.CreatesPerMinute, key.AccountLimits.CreatesPerMinute, isOrder: true);

    private ApiError? Take(HttpContext context, ApiKey key, int? ofKey, int? ofAccount, bool isOrder)
    {
        if (ofKey is null && ofAccount is null) return null;
        var nodes = cluster?.LiveNodes ?? 1;
        if (_accounts.Count >= MaxAccounts) _accounts.Clear();
        var account = _accounts.GetOrAdd(key.AccountId, static _ => new());
        var now = time.GetElapsedTime(_begun).Ticks;
        RateState? tightest = null;
        lock (account)
        {
            var keyBucket = ofKey is null ? null : account.Of(key.Id, isOrder, now);
            var accountBucket = ofAccount is null ? null : account.Of("", isOrder, now);
            var (keyPart, accountPart) = (Part(ofKey, nodes), Part(ofAccount, nodes));
            var wait = Max(keyBucket?.WaitFor(keyPart, now), accountBucket?.WaitFor(accountPart, now));
            if (wait == TimeSpan.Zero)
            {
                keyBucket?.Take(keyPart, now);
                accountBucket?.Take(accountPart, now);
            }

            if (keyBucket is not null) tightest = new RateState(ofKey!.Value, Left(keyBucket, keyPart, ofKey.Value), keyBucket.UntilFull(now), wait, IsKeys: true);
            if (accountBucket is not null)
            {
                var state = new RateState(
                    ofAccount!.Value, Left(accountBucket, accountPart, ofAccount.Value), accountBucket.UntilFull(now), wait, IsKeys: false);
                if (tightest is null || state.Left < tightest.Value.Left) tightest = state;
            }
        }

        Tell(context.Response.Headers, tightest!.Value);
        return tightest.Value.Wait > TimeSpan.Zero ? Refusal(tightest.Value, isOrder) : null;

        // As far as this node knows: the others are as busy as it is.
        int Left(RateBucket bucket, int part, int whole) => (int)Math.Min(whole, (long)bucket.Left(part, now) * nodes);
    }

    private static int Part(int? whole, int nodes) => Math.Max(1, ((whole ?? 0) + nodes - 1) / nodes);

    // Of the bounds on requests and on orders the tighter one is told.
    private static void Tell(IHeaderDictionary headers, RateState state)
    {
        if (int.TryParse(headers["x-ratelimit-remaining-requests"], out var told) && told < state.Left) return;
        headers["x-ratelimit-limit-requests"] = state.Allowed.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-remaining-requests"] = state.Left.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-reset-requests"] = Duration(state.UntilFull);
    }

    private static ApiError Refusal(RateState state, bool isOrder) => new(
        429, "rate_limit_exceeded",
        $"The rate of {(state.IsKeys ? "this key" : "your account")} is {state.Allowed} {(isOrder ? "orders" : "requests")} in a minute; try again in {Duration(state.Wait)}.")
    {
        RetryAfterSeconds = (int)Math.Ceiling(state.Wait.TotalSeconds),
    };

    /// <summary>A time as OpenAI's headers have it: <c>120ms</c>, <c>8.64s</c>, <c>6m0s</c>. Rounded up, never to nothing.</summary>
    public static string Duration(TimeSpan time)
    {
        var milliseconds = (long)Math.Ceiling(time.TotalMilliseconds);
        if (milliseconds < 1000) return milliseconds.ToString(CultureInfo.InvariantCulture) + "ms";
        var (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000);
        var seconds = (rest / 1000m).ToString("0.###", CultureInfo.InvariantCulture) + "s";
        return minutes == 0 ? seconds : minutes.ToString(CultureInfo.InvariantCulture) + "m" + seconds;
    }

    private static TimeSpan Max(TimeSpan? one, TimeSpan? other) =>
        (one ?? TimeSpan.Zero) > (other ?? TimeSpan.Zero) ? one!.Value : other ?? TimeSpan.Zero;

    private readonly record struct RateState(int Allowed, int Left, TimeSpan UntilFull, TimeSpan Wait, bool IsKeys);

    private sealed class AccountRates
    {
        private const int MaxBuckets = 10_000;

        // By the key's id, empty for the account itself.
        private readonly Dictionary<(string Id, bool IsOrder), RateBucket> _buckets = [];

        public RateBucket Of(string id, bool isOrder, long now)
        {
            if (_buckets.TryGetValue((id, isOrder), out var bucket)) return bucket;
            if (_buckets.Count >= MaxBuckets)
            {
                foreach (var full in _buckets.Where(pair => pair.Value.IsFull(now)).Select(pair => pair.Key).ToList()) _buckets.Remove(full);
            }

            return _buckets[(id, isOrder)] = new RateBucket();
        }
    }
}
