using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Reelay.Tests.Support;

namespace Reelay.Tests.Crash;

/// <summary>How the server's process ends when it is asked to, and why it may not start.</summary>
[Collection("processes")]
public sealed class StopTests
{
    private const string CallSeconds = "Reelay__Channels__sandbox_openai__CallSeconds";
    private const string MaxInFlight = "Reelay__Channels__sandbox_openai__MaxInFlight";

    [Fact]
    public async Task A_stop_waits_for_the_answer_of_the_call_in_flight_and_records_it()
    {
        await using var world = await CrashWorld.StartAsync(settings: new() { [CallSeconds] = "20" }, isHeld: true);
        var done = await world.OrderAsync("done before");
        await world.FinishAsync(done);
        var hold = world.Upstream!.HoldAnswers(HttpMethod.Post);
        var id = await world.OrderAsync("in flight");
        await hold.Reached;

        await world.Server.TerminateAsync();
        await DrainingAsync(world);
        using (var refused = await world.Client.PostAsJsonAsync("/v1/videos", new { prompt = "too late" }, TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
            var body = await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Equal("shutting_down", JsonDocument.Parse(body).RootElement.GetProperty("error").GetProperty("code").GetString());
        }

        var (status, video) = await world.SendAsync(HttpMethod.Get, "/v1/videos/" + id);
        Assert.Equal(200, status);
        Assert.Equal("queued", video.GetProperty("status").GetString());
        var content = await world.Client.GetByteArrayAsync($"/v1/videos/{done}/content", TestContext.Current.CancellationToken);
        Assert.True(content.Length > 1000);
        Assert.False(world.Server.HasExited);

        hold.Release();
        Assert.Equal(0, await world.Server.ExitAsync());
        var accepted = (await world.SubmissionsAsync("in flight")).Single();
        Assert.Equal(accepted.UpstreamId, UpstreamIdOf(world, id));

        world.Launch();
        await world.AwaitReadyAsync();
        Assert.Equal("completed", (await world.FinishAsync(id)).GetProperty("status").GetString());
        Assert.Equal(2, (await world.SubmissionsAsync()).Count);
    }

    [Fact]
    public async Task Nothing_new_is_sent_once_a_stop_was_asked_for()
    {
        await using var world = await CrashWorld.StartAsync(
            settings: new() { [CallSeconds] = "20", [MaxInFlight] = "1" }, isHeld: true);
        var hold = world.Upstream!.HoldAnswers(HttpMethod.Post);
        await world.OrderAsync("in flight [fail:generation]");
        await hold.Reached;
        var waiting = await world.OrderAsync("in the line");
        await world.Server.TerminateAsync();
        await DrainingAsync(world);
        hold.Release();
        Assert.Equal(0, await world.Server.ExitAsync());
        Assert.Single(await world.SubmissionsAsync());

        world.Launch();
        await world.AwaitReadyAsync();
        Assert.Equal("completed", (await world.FinishAsync(waiting)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_stop_under_load_leaves_no_submission_without_its_answer()
    {
        await using var world = await CrashWorld.StartAsync(settings: new() { [CallSeconds] = "20" });
        for (var round = 0; round < 3; round++)
        {
            var orders = Enumerable.Range(0, 40).Select(n => world.OrderAsync($"order {n} of round {round}")).ToList();
            await orders[0];
            var all = Task.WhenAll(orders).ContinueWith(_ => { }, TaskScheduler.Default);
            await world.StopAsync();
            await all;
            using (var audit = new CrashAudit(world.Folder))
            {
                Assert.DoesNotContain(audit.Tasks, task => task.Phase is "submitting" or "reconciling");
            }

            world.Launch();
            await world.AwaitReadyAsync();
        }
    }

    [Fact]
    public async Task A_second_signal_ends_the_server_at_once_and_the_order_is_found_again()
    {
        await using var world = await CrashWorld.StartAsync(settings: new() { [CallSeconds] = "4" }, isHeld: true);
        var hold = world.Upstream!.HoldAnswers(HttpMethod.Post);
        var id = await world.OrderAsync("in flight");
        await hold.Reached;
        await world.Server.TerminateAsync();
        await DrainingAsync(world);
        var asked = Stopwatch.GetTimestamp();
        await world.Server.TerminateAsync();
        Assert.Equal(130, await world.Server.ExitAsync());
        Assert.True(Stopwatch.GetElapsedTime(asked) < TimeSpan.FromSeconds(3), $"It took {Stopwatch.GetElapsedTime(asked)}.");

        hold.Release();
        world.Launch();
        await world.AwaitReadyAsync();
        Assert.Equal("completed", (await world.FinishAsync(id)).GetProperty("status").GetString());
        Assert.Single(await world.SubmissionsAsync());
    }

    [Fact]
    public async Task A_second_server_on_the_same_folder_is_refused_and_told_who_has_it()
    {
        await using var world = await CrashWorld.StartAsync();
        await using var second = world.LaunchAnother(("ASPNETCORE_URLS", $"http://127.0.0.1:{ServerProcess.FreePort()}"));
        Assert.Equal(2, await second.ExitAsync());
        Assert.Contains($"process {world.Server.Id}", second.Output, StringComparison.Ordinal);
        Assert.Contains(world.Folder, second.Output, StringComparison.Ordinal);
        Assert.Contains("REELAY_DATA", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
        await world.FinishAsync(await world.OrderAsync("the first one is not disturbed"));
    }

    [Fact]
    public async Task A_taken_port_is_named_with_its_setting_and_nothing_is_sent()
    {
        await using var world = await CrashWorld.StartAsync(settings: new() { [MaxInFlight] = "0" });
        var id = await world.OrderAsync("it waits for a server that runs");
        await world.Server.KillAsync();
        using var other = new TcpListener(IPAddress.Loopback, world.Url.Port);
        other.Start();
        world.Launch((MaxInFlight, "10"));
        Assert.Equal(1, await world.Server.ExitAsync());
        Assert.Contains($":{world.Url.Port}", world.Server.Output, StringComparison.Ordinal);
        Assert.Contains("ASPNETCORE_URLS", world.Server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", world.Server.Output, StringComparison.Ordinal);
        Assert.Empty(await world.SubmissionsAsync());

        other.Stop();
        world.Launch((MaxInFlight, "10"));
        await world.AwaitReadyAsync();
        Assert.Equal("completed", (await world.FinishAsync(id)).GetProperty("status").GetString());
    }

    private static async Task DrainingAsync(CrashWorld world)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            using var ready = await world.Client.GetAsync("/readyz", TestContext.Current.CancellationToken);
            if (ready.StatusCode == HttpStatusCode.ServiceUnavailable) return;
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2), "It still called itself ready after two seconds.");
            await CrashWorld.PauseAsync(10);
        }
    }

    private static string? UpstreamIdOf(CrashWorld world, string id)
    {
        using var audit = new CrashAudit(world.Folder);
        return audit.UpstreamIdOf(id);
    }
}
