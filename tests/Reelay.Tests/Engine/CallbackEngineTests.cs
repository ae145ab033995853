using System.Text;
using Reelay.Providers;
using Reelay.Server.Engine.Callbacks;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>What a callback does to a task in each of its phases, as rows of the inbox.</summary>
public sealed class CallbackEngineTests
{
    private static readonly PollResult Running = new PollResult.Running(HasStarted: true);

    // Polled first after an eighth of an hour: whatever ends sooner was told by a callback.
    private static readonly Reelay.Server.Routing.ChannelConfig Slow = new()
    {
        Provider = Rows.Provider, CallSeconds = 60, ExpectedSeconds = 3600, MinPollMilliseconds = 50,
    };

    [Fact]
    public async Task A_callback_has_the_task_polled_at_once()
    {
        await using var world = await EngineWorld.StartAsync(new CallingUpstream(), [Slow]);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Submitted);
        Assert.Empty(world.Upstream.Polls);
        await CallAsync(world, id, "up-1");
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(id)).Task.Phase);
        Assert.Empty(await world.Store.ReadInboxAsync(id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_unsigned_callback_ends_nothing_whatever_it_claims()
    {
        var upstream = new CallingUpstream { OnPoll = (_, _) => Task.FromResult(Running) };
        await using var world = await EngineWorld.StartAsync(upstream, [Slow]);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Submitted);
        await CallAsync(world, id, "up-1", claims: "failed");
        await EngineWorld.UntilAsync(() => !upstream.Polls.IsEmpty);
        Assert.True((await world.UntilAsync(id, found => found.Task.HasStarted)).Task is { Phase: TaskPhase.Submitted });
    }

    [Theory]
    [InlineData("failed", TaskPhase.Failed)]
    [InlineData("succeeded", TaskPhase.Completed)]
    public async Task A_signed_one_is_believed_without_a_poll(string claims, TaskPhase end)
    {
        var upstream = new CallingUpstream { OnPoll = (_, _) => Task.FromResult(Running) };
        await using var world = await EngineWorld.StartAsync(upstream, [Slow]);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Submitted);
        await CallAsync(world, id, "up-1", claims, isSigned: true);
        Assert.Equal(end, (await world.FinishAsync(id)).Task.Phase);
        Assert.Empty(upstream.Polls);
        await world.UntilFreeAsync();
        Assert.Equal(0, world.Money().Reserved);
    }

    [Fact]
    public async Task A_callback_before_the_answer_settles_a_submission_that_hangs()
    {
        var upstream = new CallingUpstream();
        upstream.OnSubmit = async (call, cancellation) =>
        {
            upstream.Accept(call);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            }
            catch (OperationCanceledException exception)
            {
                throw new ProviderException(ProviderErrorKind.OutcomeUnknown, "no answer", exception);
            }

            throw new InvalidOperationException("nobody ended the call");
        };
        await using var world = await EngineWorld.StartAsync(upstream, [Slow]);
        var id = await world.OrderAsync();
        await EngineWorld.UntilAsync(() => upstream.Jobs.Count == 1);
        await CallAsync(world, id, "up-1");
        var done = await world.FinishAsync(id);
        Assert.Equal((TaskPhase.Completed, "up-1"), (done.Task.Phase, Assert.Single(done.Attempts).UpstreamId));
        Assert.Single(upstream.Calls);
    }

    [Fact]
    public async Task A_lost_answer_is_settled_by_the_callback_and_not_searched_for()
    {
        var upstream = new CallingUpstream();
        upstream.OnSubmit = (call, _) => Task.FromResult(upstream.AcceptAndDrop(call));
        upstream.OnFind = _ => throw new InvalidOperationException("nobody may search");
        await using var world = await EngineWorld.StartAsync(upstream, [Slow]);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Reconciling);
        await CallAsync(world, id, "up-1");
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(id)).Task.Phase);
        Assert.Single(upstream.Calls);
    }

    [Fact]
    public async Task An_id_that_another_attempt_has_is_not_adopted_and_a_foreign_one_changes_nothing()
    {
        var upstream = new CallingUpstream { OnPoll = (_, _) => Task.FromResult(Running) };
        await using var world = await EngineWorld.StartAsync(upstream, [Slow]);
        var first = await world.OrderAsync();
        await world.UntilPhaseAsync(first, TaskPhase.Submitted);
        upstream.OnSubmit = (call, _) => Task.FromResult(upstream.AcceptAndDrop(call));
        var second = await world.OrderAsync("another boat");
        await world.UntilPhaseAsync(second, TaskPhase.Reconciling);

        await CallAsync(world, second, "up-1");
        await CallAsync(world, first, "up-2", claims: "failed", isSigned: true);
        await UntilReadAsync(world, first, second);
        Assert.Null(Assert.Single((await world.ReadAsync(second)).Attempts).UpstreamId);
        Assert.Equal((TaskPhase.Submitted, TaskPhase.Reconciling), ((await world.ReadAsync(first)).Task.Phase, (await world.ReadAsync(second)).Task.Phase));
        Assert.DoesNotContain("up-2", upstream.Polls);
    }

    [Fact]
    public async Task Many_callbacks_ask_the_upstream_no_more_often_than_its_channel_allows()
    {
        var upstream = new CallingUpstream { OnPoll = (_, _) => Task.FromResult(Running) };
        await using var world = await EngineWorld.StartAsync(
            upstream, [new() { Provider = Rows.Provider, CallSeconds = 60, ExpectedSeconds = 3600, MinPollMilliseconds = 600_000 }]);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Submitted);
        foreach (var number in Enumerable.Range(0, 40))
        {
            await CallAsync(world, id, number % 2 == 0 ? "up-1" : "up-7", claims: $"{number}");
            await UntilReadAsync(world, id);
        }

        // The first few are worth a look each, so that an end is not found late; forty are no forty polls.
        Assert.InRange(upstream.Polls.Count, 2, 8);
    }

    [Fact]
    public async Task A_callback_after_the_task_was_lost_names_the_attempt_and_changes_no_money()
    {
        var upstream = new CallingUpstream { SearchKind = SearchKind.None };
        upstream.OnSubmit = (call, _) => Task.FromResult(upstream.AcceptAndDrop(call));
        await using var world = await EngineWorld.StartAsync(upstream, [EngineWorld.Quick()]);
        var id = await world.OrderAsync();
        var lost = await world.FinishAsync(id);
        await CallAsync(world, id, "up-1");
        var named = await world.UntilAsync(id, found => found.Attempts[0].UpstreamId is not null);
        Assert.Equal(lost.Task with { Version = named.Task.Version }, named.Task with { Order = lost.Task.Order });
        Assert.Equal(("up-1", AttemptOutcome.Unknown, 400L), (named.Attempts[0].UpstreamId, named.Attempts[0].Outcome, named.Attempts[0].PossibleCostMicros));
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
    }

    [Fact]
    public async Task A_callback_closes_the_open_attempt_of_a_cancelled_task()
    {
        var upstream = new CallingUpstream { OnPoll = (_, _) => Task.FromResult(Running) };
        await using var world = await EngineWorld.StartAsync(upstream, [Slow]);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Submitted);
        await world.CancelAsync(id);
        await world.UntilAsync(id, found => found.Task is { Phase: TaskPhase.Failed, OpenAttempt: 1 });
        upstream.OnPoll = null;
        await CallAsync(world, id, "up-1", claims: "succeeded", isSigned: true);
        var done = await world.FinishAsync(id);
        Assert.Equal(("cancelled", AttemptOutcome.Completed), (done.Task.Error!.Code, done.Attempts[0].Outcome));
        await world.UntilFreeAsync();
    }

    [Fact]
    public async Task Rows_that_somebody_else_wrote_are_found_by_the_sweep_and_equal_ones_are_one()
    {
        await using var world = await EngineWorld.StartAsync(new CallingUpstream(), [Slow]);
        var id = await world.OrderAsync();
        await world.UntilPhaseAsync(id, TaskPhase.Submitted);
        var row = Mail("up-1", "", false).ToRow(id, 1, EngineWorld.Now);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => world.WriteAsync(new StoreOperation.Post(row))));
        Assert.True((await world.Store.ReadInboxAsync(id, TestContext.Current.CancellationToken)).Count <= 1);
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(id)).Task.Phase);
    }

    [Fact]
    public async Task An_inbox_is_bounded()
    {
        await using var world = await EngineWorld.StartAsync(new CallingUpstream());
        var task = Rows.Task();
        await world.WriteAsync(new StoreOperation.Create(world.Fence(task), task));
        var outcomes = new List<OperationOutcome>();
        var posts = Enumerable.Range(0, InboxRow.MaxPerTask + 1)
            .Select(number => world.Committer.WriteAsync(new StoreOperation.Post(new InboxRow(task.Id, 1, "later", $"{number}", "{}", 1))));
        foreach (var result in await Task.WhenAll(posts)) outcomes.Add(result.Outcome);
        Assert.Equal(OperationOutcome.InboxFull, outcomes[^1]);
        Assert.All(outcomes[..^1], outcome => Assert.Equal(OperationOutcome.Applied, outcome));
    }

    private static async Task CallAsync(EngineWorld world, string id, string upstreamId, string claims = "", bool isSigned = false)
    {
        await world.WriteAsync(new StoreOperation.Post(Mail(upstreamId, claims, isSigned).ToRow(id, 1, EngineWorld.Now)));
        await world.Engine.ReadMailAsync(id);
    }

    private static CallbackMail Mail(string upstreamId, string claims, bool isSigned) => new(
        new Dictionary<string, string> { ["signed"] = isSigned ? "yes" : "no" }, Encoding.UTF8.GetBytes(upstreamId + " " + claims));

    private static async Task UntilReadAsync(EngineWorld world, params string[] ids)
    {
        foreach (var id in ids)
        {
            while ((await world.Store.ReadInboxAsync(id, TestContext.Current.CancellationToken)).Count > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(3), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
