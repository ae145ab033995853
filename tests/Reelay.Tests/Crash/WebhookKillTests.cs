using System.Collections.Concurrent;
using Reelay.Tests.Support;

namespace Reelay.Tests.Crash;

/// <summary>The server dies by SIGKILL between the end of tasks and what their callers are told of it.</summary>
[Collection("processes")]
public sealed class WebhookKillTests
{
    private const int Orders = 6;

    [Fact]
    public async Task What_was_not_told_before_the_kill_is_told_after_it_under_the_same_id()
    {
        var isDeaf = true;
        var asked = new ConcurrentDictionary<string, int>();
        var taken = new ConcurrentDictionary<string, int>();
        await using var receiver = await LoopbackServer.StartAsync(async context =>
        {
            var id = context.Request.Headers["webhook-id"].ToString();
            asked.AddOrUpdate(id, 1, (_, count) => count + 1);
            if (Volatile.Read(ref isDeaf)) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            taken.AddOrUpdate(id, 1, (_, count) => count + 1);
        });
        await using var world = await CrashWorld.StartAsync(settings: new()
        {
            ["Reelay__Webhooks__AllowOrigins"] = receiver.Url.GetLeftPart(UriPartial.Authority),
            ["Reelay__Webhooks__TimeoutSeconds"] = "60",
        });
        for (var n = 0; n < Orders; n++)
            Assert.Equal(200, (await world.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = $"told {n}", callback_url = receiver.Url + "hook" })).Status);

        // All have ended, one is being told at this moment, the others wait for it: the receiver has not proved itself yet.
        while (world.Query("SELECT id FROM deliveries WHERE outcome IS NULL AND @id = ''", "").Count < Orders) await CrashWorld.PauseAsync(10);
        while (asked.IsEmpty) await CrashWorld.PauseAsync(10);
        var expected = world.Query("SELECT id FROM deliveries WHERE @id = '' ORDER BY id", "");
        await world.Server.KillAsync();
        Assert.Empty(taken);
        Volatile.Write(ref isDeaf, false);
        world.Launch();
        await world.AwaitReadyAsync();
        while (world.Query("SELECT id FROM deliveries WHERE outcome = 'delivered' AND @id = ''", "").Count < Orders) await CrashWorld.PauseAsync(20);
        Assert.Equal(expected, taken.Keys.Order(StringComparer.Ordinal));
        Assert.All(taken.Values, count => Assert.Equal(1, count));
        Assert.Contains(asked.Values, count => count == 2);
        Assert.Equal(expected, world.Query("SELECT id FROM deliveries WHERE @id = '' ORDER BY id", ""));
    }
}
