using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>Says which callbacks are due: one when a job is submitted, one when it is worked on, one when it ends.</summary>
/// <remarks>How far a job's callbacks are is kept with the job, so that a restart of the sandbox leaves none out.</remarks>
internal sealed class KlingOutbox
{
    private const int LastStage = 3;
    private static readonly TimeSpan _longestHold = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _holdPause = TimeSpan.FromMilliseconds(20);
    private readonly SandboxCore _sandbox;
    private readonly string _providerId;
    private readonly byte[]? _key;
    private readonly ConcurrentDictionary<string, byte> _open = new(StringComparer.Ordinal);

    /// <summary>Looks through the stored jobs for callbacks that are still to come.</summary>
    public KlingOutbox(SandboxCore sandbox, string providerId)
    {
        _sandbox = sandbox;
        _providerId = providerId;
        if (sandbox.Options.CallbackSecrets.GetValueOrDefault(providerId) is { } secret)
            _key = Convert.FromBase64String(secret["whsec_".Length..]);
        foreach (SimulatedJob job in sandbox.Store.Jobs(providerId))
            Watch(job);
    }

    /// <summary>Watches a job, if it calls back.</summary>
    public void Watch(SimulatedJob job)
    {
        KlingJob task = new(job);
        if (task.CallbackUrl is not null && task.CalledBack < LastStage && !job.Has("callback", "never"))
            _open[job.Id] = 0;
    }

    /// <summary>Waits until a job's first callback is out, ten seconds at most.</summary>
    public async Task UntilBegunAsync(string jobId, CancellationToken cancellationToken)
    {
        long begun = _sandbox.Time.GetTimestamp();
        while (_open.ContainsKey(jobId) && _sandbox.Store.FindJob(_providerId, jobId) is { } job && new KlingJob(job).CalledBack == 0
            && _sandbox.Time.GetElapsedTime(begun) < _longestHold)
        {
            await Task.Delay(_holdPause, _sandbox.Time, cancellationToken);
        }
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
        KlingJob task = new(job);
        JobReading reading = _sandbox.Read(job);
        int reached = reading.IsTerminal ? LastStage : reading.State == JobState.Running ? 2 : 1;
        bool isReversed = job.Has("callback", "reversed");
        if (task.CalledBack >= reached || (isReversed && reached < LastStage))
            return null;

        IEnumerable<int> stages = Enumerable.Range(task.CalledBack + 1, reached - task.CalledBack);
        if (isReversed)
            stages = stages.Reverse();
        int count = job.Has("callback", "twice") ? 2 : 1;
        List<CallbackMessage> messages =
            [.. stages.SelectMany(stage => Enumerable.Repeat(Message(job, At(stage, reading)), count))];
        if (job.Has("callback", "forged"))
            messages = [.. messages.SelectMany(message => new[] { Forged(job), message })];
        return new CallbackBatch(job.Id, reached, new Uri(task.CallbackUrl!), messages);
    }

    private static JobReading At(int stage, JobReading now) => stage switch
    {
        1 => new JobReading(JobState.Queued, 0, null),
        2 => new JobReading(JobState.Running, 0, null),
        _ => now,
    };

    private CallbackMessage Message(SimulatedJob job, JobReading reading)
    {
        JsonObject task = new KlingJob(job).Task(reading);
        JsonObject shown = job.Has("callback", "wrapped") ? KlingReply.Envelope(_sandbox.Random, 0, "SUCCEED", task) : task;
        byte[] body = Encoding.UTF8.GetBytes(JsonText.Of(shown));
        return new CallbackMessage(body, Sign(body));
    }

    // Somebody who knows the address but not the secret: the job is said to have failed, under a signature that is none.
    private CallbackMessage Forged(SimulatedJob job)
    {
        JsonObject task = new()
        {
            ["task_id"] = job.Id, ["task_status"] = "failed", ["task_status_msg"] = "forged " + _sandbox.Random.Hex(4),
        };
        byte[] body = Encoding.UTF8.GetBytes(JsonText.Of(task));
        Dictionary<string, string> headers = Sign(body);
        if (headers.Count > 0)
            headers["webhook-signature"] = "v1," + Convert.ToBase64String(SHA256.HashData(body));
        return new CallbackMessage(body, headers);
    }

    private Dictionary<string, string> Sign(byte[] body)
    {
        if (_key is null)
            return [];
        string id = _sandbox.Random.Hex(12);
        string timestamp = _sandbox.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        byte[] signature = HMACSHA256.HashData(_key, signed);
        return new()
        {
            ["webhook-id"] = id, ["webhook-timestamp"] = timestamp, ["webhook-signature"] = $"v1,{Convert.ToBase64String(signature)}",
        };
    }
}
