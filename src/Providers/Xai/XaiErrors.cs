using System.Text.Json;

namespace Reelay.Providers.Xai;

/// <summary>Reads xAI's three error bodies and says what they mean. Sources: the README.</summary>
internal static class XaiErrors
{
    /// <summary>The content was refused; told by the code alone.</summary>
    public const string Moderation = "moderation";

    private const string WrongKey = "incorrect_api_key";
    private const string WrongId = "malformed_request_id";
    private const string NoCredit = "no_credit";

    /// <summary><c>{"code": "…", "error": "…"}</c>: the usual one.</summary>
    private const string Flat = "flat";

    /// <summary><c>{"error": {message, type, param, code}}</c>.</summary>
    private const string Envelope = "envelope";

    /// <summary><c>{"error": "…"}</c>.</summary>
    private const string Words = "words";

    private static readonly string[] _shapes = [Flat, Envelope, Words];

    /// <summary>Order matters: what names the reason stands above what only knows the status.</summary>
    public static readonly ErrorTable Table = new(
        new(ErrorUse.NotAccepted | ErrorUse.Job, ProviderErrorKind.ContentRejected) { Statuses = [400], Types = [Moderation] },
        new(ErrorUse.NotAccepted | ErrorUse.Read, ProviderErrorKind.Unauthorized) { Statuses = [400], Types = [WrongKey] },
        new(ErrorUse.Read, ProviderErrorKind.NotFound) { Statuses = [400], Types = [WrongId] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty) { Statuses = [403, 429], Types = [NoCredit] },

        // An empty account stops no video that is being made, and says nothing about its key.
        new(ErrorUse.Read, ProviderErrorKind.Unavailable) { Statuses = [403, 429], Types = [NoCredit] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited) { Statuses = [429], Shapes = _shapes },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Unauthorized) { Statuses = [401, 403], Shapes = _shapes },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest) { Statuses = [400, 404, 405, 415, 422], Shapes = _shapes },

        // Codes of failed videos have underscores where those of answers have hyphens.
        new(ErrorUse.Job, ProviderErrorKind.InvalidRequest) { Codes = ["invalid_argument", "invalid-argument"] });

    /// <summary>What an answer's body says; null if it is none of xAI's errors.</summary>
    public static UpstreamError? Read(UpstreamAnswer answer) => answer.Json is { } body ? Read(body, answer.StatusCode) : null;

    /// <summary>The same for the body itself; the state of a failed video has the status 0.</summary>
    public static UpstreamError? Read(JsonElement body, int statusCode)
    {
        var (error, code) = (body.Member("error"), body.Member("code").AsText());
        if (error.ValueKind == JsonValueKind.Object)
            return Make(statusCode, error.Member("code").AsText(), error.Member("type").AsText(), error.Member("message").AsText() ?? "", Envelope);
        return error.AsText() is { } words ? Make(statusCode, code, null, words, code is null ? Words : Flat) : null;
    }

    /// <summary>Whether an answer says that the request was wrong and nothing more telling.</summary>
    public static bool IsInvalidArgument(UpstreamError error) =>
        error is { Type: null, Code: { } code } && code.Replace('_', '-').Equals("invalid-argument", StringComparison.OrdinalIgnoreCase);

    private static UpstreamError Make(int statusCode, string? code, string? type, string message, string shape) =>
        new(statusCode, code, Reason(code, message) ?? type, message, shape);

    // Only what begins a message is looked at: what stands further on may be a caller's own words.
    private static string? Reason(string? code, string message)
    {
        if (IsModeration(code))
            return Moderation;

        // One recorded answer has its words escaped as in an address.
        var words = Uri.UnescapeDataString(message).TrimStart();
        if (Begins("Incorrect API key provided"))
            return WrongKey;
        if (Begins("Malformed request ID"))
            return WrongId;
        return Begins("You have run out of credits") || (Begins("Your ") && (Says("used all available credits") || Says("have any credits")))
            ? NoCredit
            : null;

        bool Begins(string start) => words.StartsWith(start, StringComparison.OrdinalIgnoreCase);
        bool Says(string part) => words.Contains(part, StringComparison.OrdinalIgnoreCase);
    }

    // Codes are written with hyphens, underscores and colons; their words count one by one.
    private static bool IsModeration(string? code)
    {
        string[] tokens = code?.ToLowerInvariant().Split(['-', '_', ':', '.', ' '], StringSplitOptions.RemoveEmptyEntries) ?? [];
        return tokens.Any(token => token == "safety" || token.StartsWith("moderat", StringComparison.Ordinal))
            || tokens.Zip(tokens.Skip(1)).Any(pair => pair is ("content", "policy"));
    }
}
