using Reelay.Server.Accounts;

namespace Reelay.Server.Api.Limiting;

/// <summary>Whether a key that is known may make a request: it is in force, used from where it may be, for what it may do, and not too often.</summary>
internal sealed class KeyGate(RequestRates rates, TimeProvider time)
{
    /// <summary>Why not, or null.</summary>
    public ApiError? Refusal(HttpContext context, ApiKey key)
    {
        if (key.ExpiresAt is { } expiry && time.GetUtcNow().ToUnixTimeMilliseconds() >= expiry) return new(401, "api_key_expired", "This key has expired.");
        if (key.DisabledAt is not null) return new(401, "api_key_disabled", "This key is disabled.");
        if (key.IsAccountDisabled) return new(403, "account_disabled", "The account of this key is disabled.") { ShouldRetry = false };
        if (!key.Addresses.Contains(context.Connection.RemoteIpAddress))
        {
            return new(403, "address_not_allowed", "This key may not be used from the address of this request.") { ShouldRetry = false };
        }

        return MissingScope(context.Request, key) ?? rates.Request(context, key);
    }

    /// <summary>Why the request may not order just now, or null.</summary>
    public ApiError? OrderRefusal(HttpContext context, ApiKey key) => rates.Order(context, key);

    // Routes of operators ask for their scope themselves, in their own words.
    private static ApiError? MissingScope(HttpRequest request, ApiKey key)
    {
        if ((key.Scopes & ApiKey.CallerScopes) == ApiKey.CallerScopes || request.Path.StartsWithSegments("/admin")) return null;
        var (needed, word) = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            ? (KeyScopes.Read, "read") : (KeyScopes.Create, "create");
        return key.Scopes.HasFlag(needed) ? null
            : new ApiError(403, "scope_required", $"{request.Method} takes a key with the scope '{word}', which this one lacks.") { ShouldRetry = false };
    }
}
