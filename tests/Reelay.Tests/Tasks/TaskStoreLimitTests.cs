using Reelay.Server.Accounts;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Tasks;

/// <summary>What every store must do about bounds: in flight, budgets, floors. Exact whoever asks at once.</summary>
public abstract partial class TaskStoreTests
{
    private const long Day = 86_400_000;

    [Fact]
    public async Task Ten_thousand_creates_at_once_against_a_balance_for_a_hundred_make_a_hundred()
    {
        using var world = await StartAsync(balance: 100 * 400);
        var results = await AtOnceAsync(world, Enumerable.Range(0, 10_000).Select(_ => world.Order(Rows.Task(price: 400))));

        Assert.Equal(100, results.Count(result => result.IsApplied));
        Assert.Equal(9_900, results.Count(result => result.Outcome == OperationOutcome.InsufficientBalance));
        Assert.Equal((40_000, 40_000), world.Figures(Rows.Account));
        Assert.Equal((0, 40_000, 100), world.Ledger(Rows.Account));
        Assert.Equal((40_000, 100, 40_000, 100), world.Spending(Rows.Account));
    }

    [Fact]
    public async Task A_credit_line_is_spent_to_its_end_and_not_a_micro_further()
    {
        using var world = await StartAsync(balance: 100);
        world.SetAccount(Rows.Account, "floor_micros = -300");
        Assert.Equal(OperationOutcome.InsufficientBalance, (await world.WriteAsync(world.Order(Rows.Task(price: 401)))).Outcome);
        Assert.True((await world.WriteAsync(world.Order(Rows.Task(price: 400)))).IsApplied);
        Assert.Equal(OperationOutcome.InsufficientBalance, (await world.WriteAsync(world.Order(Rows.Task(price: 1)))).Outcome);
        Assert.True((await world.WriteAsync(world.Order(Rows.Task(price: 0)))).IsApplied);
    }

    [Theory]
    [InlineData(LimitKind.DayBudget, true)]
    [InlineData(LimitKind.MonthBudget, true)]
    [InlineData(LimitKind.TotalBudget, true)]
    [InlineData(LimitKind.TasksInFlight, true)]
    [InlineData(LimitKind.DayBudget, false)]
    [InlineData(LimitKind.MonthBudget, false)]
    [InlineData(LimitKind.TotalBudget, false)]
    [InlineData(LimitKind.TasksInFlight, false)]
    public async Task Orders_at_once_never_pass_a_bound(LimitKind kind, bool isKeys)
    {
        using var world = await StartAsync(isUnlimited: true);
        var limits = kind switch
        {
            LimitKind.DayBudget => new Limits { DayBudgetMicros = 1000 },
            LimitKind.MonthBudget => new Limits { MonthBudgetMicros = 1000 },
            LimitKind.TotalBudget => new Limits { TotalBudgetMicros = 1000 },
            _ => new Limits { MaxInFlight = 10 },
        };
        if (!isKeys) world.SetAccount(Rows.Account, kind switch
        {
            LimitKind.DayBudget => "day_budget_micros = 1000",
            LimitKind.MonthBudget => "month_budget_micros = 1000",
            LimitKind.TotalBudget => "total_budget_micros = 1000",
            _ => "max_in_flight = 10",
        });
        var results = await AtOnceAsync(world, Enumerable.Range(0, 700).Select(_ => world.Order(Rows.Task(price: 99), isKeys ? limits : null)));

        Assert.Equal(10, results.Count(result => result.IsApplied));
        Assert.All(results.Where(result => !result.IsApplied), result => Assert.Equal((OperationOutcome.LimitReached, isKeys, kind), (result.Outcome, result.Limit!.IsKeys, result.Limit.Kind)));
        Assert.Equal((990, 10, 990, 10), world.Spending(Rows.Account));
        Assert.True((await world.WriteAsync(world.Creation(Rows.Task(price: 99)))).IsApplied);
    }

    [Fact]
    public async Task A_day_and_a_month_begin_anew_and_tell_when()
    {
        using var world = await StartAsync(isUnlimited: true);
        var (lastOfJanuary, firstOfFebruary) = (30 * Day, 31 * Day);
        var limits = new Limits { DayBudgetMicros = 100, MonthBudgetMicros = 150 };
        Assert.True((await OrderAsync(29 * Day, 60)).IsApplied);
        Assert.True((await OrderAsync(lastOfJanuary, 60)).IsApplied);
        var refused = await OrderAsync(lastOfJanuary + Day - 1, 41);
        Assert.Equal(new ReachedLimit(true, LimitKind.DayBudget, 100, 60, firstOfFebruary), refused.Limit);
        refused = await OrderAsync(lastOfJanuary, 40);
        Assert.Equal(new ReachedLimit(true, LimitKind.MonthBudget, 150, 120, firstOfFebruary), refused.Limit);
        Assert.True((await OrderAsync(firstOfFebruary, 100)).IsApplied);
        refused = await OrderAsync(firstOfFebruary, 1);
        Assert.Equal((LimitKind.DayBudget, 32 * Day), (refused.Limit!.Kind, refused.Limit.RenewsAt));

        Task<OperationResult> OrderAsync(long at, long price) => world.WriteAsync(world.Order(Rows.Task(price: price, createdAt: at), limits));
    }

