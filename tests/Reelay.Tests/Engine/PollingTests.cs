using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;
using Reelay.Simulators;

namespace Reelay.Tests.Engine;

/// <summary>From acceptance upstream to the stored file.</summary>
public sealed class PollingTests
{
    private static readonly PollResult Gibberish = new PollResult.Unreadable("unknown status 'reticulating'");

    private readonly ScriptedUpstream _upstream = new();

    [Fact]
    public async Task Unknown_words_use_up_a_budget_and_keep_the_last_state()
    {
        var polls = 0;
        _upstream.OnPoll = (_, _) => Task.FromResult(++polls == 1 ? new PollResult.Running(true, 40) : Gibberish);
        await using var world = await EngineWorld.StartAsync(_upstream, options: new EngineOptions { MaxUnreadableCount = 4 });

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal((TaskPhase.Failed, "upstream_unreadable", 40, true), (found.Task.Phase, found.Task.Error!.Code, found.Task.Progress, found.Task.HasStarted));
        Assert.Equal(5, polls);
        var attempt = Assert.Single(found.Attempts);
        Assert.Equal((AttemptOutcome.Failed, 400), (attempt.Outcome, attempt.PossibleCostMicros));
        Assert.Contains("reticulating", attempt.ErrorMessage);
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
        await world.UntilFreeAsync();
    }

