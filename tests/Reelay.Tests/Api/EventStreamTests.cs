using System.Net;
using Reelay.Server.Api.Events;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary><c>GET /v1/videos/{id}/events</c>.</summary>
public sealed class EventStreamTests
{
    private const string LongRetry = "86400000";

    private static readonly Dictionary<string, string?> Waiting = new() { ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0" };

    private readonly ManualTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_video_is_followed_from_its_order_to_its_end()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync("two\nlines");
        using var stream = await EventReader.OpenAsync(gateway.Client, id);
        Assert.Equal("no-store", stream.Response.Headers.CacheControl!.ToString());
        Assert.Equal("no", stream.Response.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.Equal("2000", (await stream.NextAsync())!.Retry);

        var events = (await stream.RestAsync()).Where(block => block.Comment is null).ToList();

        var versions = events.Select(block => long.Parse(block.Id!)).ToList();
        Assert.Equal(versions.Distinct().Order(), versions);
        var progress = events.Select(block => block.Video.GetProperty("progress").GetInt32()).ToList();
        Assert.Equal(progress.Order(), progress);
        string[] order = ["video.queued", "video.in_progress", "video.completed"];
        var ranks = events.Select(block => Array.IndexOf(order, block.Name!)).ToList();
        Assert.Equal(ranks.Order(), ranks);
        Assert.DoesNotContain(-1, ranks);
        Assert.All(events, block => Assert.Equal(block.Name, "video." + block.Video.GetProperty("status").GetString()));
        Assert.Equal("video.completed", events[^1].Name);
        Assert.Single(events, block => block.Retry == LongRetry);
        Assert.Equal(await gateway.Client.GetStringAsync("/v1/videos/" + id, Cancellation), events[^1].Data);
        Assert.Equal((await gateway.AdminTaskAsync(id)).GetProperty("version").GetInt64(), versions[^1]);
    }

    [Fact]
    public async Task Each_commit_that_a_caller_can_see_is_one_event()
    {
        await using var gateway = await StartAsync();
        var id = await gateway.OrderAsync();
        using var stream = await OpenAsync(gateway, id);
        AssertEvent(await stream.NextAsync(), "1", "video.queued", 0);
        await gateway.TouchAsync(id);
        await gateway.ProgressAsync(id, 0);
        AssertEvent(await stream.NextAsync(), "3", "video.in_progress", 0);
        await gateway.ProgressAsync(id, 40);
        AssertEvent(await stream.NextAsync(), "4", "video.in_progress", 40);
        await gateway.FailAsync(id);
        var end = await stream.NextAsync();
        AssertEvent(end, "5", "video.failed", 40);
        Assert.Equal("cancelled", end!.Video.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(LongRetry, end.Retry);
        Assert.Null(await stream.NextAsync());
        await UntilCountAsync(gateway, 0);
    }

    [Fact]
    public async Task Who_comes_back_gets_only_what_is_newer()
    {
        await using var gateway = await StartAsync();
        var id = await gateway.OrderAsync();
        await gateway.ProgressAsync(id, 10);
        using (var again = await OpenAsync(gateway, id, "1")) AssertEvent(await again.NextAsync(), "2", "video.in_progress", 10);
        using var stream = await OpenAsync(gateway, id, "2");
        await UntilCountAsync(gateway, 1);
        await gateway.ProgressAsync(id, 20);
        AssertEvent(await stream.NextAsync(), "3", "video.in_progress", 20);
        foreach (var garbage in new[] { "newest", "-7", "1e9", "task_1" })
        {
            using var unsure = await OpenAsync(gateway, id, garbage);
            AssertEvent(await unsure.NextAsync(), "3", "video.in_progress", 20);
        }
    }

    [Fact]
    public async Task The_end_is_told_to_everybody_who_asks_even_twice()
    {
        await using var gateway = await StartAsync();
        var id = await gateway.OrderAsync();
        await gateway.FailAsync(id);
        foreach (var last in new[] { null, "1", "2", "1000" })
        {
            using var stream = await OpenAsync(gateway, id, last);
            var end = await stream.NextAsync();
            AssertEvent(end, "2", "video.failed", 0);
            Assert.Equal(LongRetry, end!.Retry);
            Assert.Null(await stream.NextAsync());
        }
    }

    [Fact]
    public async Task Silence_is_broken_every_fifteen_seconds()
    {
        await using var gateway = await StartAsync();
        var id = await gateway.OrderAsync();
        using var stream = await OpenAsync(gateway, id);
        Assert.Equal("video.queued", (await stream.NextAsync())!.Name);
        for (var beat = 0; beat < 3; beat++)
        {
            var next = stream.NextAsync();
            var began = _time.GetUtcNow();
            while (!next.IsCompleted)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                await GatewayHost.PauseAsync();
            }

            Assert.NotNull((await next)!.Comment);
            Assert.True(_time.GetUtcNow() - began >= TimeSpan.FromSeconds(beat == 0 ? 15 : 1));
        }

        await gateway.ProgressAsync(id, 5);
        ServerEvent? real;
        while ((real = await stream.NextAsync())!.Comment is not null)
        {
            // Beats that were due meanwhile.
        }

        AssertEvent(real, "2", "video.in_progress", 5);
    }

    [Fact]
    public async Task A_delete_ends_the_stream_without_a_word()
    {
        await using var gateway = await StartAsync();
        var id = await gateway.OrderAsync();
        using var stream = await OpenAsync(gateway, id);
        Assert.Equal("video.queued", (await stream.NextAsync())!.Name);
        await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + id);
        Assert.Null(await stream.NextAsync());
        await UntilCountAsync(gateway, 0);
        var (status, body) = await gateway.SendAsync(HttpMethod.Get, $"/v1/videos/{id}/events");
        Assert.Equal((404, "video_not_found"), (status, body.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_server_that_stops_ends_its_streams_and_a_caller_that_leaves_leaves_nothing()
    {
        await using var gateway = await StartAsync();
        var id = await gateway.OrderAsync();
        var left = await OpenAsync(gateway, id);
        await UntilCountAsync(gateway, 1);
        left.Dispose();
        await UntilCountAsync(gateway, 0);

        using var stream = await OpenAsync(gateway, id);
        Assert.Equal("video.queued", (await stream.NextAsync())!.Name);
        gateway.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.Null(await stream.NextAsync());
    }

    [Fact]
    public async Task Strangers_learn_nothing()
    {
        await using var gateway = await StartAsync();
        var id = await gateway.OrderAsync();
        using var other = gateway.NewClient(gateway.AdminKey);
        using var response = await other.GetAsync($"/v1/videos/{id}/events", Cancellation);
        Assert.Equal((HttpStatusCode.NotFound, "application/json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
    }

    private Task<GatewayHost> StartAsync() =>
        GatewayHost.StartAsync(Waiting, services: services => services.AddSingleton<TimeProvider>(_time));

    private static async Task<EventReader> OpenAsync(GatewayHost gateway, string id, string? lastEventId = null)
    {
        var stream = await EventReader.OpenAsync(gateway.Client, id, lastEventId);
        Assert.Equal(new(null, null, "2000", null, null), await stream.NextAsync());
        return stream;
    }

    private static void AssertEvent(ServerEvent? block, string id, string name, int progress) =>
        Assert.Equal((id, name, progress), (block!.Id, block.Name, block.Video.GetProperty("progress").GetInt32()));

    private static async Task UntilCountAsync(GatewayHost gateway, int count)
    {
        var watch = gateway.Services.GetRequiredService<TaskWatch>();
        while (watch.Count != count) await GatewayHost.PauseAsync();
    }
}
