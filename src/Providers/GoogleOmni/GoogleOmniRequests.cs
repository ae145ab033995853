using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Reelay.Providers.Google;

namespace Reelay.Providers.GoogleOmni;

/// <summary>Builds the requests of the Interactions API; strict: nothing goes out that the sources do not name.</summary>
internal static class GoogleOmniRequests
{
    private static readonly Dictionary<string, string> _tasks = new()
    {
        ["t2v"] = "text_to_video",
        ["i2v"] = "image_to_video",
        ["i2v_first_last"] = "image_to_video",
        ["r2v"] = "reference_to_video",
        ["edit"] = "edit",
    };

    /// <summary>Where interactions are.</summary>
    /// <exception cref="ProviderException">The project is not known; nothing was sent.</exception>
    public static Uri Collection(ProviderAccount account, GoogleOmniOptions options)
    {
        var root = account.BaseUrl.AbsoluteUri.TrimEnd('/');
        if (!options.IsVertex)
            return new($"{root}/{options.Version}/interactions");
        var file = account.Credential is ProviderCredential.ServiceAccount(var json) ? GoogleServiceAccount.Read(json) : null;
        var project = options.Project ?? file?.ProjectId ?? throw new ProviderException(
            ProviderErrorKind.NotSent, $"channel {account.ChannelId} needs the option project: its credential names none");
        return new($"{root}/{options.Version}/projects/{Uri.EscapeDataString(project)}/locations/{options.Location}/interactions");
    }

    /// <summary>The body of one order.</summary>
    public static UpstreamContent Body(SubmissionContext submission, GoogleOmniOptions options)
    {
        var order = submission.Request;
        var body = new UpstreamBody(submission.AttemptToken);
        var input = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = order.Prompt });

        // The first frame comes before the last, whatever order the caller gave; everything else keeps the caller's.
        foreach (var media in submission.Media.OrderBy(media => media.Role == MediaRole.LastFrame))
        {
            input.Add((JsonNode)new JsonObject
            {
                ["type"] = media.Role is MediaRole.SourceVideo or MediaRole.ReferenceVideo ? "video" : "image",
                ["mime_type"] = media.ContentType,
                ["data"] = body.InBase64(media),
            });
        }

        var configuration = new JsonObject { ["video_config"] = new JsonObject { ["task"] = _tasks[order.Mode] } };
        if (order.Extras["seed"] is { } seed)
            configuration["seed"] = seed.DeepClone();
        return body.Json(new JsonObject
        {
            ["model"] = order.UpstreamModel,
            ["input"] = input,
            ["generation_config"] = configuration,
            ["response_format"] = Format(submission, options),

            // Without it the call lasts as long as the work, and is lost with the connection.
            ["background"] = true,
            ["store"] = true,
        });
    }

    /// <summary>A call.</summary>
    public static HttpRequestMessage New(HttpMethod method, Uri url, GoogleAuthorization authorization, HttpContent? body = null)
    {
        var request = authorization.On(new(method, url) { Content = body });
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }

    // An edit keeps its source's length and shape.
    private static JsonObject Format(SubmissionContext submission, GoogleOmniOptions options)
    {
        var order = submission.Request;
        var format = new JsonObject { ["type"] = "video" };
        if (order.Mode != "edit")
        {
            Add(format, "aspect_ratio", order.AspectRatio);
            Add(format, "duration", order.Seconds is { } seconds ? seconds.ToString(CultureInfo.InvariantCulture) + "s" : null);
            Add(format, "resolution", order.Tier);
        }

        format["delivery"] = options.Delivery;
        if (options is { GcsUri: { } folder, Delivery: "uri" })
            format["gcs_uri"] = $"{folder.TrimEnd('/')}/{submission.AttemptToken}/";
        return format;
    }

    private static void Add(JsonObject fields, string name, string? value)
    {
        if (value is not null)
            fields[name] = value;
    }
}
