using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Tasks;

/// <summary>What every store must do: intents, lists, loading, adoption, durability.</summary>
public abstract partial class TaskStoreTests
{
    [Fact]
    public async Task An_intent_is_noted_once_for_the_task_of_its_account()
    {
        using var world = await StartAsync();
        var task = await world.AddAsync(Rows.Task());

        Assert.Equal(OperationOutcome.NotFound, (await world.WriteAsync(new StoreOperation.Intent(Rows.Id(), Rows.Account, false, 2000))).Outcome);
        Assert.Equal(OperationOutcome.NotFound, (await world.WriteAsync(new StoreOperation.Intent(task.Id, "acct_other", true, 2000))).Outcome);
        Assert.Equal(1, (await world.ReadAsync(task.Id)).Task.Version);

        var first = await world.WriteAsync(new StoreOperation.Intent(task.Id, Rows.Account, IsDelete: false, 2000));
        var again = await world.WriteAsync(new StoreOperation.Intent(task.Id, Rows.Account, IsDelete: false, 3000));

        Assert.Equal((2000, null, 2), (first.Task!.CancelRequestedAt, first.Task.DeletedAt, first.Task.Version));
        Assert.Equal(OperationOutcome.Applied, again.Outcome);
        Assert.Equal((2000, 2), (again.Task!.CancelRequestedAt, again.Task.Version));
        Assert.Equal([new TaskVersion(task.Id, 2)], await world.Store.ListIntentsAsync(StoreWorld.Node, 10, Cancellation));
        Assert.Empty(await world.Store.ListIntentsAsync("node_other", 10, Cancellation));
    }

    [Fact]
    public async Task A_delete_asks_for_a_cancel_too_and_hides_the_task_from_its_account()
    {
        using var world = await StartAsync();
        var task = await world.AddAsync(Rows.Task());

        var deleted = await world.WriteAsync(new StoreOperation.Intent(task.Id, Rows.Account, IsDelete: true, 2000));

        Assert.Equal((2000, 2000), (deleted.Task!.DeletedAt, deleted.Task.CancelRequestedAt));
        Assert.Equal(OperationOutcome.NotFound, (await world.WriteAsync(new StoreOperation.Intent(task.Id, Rows.Account, true, 3000))).Outcome);
        Assert.Equal(OperationOutcome.NotFound, (await world.WriteAsync(new StoreOperation.Intent(task.Id, Rows.Account, false, 3000))).Outcome);
        Assert.True((await world.WriteAsync(new StoreOperation.Intent(task.Id, null, true, 3000))).IsApplied);
        Assert.Equal(2000, (await world.ReadAsync(task.Id)).Task.DeletedAt);
    }

    [Fact]
    public async Task An_intent_for_a_finished_task_deletes_but_cancels_nothing()
    {
        using var world = await StartAsync();
        var task = await world.AddAsync(Rows.Task());
        await world.WriteAsync(world.Change(Rows.Failed(task), money: MoneyMove.Release));

        var cancel = await world.WriteAsync(new StoreOperation.Intent(task.Id, Rows.Account, IsDelete: false, 7000));
        Assert.Equal((true, null), (cancel.IsApplied, cancel.Task!.CancelRequestedAt));
        var delete = await world.WriteAsync(new StoreOperation.Intent(task.Id, Rows.Account, IsDelete: true, 7000));
        Assert.Equal((7000, null), (delete.Task!.DeletedAt, delete.Task.CancelRequestedAt));
        Assert.Empty(await world.Store.ListIntentsAsync(StoreWorld.Node, 10, Cancellation));
    }

