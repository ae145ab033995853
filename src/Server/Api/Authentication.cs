using System.Net;
using Microsoft.Extensions.Primitives;
using Reelay.Server.Accounts;
using Reelay.Server.Api.Limiting;

namespace Reelay.Server.Api;

/// <summary>Finds the key of a request: <c>Authorization: Bearer</c>, <c>x-api-key</c> or <c>api-key</c>.</summary>
internal sealed class Authentication(KeyRing keys, KeyGate gate, Lazy<bool> listensOnLoopbackOnly)
{
    private const string Bearer = "Bearer ";

    // The last three are what a trusted proxy's headers are called once they were read.
    private static readonly string[] ForwardingHeaders =
    [
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via",
        "X-Original-For", "X-Original-Host", "X-Original-Proto",
    ];

    /// <summary>The request's key, or why it is refused. Looked up and counted once; the outcome stays among the request's features.</summary>
    public ApiResult<ApiKey> Authenticate(HttpContext context)
    {
        if (context.Features.Get<ApiError>() is { } before) return before;
        if (context.Features.Get<ApiKey>() is { } known) return known;
        var found = Find(context);
        if (found.Value is { } key)
        {
            // Also where it is refused: the refusal is told in the key's own dialect.
            context.Features.Set(key);
            if (gate.Refusal(context, key) is { } refused) found = refused;
        }

        if (found.Error is { } error) context.Features.Set(error);
        return found;
    }

    /// <summary>The same, for a request that orders a video.</summary>
    public ApiResult<ApiKey> AuthenticateOrder(HttpContext context)
    {
        var found = Authenticate(context);
        return found.Value is { } key && gate.OrderRefusal(context, key) is { } refused ? refused : found;
    }

    /// <summary>The same, for operators.</summary>
    public ApiResult<ApiKey> AuthenticateAdmin(HttpContext context)
    {
        var found = Authenticate(context);
        if (found.Value is { IsAdmin: false }) return new ApiError(403, "admin_key_required", "This route takes an administrator's key.");
        return found;
    }

    private ApiResult<ApiKey> Find(HttpContext context)
    {
        var secret = Secret(context.Request.Headers);
        if (secret.IsEmpty)
        {
            return new ApiError(401, "missing_api_key", "Send your key as 'Authorization: Bearer sk-…' (or as x-api-key or api-key).");
        }

        if (secret.SequenceEqual(FirstStart.SandboxSecret) && !IsLocal(context))
        {
            return new ApiError(401, "invalid_api_key", "The sandbox's key works only from this machine, directly.");
        }

        if (keys.Find(secret) is { } key) return key;
        return new ApiError(401, "invalid_api_key", "This key is not known here, or it was replaced or revoked.");
    }

    private static ReadOnlySpan<char> Secret(IHeaderDictionary headers)
    {
        var authorization = One(headers.Authorization);
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return authorization[Bearer.Length..].Trim();
        var plain = One(headers["x-api-key"]);
        return plain.IsEmpty ? One(headers["api-key"]).Trim() : plain.Trim();
    }

    // A repeated header is ambiguous, and guessing which one was meant is not ours to do.
    private static ReadOnlySpan<char> One(StringValues values) => values.Count == 1 ? values[0] : default;

    private bool IsLocal(HttpContext context) =>
        listensOnLoopbackOnly.Value
        && context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !WasForwarded(context.Request.Headers);

    private static bool WasForwarded(IHeaderDictionary headers)
    {
        foreach (var name in ForwardingHeaders)
        {
            if (headers.ContainsKey(name)) return true;
        }

        return false;
    }
}
