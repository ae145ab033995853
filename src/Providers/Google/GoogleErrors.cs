using System.Text.Json;

namespace Reelay.Providers.Google;

/// <summary>Reads the error bodies of Google's services, in all their shapes, and says what those that all services share mean.</summary>
internal static class GoogleErrors
{
    /// <summary><c>{"error": {code: 400, message, status: "INVALID_ARGUMENT", details}}</c>.</summary>
    public const string Envelope = "envelope";

    /// <summary>The same in a list of one: what stands before the service refuses like this.</summary>
    public const string List = "list";

    /// <summary><c>{"error": {code: "invalid_request", message}}</c>: the Interactions API.</summary>
    public const string Word = "word";

    private const string Operation = "operation";

    /// <summary>
    /// Refusals and reads that every service answers alike. A status counts only with the word that belongs to it; 409, 500, 504 and, by
    /// itself, 503 can come after acceptance and are no rows.
    /// </summary>
    public static readonly IReadOnlyList<ErrorRow> Rows =
    [
        new(ErrorUse.NotAccepted | ErrorUse.Read, ProviderErrorKind.Unauthorized) { Statuses = [400, 401, 403], Types = ["API_KEY_INVALID", "API_KEY_SERVICE_BLOCKED"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.ContentRejected) { Statuses = [400], MessageContains = "support code" },
        new(ErrorUse.NotAccepted, ProviderErrorKind.ContentRejected) { Statuses = [400], MessageContains = "responsible ai" },
        new(ErrorUse.NotAccepted, ProviderErrorKind.ContentRejected) { Statuses = [400], MessageContains = "usage guidelines" },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest)
        {
            Statuses = [400], Codes = ["INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE"],
        },
        new(ErrorUse.NotAccepted | ErrorUse.Read, ProviderErrorKind.Unauthorized) { Statuses = [401], Codes = ["UNAUTHENTICATED"] },
        new(ErrorUse.Read, ProviderErrorKind.NotFound) { Statuses = [403], MessageContains = "may not exist" },
        new(ErrorUse.NotAccepted | ErrorUse.Read, ProviderErrorKind.Unauthorized) { Statuses = [403], Codes = ["PERMISSION_DENIED"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest) { Statuses = [404], Codes = ["NOT_FOUND"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty) { Statuses = [429], MessageContains = "limit: 0" },
        new(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited) { Statuses = [429], Codes = ["RESOURCE_EXHAUSTED"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest) { Statuses = [501], Codes = ["UNIMPLEMENTED"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Overloaded) { Statuses = [503], MessageContains = "overloaded" },
    ];

    /// <summary>For channels whose operator takes "unavailable" as a refusal.</summary>
    public static readonly ErrorRow Unavailable = new(ErrorUse.NotAccepted, ProviderErrorKind.Overloaded) { Statuses = [503], Codes = ["UNAVAILABLE"] };

    /// <summary>What an answer's body says; null if it is no error, or stands beside what was accepted.</summary>
    public static UpstreamError? Read(UpstreamAnswer answer)
    {
        var body = answer.Json ?? default;
        var isList = body.ValueKind == JsonValueKind.Array;
        var holder = isList ? body.Items().FirstOrDefault() : body;
        var error = holder.Member("error");
        if (error.ValueKind != JsonValueKind.Object || holder.Member("name").AsText() is not null || holder.Member("id").AsText() is not null)
            return null;
        var status = error.Member("status").AsText();
        var hasWord = error.Member("code").ValueKind == JsonValueKind.String;
        return new(
            answer.StatusCode,
            status ?? error.Member("code").AsText(),
            error.Member("details").Items().Select(detail => detail.Member("reason").AsText()).FirstOrDefault(reason => reason is not null),
            error.Member("message").AsText() ?? "",
            isList ? List : hasWord && status is null ? Word : Envelope);
    }

    /// <summary>The error inside a finished operation: its code is a gRPC number.</summary>
    public static UpstreamError OfOperation(JsonElement error) =>
        new(0, error.Member("code").AsText(), null, error.Member("message").AsText() ?? "", Operation);

    /// <summary>Words of a refusal without an error: filtered results.</summary>
    public static UpstreamError OfWords(string words) => new(0, null, null, words, Operation);
}
