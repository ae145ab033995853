using System.Text.Json;

namespace Reelay.Providers.Sketch;

/// <summary>Reads Sketch's error body, <c>{"error": {code, message}}</c>, and says what its codes mean. Sources: the README.</summary>
internal static class SketchErrors
{
    private const string Envelope = "envelope";

    /// <summary>The first row that matches decides.</summary>
    public static readonly ErrorTable Table = new(
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest) { Statuses = [400], Codes = ["invalid_request"] },
        new(ErrorUse.NotAccepted | ErrorUse.Job, ProviderErrorKind.ContentRejected) { Statuses = [400], Codes = ["content_policy"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Unauthorized) { Statuses = [401], Codes = ["unauthorized"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty) { Statuses = [402], Codes = ["insufficient_balance"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited) { Statuses = [429], Codes = ["rate_limited"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Overloaded) { Statuses = [503], Codes = ["overloaded"] });

    /// <summary>What an answer's body says; null if it is no error of Sketch's.</summary>
    public static UpstreamError? Read(UpstreamAnswer answer) => Read((answer.Json ?? default).Member("error"), answer.StatusCode);

    /// <summary>The same for the error itself.</summary>
    public static UpstreamError? Read(JsonElement error, int statusCode) => error.Member("code").AsText() is { } code
        ? new(statusCode, code, null, error.Member("message").AsText() ?? "", Envelope)
        : null;
}
