using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Seedance;

/// <summary>Says which callbacks are due: one when a job is queued, one when it is worked on, one when it ends. A cancelled one says nothing.</summary>
/// <remarks>How far a job's callbacks are is kept with the job, so that a restart of the sandbox leaves none out. None is signed.</remarks>
internal sealed class SeedanceOutbox
{
    private const int LastStage = 3;
    private readonly SandboxCore _sandbox;
    private readonly string _providerId;
    private readonly ConcurrentDictionary<string, byte> _open = new(StringComparer.Ordinal);

    /// <summary>Looks through the stored jobs for callbacks that are still to come.</summary>
    public SeedanceOutbox(SandboxCore sandbox, string providerId)
    {
        _sandbox = sandbox;
        _providerId = providerId;
        foreach (SimulatedJob job in sandbox.Store.Jobs(providerId))
            Watch(job);
    }

    /// <summary>Watches a job, if it calls back.</summary>
    public void Watch(SimulatedJob job)
    {
        SeedanceJob task = new(job);
        if (task.CallbackUrl is not null && task.CalledBack < LastStage && !job.Has("callback", "never"))
            _open[job.Id] = 0;
    }

    /// <summary>What is due now.</summary>
    public IReadOnlyList<CallbackBatch> Due()
    {
        List<CallbackBatch> due = [];
        foreach (string id in _open.Keys)
        {
            if (_sandbox.Store.FindJob(_providerId, id) is not { CancelledAt: null, DeletedAt: null } job)
                _open.TryRemove(id, out _);
            else if (Batch(job) is { } batch)
                due.Add(batch);
        }

        return due;
    }

    /// <summary>Notes how far a job's callbacks are.</summary>
    public void Sent(CallbackBatch batch)
    {
        if (_sandbox.Store.FindJob(_providerId, batch.JobId) is { } job)
        {
            JsonObject details = (JsonObject)job.Details!.DeepClone();
            details["called_back"] = batch.Stage;
            _sandbox.Store.Update(job with { Details = details });
        }

        if (batch.Stage == LastStage)
            _open.TryRemove(batch.JobId, out _);
    }

    private CallbackBatch? Batch(SimulatedJob job)
    {
        SeedanceJob task = new(job);
        JobReading reading = _sandbox.Read(job);
        DateTimeOffset now = _sandbox.Time.GetUtcNow();
        int reached = task.StatusOf(reading, now) switch { "queued" => 1, "running" or "pondering" => 2, _ => LastStage };
        bool isReversed = job.Has("callback", "reversed");
        if (task.CalledBack >= reached || (isReversed && reached < LastStage))
            return null;

        IEnumerable<int> stages = Enumerable.Range(task.CalledBack + 1, reached - task.CalledBack);
        if (isReversed)
            stages = stages.Reverse();
        int count = job.Has("callback", "twice") ? 2 : 1;
        List<CallbackMessage> messages = [.. stages.SelectMany(stage => Enumerable.Repeat(Message(Shown(task, stage, reading, now)), count))];
        if (job.Has("callback", "forged"))
            messages = [.. messages.SelectMany(message => new[] { Message(Forged(job)), message })];
        return new CallbackBatch(job.Id, reached, new Uri(task.CallbackUrl!), messages);
    }

    private static JsonObject Shown(SeedanceJob task, int stage, JobReading reading, DateTimeOffset now) => stage switch
    {
        1 => task.Shown(new JobReading(JobState.Queued, 0, null), task.Job.CreatedAt),
        2 => task.Shown(new JobReading(JobState.Running, 0, null), task.Job.CreatedAt),
        _ => task.Shown(reading, now),
    };

    // Somebody who knows the address: nothing tells this from a real one.
    private static JsonObject Forged(SimulatedJob job) => new()
    {
        ["id"] = job.Id, ["model"] = job.Model, ["status"] = "failed",
        ["error"] = new JsonObject { ["code"] = "InternalServiceError", ["message"] = "forged" },
    };

    private static CallbackMessage Message(JsonObject task) => new(Encoding.UTF8.GetBytes(JsonText.Of(task)), new Dictionary<string, string>());
}
