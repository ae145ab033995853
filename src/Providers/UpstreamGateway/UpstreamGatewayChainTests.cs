using System.Collections.Concurrent;
using System.Text.Json;
using Reelay.Simulators;
using Reelay.Tests.Docs;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.UpstreamGateway;

/// <summary>
/// Reelay behind Reelay: two real servers, the sandbox behind the second, and between the two a way that can lose requests and answers.
/// What reaches the sandbox is counted there: one order, one render.
/// </summary>
public sealed class UpstreamGatewayChainTests
{
    private const string Model = "gateway-example";

    [Fact]
    [Proves("upstream_gateway", "npm `openai`")]
    [Proves("upstream_gateway", "a second Reelay")]
    public async Task The_official_sdk_orders_through_two_gateways()
    {
        await using var chain = await Chain.StartAsync("resend");
        var picture = Path.Combine(chain.Front.Folder, "frame.png");
        await File.WriteAllBytesAsync(picture, PngImage.Gradient(1280, 720), TestContext.Current.CancellationToken);

        var result = await NodeScripts.RunAsync(chain.Front, "gateway-chain", Model, picture);

        Assert.Equal(("completed", Model, "i2v"), (Text(result.GetProperty("video"), "status"), Text(result.GetProperty("video"), "model"), result.GetProperty("video").GetProperty("effective").GetProperty("mode").GetString()));
        Assert.Equal(StandInClipStore.Clip.Length, result.GetProperty("bytes").GetInt32());
        Assert.Equal(("completed", result.GetProperty("video").GetProperty("id").GetString()), (Text(result.GetProperty("remix"), "status"), Text(result.GetProperty("remix"), "remixed_from_video_id")));
        Assert.Equal(("failed", "content_policy_violation"), (Text(result.GetProperty("refused"), "status"), Text(result.GetProperty("refused").GetProperty("error"), "code")));

        // The second gateway knows them as orders of its own, the edit made from its own video, each by the token of the first.
        var behind = await chain.BehindAsync();
        Assert.Equal(3, behind.Count);
        Assert.Equal(Text(behind[2], "id"), Text(behind[1], "remixed_from_video_id"));
        Assert.All(behind, task => Assert.Equal(32, Text(task, "external_task_id").Length));
        Assert.Equal(3, chain.Back.Sandbox.Submissions.Count);
        Assert.Empty(chain.Front.Sandbox.Submissions);
        foreach (var other in new[] { "npm `openai`", "a second Reelay" }) ProofClaims.Check("upstream_gateway", other, [Model]);
    }

    [Theory]
    [InlineData("resend", Cut.Answer, 2)]
    [InlineData("resend", Cut.Request, 2)]
    [InlineData("find", Cut.Answer, 1)]
    [InlineData("find", Cut.Request, 2)]
    public async Task A_lost_reply_between_the_two_makes_no_second_render(string lost, Cut cut, int calls)
    {
        await using var chain = await Chain.StartAsync(lost);
        chain.Way.Next = cut;

        var video = await chain.Front.FinishAsync(await chain.Front.OrderAsync(body: new { model = "film", prompt = "a red boat" }));

        Assert.Equal("completed", Text(video, "status"));
        Assert.Equal(calls, chain.Way.Keys.Count);

        // Sent again it is the same order; what surely never arrived is ordered anew.
        Assert.Equal(lost == "resend" || cut == Cut.Answer ? 1 : 2, chain.Way.Keys.Distinct().Count());
        Assert.Single(await chain.BehindAsync());
        Assert.Single(chain.Back.Sandbox.Submissions, report => report.Row.Accepted);
        var attempts = (await chain.Front.AdminTaskAsync(Text(video, "id"))).GetProperty("attempts").EnumerateArray().ToList();
        Assert.Equal(lost == "find" && cut == Cut.Request ? 2 : 1, attempts.Count);
    }

    [Fact]
    public async Task Where_nothing_is_known_of_the_other_gateway_a_lost_reply_stays_lost()
    {
        await using var chain = await Chain.StartAsync("unknown");
        chain.Way.Next = Cut.Answer;

        var video = await chain.Front.FinishAsync(await chain.Front.OrderAsync(body: new { model = "film", prompt = "a red boat" }));

        Assert.Equal(("failed", "submission_outcome_unknown"), (Text(video, "status"), Text(video.GetProperty("error"), "code")));
        Assert.Single(chain.Way.Keys);
        Assert.Single(chain.Back.Sandbox.Submissions);
    }

