using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Reelay.Providers.Xai;

/// <summary>Builds requests, all JSON; strict: nothing goes out that xAI does not document.</summary>
internal static class XaiRequests
{
    private const int LargePixels = 2_000_000;

    private static readonly (string Name, double Value)[] _pictureRatios =
    [
        ("1:1", 1), ("3:4", 3 / 4.0), ("4:3", 4 / 3.0), ("9:16", 9 / 16.0), ("16:9", 16 / 9.0), ("2:3", 2 / 3.0), ("3:2", 3 / 2.0),
        ("9:19.5", 9 / 19.5), ("19.5:9", 19.5 / 9), ("9:20", 9 / 20.0), ("20:9", 20 / 9.0), ("1:2", 1 / 2.0), ("2:1", 2),
    ];

    /// <summary>Whether an order is one of pictures, which come with the answer.</summary>
    public static bool MakesPictures(SubmissionContext submission) =>
        submission.Request.Mode == "t2i" || (submission.Request.Mode == "edit" && submission.Media.All(media => media.Role == MediaRole.ReferenceImage));

    /// <summary>The order of one submission.</summary>
    /// <exception cref="ProviderException">The protocol cannot carry it; nothing was sent.</exception>
    public static HttpRequestMessage Create(SubmissionContext submission, XaiOptions options)
    {
        XaiChecks.RefuseUnsayable(submission, options);
        var body = new UpstreamBody(submission.AttemptToken);
        JsonObject Link(MediaInput media) =>
            new() { ["url"] = options.Inputs == XaiOptions.Link ? media.PublicUrl!.AbsoluteUri : body.DataUrl(media) };
        var (path, fields) = (MakesPictures(submission), submission.Request.Mode) switch
        {
            (true, var mode) => (mode == "edit" ? "images/edits" : "images/generations", Pictures(submission, options, Link)),
            (_, "edit") => ("videos/edits", Edit(submission, Link)),
            (_, "extend") => ("videos/extensions", Extension(submission, Link)),
            _ => ("videos/generations", Generation(submission, options, Link)),
        };
        var request = New(HttpMethod.Post, submission.Account, path);
        request.Content = body.Json(fields);
        return request;
    }

    /// <summary>A read.</summary>
    public static HttpRequestMessage Get(ProviderAccount account, string path) => New(HttpMethod.Get, account, path);

    // Length and resolution are always said: what is left out is made, and charged, as xAI likes.
    private static JsonObject Generation(SubmissionContext submission, XaiOptions options, Func<MediaInput, JsonObject> link)
    {
        var order = submission.Request;
        var fields = Begun(order);
        Add(fields, "image", Only(submission, MediaRole.FirstFrame, link));
        Add(fields, "last_frame", Only(submission, MediaRole.LastFrame, link));
        Add(fields, "reference_images", All(submission, MediaRole.ReferenceImage, link));
        Add(fields, "reference_audios", All(submission, MediaRole.ReferenceAudio, link));
        Add(fields, "duration", order.Seconds);

        // A first frame decides the ratio.
        if (order.Mode is not ("i2v" or "i2v_first_last"))
            Add(fields, "aspect_ratio", order.AspectRatio);
        Add(fields, "resolution", order.Tier);
        if (XaiCapability.HasAudioSwitch(order.UpstreamModel, options))
            Add(fields, "generate_audio", order.Audio);
        Add(fields, "user", order.UserHash);
        return fields;
    }

    // Everything else follows the source.
    private static JsonObject Edit(SubmissionContext submission, Func<MediaInput, JsonObject> link)
    {
        var fields = Begun(submission.Request);
        Add(fields, "video", Only(submission, MediaRole.SourceVideo, link));
        Add(fields, "user", submission.Request.UserHash);
        return fields;
    }

    private static JsonObject Extension(SubmissionContext submission, Func<MediaInput, JsonObject> link)
    {
        var fields = Begun(submission.Request);
        Add(fields, "video", Only(submission, MediaRole.SourceVideo, link));
        Add(fields, "duration", submission.Request.Seconds);
        return fields;
    }

    private static JsonObject Pictures(SubmissionContext submission, XaiOptions options, Func<MediaInput, JsonObject> link)
    {
        var order = submission.Request;
        var fields = Begun(order);
        if (All(submission, MediaRole.ReferenceImage, media => Typed(link(media))) is { } images)
            fields[images.Count == 1 ? "image" : "images"] = images.Count == 1 ? images[0]!.DeepClone() : images;
        Add(fields, "n", order.Count);
        Add(fields, "aspect_ratio", PictureRatio(order));
        Add(fields, "resolution", Resolution(order));
        Add(fields, "quality", order.Quality);
        Add(fields, "response_format", options.ImageFormat);
        Add(fields, "user", order.UserHash);
        return fields;
    }

    private static JsonObject Typed(JsonObject link)
    {
        link["type"] = "image_url";
        return link;
    }

    private static string PictureRatio(ProviderRequest order)
    {
        if (order is not { WidthPixels: { } width, HeightPixels: { } height })
            return order.AspectRatio ?? "auto";
        var ratio = (double)width / height;
        return _pictureRatios.MinBy(known => Math.Abs(known.Value - ratio) / known.Value).Name;
    }

    private static string? Resolution(ProviderRequest order) => order is { WidthPixels: { } width, HeightPixels: { } height }
        ? (long)width * height > LargePixels ? "2k" : "1k"
        : order.Tier;

    private static JsonObject Begun(ProviderRequest order)
    {
        var fields = new JsonObject { ["model"] = order.UpstreamModel };
        Add(fields, "prompt", order.Prompt);
        return fields;
    }

    private static JsonObject? Only(SubmissionContext submission, MediaRole role, Func<MediaInput, JsonObject> link) =>
        submission.Media.FirstOrDefault(media => media.Role == role) is { } input ? link(input) : null;

    private static JsonArray? All(SubmissionContext submission, MediaRole role, Func<MediaInput, JsonObject> link)
    {
        var links = submission.Media.Where(media => media.Role == role).Select(media => (JsonNode)link(media)).ToArray();
        return links.Length == 0 ? null : new JsonArray(links);
    }

    private static void Add(JsonObject fields, string name, JsonNode? value)
    {
        if (value is not null)
            fields[name] = value;
    }

    private static HttpRequestMessage New(HttpMethod method, ProviderAccount account, string path)
    {
        var request = new HttpRequestMessage(method, $"{account.BaseUrl.AbsoluteUri.TrimEnd('/')}/{path}");
        if (account.Credential is not ProviderCredential.ApiKey key)
        {
            throw new ProviderException(
                ProviderErrorKind.NotSent, $"channel {account.ChannelId} needs an API key, not {account.Credential}");
        }

        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Value);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }
}
