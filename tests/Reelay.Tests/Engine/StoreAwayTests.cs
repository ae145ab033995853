using Microsoft.Data.Sqlite;
using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>The database is locked or full, or the disk is: tasks under way wait and go on, and nothing is lost or sent twice.</summary>
public sealed class StoreAwayTests
{
    private readonly ScriptedUpstream _upstream = new();
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Beyond the time-out after which a write fails; `make chaos` takes a minute.
    private static TimeSpan LockTime =>
        TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("REELAY_LOCK_SECONDS"), out var seconds) ? seconds : 0);

    [Fact]
    public async Task What_an_upstream_answers_while_the_database_is_locked_is_written_afterwards()
    {
        Assert.SkipWhen(TestStore.IsPostgres, "A file that is locked or full.");
        _upstream.OnSubmit = AnswerLater(_upstream.Accept);
        await using var world = await EngineWorld.StartAsync(_upstream);
        var id = await world.OrderAsync();
        await EngineWorld.UntilAsync(() => _upstream.Calls.Count == 1);

        await LockAsync(world, async () =>
        {
            _answer.SetResult();
            await EngineWorld.UntilAsync(() => _upstream.Jobs.Count == 1);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => world.OrderAsync("refused"));
            await Task.Delay(LockTime, TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.True(world.Committer.IsStoreAway);
            Assert.Equal((TaskPhase.Submitting, null), ((await world.ReadAsync(id)).Task.Phase, (await world.ReadAsync(id)).Attempts[0].UpstreamId));
        });

        var found = await world.FinishAsync(id);
        Assert.Equal((TaskPhase.Completed, "up-1"), (found.Task.Phase, Assert.Single(found.Attempts).UpstreamId));
        Assert.Single(_upstream.Calls);
        Assert.False(world.Committer.IsStoreAway);
        Assert.Equal(0, world.Money().Reserved);
    }

    [Fact]
    public async Task A_refused_credential_is_judged_rightly_though_its_hold_cannot_be_written()
    {
        Assert.SkipWhen(TestStore.IsPostgres, "A file that is locked or full.");
        var first = AnswerLater(_ => throw new ProviderException(ProviderErrorKind.Unauthorized, "revoked"));
        _upstream.OnSubmit = (call, cancellation) =>
            call.Account.ChannelId == "channel-1" ? first(call, cancellation) : Task.FromResult<Submission>(_upstream.Accept(call));
        await using var world = await EngineWorld.StartAsync(_upstream, [EngineWorld.Quick(priority: 1), EngineWorld.Quick()]);
        var id = await world.OrderAsync();
        await EngineWorld.UntilAsync(() => _upstream.Calls.Count == 1);

        await LockAsync(world, async () =>
        {
            _answer.SetResult();
            await EngineWorld.UntilAsync(() => world.Channels.Holds.Find("vendor-channel-1") is not null);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => world.OrderAsync("refused"));
        });

        var found = await world.FinishAsync(id);
        Assert.Equal(
            [(AttemptOutcome.NotAccepted, "channel-1"), (AttemptOutcome.Completed, "channel-2")],
            found.Attempts.Select(attempt => (attempt.Outcome!.Value, attempt.ChannelId)));
        world.Channels.Holds.WriteRest();
        using var connection = Open(world);
        Assert.Equal(["vendor-channel-1"], connection.Query(row => row.GetString(0), "SELECT vendor_account FROM account_holds"));
    }

    [Fact]
    public async Task Tasks_under_way_wait_while_the_database_is_full()
    {
        Assert.SkipWhen(TestStore.IsPostgres, "A file that is locked or full.");
        var isDone = false;
        _upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(Volatile.Read(ref isDone) ? ScriptedUpstream.Clip : new PollResult.Running(true));
        _upstream.OnSubmit = (call, cancellation) =>
            _upstream.Calls.Count == 1 ? Task.FromResult<Submission>(_upstream.Accept(call)) : AnswerLater(_upstream.Accept)(call, cancellation);
        await using var world = await EngineWorld.StartAsync(_upstream);
        var submitted = await world.OrderAsync();
        await world.UntilAsync(submitted, found => found.Task.HasStarted);
        var submitting = await world.OrderAsync("another boat");
        await EngineWorld.UntilAsync(() => _upstream.Calls.Count == 2);

        world.LimitDatabase(isFull: true);
        Exception? refusal = null;
        for (var number = 0; refusal is null; number++)
        {
            // Written and never taken up: they only take room.
            var task = Rows.Task(prompt: new string('x', 20_000), createdAt: EngineWorld.Now, price: 1);
            refusal = await Record.ExceptionAsync(() => world.Committer.WriteAsync(new StoreOperation.Create(world.Fence(task), task)));
        }

        Assert.True(DiskFull.Is(Assert.IsType<StoreUnavailableException>(refusal)));
        Volatile.Write(ref isDone, true);
        _answer.SetResult();
        await EngineWorld.UntilAsync(() => _upstream.Jobs.Count == 2);
        world.LimitDatabase(isFull: false);

        foreach (var id in new[] { submitted, submitting })
        {
            var found = await world.FinishAsync(id);
            Assert.Equal((TaskPhase.Completed, 1), (found.Task.Phase, found.Attempts.Count));
        }

        Assert.Equal(2, _upstream.Calls.Count);
    }

    [Fact]
    public async Task A_result_for_which_there_is_no_space_waits_and_nothing_else_is_sent_meanwhile()
    {
        await using var world = await EngineWorld.StartAsync(_upstream, options: new EngineOptions { MaxFetchCount = 1 });
        world.Disk.IsFull = true;
        var made = await world.OrderAsync();
        await EngineWorld.UntilAsync(() => world.Disk.RefusedCount > 0 && world.Gate.IsDiskLow);
        var waiting = await world.OrderAsync("another boat");
        Assert.False(world.Gate.TryEnter(0));
        await EngineWorld.UntilAsync(() => world.Disk.RefusedCount > 1);
        Assert.Equal(TaskPhase.Fetching, (await world.ReadAsync(made)).Task.Phase);

        world.Disk.IsFull = false;

        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(made)).Task.Phase);
        Assert.Equal(TaskPhase.Completed, (await world.FinishAsync(waiting)).Task.Phase);
        Assert.Equal(2, _upstream.Calls.Count);
    }

    private Func<SubmissionContext, CancellationToken, Task<Submission>> AnswerLater(Func<SubmissionContext, Submission> answer) => async (call, _) =>
    {
        await _answer.Task;
        return answer(call);
    };

    private static async Task LockAsync(EngineWorld world, Func<Task> meanwhile)
    {
        using var connection = Open(world);
        connection.Execute("BEGIN EXCLUSIVE");
        await meanwhile();
        connection.Execute("ROLLBACK");
    }

    private static SqliteConnection Open(EngineWorld world)
    {
        var connection = new SqliteConnection($"Data Source={world.DatabaseFile};Pooling=False");
        connection.Open();
        return connection;
    }
}
