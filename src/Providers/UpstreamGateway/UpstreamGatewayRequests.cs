using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Reelay.Providers.UpstreamGateway;

/// <summary>Builds the requests of the protocol; strict: nothing goes out that the kind of gateway does not document.</summary>
internal static class UpstreamGatewayRequests
{
    /// <summary>The one request that starts paid work. The same submission always gives the same bytes, so that it can be told to be the same.</summary>
    public static HttpRequestMessage Order(SubmissionContext submission, UpstreamGatewayOptions options)
    {
        var body = new UpstreamBody(submission.AttemptToken);
        var fields = UpstreamGatewayFields.Of(submission, options);
        var files = new List<FormField>();
        if (submission.Request.Source is { } source && options.MediaAs == UpstreamGatewayMedia.Roles)
            fields["video"] = new JsonObject { ["id"] = source.UpstreamId };
        else
            AddFiles(submission, options, body, fields, files);

        var request = New(HttpMethod.Post, submission.Account, Path(submission, options));
        request.Content = files.Count == 0
            ? body.Json(fields)
            : body.Multipart([.. fields.Select(field => new FormField(field.Key, UpstreamGatewayFields.FormText(field.Value))), .. files]);
        if (options.IdempotencyHeader is { } header)
            request.Headers.TryAddWithoutValidation(header, submission.AttemptToken);
        return request;
    }

    /// <summary>A request without a body, with the account's credential.</summary>
    public static HttpRequestMessage New(HttpMethod method, ProviderAccount account, string path) =>
        Authorized(new(method, $"{account.BaseUrl.AbsoluteUri.TrimEnd('/')}/{path}"), account);

    /// <summary>Adds the account's credential; only for requests to the account's own origin.</summary>
    public static HttpRequestMessage Authorized(HttpRequestMessage request, ProviderAccount account)
    {
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Authorization = account.Credential switch
        {
            ProviderCredential.ApiKey key => new AuthenticationHeaderValue("Bearer", key.Value),
            ProviderCredential.None => null,
            _ => throw new ProviderException(
                ProviderErrorKind.Unauthorized, $"channel {account.ChannelId} needs an API key or none, not {account.Credential}"),
        };
        return request;
    }

    /// <summary>Path of one task.</summary>
    public static string Task(string id) => $"videos/{Uri.EscapeDataString(id)}";

    // Only Reelay has routes of their own for them; elsewhere a field says it.
    private static string Path(SubmissionContext submission, UpstreamGatewayOptions options) =>
        options.MediaAs != UpstreamGatewayMedia.Roles || !UpstreamGatewayModes.WorksOnVideo(submission) ? "videos"
        : submission.Request.Mode == "edit" ? "videos/edits" : "videos/extensions";

    private static void AddFiles(
        SubmissionContext submission, UpstreamGatewayOptions options, UpstreamBody body, JsonObject fields, List<FormField> files)
    {
        var media = submission.Media;
        switch (options.MediaAs)
        {
            case UpstreamGatewayMedia.Roles:
                files.AddRange(media.Select(input => new FormField(Name(input.Role), body.Raw(input), input.FileName, input.ContentType)));
                break;
            case UpstreamGatewayMedia.Images when media.Count == 1:
                fields["image"] = Link(media[0], options, body);
                break;
            case UpstreamGatewayMedia.Images when media.Count > 1:
                fields["images"] = Links(media, options, body);
                break;
            case UpstreamGatewayMedia.References when UpstreamGatewayModes.WorksOnVideo(submission):
                UpstreamGatewayFields.MetadataOf(fields)["source_video_url"] = media[0].PublicUrl!.AbsoluteUri;
                break;
            case UpstreamGatewayMedia.References when media.Count > 0:
                fields["reference_images"] = Links(media, options, body);
                if (media.Any(input => input.Role is MediaRole.FirstFrame or MediaRole.LastFrame))
                    UpstreamGatewayFields.MetadataOf(fields)["first_last_frame"] = true;
                break;
        }
    }

    private static string Name(MediaRole role) => role switch
    {
        MediaRole.FirstFrame => "first_frame",
        MediaRole.LastFrame => "last_frame",
        MediaRole.SourceVideo => "video",
        _ => "reference_images",
    };

    // The first frame stands before the last, in whatever order they came.
    private static JsonArray Links(IReadOnlyList<MediaInput> media, UpstreamGatewayOptions options, UpstreamBody body) =>
        [.. media.OrderBy(input => input.Role == MediaRole.LastFrame).Select(input => JsonValue.Create(Link(input, options, body)))];

    private static string Link(MediaInput input, UpstreamGatewayOptions options, UpstreamBody body) => options.MediaInline
        ? body.DataUrl(input)
        : input.PublicUrl?.AbsoluteUri
            ?? throw new ProviderException(ProviderErrorKind.NotSent, "pictures go by their links, and this gateway has no public address");
}
