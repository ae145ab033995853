using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>Kling's callbacks: one when a job is submitted, one when it is worked on, one when it ends; signed where there is a secret.</summary>
internal sealed class KlingOutbox(SandboxCore sandbox, string providerId) : CallbackOutbox(sandbox, providerId, LastStage)
{
    private const int LastStage = 3;
    private readonly byte[]? _key = sandbox.Options.CallbackSecrets.GetValueOrDefault(providerId) is { } secret
        ? Convert.FromBase64String(secret["whsec_".Length..])
        : null;

    /// <inheritdoc/>
    protected override int Reached(SimulatedJob job)
    {
        JobReading reading = Sandbox.Read(job);
        return reading.IsTerminal ? LastStage : reading.State == JobState.Running ? 2 : 1;
    }

    /// <inheritdoc/>
    protected override CallbackMessage Message(SimulatedJob job, int stage, Uri url)
    {
        JsonObject task = new KlingJob(job).Shown(At(stage, Sandbox.Read(job)));
        JsonObject shown = job.Has("callback", "wrapped") ? KlingReply.Envelope(Sandbox.Random, 0, "SUCCEED", task) : task;
        byte[] body = Encoding.UTF8.GetBytes(JsonText.Of(shown));
        return new CallbackMessage(body, Sign(body));
    }

    // Somebody who knows the address but not the secret: the job is said to have failed, under a signature that is none.
    /// <inheritdoc/>
    protected override CallbackMessage Forged(SimulatedJob job, Uri url)
    {
        string message = "forged " + Sandbox.Random.Hex(4);
        JsonObject task = new KlingJob(job).IsNew
            ? new() { ["id"] = job.Id, ["status"] = "failed", ["message"] = message }
            : new() { ["task_id"] = job.Id, ["task_status"] = "failed", ["task_status_msg"] = message };
        byte[] body = Encoding.UTF8.GetBytes(JsonText.Of(task));
        Dictionary<string, string> headers = Sign(body);
        if (headers.Count > 0)
            headers["webhook-signature"] = "v1," + Convert.ToBase64String(SHA256.HashData(body));
        return new CallbackMessage(body, headers);
    }

    private static JobReading At(int stage, JobReading now) => stage switch
    {
        1 => new JobReading(JobState.Queued, 0, null),
        2 => new JobReading(JobState.Running, 0, null),
        _ => now,
    };

    private Dictionary<string, string> Sign(byte[] body)
    {
        if (_key is null)
            return [];
        string id = Sandbox.Random.Hex(12);
        string timestamp = Sandbox.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        byte[] signature = HMACSHA256.HashData(_key, signed);
        return new()
        {
            ["webhook-id"] = id, ["webhook-timestamp"] = timestamp, ["webhook-signature"] = $"v1,{Convert.ToBase64String(signature)}",
        };
    }
}
