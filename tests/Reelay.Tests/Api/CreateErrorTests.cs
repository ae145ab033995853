using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Creates that are refused: the reason is exact, nothing is stored and nothing is reserved.</summary>
public sealed class CreateErrorTests
{
    private static readonly (string Name, string Body, string Code, string? Param)[] Cases =
    [
        ("not JSON", "{\"prompt\": \"x\"", "invalid_json", null),
        ("empty", "", "invalid_json", null),
        ("a list", "[]", "invalid_json", null),
        ("a text", "\"prompt\"", "invalid_json", null),
        ("a prompt that is a number", """{"prompt": 5}""", "invalid_type", "prompt"),
        ("a prompt that is a list", """{"prompt": ["x"]}""", "invalid_type", "prompt"),
        ("seconds as an object", """{"prompt": "x", "seconds": {}}""", "invalid_seconds", "seconds"),
        ("seconds as a word", """{"prompt": "x", "seconds": "long"}""", "invalid_seconds", "seconds"),
        ("half seconds", """{"prompt": "x", "seconds": 5.5}""", "invalid_seconds", "seconds"),
        ("no seconds", """{"prompt": "x", "seconds": 0}""", "invalid_seconds", "seconds"),
        ("too many seconds", """{"prompt": "x", "seconds": 61}""", "invalid_seconds", "seconds"),
        ("seconds the model lacks", """{"prompt": "x", "seconds": 5}""", "invalid_seconds", "seconds"),
        ("seconds under another name", """{"prompt": "x", "duration": 7}""", "invalid_seconds", "duration"),
        ("two lengths", """{"prompt": "x", "seconds": 4, "duration": 8}""", "conflicting_parameters", "duration"),
        ("a size the model lacks", """{"prompt": "x", "size": "1024x1792"}""", "invalid_size", "size"),
        ("no size at all", """{"prompt": "x", "size": "huge"}""", "invalid_size", "size"),
        ("a width alone", """{"prompt": "x", "width": 720}""", "invalid_size", "width"),
        ("no prompt", "{}", "prompt_required", "prompt"),
        ("an empty prompt", """{"prompt": ""}""", "prompt_required", "prompt"),
        ("a value twice", """{"prompt": "x", "metadata": {"prompt": "y"}}""", "conflicting_parameters", null),
        ("a lone surrogate", """{"prompt": "\ud800"}""", "invalid_json", "prompt"),
        ("a key twice", """{"prompt": "x", "prompt": "y"}""", "conflicting_parameters", "prompt"),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bad_input_is_refused_by_name_and_leaves_nothing_behind()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var wrong = new List<string>();
        foreach (var (name, body, code, param) in Cases)
        {
            var (status, answer) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", body);
            var error = answer.GetProperty("error");
            var found = (status, error.GetProperty("type").GetString(), error.GetProperty("code").GetString());
            if (found != (400, "invalid_request_error", code)) wrong.Add($"{name}: {found}");
            if (param is not null && error.GetProperty("param").GetString() != param) wrong.Add($"{name}: param {error.GetProperty("param")}");
            Assert.NotEmpty(error.GetProperty("message").GetString()!);
        }

        Assert.Empty(wrong);
        await AssertNothingLeftAsync(gateway);
    }

