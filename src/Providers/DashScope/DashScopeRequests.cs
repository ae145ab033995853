using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Reelay.Providers.DashScope;

/// <summary>Builds requests; strict: nothing goes out that the sources do not name for that model.</summary>
internal static class DashScopeRequests
{
    private const string Version = "/api/v1";
    private const long Max720Pixels = 1_200_000;
    private const int Max720Lines = 960;

    private static readonly Dictionary<MediaRole, string> _types = new()
    {
        [MediaRole.FirstFrame] = "first_frame",
        [MediaRole.LastFrame] = "last_frame",
        [MediaRole.ReferenceImage] = "reference_image",
        [MediaRole.SourceVideo] = "video",
    };

    /// <summary>The create of one submission.</summary>
    /// <param name="submission">What to make.</param>
    /// <param name="options">The channel's.</param>
    /// <param name="places">Where each medium lies, in order; null for what goes inline.</param>
    public static HttpRequestMessage Create(SubmissionContext submission, DashScopeOptions options, IReadOnlyList<string?> places)
    {
        var order = submission.Request;
        var body = new UpstreamBody(submission.AttemptToken);
        var request = New(HttpMethod.Post, submission.Account, options, "services/aigc/video-generation/video-synthesis");
        request.Headers.Add("X-DashScope-Async", "enable");
        if (places.Any(place => place?.StartsWith(DashScopeUploads.Scheme, StringComparison.Ordinal) == true))
            request.Headers.Add("X-DashScope-OssResourceResolve", "enable");
        request.Content = body.Json(new JsonObject
        {
            ["model"] = order.UpstreamModel, ["input"] = Input(submission, places, body), ["parameters"] = Parameters(order),
        });
        return request;
    }

    /// <summary>A read.</summary>
    public static HttpRequestMessage Get(ProviderAccount account, DashScopeOptions options, string path) => New(HttpMethod.Get, account, options, path);

    /// <summary>A cancel, which has no body.</summary>
    public static HttpRequestMessage Cancel(ProviderAccount account, DashScopeOptions options, string id) =>
        New(HttpMethod.Post, account, options, $"tasks/{id}/cancel");

    /// <summary>Whether a model still takes the fields that came before <c>media</c> and <c>ratio</c>.</summary>
    public static bool IsOld(string model) => model.StartsWith("wan2.6-", StringComparison.Ordinal);

    private static JsonObject Input(SubmissionContext submission, IReadOnlyList<string?> places, UpstreamBody body)
    {
        var order = submission.Request;
        var input = new JsonObject();
        Add(input, "prompt", order.Prompt);
        Add(input, "negative_prompt", order.Extras["negative_prompt"]?.DeepClone());

        // The first frame or the video comes before what goes with it; references keep the caller's order, which prompts count by.
        var media = submission.Media.Select((medium, index) => (medium.Role, Url: places[index] ?? body.DataUrl(medium)))
            .OrderBy(item => item.Role is not (MediaRole.FirstFrame or MediaRole.SourceVideo)).ToList();
        if (media.Count == 0)
            return input;
        if (IsOld(order.UpstreamModel))
            input["img_url"] = media[0].Url;
        else
            input["media"] = new JsonArray([.. media.Select(item => new JsonObject { ["type"] = _types[item.Role], ["url"] = item.Url })]);
        return input;
    }

    // Resolution and watermark are always said: the vendor's own defaults are the dearer one and, for HappyHorse, a mark in the picture.
    private static JsonObject Parameters(ProviderRequest order)
    {
        var fields = new JsonObject();
        var isFree = order.Mode is "t2v" or "r2v";
        if (isFree && IsOld(order.UpstreamModel))
            fields["size"] = $"{order.WidthPixels}*{order.HeightPixels}";
        else
            fields["resolution"] = Resolution(order);
        if (isFree && !IsOld(order.UpstreamModel))
            Add(fields, "ratio", order.AspectRatio);
        if (order.Mode != "edit")
            Add(fields, "duration", order.Seconds);
        if (order.UpstreamModel.StartsWith("wan3.0-", StringComparison.Ordinal))
            Add(fields, "audio", order.Audio);
        fields["watermark"] = order.Extras["watermark"]?.DeepClone() ?? false;
        foreach (var name in (string[])["seed", "prompt_extend", "shot_type", "audio_setting"])
            Add(fields, name, order.Extras[name]?.DeepClone());
        return fields;
    }

    // Sizes of one tier have about as many pixels, whatever their ratio. Where an input decides the ratio there is only the tier, which may be
    // named after the short side of any of its sizes: 720p to 960p, 1080p to 2k.
    private static string Resolution(ProviderRequest order)
    {
        var isSmall = order is { WidthPixels: { } width, HeightPixels: { } height }
            ? (long)width * height <= Max720Pixels
            : int.TryParse(order.Tier.AsSpan().TrimEnd('p'), out var lines) && lines <= Max720Lines;
        return isSmall ? "720P" : "1080P";
    }

    private static void Add(JsonObject fields, string name, JsonNode? value)
    {
        if (value is not null)
            fields[name] = value;
    }

    // The Python SDK's base URL ends in the version, the AI SDK's does not; both are taken.
    private static HttpRequestMessage New(HttpMethod method, ProviderAccount account, DashScopeOptions options, string path)
    {
        var root = account.BaseUrl.AbsoluteUri.TrimEnd('/');
        if (root.EndsWith(Version, StringComparison.Ordinal))
            root = root[..^Version.Length];
        var request = new HttpRequestMessage(method, $"{root}{Version}/{path}");
        if (account.Credential is ProviderCredential.ApiKey key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Value);
        if (options.Workspace is { } workspace)
            request.Headers.Add("X-DashScope-WorkSpace", workspace);
        return request;
    }
}
