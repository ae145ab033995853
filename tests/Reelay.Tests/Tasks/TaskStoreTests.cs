using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Tasks;

/// <summary>What every store must do: creating, fencing, slots and money. One class per database inherits it.</summary>
public abstract partial class TaskStoreTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected abstract StoreWorld NewWorld();

    private async Task<StoreWorld> StartAsync(long balance = 1_000_000, bool isUnlimited = false)
    {
        var world = NewWorld();
        world.AddAccount(Rows.Account, balance, isUnlimited);
        await world.ClaimAsync();
        return world;
    }

    [Fact]
    public async Task A_create_is_stored_whole_and_reserves_its_price()
    {
        using var world = await StartAsync(balance: 1000);
        var task = await world.AddAsync(Rows.Task(price: 400, externalId: "mine", prompt: "雪中的狐狸 🦊"));

        var found = await world.ReadAsync(task.Id);
        Assert.Equal(task.Order.Prompt, found.Task.Order.Prompt);
        Assert.Equal(task.Order.UpstreamModels, found.Task.Order.UpstreamModels);
        Assert.Equal("mine", found.Task.Order.ExternalTaskId);
        Assert.Equal(task with { Order = found.Task.Order }, found.Task);
        Assert.Empty(found.Attempts);
        Assert.Empty(found.Assets);
        Assert.Equal((1000, 400), world.Figures(Rows.Account));
        Assert.Equal((0, 400, 1), world.Ledger(Rows.Account));
    }

    [Fact]
    public async Task A_create_the_balance_does_not_pay_for_writes_nothing()
    {
        using var world = await StartAsync(balance: 399);
        var task = Rows.Task(price: 400);

        Assert.Equal(OperationOutcome.InsufficientBalance, (await world.WriteAsync(world.Creation(task))).Outcome);

        Assert.Null(await world.Store.FindAsync(task.Id, Cancellation));
        Assert.Equal((399, 0), world.Figures(Rows.Account));
        Assert.Equal((0, 0, 0), world.Ledger(Rows.Account));
    }

    [Fact]
    public async Task The_whole_balance_can_be_spent_and_not_a_micro_more()
    {
        using var world = await StartAsync(balance: 800);
        var results = await world.Store.CommitAsync(
            [world.Creation(Rows.Task(price: 400)), world.Creation(Rows.Task(price: 400)), world.Creation(Rows.Task(price: 1))], Cancellation);

        Assert.Equal(
            [OperationOutcome.Applied, OperationOutcome.Applied, OperationOutcome.InsufficientBalance], results.Select(result => result.Outcome));
        Assert.Equal((800, 800), world.Figures(Rows.Account));
    }

    [Fact]
    public async Task An_unlimited_account_orders_without_balance()
    {
        using var world = await StartAsync(balance: 0, isUnlimited: true);
        await world.AddAsync(Rows.Task(price: 5000));
        Assert.Equal((0, 5000), world.Figures(Rows.Account));
    }

    [Fact]
    public async Task An_id_is_taken_once_and_by_unknown_accounts_never()
    {
        using var world = await StartAsync();
        var task = await world.AddAsync(Rows.Task());

        Assert.Equal(OperationOutcome.IdTaken, (await world.WriteAsync(world.Creation(task))).Outcome);
        Assert.Equal(OperationOutcome.NotFound, (await world.WriteAsync(world.Creation(Rows.Task(account: "acct_nobody")))).Outcome);
        Assert.Equal((0, 400, 1), world.Ledger(Rows.Account));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_of_a_node_that_lost_the_shard_misses(bool isOwnerOther)
    {
        using var world = await StartAsync();
        var task = await world.AddAsync(Rows.Task());
        var fence = isOwnerOther ? world.Fence(task, "node_other") : world.Fence(task) with { Epoch = world.Fence(task).Epoch - 1 };
        var late = Rows.Task();

        Assert.Equal(OperationOutcome.NotOwned, (await world.WriteAsync(new StoreOperation.Create(fence with { Shard = late.Shard }, late))).Outcome);
        var change = new StoreOperation.Transition(fence, Rows.Submitting(task))
        {
            Attempt = Rows.Attempt(task), Admission = new SlotAdmission(1, 1000),
        };
        Assert.Equal(OperationOutcome.NotOwned, (await world.WriteAsync(change)).Outcome);

        Assert.Null(await world.Store.FindAsync(late.Id, Cancellation));
        var found = await world.ReadAsync(task.Id);
        Assert.Equal((TaskPhase.Accepted, 1), (found.Task.Phase, found.Task.Version));
        Assert.Empty(found.Attempts);
        Assert.Equal((0, 400, 1), world.Ledger(Rows.Account));
    }

    [Fact]
    public async Task A_new_claim_ends_the_epoch_of_the_one_before()
    {
        using var world = await StartAsync();
        var task = await world.AddAsync(Rows.Task());
        var before = world.Fence(task);

        await world.ClaimAsync("node_next");

        Assert.True(world.Fence(task).Epoch > before.Epoch);
        Assert.Equal(OperationOutcome.NotOwned, (await world.WriteAsync(new StoreOperation.Transition(before, Rows.Failed(task)) { Money = MoneyMove.Release })).Outcome);
        Assert.Equal((0, 400, 1), world.Ledger(Rows.Account));
    }

    [Fact]
    public async Task A_write_from_an_older_version_misses_whole()
    {
        using var world = await StartAsync();
        var task = await world.AddAsync(Rows.Task());
        Assert.True((await world.WriteAsync(new StoreOperation.Intent(task.Id, null, IsDelete: false, 2000))).IsApplied);

        var late = world.Change(Rows.Failed(task), Rows.Attempt(task), money: MoneyMove.Release) with { Assets = [Rows.Asset(task)] };
        Assert.Equal(OperationOutcome.VersionChanged, (await world.WriteAsync(late)).Outcome);

        var found = await world.ReadAsync(task.Id);
        Assert.Equal((TaskPhase.Accepted, 2), (found.Task.Phase, found.Task.Version));
        Assert.Empty(found.Attempts);
        Assert.Empty(found.Assets);
        Assert.Equal((0, 400, 1), world.Ledger(Rows.Account));
    }

    [Fact]
    public async Task An_admitted_attempt_gets_its_times_from_the_store()
    {
        using var world = await StartAsync();
        var task = await world.AddAsync(Rows.Task());
        var now = await world.Store.GetTimeAsync(Cancellation);

        var (after, attempt) = await world.SubmitAsync(task);

        Assert.InRange(attempt.StartedAt, now, await world.Store.GetTimeAsync(Cancellation));
        Assert.Equal(attempt.StartedAt + 1000, attempt.SendBy);
        var found = await world.ReadAsync(task.Id);
        Assert.Equal(attempt, Assert.Single(found.Attempts));
        Assert.Equal((TaskPhase.Submitting, 1, 1, after.Version), (found.Task.Phase, found.Task.AttemptCount, found.Task.OpenAttempt, found.Task.Version));
    }

    [Fact]
    public async Task Slots_are_admitted_up_to_the_limit_within_a_batch_and_over_several()
    {
        using var world = await StartAsync();
        var tasks = new List<GenerationTask>();
        for (var i = 0; i < 6; i++) tasks.Add(await world.AddAsync(Rows.Task()));
        StoreOperation Ask(GenerationTask task) => world.Change(Rows.Submitting(task), Rows.Attempt(task), new SlotAdmission(3, 1000));

        var first = await world.Store.CommitAsync([Ask(tasks[0]), Ask(tasks[1])], Cancellation);
        var second = await world.Store.CommitAsync([Ask(tasks[2]), Ask(tasks[3]), Ask(tasks[4])], Cancellation);

        Assert.All(first, result => Assert.True(result.IsApplied));
        Assert.Equal(
            [OperationOutcome.Applied, OperationOutcome.NoSlot, OperationOutcome.NoSlot], second.Select(result => result.Outcome));
        Assert.Empty((await world.ReadAsync(tasks[3].Id)).Attempts);

        // An end frees a slot, another channel has its own.
        var ended = first[0].Attempt! with { EndedAt = 9, Outcome = AttemptOutcome.Failed };
        Assert.True((await world.WriteAsync(world.Change(Rows.Failed(first[0].Task!), ended, money: MoneyMove.Release))).IsApplied);
        Assert.True((await world.WriteAsync(Ask(tasks[3]))).IsApplied);
        Assert.Equal(OperationOutcome.NoSlot, (await world.WriteAsync(Ask(tasks[4]))).Outcome);
        Assert.True((await world.WriteAsync(
            world.Change(Rows.Submitting(tasks[4]), Rows.Attempt(tasks[4], channel: "other"), new SlotAdmission(1, 1000)))).IsApplied);
    }

    [Fact]
    public async Task An_upstream_model_has_slots_of_its_own_within_those_of_its_channel()
    {
        using var world = await StartAsync();
        var tasks = new List<GenerationTask>();
        for (var i = 0; i < 6; i++) tasks.Add(await world.AddAsync(Rows.Task()));
        StoreOperation Ask(GenerationTask task, string model, int? ofModel) => world.Change(
            Rows.Submitting(task), Rows.Attempt(task) with { UpstreamModel = model }, new SlotAdmission(3, 1000) { MaxInFlightOfModel = ofModel });

        var first = await world.Store.CommitAsync([Ask(tasks[0], "a", 1), Ask(tasks[1], "a", 1), Ask(tasks[2], "b", null)], Cancellation);
        Assert.Equal(
            [OperationOutcome.Applied, OperationOutcome.NoSlot, OperationOutcome.Applied], first.Select(result => result.Outcome));
        Assert.Equal(OperationOutcome.NoSlot, (await world.WriteAsync(Ask(tasks[1], "a", 1))).Outcome);
        Assert.True((await world.WriteAsync(Ask(tasks[3], "c", 5))).IsApplied);
        Assert.Equal(OperationOutcome.NoSlot, (await world.WriteAsync(Ask(tasks[4], "c", 5))).Outcome);

        var ended = first[0].Attempt! with { EndedAt = 9, Outcome = AttemptOutcome.Failed };
        Assert.True((await world.WriteAsync(world.Change(Rows.Failed(first[0].Task!), ended, money: MoneyMove.Release))).IsApplied);
        Assert.True((await world.WriteAsync(Ask(tasks[1], "a", 1))).IsApplied);
    }

    [Fact]
    public async Task A_task_keeps_its_groups_and_what_failover_has_left_it()
    {
        using var world = await StartAsync();
        var task = await world.AddAsync(Rows.Task() with { Groups = "stable default" });
        Assert.Equal("stable default", (await world.ReadAsync(task.Id)).Task.Groups);
        var (submitting, attempt) = await world.SubmitAsync(task);
        var back = submitting with
        {
            Version = submitting.Version + 1,
            Phase = TaskPhase.Accepted,
            OpenAttempt = null,
            FailoverCount = 1,
            FailoverBudgetMicros = 77,
            DeadlineAt = 123_456,
        };
        Assert.True((await world.WriteAsync(world.Change(back, attempt with { EndedAt = 9, Outcome = AttemptOutcome.Failed }))).IsApplied);
        var found = (await world.ReadAsync(task.Id)).Task;
        Assert.Equal((1, 77, 123_456), (found.FailoverCount, found.FailoverBudgetMicros, found.DeadlineAt));
    }

    [Fact]
    public async Task A_write_that_misses_takes_no_slot_from_the_others_of_its_batch()
    {
        using var world = await StartAsync();
        var changed = await world.AddAsync(Rows.Task());
        var waiting = await world.AddAsync(Rows.Task());
        await world.WriteAsync(new StoreOperation.Intent(changed.Id, null, IsDelete: false, 2000));

        var results = await world.Store.CommitAsync(
            [
                world.Change(Rows.Submitting(changed), Rows.Attempt(changed), new SlotAdmission(1, 1000)),
                world.Change(Rows.Submitting(waiting), Rows.Attempt(waiting), new SlotAdmission(1, 1000)),
            ],
            Cancellation);

        Assert.Equal([OperationOutcome.VersionChanged, OperationOutcome.Applied], results.Select(result => result.Outcome));
    }

    [Fact]
    public async Task An_upstream_id_belongs_to_one_attempt_of_a_vendor_account()
    {
        using var world = await StartAsync();
        var tasks = new List<(GenerationTask Task, TaskAttempt Attempt)>();
        for (var i = 0; i < 3; i++) tasks.Add(await world.SubmitAsync(await world.AddAsync(Rows.Task())));
        var task = await world.AddAsync(Rows.Task());
        var elsewhere = await world.SubmitAsync(task, Rows.Attempt(task, channel: "other"));
        StoreOperation Accept((GenerationTask Task, TaskAttempt Attempt) row) =>
            world.Change(Rows.Submitted(row.Task), row.Attempt with { UpstreamId = "up-1", ReferenceJson = "{}" });

        var results = await world.Store.CommitAsync([Accept(tasks[0]), Accept(tasks[1])], Cancellation);
        var later = await world.WriteAsync(Accept(tasks[2]));

        Assert.Equal([OperationOutcome.Applied, OperationOutcome.UpstreamIdTaken], results.Select(result => result.Outcome));
        Assert.Equal(OperationOutcome.UpstreamIdTaken, later.Outcome);
        Assert.True((await world.WriteAsync(Accept(elsewhere))).IsApplied);
        Assert.Equal(TaskPhase.Submitting, (await world.ReadAsync(tasks[1].Task.Id)).Task.Phase);

        // Its own attempt may be written again.
        var again = results[0].Task!;
        Assert.True((await world.WriteAsync(world.Change(again with { Version = again.Version + 1 }, results[0].Attempt))).IsApplied);
    }

    [Theory]
    [InlineData(400, 600)]
    [InlineData(150, 850)]
    [InlineData(0, 1000)]
    public async Task A_settlement_takes_exactly_what_was_delivered_and_frees_the_rest(long settled, long balance)
    {
        using var world = await StartAsync(balance: 1000);
        var (task, attempt) = await world.SubmitAsync(await world.AddAsync(Rows.Task(price: 400)));
        var closed = attempt with { EndedAt = 5000, Outcome = AttemptOutcome.Completed };

        var change = world.Change(Rows.Completed(task with { Phase = TaskPhase.Fetching }, settled), closed, money: MoneyMove.Settle(settled));
        Assert.True((await world.WriteAsync(change with { Assets = [Rows.Asset(task)] })).IsApplied);

        Assert.Equal((balance, 0), world.Figures(Rows.Account));
        Assert.Equal((-settled, 0, 2), world.Ledger(Rows.Account));
        var found = await world.ReadAsync(task.Id);
        Assert.Equal(settled, found.Task.SettledMicros);
        Assert.Equal(Rows.Asset(task), Assert.Single(found.Assets));
        Assert.False(found.Task.IsLive);
    }

    [Fact]
    public async Task A_release_gives_everything_back()
    {
        using var world = await StartAsync(balance: 1000);
        var task = await world.AddAsync(Rows.Task(price: 400));

        Assert.True((await world.WriteAsync(world.Change(Rows.Failed(task), money: MoneyMove.Release))).IsApplied);

        Assert.Equal((1000, 0), world.Figures(Rows.Account));
        Assert.Equal((0, 0, 2), world.Ledger(Rows.Account));
        Assert.Null((await world.ReadAsync(task.Id)).Task.SettledMicros);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_schema_refuses_to_close_a_reservation_twice(bool isRelease)
    {
        using var world = await StartAsync(balance: 1000);
        var task = await world.AddAsync(Rows.Task(price: 400));
        var failed = (await world.WriteAsync(world.Change(Rows.Failed(task), money: MoneyMove.Release))).Task!;
        var money = isRelease ? MoneyMove.Release : MoneyMove.Settle(400);

        await Assert.ThrowsAnyAsync<Exception>(() => world.WriteAsync(world.Change(failed with { Version = failed.Version + 1 }, money: money)));

        Assert.Equal((1000, 0), world.Figures(Rows.Account));
        Assert.Equal(failed.Version, (await world.ReadAsync(task.Id)).Task.Version);
    }

    [Fact]
    public async Task One_operation_that_explodes_takes_its_whole_batch_back()
    {
        using var world = await StartAsync(balance: 1000);
        var task = await world.AddAsync(Rows.Task(price: 100));
        var good = Rows.Task(price: 100);
        var bad = Rows.Failed(task) with { FinishedAt = null };

        await Assert.ThrowsAnyAsync<Exception>(() => world.Store.CommitAsync([world.Creation(good), world.Change(bad)], Cancellation));

        Assert.Null(await world.Store.FindAsync(good.Id, Cancellation));
        Assert.Equal((1000, 100), world.Figures(Rows.Account));
        Assert.True((await world.WriteAsync(world.Creation(good))).IsApplied);
        Assert.Equal((1000, 200), world.Figures(Rows.Account));
    }
}
