using Reelay.Server.Tasks;
using Reelay.Simulation.World;
using Reelay.Tests.Support;

namespace Reelay.Tests.Tasks;

public sealed class GroupCommitterTests
{
    [Fact]
    public async Task Operations_of_one_task_go_one_per_batch_in_order()
    {
        var store = new ScriptedStore();
        var committer = new GroupCommitter(store);
        var one = Rows.Task();
        var other = Rows.Task();
        var writes = new List<Task<OperationResult>>();
        for (var version = 1; version <= 4; version++) writes.Add(committer.WriteAsync(Operation(one with { Version = version })));
        writes.Add(committer.WriteAsync(Operation(other)));

        await FinishAsync(committer);

        Assert.All(await Task.WhenAll(writes), result => Assert.True(result.IsApplied));
        Assert.All(store.Batches, batch => Assert.Equal(batch.Count, batch.DistinctBy(operation => operation.TaskId).Count()));
        Assert.Equal([1, 2, 3, 4], store.Batches.SelectMany(batch => batch).Where(operation => operation.TaskId == one.Id).Select(Version));
        Assert.Equal(2, store.Batches[0].Count);
    }

    [Fact]
    public async Task A_batch_has_a_bound_and_nothing_is_lost_beyond_it()
    {
        var store = new ScriptedStore();
        var committer = new GroupCommitter(store);
        var tasks = Enumerable.Range(0, GroupCommitter.MaxBatchCount + 10).Select(_ => Rows.Task()).ToList();
        var writes = tasks.Select(task => committer.WriteAsync(Operation(task))).ToList();

        await FinishAsync(committer);

        Assert.All(await Task.WhenAll(writes), result => Assert.True(result.IsApplied));
        Assert.Equal([GroupCommitter.MaxBatchCount, 10], store.Batches.Select(batch => batch.Count));
        Assert.Equal(tasks.Select(task => task.Id), store.Batches.SelectMany(batch => batch).Select(operation => operation.TaskId));
    }

    [Fact]
    public async Task One_bad_operation_fails_alone()
    {
        var bad = Rows.Task();
        var store = new ScriptedStore { Commit = batch => batch.Any(operation => operation.TaskId == bad.Id) ? throw new InvalidOperationException("broken") : Applied(batch) };
        var committer = new GroupCommitter(store);
        var before = committer.WriteAsync(Operation(Rows.Task()));
        var failing = committer.WriteAsync(Operation(bad));
        var after = committer.WriteAsync(Operation(Rows.Task()));

        await FinishAsync(committer);

        Assert.True((await before).IsApplied);
        Assert.True((await after).IsApplied);
        var exception = await Assert.ThrowsAsync<StoreUnavailableException>(() => failing);
        Assert.Equal("broken", exception.InnerException!.Message);
        Assert.Equal([3, 1, 1, 1], store.Batches.Select(batch => batch.Count));
    }

    [Fact]
    public async Task A_store_that_is_away_fails_the_batch_without_a_second_try()
    {
        var store = new ScriptedStore { Commit = _ => throw new StoreUnavailableException("locked", null) };
        var committer = new GroupCommitter(store);
        var writes = new[] { committer.WriteAsync(Operation(Rows.Task())), committer.WriteAsync(Operation(Rows.Task())) };

        await FinishAsync(committer);

        foreach (var write in writes) await Assert.ThrowsAsync<StoreUnavailableException>(() => write);
        Assert.Single(store.Batches);
    }

    [Fact]
    public async Task After_a_commit_of_unknown_outcome_the_store_is_asked_what_became_of_each()
    {
        var written = Rows.Task();
        var missing = Rows.Task();
        var store = new ScriptedStore
        {
            Commit = batch => batch.Count > 1 ? throw new CommitOutcomeUnknownException("lost", new IOException()) : Applied(batch),
            ReadBack = operation => operation.TaskId == written.Id ? new OperationResult(OperationOutcome.Applied, written) : null,
        };
        var committer = new GroupCommitter(store);
        var first = committer.WriteAsync(Operation(written));
        var second = committer.WriteAsync(Operation(missing));

        await FinishAsync(committer);

        Assert.True((await first).IsApplied);
        Assert.True((await second).IsApplied);
        Assert.Equal([2, 1], store.Batches.Select(batch => batch.Count));
        Assert.Equal(missing.Id, Assert.Single(store.Batches[1]).TaskId);
    }

