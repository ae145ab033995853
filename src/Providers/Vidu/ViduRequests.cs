using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Providers.Vidu;

/// <summary>Builds requests; strict: nothing goes out that Vidu does not document for that endpoint.</summary>
internal static class ViduRequests
{
    /// <summary>Rows of one page of the list: the most there may be.</summary>
    public const int PageRows = 100;

    /// <summary>The endpoint of a mode; null where there is none.</summary>
    public static string? EndpointOf(string mode) => mode switch
    {
        "t2v" => "text2video",
        "i2v" => "img2video",
        "i2v_first_last" => "start-end2video",
        "reference_images" => "reference2video",
        _ => null,
    };

    /// <summary>The create of one submission.</summary>
    /// <exception cref="ProviderException">The endpoint cannot carry this order; nothing was sent.</exception>
    public static HttpRequestMessage Create(SubmissionContext submission, ViduOptions options, IReadOnlyList<UpstreamModel> models)
    {
        var order = submission.Request;
        var hasSoundChoice = HasSoundChoice(order, models);
        ViduChecks.RefuseUnsayable(submission, options, hasSoundChoice);

        var body = new UpstreamBody(submission.AttemptToken);
        var fields = new JsonObject { ["model"] = order.UpstreamModel };
        AddPictures(fields, submission, options, body);
        Add(fields, "prompt", order.Prompt);
        Add(fields, "duration", order.Seconds);

        // Elsewhere the pictures decide.
        if (order.Mode is "t2v" or "reference_images")
            Add(fields, "aspect_ratio", order.AspectRatio);
        Add(fields, "resolution", Resolution(order));
        if (hasSoundChoice)
            Add(fields, "audio", order.Audio);
        foreach (var (name, value) in order.Extras)
            Add(fields, name, value?.DeepClone());
        fields["payload"] = submission.AttemptToken;
        Add(fields, "callback_url", submission.CallbackUrl?.AbsoluteUri);

        var request = New(HttpMethod.Post, submission.Account, EndpointOf(order.Mode)!);
        request.Content = body.Json(fields);
        return request;
    }

    /// <summary>Reads one task.</summary>
    public static HttpRequestMessage Read(ProviderAccount account, string id) =>
        New(HttpMethod.Get, account, $"tasks/{Uri.EscapeDataString(id)}/creations");

    /// <summary>Cancels one task.</summary>
    public static HttpRequestMessage Cancel(ProviderAccount account, string id)
    {
        var request = New(HttpMethod.Post, account, $"tasks/{Uri.EscapeDataString(id)}/cancel");
        var body = JsonSerializer.Serialize(new(id), ViduJson.Default.ViduCancel);
        request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        return request;
    }

    /// <summary>One page of the tasks created in a time: by the token of the page before, else by its number from 0.</summary>
    public static HttpRequestMessage List(ProviderAccount account, DateTimeOffset from, DateTimeOffset to, int page, string? pageToken)
    {
        var where = pageToken is null
            ? "pager.page=" + page.ToString(CultureInfo.InvariantCulture)
            : "pager.page_token=" + Uri.EscapeDataString(pageToken);
        return New(HttpMethod.Get, account, $"tasks?created_at.from={Time(from)}&created_at.to={Time(to)}&pager.pagesz={PageRows}&{where}");
    }

    /// <summary>What the account has left.</summary>
    public static HttpRequestMessage Credits(ProviderAccount account) => New(HttpMethod.Get, account, "credits?show_detail=true");

    private static HttpRequestMessage New(HttpMethod method, ProviderAccount account, string path)
    {
        var request = new HttpRequestMessage(method, $"{account.BaseUrl.AbsoluteUri.TrimEnd('/')}/ent/v2/{path}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));

        // The word is theirs; a bearer token is refused.
        if (account.Credential is ProviderCredential.ApiKey key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Token", key.Value);
        return request;
    }

    // A model that an operator added is taken at its word; of a known one the rows for this mode decide.
    private static bool HasSoundChoice(ProviderRequest order, IReadOnlyList<UpstreamModel> models)
    {
        var rows = models.Where(model => model.Name == order.UpstreamModel).ToList();
        return rows.Count == 0 || rows.Any(row => row.Audio == "choice" && row.Modes.Contains(order.Mode));
    }

    private static void AddPictures(JsonObject fields, SubmissionContext submission, ViduOptions options, UpstreamBody body)
    {
        if (submission.Media.Count == 0)
            return;
        var isInline = ViduChecks.AreInline(submission.Media, options);
        var pictures = submission.Media.OrderBy(media => media.Role switch { MediaRole.FirstFrame => 0, MediaRole.LastFrame => 1, _ => 2 });
        fields["images"] = new JsonArray(
            [.. pictures.Select(media => (JsonNode)(isInline ? body.DataUrl(media) : media.PublicUrl!.AbsoluteUri))]);
    }

    // Lower case; by the shorter side where the order names no tier.
    private static string? Resolution(ProviderRequest order)
    {
        if (order.Tier is { } tier)
            return tier.ToLowerInvariant();
        return order is { WidthPixels: { } width, HeightPixels: { } height }
            ? Math.Min(width, height) switch { <= 360 => "360p", <= 540 => "540p", <= 720 => "720p", _ => "1080p" }
            : null;
    }

    private static string Time(DateTimeOffset moment) =>
        Uri.EscapeDataString(moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    private static void Add(JsonObject fields, string name, JsonNode? value)
    {
        if (value is not null)
            fields[name] = value;
    }
}
