using System.Net;
using System.Net.Sockets;
using System.Text;
using Reelay.Server.Api.Reading;

namespace Reelay.Tests.Reading;

/// <summary>The same reading behind a real server, where bodies arrive in pieces and connections break.</summary>
public sealed class KestrelReadingTests : IAsyncLifetime
{
    private readonly MemorySink _sink = new();
    private readonly TaskCompletionSource<string> _lastAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication _server = null!;

    private int Port => new Uri(_server.Urls.First()).Port;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapPost("/", async (HttpContext context) =>
        {
            var result = await RequestReader.ReadAsync(context.Request, _sink, ReadingLimits.Default, context.RequestAborted);
            using var fields = result.Value;
            var answer = result.Error?.Code ?? string.Join(' ', fields!.Fields.Select(field => field.Name).Concat(fields.Files.Select(file => $"{file.Name}:{file.Asset.SizeBytes}")));
            _lastAnswer.TrySetResult(answer);
            return answer;
        });
        await _server.StartAsync();
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_json_body_larger_than_the_servers_buffer_is_read()
    {
        using var client = new HttpClient(new SocketsHttpHandler());
        var json = "{\"prompt\":\"" + new string('a', 40 << 20) + "\"}";
        Assert.Equal("prompt", await PostAsync(client, new StringContent(json, Encoding.UTF8, "application/json")));
    }

    [Fact]
    public async Task A_chunked_form_without_a_length_is_streamed_to_the_sink()
    {
        using var client = new HttpClient(new SocketsHttpHandler());
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(new byte[50_000_000]), "input_reference", "猫.png" },
            { new StringContent("x"), "prompt" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{Port}/") { Content = form };
        request.Headers.TransferEncodingChunked = true;
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("prompt input_reference:50000000", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("application/json", "{\"prompt\":\"x\"", "incomplete_body")]
    [InlineData("application/json", "--X\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\nabc", "incomplete_body")]
    [InlineData("application/x-www-form-urlencoded", "prompt=x", "incomplete_body")]
    public async Task A_connection_that_ends_in_the_middle_is_an_incomplete_body_and_leaves_no_upload(string type, string start, string code)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, Port, TestContext.Current.CancellationToken);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {type}\r\nContent-Length: 1000\r\n\r\n{start}"), TestContext.Current.CancellationToken);
        socket.Client.Shutdown(SocketShutdown.Send);

        // The server drops such a connection before an answer can leave; what counts is that reading ends and keeps nothing.
        Assert.Equal(code, await _lastAnswer.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Empty(_sink.Stored);
    }

    [Fact]
    public async Task An_announced_length_above_the_bound_is_refused_at_once()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, Port, TestContext.Current.CancellationToken);
        await socket.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 300000000\r\n\r\n{"), TestContext.Current.CancellationToken);
        Assert.Equal("request_too_large", await _lastAnswer.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    private async Task<string> PostAsync(HttpClient client, HttpContent content)
    {
        using var response = await client.PostAsync(new Uri($"http://127.0.0.1:{Port}/"), content, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
