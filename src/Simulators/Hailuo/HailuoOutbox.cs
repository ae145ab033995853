using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Hailuo;

/// <summary>
/// Says which callbacks are due: one when a job is worked on, one when it ends, none before the address has said a challenge back.
/// </summary>
/// <remarks>How far a job's callbacks are is kept with the job, so that a restart of the sandbox leaves none out.</remarks>
internal sealed class HailuoOutbox
{
    private const int LastStage = 2;
    private readonly SandboxCore _sandbox;
    private readonly string _providerId;
    private readonly ConcurrentDictionary<string, byte> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _proved = new(StringComparer.Ordinal);

    /// <summary>Looks through the stored jobs for callbacks that are still to come.</summary>
    public HailuoOutbox(SandboxCore sandbox, string providerId)
    {
        (_sandbox, _providerId) = (sandbox, providerId);
        foreach (SimulatedJob job in sandbox.Store.Jobs(providerId))
            Watch(job);
    }

    /// <summary>Watches a job, if it calls back.</summary>
    public void Watch(SimulatedJob job)
    {
        HailuoJob task = new(job);
        if (task.CallbackUrl is not null && task.CalledBack < LastStage && !job.Has("callback", "never"))
            _open[job.Id] = 0;
    }

    /// <summary>What is due now.</summary>
    public IReadOnlyList<CallbackBatch> Due()
    {
        List<CallbackBatch> due = [];
        foreach (string id in _open.Keys)
        {
            if (_sandbox.Store.FindJob(_providerId, id) is not { } job)
                _open.TryRemove(id, out _);
            else if (Batch(job) is { } batch)
                due.Add(batch);
        }

        return due;
    }

    /// <summary>Notes how far a job's callbacks are.</summary>
    public void Sent(CallbackBatch batch) => Note(batch.JobId, batch.Stage);

    /// <summary>Notes that an address did not prove itself: it gets nothing any more.</summary>
    public void Unproved(CallbackBatch batch) => Note(batch.JobId, LastStage);

    private void Note(string jobId, int stage)
    {
        if (_sandbox.Store.FindJob(_providerId, jobId) is { } job)
        {
            JsonObject details = (JsonObject)job.Details!.DeepClone();
            details["called_back"] = stage;
            _sandbox.Store.Update(job with { Details = details });
        }

        if (stage == LastStage)
            _open.TryRemove(jobId, out _);
    }

    private CallbackBatch? Batch(SimulatedJob job)
    {
        HailuoJob task = new(job);
        JobReading reading = _sandbox.Read(job);
        int reached = reading.IsTerminal ? LastStage : reading.State == JobState.Running ? 1 : 0;
        bool isReversed = job.Has("callback", "reversed");
        if (task.CalledBack >= reached || (isReversed && reached < LastStage))
            return null;
        IEnumerable<int> stages = Enumerable.Range(task.CalledBack + 1, reached - task.CalledBack);
        if (isReversed)
            stages = stages.Reverse();
        int count = job.Has("callback", "twice") ? 2 : 1;
        List<CallbackMessage> messages = [.. stages.SelectMany(stage => Enumerable.Repeat(
            Message(task.Callback(stage == LastStage ? reading : new JobReading(JobState.Running, 0, null), _sandbox.Time.GetUtcNow())), count))];
        if (job.Has("callback", "forged"))
            messages = [.. messages.SelectMany(message => new[] { Forged(job), message })];
        return new CallbackBatch(job.Id, reached, new Uri(task.CallbackUrl!), messages) { Challenge = Challenge(task.CallbackUrl!) };
    }

    private CallbackChallenge? Challenge(string url)
    {
        if (_proved.ContainsKey(new Uri(url).AbsoluteUri))
            return null;
        string challenge = _sandbox.Random.Hex(16);
        return new(Message(new JsonObject { ["challenge"] = challenge }), answer => SaysBack(answer, challenge) && _proved.TryAdd(new Uri(url).AbsoluteUri, 0));
    }

    private static bool SaysBack(ReadOnlyMemory<byte> answer, string challenge)
    {
        try
        {
            return JsonNode.Parse(answer.Span) is JsonObject said && said["challenge"]?.ToString() == challenge;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Callbacks are not signed: somebody who knows the address says that the job has failed.
    private static CallbackMessage Forged(SimulatedJob job) => Message(HailuoReply.With(
        new JsonObject { ["task_id"] = job.Id, ["status"] = "failed", ["file_id"] = "" }, new(1027, "forged")));

    private static CallbackMessage Message(JsonObject body) => new(Encoding.UTF8.GetBytes(JsonText.Of(body)), new Dictionary<string, string>());
}
