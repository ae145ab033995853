using Microsoft.Extensions.Logging.Abstractions;
using Reelay.Providers;
using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>Fetched inputs over a restart, and how long they are kept.</summary>
public sealed class InputRestartTests
{
    private readonly ScriptedUpstream _upstream = new();

    [Fact]
    public async Task What_is_written_is_not_fetched_again()
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("a", 200).Serve("b", 200);
        var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(maxInFlight: 0)], callerHosts: [host.Url]);
        var id = await world.OrderAsync(CallerHost.Task([host.Link("a"), host.Link("b")]));
        var before = await world.UntilAsync(id, found => found.Task.Version == 2);
        Assert.Equal((TaskPhase.Accepted, 2, 2), (before.Task.Phase, before.Task.Version, before.Inputs.Count));

        await using var next = await world.RestartAsync([EngineWorld.Quick()]);

        var found = await next.FinishAsync(id);
        Assert.Equal(TaskPhase.Completed, found.Task.Phase);
        Assert.Equal(before.Inputs, found.Inputs);
        Assert.Equal(2, Assert.Single(_upstream.Calls).Media.Count);
        Assert.Equal(["/a", "/b"], host.Asked.Order());
    }

    [Fact]
    public async Task What_was_fetched_and_not_written_is_fetched_again_and_left_nowhere()
    {
        var isOpen = false;
        await using var host = await CallerHost.StartAsync();
        host.Serve("a", 200).Serve("b", async (context, _) =>
        {
            if (!Volatile.Read(ref isOpen)) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            await context.Response.Body.WriteAsync(CallerHost.Png());
        });
        var world = await EngineWorld.StartAsync(_upstream, callerHosts: [host.Url]);
        var id = await world.OrderAsync(CallerHost.Task([host.Link("a"), host.Link("b")]));
        await EngineWorld.UntilAsync(() => world.Engine.Find(id)!.InputProgress?.Fetched.Count == 1 && host.Asked.Count == 2);
        Assert.Empty((await world.ReadAsync(id)).Inputs);

        Volatile.Write(ref isOpen, true);
        await using var next = await world.RestartAsync();

        var found = await next.FinishAsync(id);
        Assert.Equal((TaskPhase.Completed, 2), (found.Task.Phase, found.Inputs.Count));
        Assert.Equal(["/a", "/a", "/b", "/b"], host.Asked.Order());
        var kept = Directory.GetFiles(Path.Combine(next.AssetFolder, id, "inputs")).Select(path => $"{id}/inputs/{Path.GetFileName(path)}");
        Assert.Equal(found.Inputs.Select(input => input.Key).Order(), kept.Order());
    }

    [Fact]
    public async Task A_task_that_goes_to_another_channel_takes_its_inputs_along()
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("a", 200);
        _upstream.OnSubmit = (call, _) => _upstream.Calls.Count == 1
            ? throw new ProviderException(ProviderErrorKind.Overloaded, "busy")
            : Task.FromResult<Submission>(_upstream.Accept(call));
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(), EngineWorld.Quick()], callerHosts: [host.Url]);

        var found = await world.FinishAsync(await world.OrderAsync(host.Task("a")));

        Assert.Equal((TaskPhase.Completed, 2), (found.Task.Phase, found.Attempts.Count));
        Assert.Single(host.Asked);
        Assert.All(_upstream.Calls, call => Assert.Single(call.Media));
    }

    [Fact]
    public async Task Fetched_files_and_uploads_go_with_the_task_and_what_belongs_to_others_stays()
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("a", 200);
        await using var world = await EngineWorld.StartAsync(_upstream, callerHosts: [host.Url]);
        var upload = await world.Assets.WriteAsync("inputs/upload", new MemoryStream(CallerHost.Png()), 1000, TestContext.Current.CancellationToken);
        var other = await world.Assets.WriteAsync("task_other/1", new MemoryStream(CallerHost.Png()), 1000, TestContext.Current.CancellationToken);
        var id = await world.OrderAsync(CallerHost.Task([host.Link("a"), Media(upload), Media(other)]));
        await world.FinishAsync(id);
        await world.WriteAsync(new StoreOperation.Intent(id, Rows.Account, IsDelete: true, EngineWorld.Now));
        var janitor = new AssetJanitor(world.Store, world.Committer, world.Assets, new NoVariants(), TimeProvider.System, NullLogger<AssetJanitor>.Instance);

        Assert.False(await janitor.CleanAsync(TestContext.Current.CancellationToken));

        var left = Directory.GetFiles(world.AssetFolder, "*", SearchOption.AllDirectories);
        Assert.Equal([other.Key], left.Select(path => Path.GetRelativePath(world.AssetFolder, path)));
        var found = await world.ReadAsync(id);
        Assert.NotNull(found.Task.DiscardedAt);
        Assert.Empty(found.Inputs);
    }

    private static OrderMedia Media(Server.Assets.StoredAsset stored) =>
        new(MediaRole.ReferenceImage, stored.Key, "image/png", stored.SizeBytes, stored.Sha256);
}