    [Fact]
    public async Task What_a_task_did_not_cost_comes_back_to_the_day_of_its_creation()
    {
        using var world = await StartAsync(isUnlimited: true);
        var limits = new Limits { DayBudgetMicros = 100, TotalBudgetMicros = 110, MaxInFlight = 1 };
        var first = Rows.Task(price: 100, createdAt: 5 * Day);
        Assert.True((await world.WriteAsync(world.Order(first, limits))).IsApplied);
        Assert.Equal(LimitKind.TasksInFlight, (await OrderAsync(1)).Limit!.Kind);
        var (submitted, attempt) = await world.SubmitAsync(first);

        // It ends a day later, for less; in the same batch the next order already counts with what came back.
        var end = world.Change(
            Rows.Completed(submitted, 30, at: 6 * Day), attempt with { EndedAt = 6 * Day, Outcome = AttemptOutcome.Completed }, money: MoneyMove.Settle(30));
        var next = Rows.Task(price: 70, createdAt: 5 * Day);
        var results = await world.Store.CommitAsync([end, world.Order(next, limits)], Cancellation);
        Assert.All(results, result => Assert.True(result.IsApplied));
        Assert.Equal((100, 1, 100, 1), world.Spending(Rows.Account));
        Assert.True((await world.WriteAsync(world.Change(Rows.Failed(next, 6 * Day), money: MoneyMove.Release))).IsApplied);
        Assert.Equal((30, 0, 30, 0), world.Spending(Rows.Account));
        Assert.Equal((LimitKind.TotalBudget, 30L), (await OrderAsync(81, 9 * Day)) is var late ? (late.Limit!.Kind, late.Limit.Used) : default);
        Assert.True((await OrderAsync(80, 9 * Day)).IsApplied);

        Task<OperationResult> OrderAsync(long price, long at = 5 * Day) => world.WriteAsync(world.Order(Rows.Task(price: price, createdAt: at), limits));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_is_created_and_ended_together_no_bound_is_passed_and_the_sums_agree(int seed)
    {
        using var world = await StartAsync(balance: 3000);
        world.SetAccount(Rows.Account, "floor_micros = -500, day_budget_micros = 900, total_budget_micros = 2600, max_in_flight = 12");
        var random = new Random(seed);
        var limits = new[] { new Limits { DayBudgetMicros = 400, MaxInFlight = 5 }, new Limits { TotalBudgetMicros = 1500, MonthBudgetMicros = 1200 }, Limits.None };
        var living = new List<(GenerationTask Task, int Key)>();
        for (var round = 0; round < 40; round++)
        {
            var ended = living.Where(_ => random.Next(3) == 0).ToList();
            var orders = Enumerable.Range(0, random.Next(12)).Select(_ => (
                Task: Rows.Task(price: random.Next(120), createdAt: random.Next(20, 40) * Day), Key: random.Next(3))).ToList();
            var ends = ended.Select(row => (StoreOperation)world.Change(Rows.Failed(row.Task), money: End(row.Task)));
            var made = orders.Select(row => (StoreOperation)world.Order(row.Task with { KeyId = "key_" + row.Key }, limits[row.Key]));
            List<StoreOperation> batch = [.. ends, .. made];
            if (random.Next(2) == 0) batch.Reverse();
            var results = await world.Store.CommitAsync(batch, Cancellation);

            living.RemoveAll(ended.Contains);
            var applied = batch.Zip(results).Where(pair => pair.Second.IsApplied).Select(pair => pair.First.TaskId).ToHashSet();
            Assert.All(ended, row => Assert.Contains(row.Task.Id, applied));
            living.AddRange(orders.Where(row => applied.Contains(row.Task.Id)).Select(row => (row.Task with { KeyId = "key_" + row.Key }, row.Key)));
            var (spent, inFlight, spentOfRows, inFlightOfRows) = world.Spending(Rows.Account);
            Assert.Equal((spent, inFlight), (spentOfRows, inFlightOfRows));
            Assert.Equal(living.Count, inFlight);
            Assert.True(spent <= 2600 && inFlight <= 12 && living.Count(row => row.Key == 0) <= 5, $"{spent} spent, {inFlight} in flight");
            var (balance, reserved) = world.Figures(Rows.Account);
            Assert.True(balance - reserved >= -500);
        }

        MoneyMove End(GenerationTask task) => random.Next(2) == 0 ? MoneyMove.Release : MoneyMove.Settle(random.Next((int)task.PriceMicros + 1));
    }

    private static async Task<OperationResult[]> AtOnceAsync(StoreWorld world, IEnumerable<StoreOperation.Create> orders)
    {
        var committer = new GroupCommitter(world.Store);
        var running = committer.RunAsync();
        var results = await Task.WhenAll(orders.ToList().Select(committer.WriteAsync));
        committer.Complete();
        await running;
        return results;
    }
}
