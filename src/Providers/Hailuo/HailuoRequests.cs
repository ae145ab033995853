using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Providers.Hailuo;

/// <summary>Builds the requests of both protocols; strict: nothing goes out that MiniMax does not name for that model and mode.</summary>
internal static class HailuoRequests
{
    /// <summary>The first protocol's mode with a person to keep, of which the service itself fixes length and size.</summary>
    public const string Subject = "reference_images";

    /// <summary>The create of one submission.</summary>
    /// <exception cref="ProviderException">The protocol cannot carry this order; nothing was sent.</exception>
    public static HttpRequestMessage Create(SubmissionContext submission, string protocol, HailuoOptions options)
    {
        HailuoChecks.RefuseUnsayable(submission, protocol, options);
        var body = new UpstreamBody(submission.AttemptToken);
        var sendsLinks = HailuoChecks.SendsLinks(submission, options);
        var fields = protocol == HailuoProtocols.Second ? Second(submission, Sent) : First(submission, Sent);
        foreach (var (name, value) in submission.Request.Extras)
            Add(fields, name, value?.DeepClone());
        Add(fields, "callback_url", submission.CallbackUrl?.AbsoluteUri);
        var request = New(HttpMethod.Post, submission.Account, $"{protocol}/video_generation");
        request.Content = body.Json(fields);
        return request;

        string Sent(MediaInput input) => sendsLinks ? input.PublicUrl!.AbsoluteUri : body.DataUrl(input);
    }

    /// <summary>Reads one task.</summary>
    public static HttpRequestMessage Query(ProviderAccount account, HailuoReference task) => New(
        HttpMethod.Get,
        account,
        task.Protocol == HailuoProtocols.Second
            ? $"v2/query/video_generation/{Uri.EscapeDataString(task.TaskId)}"
            : $"v1/query/video_generation?task_id={Uri.EscapeDataString(task.TaskId)}");

    /// <summary>Asks for a link to a file of the first protocol.</summary>
    public static HttpRequestMessage RetrieveFile(ProviderAccount account, string fileId) =>
        New(HttpMethod.Get, account, $"v1/files/retrieve?file_id={Uri.EscapeDataString(fileId)}");

    /// <summary>Takes a task of the second protocol out of the line, or removes the record of a finished one.</summary>
    public static HttpRequestMessage Delete(ProviderAccount account, string taskId) =>
        New(HttpMethod.Delete, account, $"v2/video_generation/{Uri.EscapeDataString(taskId)}");

    /// <summary>Lists the newest task of the second protocol.</summary>
    public static HttpRequestMessage List(ProviderAccount account) => New(HttpMethod.Get, account, "v2/query/video_generation?page_num=1&page_size=1");

    private static JsonObject First(SubmissionContext submission, Func<MediaInput, string> sent)
    {
        var order = submission.Request;
        var fields = new JsonObject { ["model"] = order.UpstreamModel };
        Add(fields, "prompt", order.Prompt is { Length: > 0 } prompt ? prompt : null);
        foreach (var media in submission.Media)
        {
            if (media.Role == MediaRole.ReferenceImage)
                fields["subject_reference"] = new JsonArray(new JsonObject { ["type"] = "character", ["image"] = new JsonArray(sent(media)) });
            else
                fields[media.Role == MediaRole.LastFrame ? "last_frame_image" : "first_frame_image"] = sent(media);
        }

        if (order.Mode == Subject)
            return fields;
        Add(fields, "duration", order.Seconds);
        Add(fields, "resolution", Resolution(order));
        return fields;
    }

    private static JsonObject Second(SubmissionContext submission, Func<MediaInput, string> sent)
    {
        var order = submission.Request;
        var content = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = order.Prompt });
        foreach (var media in submission.Media)
        {
            var type = media.Role switch { MediaRole.ReferenceVideo => "video_url", MediaRole.ReferenceAudio => "audio_url", _ => "image_url" };
            content.Add((JsonNode)new JsonObject
            {
                ["type"] = type, [type] = new JsonObject { ["url"] = sent(media) }, ["role"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(media.Role.ToString()),
            });
        }

        var fields = new JsonObject { ["model"] = order.UpstreamModel, ["content"] = content };
        Add(fields, "resolution", Resolution(order));
        Add(fields, "duration", order.Seconds);

        // With frames the picture decides.
        if (order.Mode is not ("i2v" or "i2v_first_last"))
            Add(fields, "ratio", order.AspectRatio);
        return fields;
    }

    // The words of tiers are lower case here and upper case there.
    private static string? Resolution(ProviderRequest order) => order.Tier?.ToUpperInvariant();

    private static HttpRequestMessage New(HttpMethod method, ProviderAccount account, string path)
    {
        var request = new HttpRequestMessage(method, $"{account.BaseUrl.AbsoluteUri.TrimEnd('/')}/{path}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (account.Credential is ProviderCredential.ApiKey key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Value);
        return request;
    }

    private static void Add(JsonObject fields, string name, JsonNode? value)
    {
        if (value is not null)
            fields[name] = value;
    }
}
