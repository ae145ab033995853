using System.Text.Json;
using Reelay.Tests.Support;

namespace Reelay.Tests.Contract;

/// <summary>
/// What the described gateways disagree on: the thirty rows of that table in our notes, by number. Where the public contract has a rule of
/// its own, that rule's tests are the ones that count; the other rows are looked at here.
/// </summary>
[Collection(ContractGateway.Name)]
public sealed class GatewaySection2Tests(ContractGateway shared)
{
    private static readonly Dictionary<int, Func<GatewayHost, Task>> Checks = new()
    {
        [2] = StatesAreFour, [5] = ATasksErrorHasThreeKeys, [7] = LengthsAreAnsweredAsText, [17] = TheSameFileUnderTwoNamesIsOne, [20] = TimesAreSeconds,
        [21] = WhatIsNotSetIsLeftOut, [23] = AnUnknownIdIsNotFoundAnywhere, [24] = WhatIsNotDoneIsNotReady, [25] = CreatesAnswer200,
        [27] = ProgressIs100OnlyAtTheEnd, [28] = PicturesAreVideosToo,
    };

    // Row, and the tests of the rule that decides it.
    private static readonly Dictionary<int, string> Elsewhere = new()
    {
        [1] = "KeyDialectTests", [3] = "ReadingVideosTests", [4] = "ReadingVideosTests", [6] = "KeyDialectTests", [8] = nameof(Rule06SecondsTests),
        [9] = nameof(Rule06SecondsTests), [10] = nameof(Rule01EncodingTests), [11] = nameof(Rule03PromptTests), [12] = nameof(Rule02ModelTests),
        [13] = nameof(Rule07SizeTests), [14] = nameof(Rule07SizeTests), [15] = nameof(Rule09QualityTests), [16] = "VideoLinkFieldTests",
        [18] = nameof(Rule09QualityTests), [19] = nameof(Rule04PlacesTests), [22] = nameof(Rule14SourceTests), [26] = "CreateErrorTests",
        [29] = nameof(Rule19AliasNameTests), [30] = nameof(Rule05ClassesTests),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Rows => [.. Checks.Keys];

    [Fact]
    public void Every_row_is_looked_at()
    {
        Assert.Equal(Enumerable.Range(1, 30), Checks.Keys.Concat(Elsewhere.Keys).Order());
        var classes = typeof(GatewaySection2Tests).Assembly.GetTypes().Select(type => type.Name).ToHashSet();
        Assert.DoesNotContain(Elsewhere.Values, name => !classes.Contains(name));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Row(int number) => Checks[number](shared.Gateway);

    private static async Task StatesAreFour(GatewayHost gateway)
    {
        var id = await gateway.OrderAsync("a boat [unknown-status]");
        string? status;
        do
        {
            status = (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Body.GetProperty("status").GetString();
            Assert.Contains(status, new[] { "queued", "in_progress", "completed", "failed" });
            await GatewayHost.PauseAsync();
        }
        while (status is "queued" or "in_progress");
    }

    private static async Task ATasksErrorHasThreeKeys(GatewayHost gateway)
    {
        var video = await gateway.FinishAsync(await gateway.OrderAsync("a boat [fail:generation]"));
        Assert.Equal(["code", "message", "type"], video.GetProperty("error").EnumerateObject().Select(member => member.Name).Order());
        var (status, _) = await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + video.GetProperty("id"));
        Assert.Equal(200, status);
    }

    private static async Task LengthsAreAnsweredAsText(GatewayHost gateway)
    {
        foreach (var seconds in new object[] { 8, "8", 8.0, "8s" })
        {
            var (_, video) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x", seconds });
            Assert.Equal((JsonValueKind.String, "8"), (video.GetProperty("seconds").ValueKind, video.GetProperty("seconds").GetString()));
        }
    }

    private static async Task TheSameFileUnderTwoNamesIsOne(GatewayHost gateway)
    {
        using var form = new MultipartFormDataContent { { new StringContent("x"), "prompt" }, { new StringContent("kling-v3"), "model" } };
        var picture = await gateway.Client.GetByteArrayAsync(new Uri(gateway.Sandbox.BaseUrl, "/_sandbox/samples/a.png"), Cancellation);
        form.Add(new ByteArrayContent(picture), "image", "a.png");
        form.Add(new ByteArrayContent(picture), "input_reference", "b.png");
        using var response = await gateway.Client.PostAsync("/v1/videos", form, Cancellation);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("i2v", body.RootElement.GetProperty("effective").GetProperty("mode").GetString());
    }

    private static async Task TimesAreSeconds(GatewayHost gateway)
    {
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var video = await gateway.FinishAsync(await gateway.OrderAsync(body: new { model = "kling-v2-6", prompt = "x" }));
        var after = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Assert.InRange(video.GetProperty("created_at").GetInt64(), before, after);
        Assert.InRange(video.GetProperty("completed_at").GetInt64(), before, after);
        Assert.InRange(video.GetProperty("expires_at").GetInt64(), after, after + (100L * 365 * 86_400));
    }

    private static async Task WhatIsNotSetIsLeftOut(GatewayHost gateway)
    {
        var (_, created) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" });
        foreach (var name in new[] { "completed_at", "expires_at", "error", "output_url", "video_url", "url", "outputs", "warnings", "metadata" })
        {
            Assert.False(created.TryGetProperty(name, out _), name);
        }
    }

    private static async Task AnUnknownIdIsNotFoundAnywhere(GatewayHost gateway)
    {
        foreach (var path in new[] { "/v1/videos/task_nobodys", "/v1/videos/task_nobodys/content", "/v1/video/generations/task_nobodys" })
        {
            var (status, body) = await gateway.SendAsync(HttpMethod.Get, path);
            Assert.Equal((404, "video_not_found"), (status, body.GetProperty("error").GetProperty("code").GetString()));
        }
    }

    private static async Task WhatIsNotDoneIsNotReady(GatewayHost gateway)
    {
        var stuck = await gateway.OrderAsync("a boat [stuck]");
        var (status, body) = await gateway.SendAsync(HttpMethod.Get, $"/v1/videos/{stuck}/content");
        Assert.Equal((400, "video_not_ready"), (status, body.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + stuck)).Status);

        var failed = await gateway.OrderAsync("a boat [fail:generation]");
        await gateway.FinishAsync(failed);
        (status, body) = await gateway.SendAsync(HttpMethod.Get, $"/v1/videos/{failed}/content");
        Assert.Equal(400, status);
    }

    private static async Task CreatesAnswer200(GatewayHost gateway)
    {
        foreach (var path in new[] { "/v1/videos", "/v1/video/generations" })
        {
            Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Post, path, new { prompt = "x" })).Status);
        }
    }

    private static async Task ProgressIs100OnlyAtTheEnd(GatewayHost gateway)
    {
        var id = await gateway.OrderAsync();
        while (true)
        {
            var video = (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Body;
            var isDone = video.GetProperty("status").GetString() == "completed";
            Assert.Equal(isDone, video.GetProperty("progress").GetInt32() == 100);
            if (isDone) return;
            await GatewayHost.PauseAsync();
        }
    }

    private static async Task PicturesAreVideosToo(GatewayHost gateway)
    {
        var (_, created) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { model = "gpt-image-2", prompt = "x" });
        Assert.Equal("video", created.GetProperty("object").GetString());
    }
}