    [Fact]
    public async Task A_known_answer_begins_the_budget_anew()
    {
        var polls = 0;
        _upstream.OnPoll = (_, _) => Task.FromResult(++polls switch
        {
            4 => new PollResult.Running(true, 10),
            8 => ScriptedUpstream.Clip,
            _ => Gibberish,
        });
        await using var world = await EngineWorld.StartAsync(_upstream, options: new EngineOptions { MaxUnreadableCount = 4 });
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(await world.OrderAsync())).Task.Phase);
    }

    [Fact]
    public async Task A_poll_that_fails_costs_nothing_and_proves_nothing()
    {
        var polls = 0;
        _upstream.OnPoll = (_, _) => ++polls switch
        {
            1 => Task.FromResult<PollResult>(new PollResult.Running(true, 10)),
            <= 7 => throw new ProviderException(ProviderErrorKind.Unavailable, "503"),
            _ => Task.FromResult<PollResult>(ScriptedUpstream.Clip),
        };
        await using var world = await EngineWorld.StartAsync(_upstream, options: new EngineOptions { MaxUnreadableCount = 4 });
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(await world.OrderAsync())).Task.Phase);

        // Failures in between do not hide that nothing readable comes any more.
        polls = 0;
        _upstream.OnPoll = (_, _) => ++polls == 1 ? Task.FromResult<PollResult>(new PollResult.Running(true, 10))
            : polls % 2 == 0 ? Task.FromResult(Gibberish)
            : throw new ProviderException(ProviderErrorKind.Unavailable, "503");
        Assert.Equal("upstream_unreadable", (await world.FinishAsync(await world.OrderAsync("second"))).Task.Error!.Code);
        Assert.Equal(8, polls);
    }

    [Theory]
    [InlineData(null, 4)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(7, 7)]
    public async Task An_order_the_upstream_does_not_know_is_given_up_after_enough_answers(int? confirmations, int expected)
    {
        var polls = 0;
        _upstream.OnPoll = (_, _) =>
        {
            polls++;
            throw new ProviderException(ProviderErrorKind.NotFound, "no such video") { ConfirmationCount = confirmations };
        };
        await using var world = await EngineWorld.StartAsync(_upstream);
        var found = await world.FinishAsync(await world.OrderAsync());
        Assert.Equal(("upstream_unreadable", expected), (found.Task.Error!.Code, polls));
        Assert.Single(_upstream.Calls);
    }

    [Fact]
    public async Task An_order_that_is_not_done_by_its_deadline_fails_and_may_have_cost_the_operator()
    {
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(new PollResult.Running(true, 99));
        GenerationTask? task = null;
        await using var world = await EngineWorld.StartAsync(_upstream, prepare: async world =>
            (task, _) = await world.WriteSubmittedAsync(attempt => attempt with { DeadlineAt = EngineWorld.Now + 200 }));

        var found = await world.FinishAsync(task!.Id);

        Assert.Equal("deadline_exceeded", found.Task.Error!.Code);
        var attempt = Assert.Single(found.Attempts);
        Assert.Equal((AttemptOutcome.Abandoned, 400), (attempt.Outcome, attempt.PossibleCostMicros));
        Assert.True(attempt.EndedAt >= attempt.DeadlineAt);
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
    }

    [Theory]
    [InlineData(ProviderErrorKind.ContentRejected, FailureCharge.Full, "content_policy_violation", 400)]
    [InlineData(ProviderErrorKind.ContentRejected, FailureCharge.None, "content_policy_violation", 0)]
    [InlineData(ProviderErrorKind.GenerationFailed, FailureCharge.None, "generation_failed", 0)]
    [InlineData(ProviderErrorKind.Expired, FailureCharge.None, "upstream_expired", 0)]
    [InlineData(ProviderErrorKind.Cancelled, FailureCharge.None, "cancelled", 0)]
    public async Task A_failure_upstream_costs_what_its_rule_says(ProviderErrorKind kind, FailureCharge charge, string code, long taken)
    {
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(new PollResult.Failed(kind, "sorry", charge));
        await using var world = await EngineWorld.StartAsync(_upstream);
        var found = await world.FinishAsync(await world.OrderAsync());
        Assert.Equal((code, taken == 0 ? null : "rule"), (found.Task.Error!.Code, found.Task.SettlementBasis));
        Assert.Equal((EngineWorld.Balance - taken, 0), world.Money());
        Assert.Equal(AttemptOutcome.Failed, Assert.Single(found.Attempts).Outcome);
        await world.UntilFreeAsync();
    }

    [Fact]
    public async Task What_callers_see_never_goes_back()
    {
        var answers = new PollResult[]
        {
            new PollResult.Running(false), new PollResult.Running(true, 50), new PollResult.Running(false, 10), new PollResult.Running(true, 30),
            Gibberish, new PollResult.Running(true, 100), new PollResult.Running(false, null), ScriptedUpstream.Clip,
        };
        var polls = 0;
        var seen = new List<(bool HasStarted, int Progress)>();
        EngineWorld? world = null;
        string? id = null;
        _upstream.OnPoll = async (_, _) =>
        {
            if (id is not null && await world!.ReadAsync(id) is { } found) seen.Add((found.Task.HasStarted, found.Task.Progress));
            return answers[Math.Min(polls++, answers.Length - 1)];
        };
        await using (world = await EngineWorld.StartAsync(_upstream))
        {
            id = await world.OrderAsync();
            var done = await world.FinishAsync(id);
            Assert.Equal((true, 100), (done.Task.HasStarted, done.Task.Progress));
        }

        Assert.Contains((true, 50), seen);
        Assert.Equal(seen.Select(row => row.Progress).Order(), seen.Select(row => row.Progress));
        Assert.Equal(seen.Select(row => row.HasStarted).Order(), seen.Select(row => row.HasStarted));
        Assert.All(seen, row => Assert.InRange(row.Progress, 0, 99));
    }

    [Fact]
    public async Task A_result_that_comes_whole_at_a_later_try_completes()
    {
        var opened = 0;
        var clip = StandInClipStore.Clip.ToArray();
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(
            new PollResult.Succeeded([ScriptedUpstream.Opened(() => ++opened == 1 ? clip[..100] : clip, announced: clip.Length)]));
        await using var world = await EngineWorld.StartAsync(_upstream);

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal((TaskPhase.Completed, 2), (found.Task.Phase, opened));
        Assert.Equal(clip.Length, Assert.Single(found.Assets).SizeBytes);
        Assert.Single(Directory.GetFiles(Path.Combine(world.AssetFolder, found.Task.Id), "*", SearchOption.AllDirectories));
        Assert.Single(_upstream.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_result_that_cannot_be_had_or_is_none_is_lost_and_released(bool isGarbage)
    {
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(new PollResult.Succeeded([isGarbage
            ? ScriptedUpstream.Opened(() => "<html>not a video</html>"u8.ToArray())
            : new ProviderOutput.Opened(_ => throw new ProviderException(ProviderErrorKind.NotFound, "the file is gone"))]));
        await using var world = await EngineWorld.StartAsync(_upstream, options: new EngineOptions { MaxFetchCount = 2 });

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal((TaskPhase.Failed, "result_lost"), (found.Task.Phase, found.Task.Error!.Code));
        var attempt = Assert.Single(found.Attempts);
        Assert.Equal(("result_lost", 400), (attempt.ErrorKind, attempt.PossibleCostMicros));
        Assert.Contains(isGarbage ? "no picture" : "the file is gone", attempt.ErrorMessage);
        Assert.Empty(found.Assets);
        Assert.Equal((EngineWorld.Balance, 0), world.Money());
        await world.UntilFreeAsync();
        Assert.Single(_upstream.Calls);
    }

    [Fact]
    public async Task A_low_disk_makes_results_wait_and_orders_too()
    {
        await using var world = await EngineWorld.StartAsync(_upstream);
        world.Gate.IsBelowMinimum = true;
        var id = await world.OrderAsync();
        await EngineWorld.UntilAsync(() => world.Engine.Waiting.Total == 1);
        Assert.Empty(_upstream.Calls);
        Assert.Equal(TaskPhase.Accepted, (await world.ReadAsync(id)).Task.Phase);
    }
}
