using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Providers.Kling;

/// <summary>Builds the requests of the legacy protocol; strict: nothing goes out that the manual does not name for that path.</summary>
internal static class KlingRequests
{
    /// <summary>The create of one submission.</summary>
    /// <exception cref="ProviderException">The path cannot carry this order; nothing was sent.</exception>
    public static HttpRequestMessage Create(
        SubmissionContext submission, string family, KlingOptions options, IReadOnlyList<UpstreamModel> models)
    {
        var order = submission.Request;
        var hasSoundChoice = HasSoundChoice(order, family, models);
        KlingChecks.RefuseUnsayable(submission, family, options, hasSoundChoice);

        var body = new UpstreamBody(submission.AttemptToken);
        var fields = new JsonObject();
        if (family != KlingFamilies.Extend)
            fields["model_name"] = order.UpstreamModel;
        AddMedia(fields, submission, family, options, body);
        Add(fields, "prompt", order.Prompt);
        AddExtras(fields, order);
        if (hasSoundChoice && order.Audio is { } audio)
            fields["sound"] = audio ? "on" : "off";
        AddShape(fields, order, family);
        Add(fields, "callback_url", submission.CallbackUrl?.AbsoluteUri);
        fields["external_task_id"] = submission.AttemptToken;

        var request = New(HttpMethod.Post, submission.Account, family);
        request.Content = body.Json(fields);
        return request;
    }

    /// <summary>Reads one task, by Kling's id or by the mark we sent.</summary>
    public static HttpRequestMessage Read(ProviderAccount account, string family, string id) =>
        New(HttpMethod.Get, account, $"{family}/{Uri.EscapeDataString(id)}");

    /// <summary>Lists the newest task of a path.</summary>
    public static HttpRequestMessage List(ProviderAccount account, string family) => New(HttpMethod.Get, account, $"{family}?pageNum=1&pageSize=1");

    private static HttpRequestMessage New(HttpMethod method, ProviderAccount account, string path)
    {
        var request = new HttpRequestMessage(method, $"{account.BaseUrl.AbsoluteUri.TrimEnd('/')}/v1/videos/{path}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Authorization = KlingTokens.Of(account);
        return request;
    }

    // A model that an operator added is taken at its word; of a known one the rows for this mode and quality decide.
    private static bool HasSoundChoice(ProviderRequest order, string family, IReadOnlyList<UpstreamModel> models)
    {
        if (family is KlingFamilies.MultiImage or KlingFamilies.Extend)
            return false;
        var rows = models.Where(model => model.Name == order.UpstreamModel).ToList();
        return rows.Count == 0 || rows.Any(row => row.Audio == "choice" && row.Modes.Contains(order.Mode)
            && (order.Quality is null || row.Qualities.Count == 0 || row.Qualities.Contains(order.Quality)));
    }

    // Quality, ratio and length, each only where the path takes it in this mode: elsewhere the picture or the source video decides.
    private static void AddShape(JsonObject fields, ProviderRequest order, string family)
    {
        if (family == KlingFamilies.Extend)
            return;
        Add(fields, "mode", order.Quality);
        if (order.Mode is "t2v" or "multi_i2v" or "extend")
            Add(fields, "aspect_ratio", order.AspectRatio);
        if (order.Mode != "edit")
            Add(fields, "duration", order.Seconds?.ToString(CultureInfo.InvariantCulture));
    }

    private static void AddMedia(JsonObject fields, SubmissionContext submission, string family, KlingOptions options, UpstreamBody body)
    {
        var media = submission.Media;
        switch (family)
        {
            case KlingFamilies.Image:
                foreach (var picture in media)
                    fields[picture.Role == MediaRole.LastFrame ? "image_tail" : "image"] = Sent(picture);
                break;
            case KlingFamilies.MultiImage:
                fields["image_list"] = new JsonArray([.. media.Select(picture => new JsonObject { ["image"] = Sent(picture) })]);
                break;
            case KlingFamilies.Extend:
                fields["video_id"] = submission.Request.Source!.OutputReference.Member("video_id").AsText();
                break;
            case KlingFamilies.Omni:
                AddOmniMedia(fields, submission, Sent);
                break;
        }

        // Kling takes base64 without the "data:" that others want before it.
        string Sent(MediaInput input) =>
            KlingChecks.NeedsLink(input, options) ? input.PublicUrl!.AbsoluteUri : body.InBase64(input);
    }

    // The caller's order is kept, since the prompt counts them: <<<image_1>>>.
    private static void AddOmniMedia(JsonObject fields, SubmissionContext submission, Func<MediaInput, string> sent)
    {
        var pictures = new JsonArray();
        foreach (var media in submission.Media)
        {
            if (media.Role == MediaRole.SourceVideo)
            {
                var video = new JsonObject
                {
                    ["video_url"] = sent(media), ["refer_type"] = submission.Request.Mode == "edit" ? "base" : "feature",
                };
                Add(video, KlingFamilies.KeepSound, submission.Request.Extras[KlingFamilies.KeepSound]?.DeepClone());
                fields["video_list"] = new JsonArray(video);
                continue;
            }

            var picture = new JsonObject { ["image_url"] = sent(media) };
            Add(picture, "type", media.Role switch { MediaRole.FirstFrame => "first_frame", MediaRole.LastFrame => "end_frame", _ => null });
            pictures.Add((JsonNode)picture);
        }

        Add(fields, "image_list", pictures.Count > 0 ? pictures : null);
    }

    private static void AddExtras(JsonObject fields, ProviderRequest order)
    {
        foreach (var (name, value) in order.Extras)
        {
            if (value is null || name == KlingFamilies.KeepSound)
                continue;
            var sent = value.DeepClone();
            if (name == "static_mask")
                sent = Bare(sent);
            foreach (var mask in name == "dynamic_masks" && sent is JsonArray masks ? masks.OfType<JsonObject>() : [])
                mask["mask"] = mask["mask"] is { } picture ? Bare(picture.DeepClone()) : null;
            fields[name] = sent;
        }
    }

    // A mask in a "data:" link would be refused.
    private static JsonNode Bare(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is var text
        && text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) && text.IndexOf(',', StringComparison.Ordinal) is > 0 and var comma
            ? JsonValue.Create(text[(comma + 1)..])
            : value;

    private static void Add(JsonObject fields, string name, JsonNode? value)
    {
        if (value is not null)
            fields[name] = value;
    }
}
