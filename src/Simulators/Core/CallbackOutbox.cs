using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Reelay.Simulators;

/// <summary>
/// Says which callbacks of a simulator are due: its jobs go through stages, 1 to the last, and each stage has one. The words that a prompt may
/// have about callbacks are obeyed here; what a callback says and how it is signed is the upstream's own.
/// </summary>
/// <remarks>
/// A job's details name the address (<c>callback_url</c>) and how far its callbacks are (<c>called_back</c>), so that a restart of the sandbox
/// leaves none out.
/// </remarks>
internal abstract class CallbackOutbox
{
    private static readonly TimeSpan _longestHold = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _holdPause = TimeSpan.FromMilliseconds(20);

    private readonly string _providerId;
    private readonly int _lastStage;
    private readonly ConcurrentDictionary<string, byte> _open = new(StringComparer.Ordinal);

    /// <summary>Looks through the stored jobs for callbacks that are still to come.</summary>
    protected CallbackOutbox(SandboxCore sandbox, string providerId, int lastStage)
    {
        (Sandbox, _providerId, _lastStage) = (sandbox, providerId, lastStage);
        foreach (SimulatedJob job in sandbox.Store.Jobs(providerId))
            Watch(job);
    }

    /// <summary>The sandbox.</summary>
    protected SandboxCore Sandbox { get; }

    /// <summary>Watches a job, if it calls back.</summary>
    public void Watch(SimulatedJob job)
    {
        if (UrlOf(job) is not null && CalledBack(job) < _lastStage && !job.Has("callback", "never"))
            _open[job.Id] = 0;
    }

    /// <summary>Waits until a job's first callback is out, ten seconds at most.</summary>
    public async Task UntilBegunAsync(string jobId, CancellationToken cancellationToken)
    {
        long begun = Sandbox.Time.GetTimestamp();
        while (_open.ContainsKey(jobId) && Sandbox.Store.FindJob(_providerId, jobId) is { } job && CalledBack(job) == 0
            && Sandbox.Time.GetElapsedTime(begun) < _longestHold)
        {
            await Task.Delay(_holdPause, Sandbox.Time, cancellationToken);
        }
    }

    /// <summary>What is due now.</summary>
    public IReadOnlyList<CallbackBatch> Due()
    {
        List<CallbackBatch> due = [];
        foreach (string id in _open.Keys)
        {
            if (Sandbox.Store.FindJob(_providerId, id) is not { } job || IsSilenced(job))
                _open.TryRemove(id, out _);
            else if (Batch(job) is { } batch)
                due.Add(batch);
        }

        return due;
    }

    /// <summary>Notes how far a job's callbacks are.</summary>
    public void Sent(CallbackBatch batch) => Note(batch.JobId, batch.Stage);

    /// <summary>Notes that an address did not prove itself: it gets nothing any more.</summary>
    public void Unproved(CallbackBatch batch) => Note(batch.JobId, _lastStage);

    /// <summary>The stage that a job has reached; 0 before the first.</summary>
    protected abstract int Reached(SimulatedJob job);

    /// <summary>The callback of a stage that was reached.</summary>
    protected abstract CallbackMessage Message(SimulatedJob job, int stage, Uri url);

    /// <summary>What somebody would send who knows the address alone.</summary>
    protected abstract CallbackMessage Forged(SimulatedJob job, Uri url);

    /// <summary>Whether a job says nothing any more.</summary>
    protected virtual bool IsSilenced(SimulatedJob job) => false;

    /// <summary>What the address must answer first, or null.</summary>
    protected virtual CallbackChallenge? Challenge(Uri url) => null;

    private static string? UrlOf(SimulatedJob job) => job.Details!["callback_url"]?.GetValue<string>();

    private static int CalledBack(SimulatedJob job) => job.Details!["called_back"]?.GetValue<int>() ?? 0;

    private CallbackBatch? Batch(SimulatedJob job)
    {
        int calledBack = CalledBack(job);
        int reached = Reached(job);
        bool isReversed = job.Has("callback", "reversed");
        if (calledBack >= reached || (isReversed && reached < _lastStage))
            return null;

        IEnumerable<int> stages = Enumerable.Range(calledBack + 1, reached - calledBack);
        if (isReversed)
            stages = stages.Reverse();
        Uri url = new(UrlOf(job)!);
        int count = job.Has("callback", "twice") ? 2 : 1;
        List<CallbackMessage> messages = [.. stages.SelectMany(stage => Enumerable.Repeat(Message(job, stage, url), count))];
        if (job.Has("callback", "forged"))
            messages = [.. messages.SelectMany(message => new[] { Forged(job, url), message })];
        return new CallbackBatch(job.Id, reached, url, messages) { Challenge = Challenge(url) };
    }

    private void Note(string jobId, int stage)
    {
        if (Sandbox.Store.FindJob(_providerId, jobId) is { } job)
        {
            JsonObject details = (JsonObject)job.Details!.DeepClone();
            details["called_back"] = stage;
            Sandbox.Store.Update(job with { Details = details });
        }

        if (stage == _lastStage)
            _open.TryRemove(jobId, out _);
    }
}
