using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.OpenApi;

/// <summary>Short words for the requests of a walk through the API; what is answered is judged by the recorder's reader.</summary>
internal sealed class ApiWalk(GatewayHost gateway) : IDisposable
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public GatewayHost Gateway => gateway;

    public HttpClient Client { get; } = gateway.NewClient("sk-reelay-sandbox");

    public HttpClient Nobody { get; } = gateway.NewClient("");

    public void Dispose()
    {
        Client.Dispose();
        Nobody.Dispose();
    }

    public Task<JsonElement> GetAsync(string path, int status = 200, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, status, null, headers);

    public Task HeadAsync(string path, int status = 200, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Head, path, status, null, headers);

    public Task<JsonElement> PostAsync(string path, object? body = null, int status = 200, HttpClient? client = null) =>
        SendAsync(HttpMethod.Post, path, status, body is null ? null : Json(body), client: client);

    public Task<JsonElement> PostAsync(string path, HttpContent body, int status = 200) => SendAsync(HttpMethod.Post, path, status, body);

    public Task<JsonElement> DeleteAsync(string path, int status = 200) => SendAsync(HttpMethod.Delete, path, status);

    /// <summary>Orders and waits for the end.</summary>
    public async Task<string> FinishAsync(object body, string expected = "completed")
    {
        var id = (await PostAsync("/v1/videos", body)).Text("id");
        var video = await gateway.FinishAsync(id);
        Assert.True(video.Text("status") == expected, video.GetRawText());
        await GetAsync("/v1/videos/" + id);
        return id;
    }

    public async Task<JsonElement> SendAsync(
        HttpMethod method, string path, int status, HttpContent? body = null, (string Name, string Value)[]? headers = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        foreach (var (name, value) in headers ?? []) Assert.True(request.Headers.TryAddWithoutValidation(name, value), name);
        if (body is ClaimedContent) request.Headers.ExpectContinue = true;
        using var response = await (client ?? Client).SendAsync(request, Cancellation);
        var isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        var text = isJson ? await response.Content.ReadAsStringAsync(Cancellation) : "";
        Assert.True(status == (int)response.StatusCode, $"{method} {path} answered {(int)response.StatusCode} {text}");
        return text.Length > 0 ? JsonDocument.Parse(text).RootElement : default;
    }

    private static StringContent Json(object body) => Text(body as string ?? JsonSerializer.Serialize(body), "application/json");

    /// <summary>A body of any type.</summary>
    public static StringContent Text(string text, string type) => new(text, Encoding.UTF8, new MediaTypeHeaderValue(type));

    /// <summary>A body that claims to be larger than anything that is taken; it is never sent, since its reader says so first.</summary>
    internal sealed class ClaimedContent : HttpContent
    {
        public ClaimedContent(string type) => Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new IOException("Nobody wanted this body.");

        protected override bool TryComputeLength(out long length)
        {
            length = 1L << 40;
            return true;
        }
    }
}
