using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Hailuo;

/// <summary>MiniMax's callbacks: one when a job is worked on, one when it ends, none before the address has said a challenge back; none is signed.</summary>
internal sealed class HailuoOutbox(SandboxCore sandbox, string providerId) : CallbackOutbox(sandbox, providerId, LastStage)
{
    private const int LastStage = 2;
    private readonly ConcurrentDictionary<string, byte> _proved = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override int Reached(SimulatedJob job)
    {
        JobReading reading = Sandbox.Read(job);
        return reading.IsTerminal ? LastStage : reading.State == JobState.Running ? 1 : 0;
    }

    /// <inheritdoc/>
    protected override CallbackMessage Message(SimulatedJob job, int stage, Uri url) => Of(new HailuoJob(job).Callback(
        stage == LastStage ? Sandbox.Read(job) : new JobReading(JobState.Running, 0, null), Sandbox.Time.GetUtcNow()));

    // Somebody who knows the address says that the job has failed.
    /// <inheritdoc/>
    protected override CallbackMessage Forged(SimulatedJob job, Uri url) => Of(HailuoReply.With(
        new JsonObject { ["task_id"] = job.Id, ["status"] = "failed", ["file_id"] = "" }, new(1027, "forged")));

    /// <inheritdoc/>
    protected override CallbackChallenge? Challenge(Uri url)
    {
        if (_proved.ContainsKey(url.AbsoluteUri))
            return null;
        string challenge = Sandbox.Random.Hex(16);
        return new(Of(new JsonObject { ["challenge"] = challenge }), answer => SaysBack(answer, challenge) && _proved.TryAdd(url.AbsoluteUri, 0));
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

    private static CallbackMessage Of(JsonObject body) => new(Encoding.UTF8.GetBytes(JsonText.Of(body)), new Dictionary<string, string>());
}
