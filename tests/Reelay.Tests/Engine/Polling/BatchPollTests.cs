using System.Collections.Concurrent;
using System.Text.Json;
using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Tests.Engine.Polling;

/// <summary>Reads of many states in one call.</summary>
public sealed class BatchPollTests
{
    private readonly BatchingUpstream _upstream = new(new ScriptedUpstream());

    [Fact]
    public async Task Due_polls_of_a_channel_are_read_together_and_each_task_gets_its_own_answer()
    {
        _upstream.OnBatch = ids => [.. ids.Select(id => id.EndsWith('7')
            ? new PollResult.Failed(ProviderErrorKind.GenerationFailed, "sorry")
            : (PollResult)ScriptedUpstream.Clip)];
        var found = await RunAsync(40);

        Assert.All(found, detail => Assert.Equal(
            detail.Attempts[0].UpstreamId!.EndsWith('7') ? TaskPhase.Failed : TaskPhase.Completed, detail.Task.Phase));
        Assert.Equal(40, _upstream.Batches.Sum(batch => batch.Count));
        Assert.All(_upstream.Batches, batch => Assert.InRange(batch.Count, 1, BatchingUpstream.Most));
        Assert.True(_upstream.Batches.Count < 40);
        Assert.Empty(_upstream.Inner.Polls);
    }

    [Fact]
    public async Task An_order_that_the_batch_does_not_name_is_read_alone()
    {
        // Named by nobody, and left out at the end.
        _upstream.OnBatch = ids => ids.Contains("up-2") || ids.Contains("up-5")
            ? [.. ids.Select(id => id is "up-2" or "up-5" ? null : (PollResult?)ScriptedUpstream.Clip)]
            : [.. ids.Take(ids.Count - 1).Select(_ => ScriptedUpstream.Clip)];
        var found = await RunAsync(12);

        Assert.All(found, detail => Assert.Equal(TaskPhase.Completed, detail.Task.Phase));
        Assert.Contains("up-2", _upstream.Inner.Polls);
        Assert.Contains("up-5", _upstream.Inner.Polls);
        Assert.All(_upstream.Inner.Polls.GroupBy(id => id), reads => Assert.Single(reads));
    }

    [Fact]
    public async Task One_reference_that_breaks_every_batch_breaks_them_for_itself_only()
    {
        _upstream.OnBatch = ids => !ids.Contains("up-3") ? [.. ids.Select(_ => ScriptedUpstream.Clip)]
            : throw new InvalidOperationException("a mistake of the adapter");
        var tries = 0;
        _upstream.Inner.OnPoll = (id, _) => id == "up-3" && Interlocked.Increment(ref tries) < 3
            ? throw new ProviderException(ProviderErrorKind.Unavailable, "500")
            : Task.FromResult<PollResult>(ScriptedUpstream.Clip);

        var found = await RunAsync(12);

        Assert.All(found, detail => Assert.Equal(TaskPhase.Completed, detail.Task.Phase));
        Assert.Single(_upstream.Batches, batch => batch.Contains("up-3"));
        Assert.Equal(3, _upstream.Inner.Polls.Count(id => id == "up-3"));
    }

    [Fact]
    public async Task Batches_that_hang_end_by_the_time_limit_and_are_bounded_like_other_reads()
    {
        _upstream.IsHanging = true;
        var found = await RunAsync(12, new EngineOptions { PollCallSeconds = 1, MaxConcurrentPolls = 1 });
        Assert.All(found, detail => Assert.Equal(TaskPhase.Completed, detail.Task.Phase));
        Assert.Equal(1, _upstream.MostAtOnce);
        Assert.Equal(12, _upstream.Inner.Polls.Distinct().Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancel_does_not_wait_for_a_read_that_hangs(bool isBatch)
    {
        _upstream.IsHanging = true;
        _upstream.Inner.OnPoll = async (_, cancellation) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            return ScriptedUpstream.Clip;
        };
        await using var world = await EngineWorld.StartAsync(
            _upstream.Inner, options: new EngineOptions { PollCallSeconds = 600 }, provider: isBatch ? _upstream : null);
        var id = await world.OrderAsync();
        await EngineWorld.UntilAsync(() => !(isBatch ? _upstream.Batches.IsEmpty : _upstream.Inner.Polls.IsEmpty));
        await world.CancelAsync(id);
        Assert.Equal("cancelled", (await world.UntilPhaseAsync(id, TaskPhase.Failed)).Task.Error!.Code);
    }

    private async Task<IReadOnlyList<TaskDetail>> RunAsync(int count, EngineOptions? options = null)
    {
        await using var world = await EngineWorld.StartAsync(_upstream.Inner, options: options, provider: _upstream);
        var ids = await Task.WhenAll(Enumerable.Range(0, count).Select(number => world.OrderAsync("order " + number)));
        var found = new List<TaskDetail>();
        foreach (var id in ids) found.Add(await world.FinishAsync(id));
        await world.UntilFreeAsync();
        return found;
    }

    // Submits and reads alone as a scripted upstream does.
    private sealed class BatchingUpstream(ScriptedUpstream inner) : IVideoProvider, IPollsInBatches
    {
        public const int Most = 8;

        private int _atOnce;

        public ScriptedUpstream Inner { get; } = inner;

        public ConcurrentQueue<IReadOnlyList<string>> Batches { get; } = new();

        public Func<IReadOnlyList<string>, IReadOnlyList<PollResult?>>? OnBatch { get; set; }

        public bool IsHanging { get; set; }

        public int MostAtOnce { get; private set; }

        public string Id => Inner.Id;

        public IReadOnlyList<UpstreamModel> Models => [];

        public int MaxBatchCount => Most;

        public Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken) =>
            Inner.SubmitAsync(submission, cancellationToken);

        public Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken) =>
            Inner.PollAsync(account, reference, cancellationToken);

        public async Task<IReadOnlyList<PollResult?>> PollManyAsync(
            ProviderAccount account, IReadOnlyList<JsonElement> references, CancellationToken cancellationToken)
        {
            IReadOnlyList<string> ids = [.. references.Select(reference => reference.GetProperty("id").GetString()!)];
            Batches.Enqueue(ids);
            var atOnce = Interlocked.Increment(ref _atOnce);
            lock (Batches) MostAtOnce = Math.Max(MostAtOnce, atOnce);
            try
            {
                if (IsHanging) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                return OnBatch!(ids);
            }
            finally
            {
                Interlocked.Decrement(ref _atOnce);
            }
        }
    }
}
