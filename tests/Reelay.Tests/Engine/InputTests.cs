using Reelay.Providers;
using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;
using Reelay.Simulators;

namespace Reelay.Tests.Engine;

/// <summary>Links of an order are fetched while it waits.</summary>
public sealed class InputTests
{
    private readonly ScriptedUpstream _upstream = new();

    [Fact]
    public async Task The_upstream_gets_uploads_and_links_alike_in_the_callers_order()
    {
        await using var host = await CallerHost.StartAsync();
        byte[] first = CallerHost.Png(800), second = CallerHost.Png(640), clip = StandInClip();
        host.Serve("a.png", first).Serve("clip", clip);
        await using var world = await StartAsync(host);
        var upload = await world.Assets.WriteAsync("inputs/upload", new MemoryStream(second), 1000, TestContext.Current.CancellationToken);
        var media = new OrderMedia(MediaRole.ReferenceImage, upload.Key, "image/png", upload.SizeBytes, upload.Sha256);
        var got = new List<byte[]>();
        _upstream.OnSubmit = async (call, cancellationToken) =>
        {
            foreach (var input in call.Media) got.Add(await ReadAsync(input, cancellationToken));
            return _upstream.Accept(call);
        };

        var id = await world.OrderAsync(CallerHost.Task([host.Link("a.png"), media, host.Link("clip", MediaRole.ReferenceVideo)]));
        var found = await world.FinishAsync(id);

        Assert.Equal(TaskPhase.Completed, found.Task.Phase);
        Assert.Equal([first, second, clip], got);
        var call = Assert.Single(_upstream.Calls);
        Assert.Equal(["image/png", "image/png", "video/mp4"], call.Media.Select(input => input.ContentType));
        Assert.Equal(["input0.png", "input1.png", "input2.mp4"], call.Media.Select(input => input.FileName));
        Assert.Equal([first.Length, second.Length, clip.Length], call.Media.Select(input => input.SizeBytes));
        Assert.All(call.Media, input => Assert.Null(input.PublicUrl));
        Assert.Equal([(0, CallerHost.Sha256(first)), (2, CallerHost.Sha256(clip))], found.Inputs.Select(input => (input.Position, input.Sha256)));
        Assert.All(found.Inputs, input => Assert.StartsWith(id + "/inputs/", input.Key));
    }

    [Fact]
    public async Task Until_everything_is_there_the_order_waits_and_holds_no_slot()
    {
        var open = new TaskCompletionSource();
        await using var host = await CallerHost.StartAsync();
        host.Serve("quick", 200).Serve("slow", async (context, _) =>
        {
            await open.Task;
            await context.Response.Body.WriteAsync(CallerHost.Png());
        });
        await using var world = await StartAsync(host);
        var id = await world.OrderAsync(CallerHost.Task([host.Link("quick"), host.Link("slow")]));
        await EngineWorld.UntilAsync(() => host.Asked.Count == 2);

        var waiting = await world.ReadAsync(id);
        Assert.Equal((TaskPhase.Accepted, false, 1), (waiting.Task.Phase, waiting.Task.HasStarted, waiting.Task.Version));
        Assert.Empty(waiting.Inputs);
        Assert.Equal((0, 1), (world.Slots.InFlight, world.Engine.Waiting.Total));
        Assert.Empty(_upstream.Calls);

        open.SetResult();
        Assert.Equal(2, (await world.FinishAsync(id)).Inputs.Count);
    }

    [Fact]
    public async Task Attempts_are_told_apart_by_the_bytes_behind_the_link_and_not_by_the_link()
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("a", CallerHost.Png(10)).Serve("same", CallerHost.Png(10)).Serve("other", CallerHost.Png(20));
        await using var world = await StartAsync(host);

        var prints = new List<string>();
        foreach (var path in new[] { "a", "same", "other" })
        {
            var found = await world.FinishAsync(await world.OrderAsync(host.Task(path)));
            prints.Add(Assert.Single(found.Attempts).Fingerprint);
        }

