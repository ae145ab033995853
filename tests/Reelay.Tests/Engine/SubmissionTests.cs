using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;
using Reelay.Simulators;

namespace Reelay.Tests.Engine;

/// <summary>What becomes of an order for each way in which its submission can end.</summary>
public sealed class SubmissionTests
{
    private readonly ScriptedUpstream _upstream = new();

    [Theory]
    [InlineData(ProviderErrorKind.NotSent)]
    [InlineData(ProviderErrorKind.RateLimited)]
    [InlineData(ProviderErrorKind.Overloaded)]
    [InlineData(ProviderErrorKind.AccountEmpty)]
    [InlineData(ProviderErrorKind.Unauthorized)]
    public async Task What_was_surely_not_accepted_goes_to_the_next_channel(ProviderErrorKind kind)
    {
        _upstream.OnSubmit = (call, _) => call.Account.ChannelId == "channel-1"
            ? throw new ProviderException(kind, "not now") { RawBody = "{\"raw\":1}" }
            : Task.FromResult<Submission>(_upstream.Accept(call));
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(priority: 1), EngineWorld.Quick()]);

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal(TaskPhase.Completed, found.Task.Phase);
        Assert.Equal(
            [("channel-1", AttemptOutcome.NotAccepted, kind.ToString(), "{\"raw\":1}"), ("channel-2", AttemptOutcome.Completed, null, null)],
            found.Attempts.Select(attempt => (attempt.ChannelId, attempt.Outcome!.Value, attempt.ErrorKind, attempt.ErrorRaw)));
        Assert.Single(_upstream.Jobs);
        if (kind == ProviderErrorKind.Unauthorized) Assert.Equal("not now", world.Channels.Holds.Find("vendor-channel-1")!.Reason);
        else Assert.True(world.Slots.CoolUntil > found.Task.CreatedAt);
        await world.UntilFreeAsync();
        Assert.Equal((EngineWorld.Balance - found.Task.SettledMicros!.Value, 0), world.Money());
    }

    [Theory]
    [InlineData(ProviderErrorKind.InvalidRequest, "upstream_rejected")]
    [InlineData(ProviderErrorKind.ContentRejected, "content_policy_violation")]
    public async Task A_refusal_of_the_order_ends_it_and_costs_nothing(ProviderErrorKind kind, string code)
    {
        _upstream.OnSubmit = (_, _) => throw new ProviderException(kind, "OpenAI refused it, see https://vendor.test/rules");
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(), EngineWorld.Quick()]);

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal((TaskPhase.Failed, code, null), (found.Task.Phase, found.Task.Error!.Code, found.Task.SettledMicros));
        Assert.DoesNotContain("OpenAI", found.Task.Error.Message);
        Assert.DoesNotContain("vendor.test", found.Task.Error.Message);
        var attempt = Assert.Single(found.Attempts);
        Assert.Equal((AttemptOutcome.Failed, 0), (attempt.Outcome, attempt.PossibleCostMicros));
        Assert.Contains("OpenAI", attempt.ErrorMessage);
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
    }

    [Fact]
    public async Task Whatever_else_goes_wrong_may_have_been_accepted_and_is_never_sent_again()
    {
        string[] words = ["OutcomeUnknown", "Unavailable", "NotFound", "GenerationFailed", "Expired", "Cancelled", "bug"];
        _upstream.SearchKind = SearchKind.None;
        _upstream.OnSubmit = (call, _) => throw (Enum.TryParse<ProviderErrorKind>(call.Request.Prompt, out var kind)
            ? new ProviderException(kind, "no idea")
            : new InvalidOperationException("a mistake in the adapter"));
        await using var world = await EngineWorld.StartAsync(_upstream);
        var ids = new List<string>();
        foreach (var word in words) ids.Add(await world.OrderAsync(word));

        foreach (var id in ids)
        {
            var found = await world.FinishAsync(id);
            Assert.Equal((TaskPhase.Failed, "submission_outcome_unknown"), (found.Task.Phase, found.Task.Error!.Code));
            var attempt = Assert.Single(found.Attempts);
            Assert.Equal((AttemptOutcome.Unknown, found.Task.PriceMicros), (attempt.Outcome, attempt.PossibleCostMicros));
            Assert.True(attempt.EndedAt >= attempt.SendBy, "nobody may conclude before the call could have arrived");
        }

        Assert.Equal(words.Length, _upstream.Calls.Count);
        await world.UntilFreeAsync();
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
    }

    [Fact]
    public async Task A_call_is_aborted_when_its_time_is_over()
    {
        _upstream.SearchKind = SearchKind.None;
        _upstream.OnSubmit = async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("unreachable");
        };
        await using var world = await EngineWorld.StartAsync(_upstream);
        var found = await world.FinishAsync(await world.OrderAsync());
        Assert.Equal("submission_outcome_unknown", found.Task.Error!.Code);
        Assert.Single(_upstream.Calls);
    }

    [Theory]
    [InlineData(SearchKind.ByContent)]
    [InlineData(SearchKind.ByToken)]
    public async Task An_order_whose_answer_was_lost_is_found_again_and_not_sent_twice(SearchKind kind)
    {
        _upstream.SearchKind = kind;
        _upstream.OnSubmit = (call, _) => Task.FromResult(_upstream.AcceptAndDrop(call));
        await using var world = await EngineWorld.StartAsync(_upstream);

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal(TaskPhase.Completed, found.Task.Phase);
        var attempt = Assert.Single(found.Attempts);
        Assert.Equal((Assert.Single(_upstream.Jobs).Id, AttemptOutcome.Completed), (attempt.UpstreamId, attempt.Outcome));
        Assert.Single(_upstream.Calls);
    }

    [Fact]
    public async Task An_order_that_is_surely_absent_is_sent_again_as_a_new_attempt()
    {
        _upstream.SearchKind = SearchKind.ByToken;
        _upstream.OnSubmit = (call, _) => _upstream.Calls.Count == 1
            ? throw new ProviderException(ProviderErrorKind.OutcomeUnknown, "reset")
            : Task.FromResult<Submission>(_upstream.Accept(call));
        await using var world = await EngineWorld.StartAsync(_upstream);

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal(TaskPhase.Completed, found.Task.Phase);
        Assert.Equal([AttemptOutcome.NotAccepted, AttemptOutcome.Completed], found.Attempts.Select(attempt => attempt.Outcome!.Value));
        Assert.Equal(2, found.Attempts.Select(attempt => attempt.Token).Distinct().Count());
        Assert.Single(_upstream.Jobs);
    }

    [Fact]
    public async Task Absence_in_a_list_without_our_mark_proves_nothing()
    {
        _upstream.OnSubmit = (_, _) => throw new ProviderException(ProviderErrorKind.OutcomeUnknown, "reset");
        await using var world = await EngineWorld.StartAsync(_upstream);
        var found = await world.FinishAsync(await world.OrderAsync());
        Assert.Equal("submission_outcome_unknown", found.Task.Error!.Code);
        Assert.Single(_upstream.Calls);
    }

    [Fact]
    public async Task Two_lost_orders_that_look_the_same_adopt_nothing()
    {
        // Only one of the two arrived; which one, nobody can say.
        var count = 0;
        _upstream.OnSubmit = (call, _) => Interlocked.Increment(ref count) == 1
            ? Task.FromResult(_upstream.AcceptAndDrop(call))
            : throw new ProviderException(ProviderErrorKind.OutcomeUnknown, "reset");
        await using var world = await EngineWorld.StartAsync(_upstream);
        var ids = new[] { await world.OrderAsync("twins"), await world.OrderAsync("twins") };

        foreach (var id in ids)
        {
            var found = await world.FinishAsync(id);
            Assert.Equal("submission_outcome_unknown", found.Task.Error!.Code);
            Assert.Null(Assert.Single(found.Attempts).UpstreamId);
        }

        Assert.Equal(2, _upstream.Calls.Count);
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
    }

    [Fact]
    public async Task Two_candidates_for_one_lost_order_are_one_too_many()
    {
        _upstream.OnSubmit = (call, _) =>
        {
            _upstream.Accept(call);
            return Task.FromResult(_upstream.AcceptAndDrop(call));
        };
        await using var world = await EngineWorld.StartAsync(_upstream);
        var found = await world.FinishAsync(await world.OrderAsync());
        Assert.Equal("submission_outcome_unknown", found.Task.Error!.Code);
    }

    [Fact]
    public async Task A_candidate_that_belongs_to_another_order_is_left_to_it()
    {
        // The second's answer is lost and it was not accepted; the list shows only the first's.
        var count = 0;
        _upstream.OnSubmit = (call, _) => Interlocked.Increment(ref count) == 1
            ? Task.FromResult<Submission>(_upstream.Accept(call))
            : throw new ProviderException(ProviderErrorKind.OutcomeUnknown, "reset");
        await using var world = await EngineWorld.StartAsync(_upstream);
        var first = await world.OrderAsync("same");
        await world.UntilAsync(first, found => found.Attempts is [{ UpstreamId: not null }]);
        var second = await world.OrderAsync("same");

        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(first)).Task.Phase);
        Assert.Equal("submission_outcome_unknown", (await world.FinishAsync(second)).Task.Error!.Code);
    }

    [Fact]
    public async Task An_id_that_another_order_has_is_no_acceptance()
    {
        _upstream.OnSubmit = (_, _) => Task.FromResult<Submission>(new Submission.Accepted("up-same", ScriptedUpstream.Reference("up-same")));
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(new PollResult.Running(true, 10));
        await using var world = await EngineWorld.StartAsync(_upstream);
        var first = await world.OrderAsync();
        await world.UntilPhaseAsync(first, TaskPhase.Submitted);

        var second = await world.FinishAsync(await world.OrderAsync("another"));

        Assert.Equal("submission_outcome_unknown", second.Task.Error!.Code);
        Assert.Equal("up-same", Assert.Single((await world.ReadAsync(first)).Attempts).UpstreamId);
    }

    [Fact]
    public async Task A_search_that_fails_is_repeated()
    {
        var searches = 0;
        _upstream.OnSubmit = (call, _) => Task.FromResult(_upstream.AcceptAndDrop(call));
        _upstream.OnFind = query => Interlocked.Increment(ref searches) == 1
            ? throw new ProviderException(ProviderErrorKind.Unavailable, "later")
            : [new("up-1", ScriptedUpstream.Reference("up-1"), query.SentFrom, IsMatch: true)];
        await using var world = await EngineWorld.StartAsync(_upstream);
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(await world.OrderAsync())).Task.Phase);
        Assert.Equal(2, searches);
    }

    [Fact]
    public async Task A_synchronous_upstream_answers_with_the_result_itself()
    {
        _upstream.OnSubmit = (_, _) => Task.FromResult<Submission>(new Submission.Finished(
            new ProviderOutput[] { new ProviderOutput.Inline(new MemoryStream(StandInClipStore.Clip.ToArray())) }.ToAsyncEnumerable(),
            () => new Usage(Seconds: 4)));
        await using var world = await EngineWorld.StartAsync(_upstream);

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal((TaskPhase.Completed, "measured"), (found.Task.Phase, found.Task.SettlementBasis));
        Assert.Equal(StandInClipStore.Clip.Length, Assert.Single(found.Assets).SizeBytes);
        Assert.Empty(_upstream.Polls);
        await world.UntilFreeAsync();
    }

    [Fact]
    public async Task A_synchronous_answer_that_breaks_off_is_not_ordered_again()
    {
        _upstream.SearchKind = SearchKind.None;
        _upstream.OnSubmit = (_, _) => Task.FromResult<Submission>(new Submission.Finished(
            new ProviderOutput[] { new ProviderOutput.Opened(_ => Task.FromResult<OutputContent>(new OutputContent.Bytes(new MemoryStream([1, 2, 3]), 10))) }
                .ToAsyncEnumerable(),
            () => null));
        await using var world = await EngineWorld.StartAsync(_upstream);
        var found = await world.FinishAsync(await world.OrderAsync());
        Assert.Equal("submission_outcome_unknown", found.Task.Error!.Code);
        Assert.Single(_upstream.Calls);
    }

    [Fact]
    public void After_a_stop_nothing_enters_and_the_drain_waits_for_what_had()
    {
        var gate = new EngineGate(TimeProvider.System);
        Assert.True(gate.TryEnter(0));
        var quiet = gate.DrainAsync();
        Assert.False(quiet.IsCompleted);
        Assert.False(gate.TryEnter(0));
        Assert.False(quiet.IsCompleted);
        gate.Leave(0);
        Assert.True(quiet.IsCompleted);
    }
}
