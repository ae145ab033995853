using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Hardening;

/// <summary>Every bound of a request, with the one error shape wherever there is a request to answer.</summary>
public sealed class LimitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_beyond_a_bound_is_refused_by_name()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var zipped = new ByteArrayContent([0x1F, 0x8B, 8]) { Headers = { ContentType = new("application/json"), ContentEncoding = { "gzip" } } };
        await AssertAsync(gateway, zipped, 415, "unsupported_content_encoding");
        using var huge = new OpenApi.ApiWalk.ClaimedContent("application/json");
        await AssertAsync(gateway, huge, 413, "request_too_large");
        await AssertAsync(gateway, Json(new string('[', 40) + new string(']', 40)), 400, null);
        await AssertAsync(gateway, Json("{\"metadata\":" + string.Concat(Enumerable.Repeat("{\"a\":", 40)) + "1" + new string('}', 41)), 400, "invalid_json");
        await AssertAsync(gateway, Json("{" + string.Join(',', Enumerable.Range(0, 1100).Select(i => $"\"f{i}\":1")) + "}"), 400, null);
        var parts = Enumerable.Range(0, 1100).Select(i => ($"f{i}", (object)"x")).ToArray();
        await AssertAsync(gateway, Uploads.Form(parts), 400, null);
        await AssertAsync(gateway, Uploads.Form(("prompt", "x"), ("input_reference", Uploads.Claim(40_000, 40_000))), 400, null, "40000");
        await AssertAsync(gateway, Json(JsonSerializer.Serialize(new { prompt = new string('a', 40_000) })), 400, "prompt_too_long");

        using var admin = gateway.NewClient(gateway.AdminKey);
        using var large = Json("{\"name\":\"" + new string('a', 70_000) + "\"}");
        using var refused = await admin.PostAsync("/admin/v1/keys", large, Cancellation);
        Assert.Equal((413, "request_too_large"), ((int)refused.StatusCode, await CodeAsync(refused)));
    }

    [Fact]
    public async Task Request_lines_and_headers_are_bounded_before_anything_is_read()
    {
        await using var gateway = await GatewayHost.StartAsync();
        Assert.StartsWith("HTTP/1.1 414", await SendAsync(gateway, $"GET /v1/videos?after={new string('a', 9_000)} HTTP/1.1\r\nHost: x\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 431", await SendAsync(gateway, $"GET /v1/videos HTTP/1.1\r\nHost: x\r\nX-Long: {new string('a', 70_000)}\r\n\r\n"));
        var many = string.Concat(Enumerable.Range(0, 120).Select(i => $"X-{i}: 1\r\n"));
        Assert.StartsWith("HTTP/1.1 431", await SendAsync(gateway, $"GET /v1/videos HTTP/1.1\r\nHost: x\r\n{many}\r\n"));
        Assert.StartsWith("HTTP/1.1 400", await SendAsync(gateway, "GET /v1/videos HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"));
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos")).Status);
    }

    [Fact]
    public async Task Who_sends_headers_too_slowly_is_sent_away()
    {
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:Limits:HeaderSeconds"] = "1" });
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, gateway.BaseUrl.Port, Cancellation);
        await using var stream = socket.GetStream();
        await stream.WriteAsync("GET /v1/videos HTTP/1.1\r\nHost: x\r\nX-Slow: "u8.ToArray(), Cancellation);

        // No more bytes follow; without a bound this would wait for ever.
        Assert.StartsWith("HTTP/1.1 408", await ReadAsync(stream));
    }

    [Theory]
    [InlineData("Reelay:Limits:HeaderSeconds", "0")]
    [InlineData("Reelay:Limits:MaxConnections", "-1")]
    [InlineData("Reelay:Limits:MinBytesPerSecond", "2000000")]
    public async Task A_bound_that_makes_no_sense_stops_the_start(string name, string value)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => GatewayHost.StartAsync(new() { [name] = value }));
        Assert.Contains("Reelay:Limits", refused.Message);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    private static async Task AssertAsync(GatewayHost gateway, HttpContent content, int status, string? code, string words = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = content };
        if (content is OpenApi.ApiWalk.ClaimedContent) request.Headers.ExpectContinue = true;
        using var response = await gateway.Client.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(status == (int)response.StatusCode, text);
        var error = JsonDocument.Parse(text).RootElement.GetProperty("error");
        if (code is not null) Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Contains(words, error.GetProperty("message").GetString());
        Assert.True(text.Length < 2_000, text);
        Assert.True(response.Headers.Contains("x-request-id"));
        content.Dispose();
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement.GetProperty("error").GetProperty("code").GetString();

    private static async Task<string> SendAsync(GatewayHost gateway, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, gateway.BaseUrl.Port, Cancellation);
        await using var stream = socket.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        }
        catch (IOException)
        {
            // The server has heard enough.
        }

        return await ReadAsync(stream);
    }

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        var buffer = new byte[512];
        var count = await stream.ReadAsync(buffer, Cancellation);
        return Encoding.ASCII.GetString(buffer, 0, count);
    }
}
