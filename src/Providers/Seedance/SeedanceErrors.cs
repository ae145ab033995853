using System.Text.Json;

namespace Reelay.Providers.Seedance;

/// <summary>Reads Ark's error, <c>{"error": {code, message, param, type}}</c>, and says what its codes mean. Sources: the README.</summary>
internal static class SeedanceErrors
{
    private const string Envelope = "envelope";

    // A class of our own: the codes of refused contents are many, grow, and carry the telling word in their middle.
    private const string Policy = "policy";

    /// <summary>The first row that matches decides.</summary>
    public static readonly ErrorTable Table = new(
        new(ErrorUse.NotAccepted | ErrorUse.Job, ProviderErrorKind.ContentRejected) { Statuses = [400], Types = [Policy] },

        // An operator has closed this endpoint; another channel may have an open one.
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty) { Statuses = [400], Codes = ["InvalidEndpoint.ClosedEndpoint"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest)
        {
            Statuses = [400], Codes = ["MissingParameter*", "InvalidParameter*", "InvalidImageURL*"],
        },
        new(ErrorUse.NotAccepted | ErrorUse.Read, ProviderErrorKind.Unauthorized)
        {
            Statuses = [401], Codes = ["AuthenticationError", "InvalidAccountStatus"],
        },
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty)
        {
            Statuses = [403], Codes = ["AccountOverdueError", "OperationDenied.ServiceNotOpen", "OperationDenied.ServiceOverdue"],
        },
        new(ErrorUse.NotAccepted | ErrorUse.Read, ProviderErrorKind.Unauthorized) { Statuses = [403], Codes = ["AccessDenied", "OperationDenied*"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest)
        {
            Statuses = [404], Codes = ["InvalidEndpointOrModel*", "ModelNotOpen", "UnsupportedModel", "NotFound*"],
        },

        // One code, two meanings; only the words tell.
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty) { Statuses = [429], Codes = ["QuotaExceeded"], MessageContains = "free trial" },
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty) { Statuses = [429], Codes = ["SetLimitExceeded"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Overloaded) { Statuses = [429], Codes = ["ServerOverloaded"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited)
        {
            Statuses = [429],
            Codes =
            [
                "QuotaExceeded", "RateLimitExceeded*", "ModelAccount*", "APIAccountRpmRateLimitExceeded", "AccountRateLimitExceeded",
                "RequestBurstTooFast", "InflightBatchsizeExceeded",
            ],
        });

    /// <summary>What an answer's body says; null if it is no error of Ark's, or names a task beside it.</summary>
    public static UpstreamError? Read(UpstreamAnswer answer) => (answer.Json ?? default).Member("id").AsText() is null
        ? Read((answer.Json ?? default).Member("error"), answer.StatusCode)
        : null;

    /// <summary>The same for the error itself.</summary>
    public static UpstreamError? Read(JsonElement error, int statusCode) => error.Member("code").AsText() is { } code
        ? new(statusCode, code, IsPolicy(code) ? Policy : error.Member("type").AsText(), error.Member("message").AsText() ?? "", Envelope)
        : null;

    private static bool IsPolicy(string code) =>
        code.Contains("SensitiveContentDetected", StringComparison.OrdinalIgnoreCase)
        || code.Contains("RiskDetection", StringComparison.OrdinalIgnoreCase)
        || code.StartsWith("ContentSecurity", StringComparison.OrdinalIgnoreCase);
}
