using System.Text;
using System.Text.Json;
using Reelay.Tests.Api;
using Reelay.Tests.Support;

namespace Reelay.Tests.Contract.Answers.Sessions;

/// <summary>A client as a documentation describes it: it knows nothing of this server but a base URL and a key.</summary>
internal sealed class SessionCaller(HttpClient http) : IDisposable
{
    /// <summary>The states seen while polling, in order and without repeats.</summary>
    public List<string> States { get; } = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A caller whose key has some dialects.</summary>
    public static async Task<SessionCaller> WithKeyAsync(GatewayHost host, params string[] dialects) => new(await KeyDialectTests.CallerAsync(host, dialects));

    public Task<JsonElement> PostAsync(string path, string json, int status = 200) =>
        PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), status);

    public async Task<JsonElement> PostAsync(string path, HttpContent content, int status = 200)
    {
        using var response = await http.PostAsync(path, content, Cancellation);
        return await ReadAsync(response, status);
    }

    public async Task<JsonElement> GetAsync(string path, int status = 200)
    {
        using var response = await http.GetAsync(path, Cancellation);
        return await ReadAsync(response, status);
    }

    public async Task<JsonElement> DeleteAsync(string path)
    {
        using var response = await http.DeleteAsync(path, Cancellation);
        return await ReadAsync(response, 200);
    }

    /// <summary>Asks again and again until the state is one of the ends that this surface documents.</summary>
    public async Task<JsonElement> PollAsync(string path, params string[] ends)
    {
        States.Clear();
        while (true)
        {
            var task = await GetAsync(path);
            var state = task.GetProperty("status").GetString()!;
            if (States.Count == 0 || States[^1] != state) States.Add(state);
            if (ends.Contains(state)) return task;
            await GatewayHost.PauseAsync();
        }
    }

    /// <summary>Downloads with the key, or from a link without it; gives the media type and the bytes.</summary>
    public async Task<(string Type, byte[] Bytes)> DownloadAsync(string address, bool hasKey = true)
    {
        using var plain = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        using var response = await (hasKey ? http : plain).GetAsync(address, Cancellation);
        Assert.Equal(200, (int)response.StatusCode);
        return (response.Content.Headers.ContentType!.ToString(), await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    public void Dispose() => http.Dispose();

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, int status)
    {
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}

/// <summary>Short ways to read an answer.</summary>
internal static class AnswerReading
{
    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
