using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Vidu;

/// <summary>Says which callbacks are due: one when a job is worked on, one when it ends. Each is signed with the key that made the job.</summary>
/// <remarks>How far a job's callbacks are is kept with the job, so that a restart of the sandbox leaves none out.</remarks>
internal sealed class ViduSimulatorOutbox
{
    private const int LastStage = 2;
    private static readonly TimeSpan _longestHold = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _holdPause = TimeSpan.FromMilliseconds(20);

    private readonly SandboxCore _sandbox;
    private readonly string _providerId;
    private readonly ConcurrentDictionary<string, byte> _open = new(StringComparer.Ordinal);

    /// <summary>Looks through the stored jobs for callbacks that are still to come.</summary>
    public ViduSimulatorOutbox(SandboxCore sandbox, string providerId)
    {
        (_sandbox, _providerId) = (sandbox, providerId);
        foreach (SimulatedJob job in sandbox.Store.Jobs(providerId))
            Watch(job);
    }

    /// <summary>Watches a job, if it calls back.</summary>
    public void Watch(SimulatedJob job)
    {
        ViduSimulatorJob task = new(job);
        if (task.CallbackUrl is not null && task.CalledBack < LastStage && !job.Has("callback", "never"))
            _open[job.Id] = 0;
    }

    /// <summary>Waits until a job's first callback is out, ten seconds at most.</summary>
    public async Task UntilBegunAsync(string jobId, CancellationToken cancellationToken)
    {
        long begun = _sandbox.Time.GetTimestamp();
        while (_open.ContainsKey(jobId) && _sandbox.Store.FindJob(_providerId, jobId) is { } job && new ViduSimulatorJob(job).CalledBack == 0
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
        ViduSimulatorJob task = new(job);
        string state = task.StateOf(_sandbox);
        int reached = state switch { "success" or "failed" => LastStage, "processing" => 1, _ => 0 };
        bool isReversed = job.Has("callback", "reversed");
        if (task.CalledBack >= reached || (isReversed && reached < LastStage))
            return null;

        IEnumerable<string> states = Enumerable.Range(task.CalledBack + 1, reached - task.CalledBack).Select(stage => stage == LastStage ? state : "processing");
        if (isReversed)
            states = states.Reverse();
        Uri url = new(task.CallbackUrl!);
        int count = job.Has("callback", "twice") ? 2 : 1;
        List<CallbackMessage> messages = [.. states.SelectMany(word => Enumerable.Repeat(Message(job, url, task.Polled(word)), count))];
        if (job.Has("callback", "forged"))
            messages = [.. messages.SelectMany(message => new[] { Forged(job, url), message })];
        return new CallbackBatch(job.Id, reached, url, messages);
    }

    private CallbackMessage Message(SimulatedJob job, Uri url, JsonObject shown) =>
        new(Encoding.UTF8.GetBytes(JsonText.Of(shown)), Sign(job.Credential ?? "", url));

    // Somebody who knows the address but not the key, and names another task.
    private CallbackMessage Forged(SimulatedJob job, Uri url)
    {
        JsonObject shown = new() { ["id"] = "6" + job.Id[1..], ["state"] = "failed", ["err_code"] = "forged " + _sandbox.Random.Hex(4) };
        return new(Encoding.UTF8.GetBytes(JsonText.Of(shown)), Sign("not the key", url));
    }

    private Dictionary<string, string> Sign(string key, Uri url)
    {
        string date = _sandbox.Time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        string hex = _sandbox.Random.Hex(16);
        string nonce = $"{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..]}";
        string query = url.Query.Length > 0 ? url.Query[1..] : "";
        string text = string.Join('\n', "POST", url.AbsolutePath, query, "vidu", date, "Date:" + date, "x-request-nonce:" + nonce, "");
        return new()
        {
            ["Date"] = date,
            ["x-request-nonce"] = nonce,
            ["X-HMAC-SIGNED-HEADERS"] = "Date;x-request-nonce",
            ["X-HMAC-ALGORITHM"] = "hmac-sha256",
            ["X-HMAC-ACCESS-KEY"] = "vidu",
            ["X-HMAC-SIGNATURE"] = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text))),
        };
    }
}
