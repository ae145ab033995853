using Reelay.Tests.Support;

namespace Reelay.Tests.Contract.Answers;

/// <summary>Rules 21 and 22: what content is served as, what is answered where there is none, and how long it is kept.</summary>
public sealed class ContentAnswerTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    private const string Movie = """{"prompt": "a red boat"}""";
    private const string Picture = """{"model": "gpt-image-2", "prompt": "a fox"}""";
    private const string Pictures = """{"model": "gpt-image-2", "prompt": "two foxes", "n": 2}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Movie, "", "video/mp4", ".mp4")]
    [InlineData(Picture, "", "image/png", ".png")]
    [InlineData(Picture, "?variant=video", "image/png", ".png")]
    [InlineData(Picture, "?index=0&anything=else", "image/png", ".png")]
    [InlineData(Pictures, "?index=1", "image/png", "-1.png")]
    public async Task A_file_has_its_own_type_and_a_name_that_ends_like_it(string body, string query, string type, string ending)
    {
        var id = await gateway.FinishedAsync(body);
        using var signed = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var link = (await gateway.Host.FinishAsync(id)).GetProperty("url").GetString()!;
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var response = await gateway.Host.Client.SendAsync(new(method, $"/v1/videos/{id}/content{query}"), Cancellation);
            Assert.Equal((200, type), ((int)response.StatusCode, response.Content.Headers.ContentType!.ToString()));
            Assert.Equal("inline", response.Content.Headers.ContentDisposition!.DispositionType);
            Assert.Equal(id + ending, response.Content.Headers.ContentDisposition.FileNameStar ?? response.Content.Headers.ContentDisposition.FileName);
            var bytes = await response.Content.ReadAsByteArrayAsync(Cancellation);
            Assert.Equal(method == HttpMethod.Get ? response.Content.Headers.ContentLength : 0, bytes.Length);
            Assert.True(response.Content.Headers.ContentLength > 100);
            if (query.Contains("index=1", StringComparison.Ordinal)) continue;
            using var open = await signed.SendAsync(new(method, link), Cancellation);
            Assert.Equal((200, type), ((int)open.StatusCode, open.Content.Headers.ContentType!.ToString()));
        }
    }

    /// <summary>Not finished, failed and cancelled tasks: 400 with the task's own code, for GET in the error body, for HEAD without any.</summary>
    [Theory]
    [InlineData("[stuck]", "", "video_not_ready")]
    [InlineData("[stuck]", "?variant=thumbnail", "video_not_ready")]
    [InlineData("[fail:generation]", "", "generation_failed")]
    [InlineData("[fail:content_policy]", "?index=0", "content_policy_violation")]
    public async Task Where_there_is_no_content_the_tasks_own_code_says_why(string prompt, string query, string code)
    {
        var id = await gateway.Host.OrderAsync(prompt);
        if (prompt != "[stuck]") await gateway.Host.FinishAsync(id);
        var path = $"/v1/videos/{id}/content{query}";
        var (status, body) = await gateway.Host.SendAsync(HttpMethod.Get, path);
        Assert.Equal((400, code), (status, body.GetProperty("error").GetProperty("code").GetString()));
        using var head = await gateway.Host.Client.SendAsync(new(HttpMethod.Head, path), Cancellation);
        Assert.Equal((400, "application/json"), ((int)head.StatusCode, head.Content.Headers.ContentType!.MediaType));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Past_its_time_every_way_to_the_file_says_so_and_the_task_is_still_read()
    {
        var clock = new MovedClock();
        var settings = new Dictionary<string, string?> { ["Reelay:Assets:Retention"] = "2.00:00:00" };
        await using var host = await GatewayHost.StartAsync(settings, services: services => services.AddSingleton<TimeProvider>(clock));
        var id = await host.OrderAsync();
        var before = await host.FinishAsync(id);
        Assert.Equal(before.GetProperty("completed_at").GetInt64() + (2 * 86_400), before.GetProperty("expires_at").GetInt64(), 1.0);
        clock.Ahead = TimeSpan.FromDays(2) + TimeSpan.FromMinutes(1);

        foreach (var (method, path, body) in new (string, string, object?)[]
        {
            ("GET", $"/v1/videos/{id}/content", null),
            ("GET", $"/v1/videos/{id}/content?index=0", null),
            ("GET", $"/v1/videos/{id}/content?variant=thumbnail", null),
            ("GET", $"/v1/videos/{id}/content?variant=spritesheet", null),
            ("POST", $"/v1/videos/{id}/remix", new { prompt = "bluer" }),
            ("POST", "/v1/videos/edits", new { prompt = "bluer", video = new { id } }),
            ("POST", "/v1/videos/extensions", new { prompt = "and on", seconds = "4", video = new { id } }),
        })
        {
            var (status, answer) = await host.SendAsync(new HttpMethod(method), path, body);
            Assert.Equal((path, 404, "asset_expired"), (path, status, answer.GetProperty("error").GetProperty("code").GetString()));
        }

        using var head = await host.Client.SendAsync(new(HttpMethod.Head, $"/v1/videos/{id}/content"), Cancellation);
        Assert.Equal(404, (int)head.StatusCode);
        Assert.Equal(before.GetRawText(), (await host.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Body.GetRawText());
        Assert.Equal(id, (await host.SendAsync(HttpMethod.Get, "/v1/videos")).Body.GetProperty("first_id").GetString());
    }

    [Theory]
    [InlineData("00:00:59")]
    [InlineData("3651.00:00:00")]
    public async Task A_retention_that_cannot_be_meant_stops_the_start(string retention)
    {
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => GatewayHost.StartAsync(new() { ["Reelay:Assets:Retention"] = retention }));
    }
}