    [Fact]
    public async Task A_cancel_reaches_the_gateway_behind()
    {
        await using var chain = await Chain.StartAsync("resend");
        var id = await chain.Front.OrderAsync(body: new { model = "film", prompt = "a red boat [stuck]" });
        await chain.Front.AdminUntilAsync(id, "submitted");
        await chain.Front.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel");

        Assert.Equal("cancelled", Text((await chain.Front.FinishAsync(id)).GetProperty("error"), "code"));
        Assert.Equal("cancelled", Text(Assert.Single(await chain.BehindAsync()).GetProperty("error"), "code"));
        Assert.False((await chain.Front.AdminTaskAsync(id)).TryGetProperty("settled_micros", out _));
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    /// <summary>What becomes of a create on its way.</summary>
    public enum Cut
    {
        /// <summary>It arrives, and its answer too.</summary>
        None,

        /// <summary>It never arrives.</summary>
        Request,

        /// <summary>It arrives, and its answer is lost.</summary>
        Answer,
    }

    private sealed record Chain(GatewayHost Back, Way Way, GatewayHost Front) : IAsyncDisposable
    {
        public static async Task<Chain> StartAsync(string lost)
        {
            var back = await GatewayHost.StartAsync();
            var way = await Way.StartAsync(back.BaseUrl);
            var front = await GatewayHost.StartAsync(new()
            {
                ["Reelay:Channels:back:Provider"] = "upstream_gateway",
                ["Reelay:Channels:back:BaseUrl"] = new Uri(way.Url, "v1").AbsoluteUri,
                ["Reelay:Channels:back:ApiKey"] = "sk-reelay-sandbox",
                ["Reelay:Channels:back:Models"] = $"film=sora-2,{Model}=sora-2",
                ["Reelay:Channels:back:CallSeconds"] = "5",
                ["Reelay:Channels:back:MinPollMilliseconds"] = "50",
                ["Reelay:Channels:back:ExpectedSeconds"] = "0.3",
                ["Reelay:Channels:back:Options:kind"] = "reelay",
                ["Reelay:Channels:back:Options:lost"] = lost,
                ["Reelay:Channels:back:Options:list_delay_seconds"] = "1",
                ["Reelay:Engine:ReconcileHoldSeconds"] = "0",
            });
            return new(back, way, front);
        }

        /// <summary>Every order of the second gateway, newest first.</summary>
        public async Task<List<JsonElement>> BehindAsync() =>
            [.. (await Back.SendAsync(HttpMethod.Get, "/v1/videos")).Body.GetProperty("data").EnumerateArray()];

        public async ValueTask DisposeAsync()
        {
            await Front.DisposeAsync();
            await Way.DisposeAsync();
            await Back.DisposeAsync();
        }
    }

    /// <summary>Passes everything on, but for the next create if it is told so.</summary>
    private sealed class Way : IAsyncDisposable
    {
        private readonly HttpClient _target;
        private LoopbackServer? _server;

        private Way(Uri target) => _target = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = target };

        public Uri Url => _server!.Url;

        public Cut Next { get; set; }

        /// <summary>The idempotency keys of all creates.</summary>
        public ConcurrentQueue<string> Keys { get; } = [];

        public static async Task<Way> StartAsync(Uri target)
        {
            var way = new Way(target);
            way._server = await LoopbackServer.StartAsync(way.PassAsync);
            return way;
        }

        public async ValueTask DisposeAsync()
        {
            await _server!.DisposeAsync();
            _target.Dispose();
        }

        private async Task PassAsync(HttpContext context)
        {
            var isCreate = context.Request is { Method: "POST", Path.Value: "/v1/videos" };
            var cut = isCreate ? Next : Cut.None;
            if (isCreate) Next = Cut.None;
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            if (isCreate) Keys.Enqueue(context.Request.Headers["Idempotency-Key"].ToString());
            if (cut == Cut.Request)
            {
                context.Abort();
                return;
            }

            using var request = new HttpRequestMessage(new(context.Request.Method), context.Request.Path + context.Request.QueryString);
            foreach (var name in new[] { "Authorization", "Idempotency-Key" })
            {
                if (context.Request.Headers.TryGetValue(name, out var value)) request.Headers.TryAddWithoutValidation(name, value.ToString());
            }

            if (body.Length > 0)
            {
                request.Content = new ByteArrayContent(body.ToArray());
                request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
            }

            using var response = await _target.SendAsync(request, CancellationToken.None);
            if (cut == Cut.Answer)
            {
                context.Abort();
                return;
            }

            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            await context.Response.Body.WriteAsync(await response.Content.ReadAsByteArrayAsync(CancellationToken.None), context.RequestAborted);
        }
    }
}