    [Fact]
    public async Task Live_tasks_are_loaded_in_pages_each_with_its_open_attempt()
    {
        using var world = await StartAsync();
        var ids = new List<string>();
        while (ids.Count < 5)
        {
            var id = Rows.Id();
            if (TaskIds.ShardOf(id) == 7) ids.Add(id);
        }

        var accepted = await world.AddAsync(Rows.Task(ids[0]));
        var (submitting, attempt) = await world.SubmitAsync(await world.AddAsync(Rows.Task(ids[1])));
        var done = await world.AddAsync(Rows.Task(ids[2]));
        await world.WriteAsync(world.Change(Rows.Failed(done), money: MoneyMove.Release));
        var (charged, open) = await world.SubmitAsync(await world.AddAsync(Rows.Task(ids[3])));
        var ended = Rows.Failed(charged) with { OpenAttempt = 1, SettledMicros = 400, SettlementBasis = "rule" };
        await world.WriteAsync(world.Change(ended, open, money: MoneyMove.Settle(400)));
        await world.AddAsync(Rows.Task(ids[4]));

        var first = await world.Store.LoadLiveAsync(7, null, 2, Cancellation);
        var rest = await world.Store.LoadLiveAsync(7, first[^1].Task.Id, 10, Cancellation);

        Assert.Equal([accepted.Id, submitting.Id], first.Select(row => row.Task.Id));
        Assert.Null(first[0].Attempt);
        Assert.Equal(attempt, first[1].Attempt);
        Assert.Equal([ids[3], ids[4]], rest.Select(row => row.Task.Id));
        Assert.Equal(open, rest[0].Attempt);
        Assert.Empty(await world.Store.LoadLiveAsync(8, null, 10, Cancellation));
        Assert.Equal([7], await world.Store.ListLiveShardsAsync(Cancellation));
    }

    [Fact]
    public async Task Lists_run_both_ways_from_a_cursor_and_filter()
    {
        using var world = await StartAsync();
        world.AddAccount("acct_other", 1_000_000);
        var mine = new List<string>();
        for (var i = 0; i < 5; i++) mine.Add((await world.AddAsync(Rows.Task(externalId: i < 2 ? "order-7" : null))).Id);
        var foreign = await world.AddAsync(Rows.Task(account: "acct_other", externalId: "order-7"));
        await world.WriteAsync(new StoreOperation.Intent(mine[3], Rows.Account, IsDelete: true, 2000));
        async Task<IEnumerable<string>> ListAsync(TaskListQuery query) => (await world.Store.ListAsync(query, Cancellation)).Select(task => task.Id);
        var all = new TaskListQuery { AccountId = Rows.Account };

        Assert.Equal([mine[4], mine[2], mine[1], mine[0]], await ListAsync(all));
        Assert.Equal([mine[0], mine[1], mine[2], mine[4]], await ListAsync(all with { IsDescending = false }));
        Assert.Equal([mine[4], mine[2]], await ListAsync(all with { Limit = 2 }));
        Assert.Equal([mine[1]], await ListAsync(all with { AfterId = mine[2], Limit = 1 }));
        Assert.Equal([mine[4]], await ListAsync(all with { AfterId = mine[3], IsDescending = false }));
        Assert.Equal([mine[1], mine[0]], await ListAsync(all with { ExternalTaskId = "order-7" }));
        Assert.Equal([mine[4], mine[3], mine[2], mine[1], mine[0]], await ListAsync(all with { IncludesDeleted = true }));
        Assert.Equal([foreign.Id, mine[1], mine[0]], await ListAsync(new() { ExternalTaskId = "order-7" }));
        Assert.Empty(await ListAsync(all with { Phase = TaskPhase.Completed }));
        Assert.Empty(await ListAsync(all with { Limit = 0 }));
    }

