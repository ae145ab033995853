using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Vidu;

/// <summary>One job in Vidu's words. What its simulator has to remember lies in the job's details.</summary>
internal sealed class ViduSimulatorJob(SimulatedJob job)
{
    private static readonly TimeSpan _linkLife = TimeSpan.FromHours(24);

    /// <summary>What is kept of an order.</summary>
    public static JsonObject Details(ViduSimulatorOrder order, OrderBody body, double waitSeconds, string root, IRandomSource random) => new()
    {
        ["endpoint"] = order.Endpoint,
        ["duration"] = order.Seconds,
        ["resolution"] = order.Resolution,
        ["aspect_ratio"] = order.Ratio,
        ["audio"] = order.HasSound,
        ["seed"] = body.Fields["seed"] is JsonValue given && given.TryGetValue(out int seed) && seed > 0
            ? seed
            : int.Parse(random.Hex(3), NumberStyles.HexNumber, CultureInfo.InvariantCulture) + 1,
        ["images"] = new JsonArray([.. (body.Fields["images"] as JsonArray ?? [])
            .Select(image => image!.GetValue<string>()).Where(ViduSimulatorPicture.IsLink).Select(link => (JsonNode)link)]),
        ["payload"] = body.Text("payload") ?? "",
        ["callback_url"] = body.Text("callback_url"),
        ["credits"] = ViduSimulatorOffer.Credits(order),
        ["wait"] = waitSeconds,
        ["root"] = root,
    };

    /// <summary>The signature in a result's link; its base64 has characters that must stay encoded.</summary>
    public static string Signature(string id) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes("vidu link " + id)));

    /// <summary>The answer to the create call. The mark's position goes in as a number and comes back as a word.</summary>
    public JsonObject Created() => new()
    {
        ["task_id"] = job.Id,
        ["type"] = Text("endpoint"),
        ["state"] = "created",
        ["model"] = job.Model,
        ["style"] = "general",
        ["prompt"] = job.Prompt,
        ["images"] = job.Details!["images"]!.DeepClone(),
        ["duration"] = Number("duration"),
        ["seed"] = Number("seed"),
        ["aspect_ratio"] = Text("aspect_ratio"),
        ["resolution"] = Text("resolution"),
        ["bgm"] = false,
        ["audio"] = job.Details["audio"]!.DeepClone(),
        ["audio_type"] = "all",
        ["movement_amplitude"] = "auto",
        ["payload"] = Text("payload"),
        ["off_peak"] = false,
        ["credits"] = Number("credits"),
        ["watermark"] = false,
        ["wm_position"] = "bottom_right",
        ["created_at"] = CreatedAt(),
    };

    /// <summary>The answer to a poll, and the body of a callback.</summary>
    public JsonObject Polled(SandboxCore sandbox, string root) => Polled(StateOf(sandbox), root);

    /// <summary>The same in a given state.</summary>
    public JsonObject Polled(string state, string? root = null) => new()
    {
        ["id"] = job.Id,
        ["state"] = state,
        ["err_code"] = state == "failed" ? Reason() : "",
        ["credits"] = state == "failed" ? 0 : Number("credits"),
        ["payload"] = Text("payload"),
        ["bgm"] = false,
        ["off_peak"] = false,
        ["creations"] = state switch
        {
            "success" => new JsonArray(Creation(root ?? Text("root")!)),
            "created" => null,
            _ => new JsonArray(),
        },
    };

    /// <summary>A row of the list.</summary>
    public JsonObject Row(SandboxCore sandbox, string root)
    {
        string state = StateOf(sandbox);
        return new()
        {
            ["id"] = job.Id,
            ["key_id"] = "sandbox",
            ["model"] = job.Model,
            ["prompt"] = job.Prompt,
            ["images"] = job.Details!["images"]!.DeepClone(),
            ["duration"] = Number("duration"),
            ["resolution"] = Text("resolution"),
            ["aspect_ratio"] = Text("aspect_ratio"),
            ["payload"] = Text("payload"),
            ["state"] = state,
            ["creations"] = state == "success" ? new JsonArray(Creation(root)) : new JsonArray(),
        };
    }

    /// <summary>Its state now.</summary>
    public string StateOf(SandboxCore sandbox)
    {
        JobReading reading = sandbox.Read(job);
        return reading.State switch
        {
            JobState.Completed => "success",
            JobState.Failed or JobState.Cancelled or JobState.Deleted => "failed",
            _ when job.Has("unknown-status") => "reviewing",
            _ when sandbox.Speed.WorkSeconds(job.CreatedAt, sandbox.Time.GetUtcNow()) < job.Details!["wait"]!.GetValue<double>() => "queueing",
            JobState.Queued => "created",
            _ => "processing",
        };
    }

    /// <summary>Whether the link of its result is dead.</summary>
    public bool IsExpired(JobReading reading, DateTimeOffset now) => now >= (job.Has("expired") ? reading.EndedAt : reading.EndedAt + _linkLife);

    private JsonObject Creation(string root) => new()
    {
        ["id"] = "7" + job.Id[1..],
        ["url"] = Link(root, ".mp4"),
        ["cover_url"] = Link(root, ".jpeg"),
        ["watermarked_url"] = Link(root, ".w.mp4"),
        ["video"] = new JsonObject
        {
            ["duration"] = Number("duration"),
            ["fps"] = job.Clip.Fps,
            ["resolution"] = new JsonObject { ["width"] = job.Clip.WidthPixels, ["height"] = job.Clip.HeightPixels },
        },
    };

    private string Link(string root, string ending) =>
        $"{root}/o/{job.Id}{ending}?X-Amz-Expires=86400&X-Amz-Signature={Uri.EscapeDataString(Signature(job.Id))}";

    private string Reason() => job.CancelledAt is not null ? "UserCancelled"
        : job.Has("fail", "content_policy") ? "CreationPolicyViolation" : "InternalServiceFailure";

    private string CreatedAt() => job.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private int Number(string name) => job.Details![name]!.GetValue<int>();

    private string? Text(string name) => job.Details![name]?.GetValue<string>();
}
