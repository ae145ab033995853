using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Tasks;

/// <summary>Tasks as callers see them, one at a time and many at once.</summary>
public abstract partial class TaskStoreTests
{
    [Fact]
    public async Task A_view_is_the_row_with_its_files_and_nobody_elses()
    {
        using var world = await StartAsync();
        world.AddAccount("acct_other", 1_000_000);
        var waiting = await world.AddAsync(Rows.Task());
        var foreign = await world.AddAsync(Rows.Task(account: "acct_other"));
        var (sent, attempt) = await world.SubmitAsync(await world.AddAsync(Rows.Task()));
        var done = Rows.Completed(sent, 400);
        TaskAsset[] files = [Rows.Asset(done), Rows.Asset(done) with { Position = 1, Key = "ee/second" }];
        await world.WriteAsync(world.Change(done, attempt with { EndedAt = 3000, Outcome = AttemptOutcome.Completed }, money: MoneyMove.Settle(400)) with { Assets = files });

        foreach (var account in new[] { Rows.Account, null })
        {
            var own = await world.Store.ViewAsync(waiting.Id, account, Cancellation);
            Assert.Equal((waiting.Id, TaskPhase.Accepted, 0), (own!.Task.Id, own.Task.Phase, own.Assets.Count));
        }

        Assert.Null(await world.Store.ViewAsync(foreign.Id, Rows.Account, Cancellation));
        Assert.Null(await world.Store.ViewAsync(Rows.Id(), Rows.Account, Cancellation));
        var view = await world.Store.ViewAsync(done.Id, Rows.Account, Cancellation);
        Assert.Equal(TaskPhase.Completed, view!.Task.Phase);
        Assert.Equal([0, 1], view.Assets.Select(asset => asset.Position));
    }

    [Fact]
    public async Task Each_of_many_readers_at_once_gets_the_task_it_asked_for_as_it_was_when_it_asked()
    {
        using var world = await StartAsync();
        world.AddAccount("acct_other", 100_000_000);
        var tasks = new List<GenerationTask>();
        for (var i = 0; i < 20; i++) tasks.Add(await world.AddAsync(Rows.Task(account: i % 2 == 0 ? Rows.Account : "acct_other")));

        var asked = Enumerable.Range(0, 400).Select(i => (Task: tasks[i % 20], Account: i % 3 == 0 ? "acct_other" : i % 3 == 1 ? Rows.Account : null)).ToList();
        var views = await Task.WhenAll(asked.Select(ask => world.Store.ViewAsync(ask.Task.Id, ask.Account, Cancellation)));

        for (var i = 0; i < asked.Count; i++)
        {
            var (task, account) = asked[i];
            Assert.Equal(account is null || account == task.AccountId ? task.Id : null, views[i]?.Task.Id);
        }

        // A reader that asks after a write sees it, however many queries were under way.
        var early = tasks.Select(task => world.Store.ViewAsync(task.Id, null, Cancellation)).ToList();
        await world.WriteAsync(new StoreOperation.Intent(tasks[0].Id, Rows.Account, IsDelete: false, 2000));
        Assert.Equal(2, (await world.Store.ViewAsync(tasks[0].Id, null, Cancellation))!.Task.Version);
        await Task.WhenAll(early);
    }
}
