using System.Text.Json;

namespace Reelay.Providers.OpenAiImages;

/// <summary>Reads the error bodies of this protocol's servers, and says what they mean. Sources: the README beside this file.</summary>
internal static class OpenAiImagesErrors
{
    /// <summary><c>{"error": {message, type, param, code}}</c>: OpenAI and most others.</summary>
    public const string Envelope = "envelope";

    /// <summary><c>{"error": "…"}</c>: vLLM's check of the key.</summary>
    public const string Text = "text";

    /// <summary><c>{"detail": "…"}</c>, or a list of <c>{loc, msg, type}</c>: FastAPI (vLLM-Omni, SGLang).</summary>
    public const string Detail = "detail";

    private static readonly string[] MoneyCodes = ["insufficient_quota", "credit_balance_exhausted", "billing_*"];

    /// <summary>Order matters: what names the reason stands above what only knows the status.</summary>
    public static readonly ErrorTable Table = new(
        new(ErrorUse.NotAccepted, ProviderErrorKind.ContentRejected)
        {
            Statuses = [400, 403], Codes = ["moderation_blocked", "content_policy*"],
        },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest) { Statuses = [400], Types = ["image_generation_user_error"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty)
        {
            Statuses = [400, 402, 403, 429], Codes = MoneyCodes, Types = ["insufficient_quota"],
        },

        // OpenAI's description declares 429 with this body for every operation, whatever its code.
        new(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited) { Statuses = [429], Shapes = [Envelope] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Overloaded) { Statuses = [503], Codes = ["slow_down", "server_is_overloaded"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Unauthorized) { Statuses = [401, 403], Shapes = [Envelope, Text, Detail] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest)
        {
            Statuses = [400, 404, 405, 410, 413, 415, 422], Shapes = [Envelope, Text, Detail],
        });

    /// <summary>What an answer's body says; null if it has none of the known shapes.</summary>
    public static UpstreamError? Read(UpstreamAnswer answer) =>
        answer.Json is { ValueKind: JsonValueKind.Object } body ? Read(body, answer.StatusCode) : null;

    private static UpstreamError? Read(JsonElement body, int status)
    {
        var error = body.Member("error");
        if (error.ValueKind == JsonValueKind.Object)
            return new(status, error.Member("code").AsText(), error.Member("type").AsText(), Words(error), Envelope);
        if (error.AsText() is { } text)
            return new(status, null, null, text, Text);
        return Sentences(body.Member("detail")) is { } sentences ? new(status, null, null, sentences, Detail) : null;
    }

    // Whether prompt or picture was blocked, and for what, is the first thing an operator is asked.
    private static string Words(JsonElement error)
    {
        var message = error.Member("message").AsText() ?? "";
        var details = error.Member("moderation_details");
        if (details.ValueKind != JsonValueKind.Object)
            return message;
        var categories = string.Join(", ", details.Member("categories").Items().Select(LenientJson.AsText));
        return $"{message} (moderation of the {details.Member("moderation_stage").AsText() ?? "unknown stage"}: {categories})";
    }

    private static string? Sentences(JsonElement detail)
    {
        if (detail.AsText() is { } text)
            return text;
        if (detail.ValueKind != JsonValueKind.Array)
            return null;
        return string.Join("; ", detail.Items().Select(item =>
            item.AsText() ?? $"{string.Join('.', item.Member("loc").Items().Select(LenientJson.AsText))}: {item.Member("msg").AsText()}"));
    }
}