    [Fact]
    public async Task A_model_that_is_not_here_is_not_found()
    {
        await using var gateway = await GatewayHost.StartAsync();
        foreach (var model in new[] { "sora-9", "sora-2-stable", "sora-2@official", "SORA-2", " " })
        {
            var (status, answer) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x", model });
            var error = answer.GetProperty("error");
            Assert.Equal((404, "model_not_found", "model"), (status, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        }

        await AssertNothingLeftAsync(gateway);
    }

    [Fact]
    public async Task Without_a_default_the_model_is_required()
    {
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:DefaultModel"] = "" });
        var (status, answer) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" });
        Assert.Equal((400, "model_required"), (status, answer.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_prompt_is_counted_in_code_points()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var longest = string.Concat(Enumerable.Repeat("🦊", 32_000));
        var (status, answer) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = longest + "x" });
        var error = answer.GetProperty("error");
        Assert.Equal((400, "prompt_too_long", "prompt"), (status, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        await AssertNothingLeftAsync(gateway);

        var video = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = longest });
        Assert.Equal(200, video.Status);
        Assert.Equal(longest, video.Body.GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task A_body_nested_too_deep_is_refused()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var body = "{\"prompt\":\"x\",\"metadata\":" + string.Concat(Enumerable.Repeat("[", 100)) + string.Concat(Enumerable.Repeat("]", 100)) + "}";
        var (status, answer) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", body);
        Assert.Equal((400, "invalid_json"), (status, answer.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains("deep", answer.GetProperty("error").GetProperty("message").GetString());
        await AssertNothingLeftAsync(gateway);
    }

    [Fact]
    public async Task Another_media_type_is_refused()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var content = new StringContent("prompt: x", Encoding.UTF8, "application/yaml");
        using var response = await gateway.Client.PostAsync("/v1/videos", content, Cancellation);
        Assert.Equal(415, (int)response.StatusCode);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("unsupported_media_type", body.RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("invalid_request_error", body.RootElement.GetProperty("error").GetProperty("type").GetString());
        await AssertNothingLeftAsync(gateway);
    }

    [Theory]
    [InlineData("application/json", "{\"prompt\":\"half of a")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nhalf of a")]
    public async Task A_body_that_breaks_off_orders_nothing(string type, string half)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync("127.0.0.1", gateway.BaseUrl.Port, Cancellation);
            var head = $"POST /v1/videos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk-reelay-sandbox\r\nContent-Type: {type}\r\nContent-Length: 1000\r\n\r\n";
            var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.UTF8.GetBytes(head + half), Cancellation);
            socket.Client.Shutdown(SocketShutdown.Send);

            // Whatever the server still says, it has read the end of our half when it closes.
            var rest = new byte[4096];
            try
            {
                while (await stream.ReadAsync(rest, Cancellation) > 0)
                {
                }
            }
            catch (IOException)
            {
                // Reset instead of closed: the same to us.
            }
        }

        await AssertNothingLeftAsync(gateway);
    }

    [Fact]
    public async Task A_strict_key_refuses_what_others_are_warned_of()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var strict = await KeyTests.CreateKeyAsync(gateway, new { name = "strict", strict = true });
        using var client = gateway.NewClient(strict.GetProperty("secret").GetString()!);
        var hinted = new { prompt = "x", seed = 7, unheard_of = true };

        var (status, video) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", hinted);
        Assert.Equal(200, status);
        Assert.Equal(["seed", "unheard_of"], video.GetProperty("warnings").EnumerateArray().Select(row => row.GetProperty("param").GetString()).Order());

        var refused = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", hinted, client);
        Assert.Equal((400, "invalid_request_error"), (refused.Status, refused.Body.GetProperty("error").GetProperty("type").GetString()));
        var neutral = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x", n = 1, cfg_scale = (double?)null }, client);
        Assert.Equal(200, neutral.Status);
        Assert.False(neutral.Body.TryGetProperty("warnings", out _));
    }

    [Fact]
    public async Task A_full_queue_and_an_empty_purse_say_so()
    {
        await using var gateway = await GatewayHost.StartAsync(new()
        {
            ["Reelay:Engine:MaxWaitingPerAccount"] = "2", ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0",
        });
        var first = await gateway.OrderAsync();
        await gateway.OrderAsync();
        using var response = await gateway.Client.PostAsync("/v1/videos", new StringContent("""{"prompt":"x"}""", Encoding.UTF8, "application/json"), Cancellation);
        Assert.Equal(429, (int)response.StatusCode);
        Assert.Equal("10", response.Headers.GetValues("Retry-After").Single());
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(("queue_full", "rate_limit_error"), (
            body.RootElement.GetProperty("error").GetProperty("code").GetString(), body.RootElement.GetProperty("error").GetProperty("type").GetString()));

        gateway.Database(connection => connection.Execute("UPDATE accounts SET is_unlimited = 0, balance_micros = reserved_micros"));
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{first}/cancel")).Status);
        await gateway.FinishAsync(first);
        gateway.Database(connection => connection.Execute("UPDATE accounts SET balance_micros = reserved_micros"));
        while (true)
        {
            // The place in the queue is free a moment after the end is visible.
            var poor = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" });
            if (poor.Status == 429) continue;
            Assert.Equal((403, "insufficient_user_quota"), (poor.Status, poor.Body.GetProperty("error").GetProperty("code").GetString()));
            break;
        }
    }

    private static async Task AssertNothingLeftAsync(GatewayHost gateway)
    {
        using var admin = gateway.NewClient(gateway.AdminKey);
        var (status, list) = await gateway.SendAsync(HttpMethod.Get, "/admin/v1/tasks", client: admin);
        Assert.Equal((200, 0), (status, list.GetProperty("data").GetArrayLength()));
        Assert.Equal(0, gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM ledger_entries")));
        Assert.Empty(gateway.Sandbox.Submissions);
        Assert.Empty(Directory.GetFiles(Path.Combine(gateway.Folder, "assets"), "*", SearchOption.AllDirectories));
    }
}
