using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.Hailuo;
using Reelay.Server.Engine.Callbacks;
using Reelay.Simulators;
using Reelay.Tests.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Hailuo;

/// <summary>The challenge, and what a callback is taken for.</summary>
public sealed class HailuoCallbackTests
{
    private readonly HailuoProvider _provider = new();
    private readonly Dictionary<string, string> _headers = [];

    [Theory]
    [InlineData("""{"challenge":"abc-123"}""", """{"challenge":"abc-123"}""")]
    [InlineData("""{ "challenge" : "ü \"x\" <y>" , "time": 1 }""", "ü \"x\" <y>")]
    public void A_challenge_is_said_back(string body, string expected)
    {
        var answer = _provider.AnswerChallenge(_headers, Encoding.UTF8.GetBytes(body));
        Assert.True(answer.HasValue);
        var text = Encoding.UTF8.GetString(answer.Value.Span);
        Assert.True(text == expected || (string?)JsonNode.Parse(text)!["challenge"] == expected, text);
        Assert.Single(JsonNode.Parse(text)!.AsObject());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"challenge":7}""")]
    [InlineData("""{"challenge":""}""")]
    [InlineData("""{"challenge":"x","task_id":"1","status":"success"}""")]
    public void Anything_else_is_no_challenge(string body) => Assert.False(_provider.AnswerChallenge(_headers, Encoding.UTF8.GetBytes(body)).HasValue);

    [Fact]
    public void A_challenge_without_end_is_not_said_back() =>
        Assert.False(_provider.AnswerChallenge(_headers, Encoding.UTF8.GetBytes($$"""{"challenge":"{{new string('x', 5000)}}"}""")).HasValue);

    [Theory]
    [InlineData("v1.callback.processing.json", HailuoCase.TaskId)]
    [InlineData("v1.callback.success.json", HailuoCase.TaskId)]
    [InlineData("v2.poll.succeeded.json", "h3-20261121-0001")]
    public void A_callback_names_its_task_and_says_nothing_else(string fixture, string id) =>
        Assert.Equal(new CallbackReading(id, null, IsSigned: false), Read(HailuoCase.Fixture(fixture)));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"challenge":"x"}""")]
    [InlineData("""{"task_id":"","status":"success"}""")]
    [InlineData("""{"task_id":"1"}""")]
    [InlineData("""{"task_id":"a b","status":"success"}""")]
    public void Anything_else_is_no_callback(string body) => Assert.Null(Read(body));

    [Theory]
    [InlineData("hailuo-video", "a boat")]
    [InlineData("hailuo-video", "a boat [callback:twice] [callback:forged]")]
    [InlineData("hailuo-video", "a boat [callback:reversed]")]
    [InlineData("MiniMax-H3", "a boat")]
    [InlineData("hailuo-video", "a boat [drop:after-accept]")]
    [InlineData("MiniMax-H3", "a boat [garbage]")]
    public async Task A_server_that_has_an_address_proves_it_and_learns_of_results_and_of_lost_answers_by_callbacks(string model, string prompt)
    {
        await using var host = await StartAsync();
        var id = await host.OrderAsync(body: new { model, prompt });
        Assert.Equal("completed", (await host.FinishAsync(id)).GetProperty("status").GetString());
        Assert.Single(host.Sandbox.Submissions, report => report.Row.Accepted);
    }

    [Fact]
    public async Task The_address_of_an_order_answers_a_challenge_with_status_200()
    {
        await using var host = await StartAsync();
        var id = await host.OrderAsync(body: new { model = "hailuo-video", prompt = "a boat [stuck] [callback:never]" });
        await host.AdminUntilAsync(id, "submitted");
        var token = ((CallbackTokens)host.Services.GetService(typeof(CallbackTokens))!).Make("hailuo", id, 1);
        using var body = new StringContent("""{"challenge":"c-1"}""");
        using var answer = await host.Client.PostAsync($"/callbacks/hailuo/{token}", body, TestContext.Current.CancellationToken);
        Assert.Equal((200, """{"challenge":"c-1"}"""), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        using var other = await host.Client.PostAsync("/callbacks/hailuo/x", new StringContent("""{"challenge":"c-1"}"""), TestContext.Current.CancellationToken);
        Assert.Equal(404, (int)other.StatusCode);
    }

    [Fact]
    public async Task The_sandbox_sends_nothing_to_an_address_that_does_not_say_the_challenge_back()
    {
        await using var sandbox = await SandboxHost.StartAsync(new() { Duration = 0, Render = RenderMode.StandIn });
        var bodies = new List<string>();
        var isDeaf = true;
        await using var receiver = await LoopbackServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            lock (bodies) bodies.Add(body);
            await context.Response.WriteAsync(isDeaf ? """{"ok":true}""" : body, context.RequestAborted);
        });
        using var caller = Caller.To(sandbox, "hailuo/v1", "sk-sandbox-hailuo");
        await OrderAsync("deaf");
        while (Count() < 1) await GatewayHost.PauseAsync();
        isDeaf = false;
        await OrderAsync("hearing");
        while (Count() < 4) await GatewayHost.PauseAsync();

        lock (bodies)
        {
            var words = bodies.Select(body => JsonNode.Parse(body)!).Select(json => json["challenge"] is null ? (string)json["status"]! : "challenge").ToList();
            Assert.Equal(["challenge", "challenge", "processing", "success"], words);
        }

        int Count()
        {
            lock (bodies) return bodies.Count;
        }

        async Task OrderAsync(string name)
        {
            var answer = await caller.PostJsonAsync(
                "video_generation", $$"""{"model":"MiniMax-Hailuo-02","prompt":"{{name}}","callback_url":"{{receiver.Url}}{{name}}"}""");
            Assert.Equal(0, (int)answer.Json["base_resp"]!["status_code"]!);
        }
    }

    private static async Task<GatewayHost> StartAsync()
    {
        // The address must be known before the server listens; what ends in a test was told by a callback, since polls are an hour apart.
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        probe.Stop();
        return await GatewayHost.StartAsync(
            new()
            {
                ["urls"] = url, ["Reelay:PublicUrl"] = url, ["Reelay:Channels:sandbox_hailuo:ExpectedSeconds"] = "80000",
                ["Reelay:Channels:sandbox_hailuo:CallSeconds"] = "60",
            },
            new SandboxOptions { Duration = 0.3, Render = RenderMode.StandIn });
    }

    private CallbackReading? Read(string body) => _provider.ReadCallback(new HailuoCase().Account(), _headers, Encoding.UTF8.GetBytes(body));
}
