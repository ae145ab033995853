using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

/// <summary>Calls one simulator as a client would, without following redirects.</summary>
internal sealed class Caller(HttpMessageHandler handler, Uri root, string? key) : IDisposable
{
    private readonly HttpClient _http = new(handler);

    public static Caller To(SandboxHost sandbox, string mount = "openai/v1", string? key = "sk-sandbox-openai") =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false }, new Uri(sandbox.BaseUrl, $"{mount}/"), key);

    public static Caller InProcess(SandboxCore sandbox, string mount = "openai/v1", string? key = "sk-sandbox-openai") =>
        new(new SimulatorHandler(sandbox), new Uri($"http://sandbox/{mount}/"), key);

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<Answer> PostJsonAsync(string path, string json) =>
        SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<Answer> PostFormAsync(string path, params (string Name, string Value)[] fields)
    {
        MultipartFormDataContent form = [];
        foreach ((string name, string value) in fields)
            form.Add(new StringContent(value), name);
        return SendAsync(HttpMethod.Post, path, form);
    }

    /// <summary>Creates a video and gives its id.</summary>
    public async Task<string> CreateAsync(string prompt)
    {
        Answer answer = await PostFormAsync("videos", ("prompt", prompt));
        Assert.True(answer.Status is 200 or 202, answer.Text);
        return (string)answer.Json["id"]!;
    }

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, new Uri(root, path)) { Content = content };
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        byte[] bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Dictionary<string, string> answered = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, answered, bytes);
    }

    public void Dispose() => _http.Dispose();
}

internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonNode Json => JsonNode.Parse(Bytes)!;

    public string? Word(string name) => (string?)Json[name];

    public JsonNode Error => Json["error"]!;
}
