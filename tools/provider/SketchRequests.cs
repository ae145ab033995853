using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Reelay.Providers.Sketch;

/// <summary>Builds requests; strict: nothing goes out that Sketch does not document.</summary>
internal static class SketchRequests
{
    /// <summary>The create of one submission.</summary>
    public static HttpRequestMessage Create(SubmissionContext submission)
    {
        var order = submission.Request;
        var body = new UpstreamBody(submission.AttemptToken);
        var fields = new JsonObject
        {
            ["model"] = order.UpstreamModel,
            ["prompt"] = order.Prompt,
            ["seconds"] = order.Seconds,
            ["size"] = $"{order.WidthPixels}x{order.HeightPixels}",
            ["client_reference"] = submission.AttemptToken,
        };
        if (submission.Media.FirstOrDefault(media => media.Role == MediaRole.FirstFrame) is { } frame)
            fields["image"] = body.InBase64(frame);
        var request = New(HttpMethod.Post, submission.Account, "generations");
        request.Content = body.Json(fields);
        return request;
    }

    /// <summary>A read.</summary>
    public static HttpRequestMessage Get(ProviderAccount account, string path) => New(HttpMethod.Get, account, path);

    private static HttpRequestMessage New(HttpMethod method, ProviderAccount account, string path)
    {
        var request = new HttpRequestMessage(method, $"{account.BaseUrl.AbsoluteUri.TrimEnd('/')}/{path}");
        if (account.Credential is ProviderCredential.ApiKey key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Value);
        return request;
    }
}