    [Fact]
    public async Task Adoption_facts_name_taken_candidates_and_rivals_whose_windows_overlap()
    {
        using var world = await StartAsync();
        var taken = await world.SubmitAsync(await world.AddAsync(Rows.Task()));
        await world.WriteAsync(world.Change(Rows.Submitted(taken.Task), taken.Attempt with { UpstreamId = "up-1", ReferenceJson = "{}" }));
        var (lostTask, lost) = await world.SubmitAsync(await world.AddAsync(Rows.Task()));

        var alone = await world.Store.FindAdoptionFactsAsync(lost, ["up-1", "up-2"], Cancellation);
        Assert.Equal(["up-1"], alone.AdoptedIds);
        Assert.False(alone.HasRival);

        var unlike = await world.AddAsync(Rows.Task());
        await world.SubmitAsync(unlike, Rows.Attempt(unlike, fingerprint: "another"));
        var elsewhere = await world.AddAsync(Rows.Task());
        await world.SubmitAsync(elsewhere, Rows.Attempt(elsewhere, channel: "other"));
        Assert.False((await world.Store.FindAdoptionFactsAsync(lost, [], Cancellation)).HasRival);
        Assert.False((await world.Store.FindAdoptionFactsAsync(lost with { StartedAt = lost.SendBy + 1, SendBy = lost.SendBy + 2 }, [], Cancellation)).HasRival);

        var (rivalTask, rival) = await world.SubmitAsync(await world.AddAsync(Rows.Task()));
        Assert.True((await world.Store.FindAdoptionFactsAsync(lost, [], Cancellation)).HasRival);

        // Two seconds of margin: upstreams tell times in whole seconds, by clocks of their own.
        var after = lost with { StartedAt = rival.SendBy + 2000, SendBy = rival.SendBy + 2009 };
        Assert.True((await world.Store.FindAdoptionFactsAsync(after, [], Cancellation)).HasRival);
        Assert.False((await world.Store.FindAdoptionFactsAsync(after with { StartedAt = after.StartedAt + 1 }, [], Cancellation)).HasRival);

        // Given up without knowing, it may still be the candidate's owner; refused for sure, it is not.
        var unknown = rival with { EndedAt = 5, Outcome = AttemptOutcome.Unknown };
        await world.WriteAsync(world.Change(Rows.Failed(rivalTask), unknown, money: MoneyMove.Release));
        Assert.True((await world.Store.FindAdoptionFactsAsync(lost, [], Cancellation)).HasRival);
        var refused = lost with { EndedAt = 5, Outcome = AttemptOutcome.NotAccepted };
        await world.WriteAsync(world.Change(Rows.Failed(lostTask), refused, money: MoneyMove.Release));
        Assert.False((await world.Store.FindAdoptionFactsAsync(unknown, [], Cancellation)).HasRival);
    }

    [Fact]
    public async Task Files_may_go_when_a_task_is_deleted_or_expired_and_nothing_is_open()
    {
        using var world = await StartAsync();
        var expired = await world.AddAsync(Rows.Task());
        await world.WriteAsync(world.Change(Rows.Failed(expired, at: 1000), money: MoneyMove.Release));
        var deleted = await world.AddAsync(Rows.Task());
        await world.WriteAsync(world.Change(Rows.Failed(deleted, at: 8000), money: MoneyMove.Release));
        await world.WriteAsync(new StoreOperation.Intent(deleted.Id, null, IsDelete: true, 8500));
        var running = await world.AddAsync(Rows.Task());
        await world.WriteAsync(new StoreOperation.Intent(running.Id, null, IsDelete: true, 8500));
        var (openTask, open) = await world.SubmitAsync(await world.AddAsync(Rows.Task()));
        await world.WriteAsync(world.Change(Rows.Failed(openTask, at: 1000) with { OpenAttempt = 1 }, open, money: MoneyMove.Release));

        Assert.Equal([deleted.Id], await world.Store.ListDiscardableAsync(1999, 10, Cancellation));
        Assert.Equal(new[] { expired.Id, deleted.Id }.Order(), (await world.Store.ListDiscardableAsync(2000, 10, Cancellation)).Order());
        Assert.Single(await world.Store.ListDiscardableAsync(2000, 1, Cancellation));

        Assert.Equal(OperationOutcome.NotFound, (await world.WriteAsync(new StoreOperation.Discard(running.Id, 9000))).Outcome);
        Assert.Equal(9000, (await world.WriteAsync(new StoreOperation.Discard(expired.Id, 9000))).Task!.DiscardedAt);
        await world.WriteAsync(new StoreOperation.Discard(deleted.Id, 9000));
        Assert.Empty(await world.Store.ListDiscardableAsync(long.MaxValue, 10, Cancellation));
    }

