using System.Text.Json;

namespace Reelay.Providers;

/// <summary>Reads the error bodies of the Videos protocol's servers and gateways, in all their shapes; what they mean is each provider's table.</summary>
internal static class VideosErrors
{
    /// <summary><c>{"error": {message, type, param, code}}</c>: OpenAI, vLLM-Omni's engine faults, Reelay, most gateways.</summary>
    public const string Envelope = "envelope";

    /// <summary><c>{"error": "…"}</c>: vLLM's check of the key.</summary>
    public const string Text = "text";

    /// <summary><c>{"detail": "…"}</c>, or a list of <c>{loc, msg, type}</c>: FastAPI (vLLM-Omni, SGLang).</summary>
    public const string Detail = "detail";

    /// <summary><c>{"message", "type" or "code"}</c> at top level: TensorRT-LLM, new-api's handlers.</summary>
    public const string Flat = "flat";

    /// <summary>What an answer's body says; null if it has none of the known shapes.</summary>
    public static UpstreamError? Read(UpstreamAnswer answer)
    {
        // A job that carries an error is a job, not the answer to a call.
        if (answer.Json is not { ValueKind: JsonValueKind.Object } body || body.Member("object").AsText() == "video")
            return null;
        return Read(body, answer.StatusCode);
    }

    /// <summary>The error inside a job: an object, a text, or <c>detail</c>; null if it has none.</summary>
    public static UpstreamError? OfJob(JsonElement job) => Read(job, status: 0);

    private static UpstreamError? Read(JsonElement body, int status)
    {
        var error = body.Member("error");
        if (error.ValueKind == JsonValueKind.Object)
            return Fields(error, status, Envelope);
        if (error.AsText() is { } text)
            return new(status, null, null, text, Text);

        var detail = body.Member("detail");
        if (detail.ValueKind == JsonValueKind.Object)
            return Read(detail, status) ?? Fields(detail, status, Detail);
        if (Sentences(detail) is { } sentences)
            return new(status, null, null, sentences, Detail);

        var hasCode = body.Member("code").AsText() is not null || body.Member("type").AsText() is not null;
        return hasCode && body.Member("message").AsText() is not null ? Fields(body, status, Flat) : null;
    }

    private static UpstreamError Fields(JsonElement error, int status, string shape) => new(
        status, error.Member("code").AsText(), error.Member("type").AsText(), error.Member("message").AsText() ?? "", shape);

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
