using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Providers.OpenAiImages;

/// <summary>Builds the two requests of the protocol; strict: nothing goes out that the settings do not name.</summary>
internal static class OpenAiImagesRequests
{
    /// <summary>Most pictures of one edit, as the protocol says.</summary>
    public const int MaxImages = 16;

    /// <summary>The order of one submission.</summary>
    /// <exception cref="ProviderException">This account cannot carry this order; nothing was sent.</exception>
    public static HttpRequestMessage Create(SubmissionContext submission, OpenAiImagesOptions options)
    {
        RefuseUnsayable(submission, options);
        var isEdit = submission.Request.Mode == "edit";
        var values = Values(submission.Request, options);
        var texts = values.Select(value => new FormField(value.Name, FormText(value.Value)));
        var body = new UpstreamBody(submission.AttemptToken);
        var request = New(HttpMethod.Post, submission.Account, options, isEdit ? "images/edits" : "images/generations");
        request.Content = isEdit
            ? body.Multipart([.. texts, .. Files(submission, options, body)])
            : body.Json(new JsonObject(values.Select(value => KeyValuePair.Create<string, JsonNode?>(value.Name, value.Value))));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (options.RequestIdHeader is { } header)
            request.Headers.TryAddWithoutValidation(header, submission.AttemptToken);
        return request;
    }

    /// <summary>A request with the account's credential to a path below its base URL.</summary>
    public static HttpRequestMessage New(HttpMethod method, ProviderAccount account, OpenAiImagesOptions options, string path) =>
        Authorized(new(method, $"{account.BaseUrl.AbsoluteUri.TrimEnd('/')}/{path}"), account, options);

    /// <summary>Adds the account's credential; only for requests to the account's own origin.</summary>
    public static HttpRequestMessage Authorized(HttpRequestMessage request, ProviderAccount account, OpenAiImagesOptions options)
    {
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

    // The caller pays for what was asked: what cannot be said to this server is refused here, never left out.
    private static void RefuseUnsayable(SubmissionContext submission, OpenAiImagesOptions options)
    {
        var request = submission.Request;
        var images = submission.Media.Count(media => media.Role == MediaRole.ReferenceImage);
        var masks = submission.Media.Count(media => media.Role == MediaRole.Mask);
        string? reason = null;
        if (request.Mode is not ("t2i" or "edit"))
            reason = $"mode {request.Mode} is not part of this protocol";
        else if (string.IsNullOrEmpty(request.Prompt))
            reason = "every picture needs a prompt";
        else if (images + masks < submission.Media.Count)
            reason = "only reference images and a mask can be sent";
        else if (request.Mode == "t2i" && submission.Media.Count > 0)
            reason = "a picture from text alone takes no pictures";
        else if (request.Mode == "edit" && images is not (>= 1 and <= MaxImages))
            reason = $"an edit takes 1 to {MaxImages} pictures, not {images}";
        else if (masks > 1 || (masks == 1 && options.MaskField is null))
            reason = $"{masks} masks cannot be sent";
        else if (request is { WidthPixels: null, AspectRatio: not null })
            reason = "an aspect ratio without a size cannot be asked for";
        else if (request.Extras.FirstOrDefault(extra => extra.Value is not null && !OpenAiImagesExtras.Names(options).Contains(extra.Key)).Key is { } extra)
            reason = $"{extra} is none of the extras that this channel forwards";
        if (reason is not null)
            throw new ProviderException(ProviderErrorKind.InvalidRequest, $"not sent by channel {submission.Account.ChannelId}: {reason}");
    }

    private static List<(string Name, JsonNode? Value)> Values(ProviderRequest request, OpenAiImagesOptions options)
    {
        (string Name, JsonNode? Value)[] all =
        [
            ("model", options.SendModel ? request.UpstreamModel : null),
            ("prompt", request.Prompt),
            ("n", request.Count),
            ("size", Size(request, options)),
            ("quality", request.Quality),
            .. request.Extras.Select(extra => (extra.Key, extra.Value?.DeepClone())),
            ("response_format", options.ResponseFormat),
            (options.UserField ?? "", options.UserField is null ? null : request.UserHash),
        ];
        return
        [
            .. all.Where(item => item.Value is not null && !options.FixedFields.ContainsKey(item.Name)),
            .. options.FixedFields.Select(item => (item.Key, item.Value?.DeepClone())),
        ];
    }

    private static string? Size(ProviderRequest request, OpenAiImagesOptions options) =>
        request is { WidthPixels: { } width, HeightPixels: { } height } ? $"{width}x{height}" : options.SendAutoSize ? "auto" : null;

    private static IEnumerable<FormField> Files(SubmissionContext submission, OpenAiImagesOptions options, UpstreamBody body)
    {
        var images = submission.Media.Where(media => media.Role == MediaRole.ReferenceImage).ToList();
        var field = images.Count == 1 ? options.ImageField : options.ImagesField;
        return images.Select(image => File(field, image))
            .Concat(submission.Media.Where(media => media.Role == MediaRole.Mask).Select(mask => File(options.MaskField!, mask)));

        FormField File(string name, MediaInput media) => new(name, body.Raw(media), media.FileName, media.ContentType);
    }

    private static string FormText(JsonNode? value) =>
        value is JsonValue text && text.GetValueKind() == JsonValueKind.String ? text.GetValue<string>() : value?.ToJsonString() ?? "";
}