    [Fact]
    public async Task Discarding_forgets_the_files_and_keeps_the_task()
    {
        using var world = await StartAsync();
        var (task, attempt) = await world.SubmitAsync(await world.AddAsync(Rows.Task()));
        var closed = attempt with { EndedAt = 5000, Outcome = AttemptOutcome.Completed };
        await world.WriteAsync(world.Change(Rows.Completed(task, 400), closed, money: MoneyMove.Settle(400)) with { Assets = [Rows.Asset(task)] });

        Assert.True((await world.WriteAsync(new StoreOperation.Discard(task.Id, 9000))).IsApplied);

        var found = await world.ReadAsync(task.Id);
        Assert.Empty(found.Assets);
        Assert.Equal((TaskPhase.Completed, 400, 9000), (found.Task.Phase, found.Task.SettledMicros, found.Task.DiscardedAt));
    }

    [Fact]
    public async Task Many_creates_at_once_spend_the_balance_exactly()
    {
        using var world = await StartAsync(balance: 3700);
        var committer = new GroupCommitter(world.Store);
        var running = committer.RunAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => committer.WriteAsync(world.Creation(Rows.Task(price: 100)))));
        committer.Complete();
        await running;

        Assert.Equal(37, results.Count(result => result.Outcome == OperationOutcome.Applied));
        Assert.Equal(63, results.Count(result => result.Outcome == OperationOutcome.InsufficientBalance));
        Assert.Equal((3700, 3700), world.Figures(Rows.Account));
        Assert.Equal((0, 3700, 37), world.Ledger(Rows.Account));
    }

    [Fact]
    public async Task What_was_committed_is_there_after_a_restart()
    {
        using var world = await StartAsync(balance: 1000);
        var (task, attempt) = await world.SubmitAsync(await world.AddAsync(Rows.Task(price: 400, externalId: "mine")));
        var accepted = attempt with
        {
            SubmittedAt = 3000,
            UpstreamId = "up-1",
            ReferenceJson = """{"id":"up-1"}""",
            ErrorKind = "Unavailable",
            ErrorMessage = "late",
            ErrorRaw = "{}",
        };
        await world.WriteAsync(world.Change(Rows.Submitted(task) with { HasStarted = true, Progress = 42 }, accepted));
        var before = await world.ReadAsync(task.Id);

        world.Reopen();

        var after = await world.ReadAsync(task.Id);
        Assert.Equal(before.Task with { Order = after.Task.Order }, after.Task);
        Assert.Equal(before.Attempts, after.Attempts);
        Assert.Equal((1000, 400), world.Figures(Rows.Account));
        Assert.Equal(accepted, Assert.Single(await world.Store.LoadLiveAsync(task.Shard, null, 10, Cancellation)).Attempt);
    }

    [Fact]
    public async Task Figures_equal_the_ledger_after_any_sequence()
    {
        const int Seed = 20261121;
        const long Start = 20_000;
        var random = new Random(Seed);
        using var world = await StartAsync(balance: Start);
        var open = new List<GenerationTask>();
        for (var step = 0; step < 300; step++)
        {
            if (open.Count == 0 || random.Next(3) == 0)
            {
                var task = Rows.Task(price: random.Next(0, 1500));
                if ((await world.WriteAsync(world.Creation(task))).IsApplied) open.Add(task);
            }
            else
            {
                var task = open[random.Next(open.Count)];
                var settled = random.NextInt64(task.PriceMicros + 1);
                var money = random.Next(2) == 0 ? MoneyMove.Release : MoneyMove.Settle(settled);
                var after = money.IsRelease ? Rows.Failed(task) : Rows.Completed(task, settled);

                // Now and then a write from an older version, which must move nothing.
                if (random.Next(4) == 0) after = after with { Version = after.Version + 1 };
                if ((await world.WriteAsync(world.Change(after, money: money))).IsApplied) open.Remove(task);
            }

            var (balance, reserved) = world.Figures(Rows.Account);
            var sums = world.Ledger(Rows.Account);
            Assert.True((balance, reserved) == (Start + sums.Balance, sums.Reserved), $"step {step} of seed {Seed}");
            Assert.Equal(open.Sum(task => task.PriceMicros), reserved);
            Assert.True(balance - reserved >= 0);
        }
    }
}
