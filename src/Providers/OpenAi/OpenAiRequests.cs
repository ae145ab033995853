using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Providers.OpenAi;

/// <summary>Builds the requests of the protocol; strict: nothing goes out that the profile does not name.</summary>
internal static class OpenAiRequests
{
    /// <summary>Our words for what a create carries, in the order in which they are sent.</summary>
    public static readonly IReadOnlyList<string> Words =
        ["prompt", "model", "seconds", "size", "width", "height", "count", "fps", "audio", "user", "tier", "aspect_ratio"];

    // How JSON is written inside a text.
    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = OpenAiJson.Default,
    };

    /// <summary>The create of one submission.</summary>
    /// <exception cref="ProviderException">The profile cannot carry this order; nothing was sent.</exception>
    public static HttpRequestMessage Create(SubmissionContext submission, OpenAiOptions options)
    {
        RefuseUnsayable(submission, options);
        var body = new UpstreamBody(submission.AttemptToken);
        var values = Values(submission.Request, options);
        var fields = new List<FormField>();
        if (submission.Media is [var frame])
            AddReference(frame, options, body, values, fields);

        var request = New(HttpMethod.Post, submission.Account, options, "videos");
        request.Content = options.Encoding == OpenAiEncoding.Json
            ? body.Json(new JsonObject(values.Select(value => KeyValuePair.Create<string, JsonNode?>(value.Name, value.Value))))
            : body.Multipart([.. values.Select(value => new FormField(value.Name, FormText(value.Value))), .. fields]);
        foreach (var header in new[] { options.IdempotencyHeader, options.RequestIdHeader })
        {
            if (header is not null)
                request.Headers.TryAddWithoutValidation(header, submission.AttemptToken);
        }

        return request;
    }

    /// <summary>A request without a body to a path below the account's base URL.</summary>
    public static HttpRequestMessage New(HttpMethod method, ProviderAccount account, OpenAiOptions options, string path) =>
        Authorized(new(method, $"{account.BaseUrl.AbsoluteUri.TrimEnd('/')}/{path}"), account, options);

    /// <summary>Adds the account's credential; only for requests to the account's own origin.</summary>
    public static HttpRequestMessage Authorized(HttpRequestMessage request, ProviderAccount account, OpenAiOptions options)
    {
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Authorization = account.Credential switch
        {
            ProviderCredential.ApiKey key => new AuthenticationHeaderValue("Bearer", key.Value),
            ProviderCredential.None => null,
            _ => throw new ProviderException(
                ProviderErrorKind.Unauthorized, $"channel {account.ChannelId} needs an API key or none, not {account.Credential}"),
        };
        if (options.Organization is not null)
            request.Headers.TryAddWithoutValidation("OpenAI-Organization", options.Organization);
        if (options.Project is not null)
            request.Headers.TryAddWithoutValidation("OpenAI-Project", options.Project);
        return request;
    }

    /// <summary>Path of one job.</summary>
    public static string Job(string id) => $"videos/{Uri.EscapeDataString(id)}";

    // The caller pays for what was asked: what cannot be said to this server is refused here, never left out.
    private static void RefuseUnsayable(SubmissionContext submission, OpenAiOptions options)
    {
        var request = submission.Request;
        string? reason = null;
        if (request.Mode is not ("t2v" or "i2v"))
            reason = $"mode {request.Mode} is not part of this protocol's create";
        else if (submission.Media.Count > 1 || submission.Media.Any(media => media.Role != MediaRole.FirstFrame))
            reason = "only one first frame can be sent";
        else if (submission.Media.Count == 1 && options.ReferenceField is null)
            reason = "this channel takes no picture";
        else if (request.Count > 1 && !Has("count"))
            reason = $"{request.Count} outputs cannot be asked for";
        else if (request.Seconds is not null && !Has("seconds"))
            reason = "seconds cannot be asked for";
        else if (request.WidthPixels is not null && !Has("size") && !(Has("width") && Has("height")))
            reason = "a size cannot be asked for";
        else if (request is { WidthPixels: null, Tier: not null } && !Has("tier"))
            reason = "a tier without a size cannot be asked for";
        else if (request is { WidthPixels: null, AspectRatio: not null } && !Has("aspect_ratio"))
            reason = "an aspect ratio without a size cannot be asked for";
        if (reason is not null)
            throw new ProviderException(ProviderErrorKind.InvalidRequest, $"not sent by channel {submission.Account.ChannelId}: {reason}");

        bool Has(string word) => Field(options, word) is not null || options.FixedFields.ContainsKey(word);
    }

    private static List<(string Name, JsonNode? Value)> Values(ProviderRequest request, OpenAiOptions options)
    {
        var values = new List<(string Name, JsonNode? Value)>();
        foreach (var word in Words)
        {
            if (Field(options, word) is { } name && Value(word, request, options) is { } value)
                values.Add((name, value));
        }

        foreach (var extra in options.Extras)
        {
            if (request.Extras.TryGetPropertyValue(extra, out var value) && value is not null && values.All(item => item.Name != extra))
                values.Add((extra, value.DeepClone()));
        }

        foreach (var (name, value) in options.FixedFields)
        {
            values.RemoveAll(item => item.Name == name);
            values.Add((name, value?.DeepClone()));
        }

        return values;
    }

    private static JsonNode? Value(string word, ProviderRequest request, OpenAiOptions options) => word switch
    {
        "prompt" => request.Prompt,
        "model" => options.SendModel ? request.UpstreamModel : null,
        "seconds" => Seconds(request.Seconds, options.SecondsAs),
        "size" => request is { WidthPixels: { } width, HeightPixels: { } height } ? $"{width}x{height}" : null,
        "width" => request.WidthPixels,
        "height" => request.HeightPixels,
        "count" => request.Count > 1 ? request.Count : null,
        "fps" => request.Fps,
        "audio" => request.Audio,
        "user" => request.UserHash,

        // Where pixels are said, tier and ratio would only say them again.
        "tier" => request.WidthPixels is null ? request.Tier : null,
        "aspect_ratio" => request.WidthPixels is null ? request.AspectRatio : null,
        _ => null,
    };

    private static JsonValue? Seconds(int? seconds, OpenAiSeconds form) => (seconds, form) switch
    {
        (null, _) => null,
        ({ } value, OpenAiSeconds.Whole) => JsonValue.Create(value),
        ({ } value, OpenAiSeconds.Fraction) => JsonValue.Create(value + 0.0m),
        ({ } value, _) => JsonValue.Create(value.ToString(CultureInfo.InvariantCulture)),
    };

    private static void AddReference(
        MediaInput frame, OpenAiOptions options, UpstreamBody body, List<(string Name, JsonNode? Value)> values, List<FormField> fields)
    {
        var name = options.ReferenceField!;
        if (options.ReferenceAs == OpenAiReferenceForm.File)
        {
            fields.Add(new(name, body.Raw(frame), frame.FileName, frame.ContentType));
            return;
        }

        var link = options.ReferenceInline
            ? body.DataUrl(frame)
            : frame.PublicUrl?.AbsoluteUri
                ?? throw new ProviderException(ProviderErrorKind.NotSent, $"{name} takes links only, and this gateway has no public address");
        var wrapped = new JsonObject { ["image_url"] = link };
        values.Add(options switch
        {
            { ReferenceAs: OpenAiReferenceForm.Url } => (name, link),
            { ReferenceAs: OpenAiReferenceForm.JsonText } => (name, FormText(wrapped)),
            { Encoding: OpenAiEncoding.Multipart } => ($"{name}[image_url]", link),
            _ => (name, wrapped),
        });
    }

    private static string? Field(OpenAiOptions options, string word) =>
        options.Fields.GetValueOrDefault(word) is { Length: > 0 } name ? name : null;

    private static string FormText(JsonNode? value) => value switch
    {
        null => "",
        JsonValue text when text.GetValueKind() == JsonValueKind.String => text.GetValue<string>(),
        _ => value.ToJsonString(Relaxed),
    };
}
