using System.Text.Json;
using Reelay.Server.Api.Events;
using Reelay.Server.Engine;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary><c>GET /v1/videos/{id}?wait=N</c>. The clock stands still: whoever is answered was woken, and nothing timed out.</summary>
public sealed class WaitTests
{
    private static readonly Dictionary<string, string?> Waiting = new() { ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0" };

    private readonly ManualTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("wait=-1")]
    [InlineData("wait=61")]
    [InlineData("wait=abc")]
    [InlineData("wait=1.5")]
    [InlineData("wait=")]
    [InlineData("wait=%2B5")]
    [InlineData("wait=%205")]
    [InlineData("wait=99999999999999999999")]
    [InlineData("wait=1&wait=2")]
    public async Task A_wait_that_is_no_number_of_seconds_is_refused(string query)
    {
        await using var gateway = await StartAsync();
        var id = await gateway.OrderAsync();
        foreach (var path in new[] { "/v1/videos/", "/v1/video/generations/" })
        {
            var (status, body) = await gateway.SendAsync(HttpMethod.Get, path + id + "?" + query);
            var error = body.GetProperty("error");
            Assert.Equal((400, "invalid_wait", "wait"), (status, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        }
    }

    [Fact]
    public async Task All_who_wait_are_answered_as_soon_as_the_task_ends()
    {
        await using var gateway = await StartAsync();
        var id = await gateway.OrderAsync();
        var other = await gateway.OrderAsync();
        var waiters = Enumerable.Range(0, 300).Select(_ => WaitAsync(gateway, id, 60)).ToList();
        var stays = WaitAsync(gateway, other, 60);
        await UntilCountAsync(gateway, 301);

        await gateway.FailAsync(id);

        foreach (var waiter in waiters)
        {
            var (status, video, pause) = await waiter;
            Assert.Equal((200, "failed", null), (status, video.GetProperty("status").GetString(), pause));
        }

        await UntilCountAsync(gateway, 1);
        Assert.False(stays.IsCompleted);
        await gateway.FailAsync(other);
        Assert.Equal(200, (await stays).Status);
        await UntilCountAsync(gateway, 0);
    }

    [Fact]
    public async Task A_real_video_is_answered_with_its_links_in_one_request()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync();
        var (status, video, _) = await WaitAsync(gateway, id, 60);
        Assert.Equal((200, "completed", 100), (status, video.GetProperty("status").GetString(), video.GetProperty("progress").GetInt32()));
        Assert.Equal(video.GetRawText(), (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Body.GetRawText());
    }

    [Fact]
    public async Task What_changes_before_the_end_wakes_nobodys_caller_and_the_end_of_the_time_does()
    {
        await using var gateway = await StartAsync();
        var id = await gateway.OrderAsync();
        var waiter = WaitAsync(gateway, id, 10);
        await UntilCountAsync(gateway, 1);
        await gateway.ProgressAsync(id, 30);
        _time.Advance(TimeSpan.FromSeconds(9));
        await GatewayHost.PauseAsync();
        Assert.False(waiter.IsCompleted);

        // It counts from a moment of its own, which may have come after the first nine seconds.
        while (!waiter.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await GatewayHost.PauseAsync();
        }

        var (status, video, pause) = await waiter;

        Assert.Equal((200, "in_progress", 30), (status, video.GetProperty("status").GetString(), video.GetProperty("progress").GetInt32()));
        Assert.InRange(int.Parse(pause!), 1000, 5000);
        await UntilCountAsync(gateway, 0);
    }

    [Fact]
    public async Task Nobody_waits_for_nothing()
    {
        await using var gateway = await StartAsync();
        var ended = await gateway.OrderAsync();
        await gateway.FailAsync(ended);
        Assert.Equal("failed", (await WaitAsync(gateway, ended, 60)).Video.GetProperty("status").GetString());
        Assert.Equal("failed", (await WaitAsync(gateway, ended, 60)).Video.GetProperty("status").GetString());
        var running = await gateway.OrderAsync();
        Assert.Equal("queued", (await WaitAsync(gateway, running, 0)).Video.GetProperty("status").GetString());
        Assert.Equal(404, (await WaitAsync(gateway, "task_none", 60)).Status);
    }

    [Fact]
    public async Task A_delete_answers_who_waits_with_404()
    {
        await using var gateway = await StartAsync();
        var id = await gateway.OrderAsync();
        var waiter = WaitAsync(gateway, id, 60);
        await UntilCountAsync(gateway, 1);
        await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + id);
        var (status, body, _) = await waiter;
        Assert.Equal((404, "video_not_found"), (status, body.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(body.GetRawText(), (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Body.GetRawText());
    }

    [Fact]
    public async Task A_server_that_stops_answers_all_who_wait_with_the_present_state()
    {
        await using var gateway = await StartAsync();
        var id = await gateway.OrderAsync();
        var waiter = WaitAsync(gateway, id, 60);
        await UntilCountAsync(gateway, 1);
        gateway.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        var (status, video, _) = await waiter;
        Assert.Equal((200, "queued"), (status, video.GetProperty("status").GetString()));
        Assert.Equal(200, (await WaitAsync(gateway, id, 60)).Status);
    }

    [Fact]
    public async Task A_caller_that_leaves_leaves_nothing_behind()
    {
        await using var gateway = await StartAsync();
        var id = await gateway.OrderAsync();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var waiter = gateway.Client.GetAsync($"/v1/videos/{id}?wait=60", patience.Token);
        await UntilCountAsync(gateway, 1);
        var timers = _time.WaitingTimers;
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter);
        await UntilCountAsync(gateway, 0);
        Assert.Equal(timers - 1, _time.WaitingTimers);
    }

    [Fact]
    public async Task A_task_that_another_node_drives_is_read_again_each_second()
    {
        await using var gateway = await StartAsync();
        var id = await gateway.OrderAsync();
        var waiter = WaitAsync(gateway, id, 60);
        await UntilCountAsync(gateway, 1);
        var engine = gateway.Services.GetRequiredService<TaskEngine>();
        var row = engine.Find(id)!.Task;
        var ownership = gateway.Services.GetRequiredService<Ownership>();
        ownership.Lose(row.Shard, ownership.EpochOf(row.Shard));
        engine.Learn(row);
        while (engine.Find(id) is not null)
        {
            _time.Advance(TimeSpan.FromMilliseconds(20));
            await GatewayHost.PauseAsync();
        }


        gateway.Database(connection => connection.Execute(
            "UPDATE tasks SET deleted_at = 1, version = version + 1 WHERE id = @id", null, ("@id", id)));

        while (!waiter.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            await GatewayHost.PauseAsync();
        }

        Assert.Equal(404, (await waiter).Status);
    }

    private Task<GatewayHost> StartAsync() =>
        GatewayHost.StartAsync(Waiting, services: services => services.AddSingleton<TimeProvider>(_time));

    private static async Task UntilCountAsync(GatewayHost gateway, int count)
    {
        var watch = gateway.Services.GetRequiredService<TaskWatch>();
        while (watch.Count != count) await GatewayHost.PauseAsync();
    }

    private static async Task<(int Status, JsonElement Video, string? Pause)> WaitAsync(GatewayHost gateway, string id, int seconds)
    {
        using var response = await gateway.Client.GetAsync($"/v1/videos/{id}?wait={seconds}", Cancellation);
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement;
        var pause = response.Headers.TryGetValues("openai-poll-after-ms", out var values) ? values.Single() : null;
        return ((int)response.StatusCode, body, pause);
    }
}
