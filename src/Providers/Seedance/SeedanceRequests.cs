using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Reelay.Providers.Seedance;

/// <summary>Builds requests; strict: nothing goes out that Ark does not document for the model, not even a default.</summary>
internal static class SeedanceRequests
{
    private const string Tasks = "contents/generations/tasks";

    /// <summary>The create of one submission.</summary>
    /// <exception cref="ProviderException">The protocol cannot carry this order; nothing was sent.</exception>
    public static HttpRequestMessage Create(SubmissionContext submission, SeedanceOptions options, IReadOnlyList<UpstreamModel> models)
    {
        var order = submission.Request;
        List<UpstreamModel> rows = [.. models.Where(model => model.Name == order.UpstreamModel)];
        var (resolution, ratio) = SeedanceChecks.Check(submission, options, rows);
        var body = new UpstreamBody(submission.AttemptToken);

        // Whatever changes the price is said, so that no default of the upstream's and no word of a prompt decides it.
        var fields = new JsonObject
        {
            ["model"] = options.ModelId(order.UpstreamModel, submission.Account.BaseUrl),
            ["content"] = SeedanceContent.Of(submission, options, body),
            ["resolution"] = resolution,
            ["ratio"] = ratio,
            ["duration"] = order.Seconds,
            ["watermark"] = order.Extras["watermark"]?.DeepClone() ?? false,
        };
        if (order.Audio is { } audio && (rows.Count == 0 || rows.Exists(row => row.Audio == "choice")))
            fields["generate_audio"] = audio;
        Add(fields, "seed", order.Extras["seed"]?.DeepClone());
        Add(fields, "camera_fixed", order.Extras["camera_fixed"]?.DeepClone());
        Add(fields, "execution_expires_after", options.ExecutionExpiresAfter);
        Add(fields, "safety_identifier", options.SafetyIdentifier ? order.UserHash : null);
        Add(fields, "callback_url", submission.CallbackUrl?.AbsoluteUri);

        var request = New(HttpMethod.Post, submission.Account, Tasks);
        request.Content = body.Json(fields);
        return request;
    }

    /// <summary>Reads one task.</summary>
    public static HttpRequestMessage Read(ProviderAccount account, string id) => New(HttpMethod.Get, account, $"{Tasks}/{Uri.EscapeDataString(id)}");

    /// <summary>Reads many tasks with one list.</summary>
    public static HttpRequestMessage ReadMany(ProviderAccount account, IReadOnlyList<string> ids) => New(
        HttpMethod.Get,
        account,
        $"{Tasks}?page_num=1&page_size={ids.Count}{string.Concat(ids.Select(id => $"&filter.task_ids={Uri.EscapeDataString(id)}"))}");

    /// <summary>Lists the newest task.</summary>
    public static HttpRequestMessage List(ProviderAccount account) => New(HttpMethod.Get, account, $"{Tasks}?page_num=1&page_size=1");

    /// <summary>Cancels a task that is queued.</summary>
    public static HttpRequestMessage Delete(ProviderAccount account, string id) => New(HttpMethod.Delete, account, $"{Tasks}/{Uri.EscapeDataString(id)}");

    private static HttpRequestMessage New(HttpMethod method, ProviderAccount account, string path)
    {
        var request = new HttpRequestMessage(method, $"{account.BaseUrl.AbsoluteUri.TrimEnd('/')}/{path}");
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
