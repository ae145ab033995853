using System.Text.Json;
using Reelay.Providers;
using Reelay.Server.Routing;

namespace Reelay.Server.Engine.Polling;

/// <summary>What a batch says of one reference.</summary>
/// <param name="Result">The state; null if the batch does not name it, or broke.</param>
/// <param name="Failure">Why the whole batch could not be read, or null.</param>
internal readonly record struct BatchAnswer(PollResult? Result, Exception? Failure);

/// <summary>Collects the due reads of one channel for a moment and reads them in one call.</summary>
internal sealed class BatchReader(ProviderChannel channel, IPollsInBatches provider, PollLine line, TimeSpan limit, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(50);
    private const int MaxCount = 500;

    private readonly Lock _gate = new();
    private readonly int _maxCount = Math.Clamp(provider.MaxBatchCount, 1, MaxCount);
    private Batch? _open;

    /// <summary>Reads one reference with others.</summary>
    public Task<BatchAnswer> ReadAsync(string referenceJson)
    {
        var read = new Read(referenceJson);
        Batch batch;
        lock (_gate)
        {
            batch = _open ??= new Batch(this);
            batch.Reads.Add(read);
            if (batch.Reads.Count == 1) batch.Timer = time.CreateTimer(static state => ((Batch)state!).Close(), batch, Window, Timeout.InfiniteTimeSpan);
            if (batch.Reads.Count < _maxCount) return read.Done.Task;
        }

        batch.Close();
        return read.Done.Task;
    }

    // The outermost catch of a batch: whatever goes wrong, each of its tasks gets an answer.
    private async Task RunAsync(Batch batch)
    {
        IReadOnlyList<PollResult?> results = [];
        Exception? failure = null;
        var documents = new List<JsonDocument>(batch.Reads.Count);
        try
        {
            using var stop = new CancellationTokenSource(limit, time);
            foreach (var read in batch.Reads) documents.Add(JsonDocument.Parse(read.ReferenceJson));
            results = await provider.PollManyAsync(channel.Account, [.. documents.Select(document => document.RootElement)], stop.Token);
        }
        catch (Exception exception)
        {
            failure = exception;
        }
        finally
        {
            line.Leave();
            foreach (var document in documents) document.Dispose();
        }

        for (var i = 0; i < batch.Reads.Count; i++)
        {
            batch.Reads[i].Done.SetResult(new BatchAnswer(i < results.Count ? results[i] : null, failure));
        }
    }

    private sealed class Batch(BatchReader reader) : LineItem
    {
        public List<Read> Reads { get; } = [];

        public ITimer? Timer { get; set; }

        public override bool IsGone => false;

        public override void Call() => TryStart();

        /// <summary>Takes no more; runs as soon as the channel's bounds allow.</summary>
        public void Close()
        {
            lock (reader._gate)
            {
                if (reader._open != this) return;
                reader._open = null;
            }

            Timer?.Dispose();
            TryStart();
        }

        private void TryStart()
        {
            if (reader.TryEnter(this)) _ = reader.RunAsync(this);
        }
    }

    private bool TryEnter(Batch batch) => line.TryEnter(batch, 0);

    private sealed class Read(string referenceJson)
    {
        public string ReferenceJson { get; } = referenceJson;

        public TaskCompletionSource<BatchAnswer> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