    [Fact]
    public async Task If_the_store_cannot_tell_the_write_fails_and_is_not_repeated()
    {
        var store = new ScriptedStore
        {
            Commit = _ => throw new CommitOutcomeUnknownException("lost", new IOException()),
            ReadBack = _ => throw new IOException("away"),
        };
        var committer = new GroupCommitter(store);
        var write = committer.WriteAsync(Operation(Rows.Task()));

        await FinishAsync(committer);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => write);
        Assert.Single(store.Batches);
    }

    [Fact]
    public async Task Completion_writes_what_waits_and_takes_nothing_more()
    {
        var store = new ScriptedStore();
        var committer = new GroupCommitter(store);
        var task = Rows.Task();
        var writes = new[] { committer.WriteAsync(Operation(task)), committer.WriteAsync(Operation(task with { Version = 2 })) };

        committer.Complete();
        Assert.True(committer.IsCompleted);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => committer.WriteAsync(Operation(Rows.Task())));
        await committer.RunAsync();

        Assert.All(await Task.WhenAll(writes), result => Assert.True(result.IsApplied));
        Assert.Equal(2, store.Batches.Count);
    }

    [Fact]
    public void A_read_back_judges_by_version_phase_and_attempt()
    {
        var task = Rows.Task();
        var after = Rows.Submitting(task);
        var attempt = Rows.Attempt(task);
        var change = new StoreOperation.Transition(default, after) { Attempt = attempt };
        var creation = new StoreOperation.Create(default, task);

        Assert.Null(CommitReadBack.Judge(creation, null));
        Assert.True(CommitReadBack.Judge(creation, new(task, [], []))!.Value.IsApplied);
        Assert.Equal(OperationOutcome.NotFound, CommitReadBack.Judge(change, null)!.Value.Outcome);
        Assert.Null(CommitReadBack.Judge(change, new(task, [], [])));
        var applied = CommitReadBack.Judge(change, new(after, [attempt], []))!.Value;
        Assert.Equal(new OperationResult(OperationOutcome.Applied, after, attempt), applied);
        Assert.Equal(OperationOutcome.VersionChanged, CommitReadBack.Judge(change, new(after with { Version = 3 }, [attempt], []))!.Value.Outcome);
        Assert.Equal(OperationOutcome.VersionChanged, CommitReadBack.Judge(change, new(after with { Phase = TaskPhase.Accepted }, [], []))!.Value.Outcome);
        Assert.Null(CommitReadBack.Judge(new StoreOperation.Intent(task.Id, null, true, 1), new(task, [], [])));
        Assert.Null(CommitReadBack.Judge(new StoreOperation.Discard(task.Id, 1), new(task, [], [])));
    }

    private static StoreOperation.Create Operation(GenerationTask task) => new(default, task);

    private static long Version(StoreOperation operation) => ((StoreOperation.Create)operation).Task.Version;

    private static IReadOnlyList<OperationResult> Applied(IReadOnlyList<StoreOperation> batch) =>
        [.. batch.Select(_ => new OperationResult(OperationOutcome.Applied))];

    private static Task FinishAsync(GroupCommitter committer)
    {
        committer.Complete();
        return committer.RunAsync();
    }

    private sealed class ScriptedStore() : PassingTaskStore(null!)
    {
        public List<IReadOnlyList<StoreOperation>> Batches { get; } = [];

        public Func<IReadOnlyList<StoreOperation>, IReadOnlyList<OperationResult>> Commit { get; init; } = Applied;

        public Func<StoreOperation, OperationResult?> ReadBack { get; init; } = _ => throw new InvalidOperationException("nobody should ask");

        public override Task<IReadOnlyList<OperationResult>> CommitAsync(IReadOnlyList<StoreOperation> batch, CancellationToken cancellationToken)
        {
            Batches.Add(batch);
            return Task.FromResult(Commit(batch));
        }

        public override Task<OperationResult?> ReadBackAsync(StoreOperation operation, CancellationToken cancellationToken) =>
            Task.FromResult(ReadBack(operation));

        protected override T Ask<T>(Func<ITaskStore, T> call) => throw new NotSupportedException();
    }
}
