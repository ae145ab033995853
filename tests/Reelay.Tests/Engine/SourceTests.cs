using Reelay.Providers;
using Reelay.Server.Api;
using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>Orders that go on from an earlier result, and links for upstreams that fetch inputs themselves.</summary>
public sealed class SourceTests
{
    private static readonly OrderSource Source = new()
    {
        TaskId = "task_source",
        ChannelAccount = "vendor-channel-2",
        UpstreamModel = Rows.UpstreamModel, UpstreamId = "up-77",
        OutputReferenceJson = """{"video":"v-1"}""",
    };

    private readonly ScriptedUpstream _upstream = new();

    [Fact]
    public async Task A_bound_order_waits_for_its_account_though_another_is_free()
    {
        var isDone = false;
        _upstream.OnPoll = (id, _) => Task.FromResult(id != "up-1" || Volatile.Read(ref isDone) ? (PollResult)ScriptedUpstream.Clip : new PollResult.Running(true));
        await using var world = await EngineWorld.StartAsync(
            _upstream, [EngineWorld.Quick(priority: 9), EngineWorld.Quick(maxInFlight: 1)]);
        var first = await world.OrderAsync(Order(Source with { IsBound = true }));
        await world.UntilPhaseAsync(first, TaskPhase.Submitted);
        var second = await world.OrderAsync(Order(Source with { IsBound = true }));
        await EngineWorld.UntilAsync(() => world.Engine.Find(second)!.IsInLine);

        var plain = await world.FinishAsync(await world.OrderAsync());
        Assert.Equal("channel-1", Assert.Single(plain.Attempts).ChannelId);
        Assert.Equal(TaskPhase.Accepted, (await world.ReadAsync(second)).Task.Phase);

        Volatile.Write(ref isDone, true);
        var found = await world.FinishAsync(second);
        Assert.Equal((TaskPhase.Completed, "channel-2"), (found.Task.Phase, Assert.Single(found.Attempts).ChannelId));
        var call = _upstream.Calls.Last();
        Assert.Equal(("up-77", "v-1"), (call.Request.Source!.UpstreamId, call.Request.Source.OutputReference.GetProperty("video").GetString()));
    }

    [Fact]
    public async Task An_order_bound_to_an_account_that_is_gone_ends_at_once()
    {
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick()]);

        var found = await world.FinishAsync(await world.OrderAsync(Order(Source with { IsBound = true })));

        Assert.Equal((TaskPhase.Failed, "source_channel_gone"), (found.Task.Phase, found.Task.Error!.Code));
        Assert.Empty(_upstream.Calls);
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
    }

    [Fact]
    public void Only_the_account_that_made_a_source_is_told_of_it_by_name()
    {
        ProviderRequest Build(OrderSource? source, string account = "vendor-channel-2") =>
            ProviderRequests.Build(Rows.Order() with { Source = source }, "model-1", account);

        Assert.Equal("up-77", Build(Source).Source!.UpstreamId);
        Assert.Null(Build(Source, "vendor-channel-1").Source);
        Assert.Null(Build(Source with { UpstreamModel = "another" }).Source);
        Assert.Null(Build(Source with { UpstreamId = null }).Source);
        Assert.Null(Build(Source with { OutputReferenceJson = null }).Source);
        Assert.Null(Build(null).Source);
    }

    [Theory]
    [InlineData("https://media.example/gate/", false, false, "http://upstream.test", "https://media.example/gate/v1/inputs/task_1/3?expires=1&signature=x")]
    [InlineData(null, true, true, "http://127.0.0.1:8090", "http://gateway.test/v1/inputs/task_1/3?expires=1&signature=x")]
    [InlineData(null, true, true, "https://upstream.test", null)]
    [InlineData(null, true, false, "http://127.0.0.1:8090", null)]
    [InlineData(null, false, true, "http://127.0.0.1:8090", null)]
    public void A_link_is_given_where_the_upstream_can_reach_this_server(
        string? publicUrl, bool hasSandbox, bool isOnLoopback, string upstream, string? expected)
    {
        var options = new ServerOptions { PublicUrl = publicUrl, Sandbox = new() { Enabled = hasSandbox } };
        var addresses = new InputAddresses(new Signer(), options, new Lazy<bool>(() => isOnLoopback));
        var none = new InputAddresses(new UnsignedLinks(), options, new Lazy<bool>(() => isOnLoopback));

        Assert.Equal(expected, addresses.Of(Rows.Task("task_1"), 3, Channel(upstream))?.AbsoluteUri);
        Assert.Null(none.Of(Rows.Task("task_1"), 3, Channel(upstream)));
    }

    private static GenerationTask Order(OrderSource source)
    {
        var task = Rows.Task(createdAt: EngineWorld.Now);
        return task with { Order = task.Order with { Source = source } };
    }

    private ProviderChannel Channel(string url) => new()
    {
        Id = "channel-1",
        Config = EngineWorld.Quick(),
        Provider = _upstream,
        ModelKey = _upstream.Id,
        VendorAccount = "vendor",
        UpstreamModels = new HashSet<string>(),
        Account = new ProviderAccount
        {
            ChannelId = "channel-1",
            BaseUrl = new Uri(url),
            Credential = new ProviderCredential.None(),
            Http = new HttpMessageInvoker(new RecordingUpstream()),
            Time = TimeProvider.System,
        },
    };

    private sealed class Signer : IInputLinks
    {
        public Uri? Sign(string taskId, int position) => new($"/v1/inputs/{taskId}/{position}?expires=1&signature=x", UriKind.Relative);
    }
}
