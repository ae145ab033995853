using System.Text;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Seedance;

/// <summary>Ark's callbacks: one when a job is queued, one when it is worked on, one when it ends. A cancelled one says nothing; none is signed.</summary>
internal sealed class SeedanceOutbox(SandboxCore sandbox, string providerId) : CallbackOutbox(sandbox, providerId, LastStage)
{
    private const int LastStage = 3;

    /// <inheritdoc/>
    protected override bool IsSilenced(SimulatedJob job) => job is not { CancelledAt: null, DeletedAt: null };

    /// <inheritdoc/>
    protected override int Reached(SimulatedJob job) =>
        new SeedanceJob(job).StatusOf(Sandbox.Read(job), Sandbox.Time.GetUtcNow()) switch { "queued" => 1, "running" or "pondering" => 2, _ => LastStage };

    /// <inheritdoc/>
    protected override CallbackMessage Message(SimulatedJob job, int stage, Uri url)
    {
        SeedanceJob task = new(job);
        return Of(stage switch
        {
            1 => task.Shown(new JobReading(JobState.Queued, 0, null), job.CreatedAt),
            2 => task.Shown(new JobReading(JobState.Running, 0, null), job.CreatedAt),
            _ => task.Shown(Sandbox.Read(job), Sandbox.Time.GetUtcNow()),
        });
    }

    // Somebody who knows the address: nothing tells this from a real one.
    /// <inheritdoc/>
    protected override CallbackMessage Forged(SimulatedJob job, Uri url) => Of(new JsonObject
    {
        ["id"] = job.Id, ["model"] = job.Model, ["status"] = "failed",
        ["error"] = new JsonObject { ["code"] = "InternalServiceError", ["message"] = "forged" },
    });

    private static CallbackMessage Of(JsonObject task) => new(Encoding.UTF8.GetBytes(JsonText.Of(task)), new Dictionary<string, string>());
}
