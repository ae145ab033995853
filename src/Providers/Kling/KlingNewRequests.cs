using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Reelay.Providers.Kling;

/// <summary>Builds the requests of the new API generation; strict: nothing goes out that its pages do not name for that path.</summary>
internal static class KlingNewRequests
{
    /// <summary>The create of one submission.</summary>
    /// <exception cref="ProviderException">The path cannot carry this order, or the account cannot use it; nothing was sent.</exception>
    public static HttpRequestMessage Create(SubmissionContext submission, KlingOptions options)
    {
        var order = submission.Request;
        var family = KlingNewChecks.FamilyOf(submission);
        KlingNewChecks.RefuseUnsayable(submission, family, options);

        var body = new UpstreamBody(submission.AttemptToken);
        var prompt = KlingNewPrompt.Of(order, family != KlingDialects.Text);
        var fields = new JsonObject();
        if (family == KlingDialects.Text)
            fields["prompt"] = prompt;
        else
            fields["contents"] = KlingNewContents.Of(submission, family, prompt, options, body);
        if (Settings(order) is { Count: > 0 } settings)
            fields["settings"] = settings;
        fields["options"] = Options(submission);

        var request = New(HttpMethod.Post, submission.Account, $"{family}/{Uri.EscapeDataString(KlingDialects.NewName(order.UpstreamModel)!)}");
        request.Content = body.Json(fields);
        return request;
    }

    /// <summary>Reads tasks by Kling's ids.</summary>
    public static HttpRequestMessage Read(ProviderAccount account, params IReadOnlyList<string> ids) =>
        New(HttpMethod.Get, account, $"{KlingDialects.Tasks}?task_ids={string.Join(',', ids.Select(Uri.EscapeDataString))}");

    /// <summary>Reads one task by the mark we sent.</summary>
    public static HttpRequestMessage Find(ProviderAccount account, string mark) =>
        New(HttpMethod.Get, account, $"{KlingDialects.Tasks}?external_task_ids={Uri.EscapeDataString(mark)}");

    private static HttpRequestMessage New(HttpMethod method, ProviderAccount account, string path)
    {
        var request = new HttpRequestMessage(method, $"{account.BaseUrl.AbsoluteUri.TrimEnd('/')}/{path}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Authorization = KlingTokens.KeyOf(account);
        return request;
    }

    // Each only where the path takes it in this mode: elsewhere the picture or the source video decides.
    private static JsonObject Settings(ProviderRequest order)
    {
        var settings = new JsonObject();
        var resolution = order.Quality switch { "std" => "720p", "pro" => "1080p", null => order.Tier, var word => word };
        Add(settings, "resolution", resolution);
        if (order.Mode is "t2v" or "multi_i2v" or "extend")
            Add(settings, "aspect_ratio", order.AspectRatio);
        if (order.Mode != "edit")
            Add(settings, "duration", order.Seconds);
        Add(settings, "audio", Audio(order));

        // The vendor's default is true, which nobody asked for; and with a video to continue true is all that is allowed.
        if (order.Mode != "extend" && KlingCapability.HasShots(order.UpstreamModel))
            settings["multi_shot"] = KlingNewPrompt.IsInShots(order);
        return settings;
    }

    private static string? Audio(ProviderRequest order) => order.Extras[KlingFamilies.KeepSound]?.ToString() switch
    {
        "yes" => "original",
        "no" => "off",
        _ when !KlingNewChecks.HasSoundChoice(order) => null,
        _ => order.Audio switch { true => "native", false => "off", null => null },
    };

    private static JsonObject Options(SubmissionContext submission)
    {
        var options = new JsonObject();
        Add(options, "callback_url", submission.CallbackUrl?.AbsoluteUri);
        options["external_task_id"] = submission.AttemptToken;
        Add(options, "watermark_info", submission.Request.Extras["watermark_info"]?.DeepClone());
        return options;
    }

    private static void Add(JsonObject fields, string name, JsonNode? value)
    {
        if (value is not null)
            fields[name] = value;
    }
}