        Assert.Equal(prints[0], prints[1]);
        Assert.NotEqual(prints[0], prints[2]);
    }

    [Fact]
    public async Task A_host_that_is_away_for_a_moment_is_asked_again_for_what_is_missing()
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("there", 200).Serve("away", 503, 200);
        await using var world = await StartAsync(host);

        var found = await world.FinishAsync(await world.OrderAsync(CallerHost.Task([host.Link("there"), host.Link("away")])));

        Assert.Equal((TaskPhase.Completed, 2), (found.Task.Phase, found.Inputs.Count));
        Assert.Equal(["/away", "/away", "/there"], host.Asked.Order());
    }

    [Fact]
    public async Task A_slow_host_of_one_account_keeps_nobody_else_waiting()
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("never", Never).Serve("quick", 200);
        await using var world = await StartAsync(host, new() { MaxConcurrentInputs = 2, MaxConcurrentInputsPerAccount = 1 });
        world.AddAccount("acct_other");
        for (var i = 0; i < 3; i++) await world.OrderAsync(host.Task("never", account: "acct_other"));
        await EngineWorld.UntilAsync(() => host.Asked.Count == 1);

        var linked = await world.OrderAsync(host.Task("quick"));
        var plain = await world.OrderAsync();

        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(linked)).Task.Phase);
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(plain)).Task.Phase);
        Assert.Equal(["/never", "/quick"], host.Asked);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancel_ends_it_while_the_host_still_sends(bool isDelete)
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("done", 200);
        var (_, broken) = host.ServeEndless("endless");
        await using var world = await StartAsync(host, CallerHost.Patient);
        var id = await world.OrderAsync(CallerHost.Task([host.Link("done"), host.Link("endless")]));
        await EngineWorld.UntilAsync(() => host.Asked.Count == 2);

        await world.CancelAsync(id, isDelete);

        var found = await world.FinishAsync(id);
        await broken;
        Assert.Equal((TaskPhase.Failed, "cancelled", null), (found.Task.Phase, found.Task.Error!.Code, found.Task.SettledMicros));
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
        await EngineWorld.UntilAsync(() => world.Engine.Find(id) is null);
        Assert.Empty(Files(world));
        Assert.Empty(_upstream.Calls);
        Assert.Equal(0, world.Engine.Waiting.Total);
    }

    [Fact]
    public async Task A_cancel_between_two_tries_does_not_wait_for_the_next()
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("away", 503);
        await using var world = await StartAsync(host);
        var id = await world.OrderAsync(host.Task("away"));
        await EngineWorld.UntilAsync(() => world.Engine.Find(id)!.InputProgress?.TryCount == 2);
        var asked = host.Asked.Count;

        await world.CancelAsync(id);

        Assert.Equal("cancelled", (await world.FinishAsync(id)).Task.Error!.Code);
        Assert.Equal(asked, host.Asked.Count);
    }

    [Fact]
    public async Task Fetching_counts_as_waiting()
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("never", Never);
        await using var world = await StartAsync(host);
        var id = await world.OrderAsync(CallerHost.Task([host.Link("never")], createdAt: EngineWorld.Now - 900_000 + 300));

        var found = await world.FinishAsync(id);

        Assert.Equal("queue_timeout", found.Task.Error!.Code);
        Assert.Contains("references", found.Task.Error.Message, StringComparison.Ordinal);
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
    }

    private Task<EngineWorld> StartAsync(CallerHost host, EngineOptions? options = null) =>
        EngineWorld.StartAsync(_upstream, options: options, callerHosts: [host.Url]);

    private static Task Never(HttpContext context, int number) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

    private static string[] Files(EngineWorld world) => Directory.GetFiles(world.AssetFolder, "*", SearchOption.AllDirectories);

    private static byte[] StandInClip() => StandInClipStore.Clip.ToArray();

    private static async Task<byte[]> ReadAsync(MediaInput input, CancellationToken cancellationToken)
    {
        await using var stream = await input.OpenAsync(cancellationToken);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, cancellationToken);
        return copy.ToArray();
    }
}
