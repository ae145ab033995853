using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Tasks;

/// <summary>What every store must do: inputs fetched for links.</summary>
public abstract partial class TaskStoreTests
{
    [Fact]
    public async Task Fetched_inputs_are_written_with_a_task_that_stays_where_it_is()
    {
        using var world = await StartAsync();
        var task = await world.AddAsync(Rows.Task());
        var (first, third) = (Input(task, 0), Input(task, 2));

        var written = await world.WriteAsync(world.Change(task with { Version = 2 }) with { Inputs = [third, first] });

        Assert.Equal((OperationOutcome.Applied, TaskPhase.Accepted, 2), (written.Outcome, written.Task!.Phase, written.Task.Version));
        world.Reopen();
        var found = await world.ReadAsync(task.Id);
        Assert.Equal([first, third], found.Inputs);
        Assert.Equal(2, found.Task.Version);
        Assert.Empty(found.Assets);
        Assert.Equal((1_000_000, 400), world.Figures(Rows.Account));
    }

    [Fact]
    public async Task Inputs_of_a_write_from_an_older_row_or_a_lost_shard_are_not_kept()
    {
        using var world = await StartAsync();
        var task = await world.AddAsync(Rows.Task());
        await world.WriteAsync(new StoreOperation.Intent(task.Id, null, IsDelete: false, 2000));

        var late = world.Change(task with { Version = 2 }) with { Inputs = [Input(task, 0)] };
        Assert.Equal(OperationOutcome.VersionChanged, (await world.WriteAsync(late)).Outcome);
        var foreign = world.Change(task with { Version = 3 }) with { Inputs = [Input(task, 0)], Fence = new ShardFence(task.Shard, "node_other", 1) };
        Assert.Equal(OperationOutcome.NotOwned, (await world.WriteAsync(foreign)).Outcome);

        Assert.Empty((await world.ReadAsync(task.Id)).Inputs);
    }

    [Fact]
    public async Task Live_tasks_are_loaded_each_with_its_own_inputs()
    {
        using var world = await StartAsync();
        var ids = new List<string>();
        while (ids.Count < 4)
        {
            var id = Rows.Id();
            if (TaskIds.ShardOf(id) == 7) ids.Add(id);
        }

        var tasks = new List<GenerationTask>();
        foreach (var id in ids) tasks.Add(await world.AddAsync(Rows.Task(id)));
        foreach (var task in tasks.Where(task => task.Id != ids[1]))
        {
            await world.WriteAsync(world.Change(task with { Version = 2 }) with { Inputs = [Input(task, 0), Input(task, 1)] });
        }

        await world.WriteAsync(world.Change(Rows.Failed(tasks[2] with { Version = 2 }), money: MoneyMove.Release));

        var first = await world.Store.LoadLiveAsync(7, null, 2, Cancellation);
        var rest = await world.Store.LoadLiveAsync(7, ids[1], 10, Cancellation);

        Assert.Equal([ids[0], ids[1]], first.Select(row => row.Task.Id));
        Assert.Equal([Input(tasks[0], 0), Input(tasks[0], 1)], first[0].Inputs);
        Assert.Empty(first[1].Inputs);
        Assert.Equal([Input(tasks[3], 0), Input(tasks[3], 1)], Assert.Single(rest).Inputs);
    }

    [Fact]
    public async Task Discarding_forgets_fetched_inputs_too()
    {
        using var world = await StartAsync();
        var task = await world.AddAsync(Rows.Task());
        await world.WriteAsync(world.Change(task with { Version = 2 }) with { Inputs = [Input(task, 0)] });
        await world.WriteAsync(world.Change(Rows.Failed(task with { Version = 2 }), money: MoneyMove.Release));

        Assert.True((await world.WriteAsync(new StoreOperation.Discard(task.Id, 9000))).IsApplied);

        Assert.Empty((await world.ReadAsync(task.Id)).Inputs);
    }

    private static TaskInput Input(GenerationTask task, int position) => new()
    {
        TaskId = task.Id,
        Position = position,
        Key = $"{task.Id}/inputs/file{position}",
        ContentType = "image/png",
        SizeBytes = 100 + position,
        Sha256 = new string('b', 64),
        CreatedAt = 3000,
    };
}
