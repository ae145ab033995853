using Reelay.Contracts;
using Reelay.Server.Accounts;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Api.Reading;
using Reelay.Server.Routing;

namespace Reelay.Server.Api;

/// <summary>Keys as operators see and search them.</summary>
internal static class AdminKeyBodies
{
    /// <summary>A key, without its secret.</summary>
    public static Key Of(ApiKey key) => new()
    {
        Id = key.Id,
        Name = key.Name,
        AccountId = key.AccountId,
        SecretHint = key.SecretHint,
        PreviousSecretUntil = key.PreviousUntil / 1000,
        Scopes = FlagWords<KeyScopes>.Of(key.Scopes),
        Admin = key.IsAdmin,
        Strict = key.IsStrict,
        Lenient = key.IsLenient,
        IdempotentExternalIds = key.HasIdempotentExternalIds,
        Groups = GroupNames.Split(key.Groups),
        Models = key.Models.Count == 0 ? null : [.. key.Models.Order(StringComparer.Ordinal)],
        Addresses = key.Addresses.IsEverywhere ? null : [.. key.Addresses.Words],
        Dialects = FlagWords<Dialect>.Of(key.Dialects),
        WithheldRoutes = FlagWords<Operations>.Of(key.Withheld),
        RequestsPerMinute = key.Limits.RequestsPerMinute,
        CreatesPerMinute = key.Limits.CreatesPerMinute,
        MaxInFlight = key.Limits.MaxInFlight,
        DayBudgetMicros = key.Limits.DayBudgetMicros,
        MonthBudgetMicros = key.Limits.MonthBudgetMicros,
        TotalBudgetMicros = key.Limits.TotalBudgetMicros,
        CreatedAt = key.CreatedAt / 1000,
        UpdatedAt = key.UpdatedAt / 1000,
        LastUsedAt = key.LastUsedAt / 1000,
        ExpiresAt = key.ExpiresAt / 1000,
        DisabledAt = key.DisabledAt / 1000,
        RevokedAt = key.RevokedAt / 1000,
    };

    /// <summary>Which keys are asked for: a page, of an account, by the beginning of the name or the end of the secret.</summary>
    public static ApiResult<KeyQuery> Query(HttpRequest request)
    {
        var page = AdminPages.Read(request);
        if (page.Error is { } wrong) return wrong;
        string? account = request.Query["account_id"], hint = request.Query["secret_hint"];
        if (hint is not null && hint.Length != KeySecrets.HintLength)
        {
            return ApiError.Invalid("invalid_value", "secret_hint", $"secret_hint must be the last {KeySecrets.HintLength} characters of a secret, not '{Shown.Value(hint)}'.");
        }

        // Each search has its index; two of them together would have to read through one.
        return hint is not null && (account ?? page.Value!.NamePrefix) is not null
            ? ApiError.Invalid("invalid_value", "secret_hint", "secret_hint goes with no other search: leave out name and account_id.")
            : new KeyQuery(page.Value!) { AccountId = account, Hint = hint };
    }
}
