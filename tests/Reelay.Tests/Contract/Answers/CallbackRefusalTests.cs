using System.Text.Json;

namespace Reelay.Tests.Contract.Answers;

/// <summary>Rule 25, as far as it is kept today: an order that wants to be called back is refused clearly, wherever it says so, and nothing is made.</summary>
public sealed class CallbackRefusalTests(WaitingGateway gateway) : IClassFixture<WaitingGateway>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1/videos", """{"prompt": "x", "callback_url": "https://me.example/hook"}""", "callback_url")]
    [InlineData("/v1/videos", """{"prompt": "x", "metadata": {"callback_url": "https://me.example/hook"}}""", "metadata.callback_url")]
    [InlineData("/v1/videos", """{"prompt": "x", "parameters": {"callback_url": "https://me.example/hook"}}""", "parameters.callback_url")]
    [InlineData("/v1/videos", """{"prompt": "x", "extra_body": {"callback_url": "https://me.example/hook"}}""", "extra_body.callback_url")]
    [InlineData("/v1/videos", """{"prompt": "x", "callback_format": "task"}""", "callback_format")]
    [InlineData("/v1/videos", "prompt=x&callback_url=https://me.example/hook", "callback_url")]
    [InlineData("/v1/video/generations", """{"prompt": "x", "callback_url": "https://me.example/hook"}""", "callback_url")]
    [InlineData("/v1/videos/estimate", """{"prompt": "x", "callback_url": "https://me.example/hook"}""", "callback_url")]
    public async Task A_callback_is_refused_by_name(string path, string body, string param)
    {
        var type = body.StartsWith('{') ? "application/json" : "application/x-www-form-urlencoded";
        var before = await CountAsync();
        using var response = await gateway.Host.Client.PostAsync(path, new StringContent(body, null, type), Cancellation);
        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement.GetProperty("error");
        Assert.Equal((400, "unsupported_parameter", param), ((int)response.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        Assert.Contains("/events", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, await CountAsync());
    }

    [Theory]
    [InlineData("""{"prompt": "x", "callback_url": ""}""")]
    [InlineData("""{"prompt": "x", "callback_url": null}""")]
    public async Task None_is_no_callback(string body) => Assert.Equal(200, (await gateway.Host.SendAsync(HttpMethod.Post, "/v1/videos", body)).Status);

    private async Task<int> CountAsync() =>
        (await gateway.Host.SendAsync(HttpMethod.Get, "/v1/videos?limit=100")).Body.GetProperty("data").GetArrayLength();
}
