using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Vidu;

/// <summary>Vidu's callbacks: one when a job is worked on, one when it ends. Each is signed with the key that made the job.</summary>
internal sealed class ViduSimulatorOutbox(SandboxCore sandbox, string providerId) : CallbackOutbox(sandbox, providerId, LastStage)
{
    private const int LastStage = 2;

    /// <inheritdoc/>
    protected override int Reached(SimulatedJob job) =>
        new ViduSimulatorJob(job).StateOf(Sandbox) switch { "success" or "failed" => LastStage, "processing" => 1, _ => 0 };

    /// <inheritdoc/>
    protected override CallbackMessage Message(SimulatedJob job, int stage, Uri url)
    {
        ViduSimulatorJob task = new(job);
        JsonObject shown = task.Polled(stage == LastStage ? task.StateOf(Sandbox) : "processing");
        return new(Encoding.UTF8.GetBytes(JsonText.Of(shown)), Sign(job.Credential ?? "", url));
    }

    // Somebody who knows the address but not the key, and names another task.
    /// <inheritdoc/>
    protected override CallbackMessage Forged(SimulatedJob job, Uri url)
    {
        JsonObject shown = new() { ["id"] = "6" + job.Id[1..], ["state"] = "failed", ["err_code"] = "forged " + Sandbox.Random.Hex(4) };
        return new(Encoding.UTF8.GetBytes(JsonText.Of(shown)), Sign("not the key", url));
    }

    private Dictionary<string, string> Sign(string key, Uri url)
    {
        string date = Sandbox.Time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        string hex = Sandbox.Random.Hex(16);
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
