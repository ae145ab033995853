using System.Text.Json.Nodes;

namespace Reelay.Simulators.UpstreamGateway;

/// <summary>Another Reelay.</summary>
public sealed class UpstreamGatewayReelay : UpstreamGatewayManner
{
    private static readonly string[] _files = ["first_frame", "last_frame", "reference_images", "video"];

    /// <inheritdoc/>
    public override string Id => "gateway-reelay";

    /// <inheritdoc/>
    public override bool IsReelay => true;

    /// <inheritdoc/>
    protected override string[] Fields =>
    [
        "prompt", "model", "seconds", "size", "tier", "aspect_ratio", "n", "audio", "quality", "user", "external_task_id", "video",
        "negative_prompt", "cfg_scale", "camera_control", "seed", "watermark_info",
    ];

    /// <inheritdoc/>
    protected override string? Check(OrderBody body, string kind) =>
        body.Files.Keys.FirstOrDefault(name => !_files.Contains(name)) is { } file ? $"unknown file {file}"
        : kind == "create" && body.Files.ContainsKey("video") ? "a video makes an edit"
        : body.FileList.Where(part => part.Key != "video").Any(part => ImageHeader.Read(part.Value.Span) is null) ? "a file is no picture"
        : null;

    /// <inheritdoc/>
    public override JsonObject Shown(SimulatedJob job, JobReading reading, string root)
    {
        JsonObject shown = Head(job, reading);
        if (job.Details?["external_task_id"] is { } token) shown["external_task_id"] = token.DeepClone();
        if (reading.State == JobState.Completed)
        {
            // Its own address need not be the one it is called by; the first takes the key, the others a signature.
            shown["completed_at"] = reading.EndedAt!.Value.ToUnixTimeSeconds();
            shown["output_url"] = $"https://gateway.example/v1/videos/{job.Id}/content";
            foreach (string name in new[] { "video_url", "url" })
                shown[name] = $"https://gateway.example/v1/videos/{job.Id}/content?expires=1&signature=x";
        }

        if (Word(reading) == "failed")
        {
            shown["error"] = Failure(job, "generation_failed");
            shown["error"]!["type"] = "video_error";
        }

        return shown;
    }

    /// <inheritdoc/>
    public override SimulatedResponse Error(int status) => Refusal(
        status,
        status switch
        {
            400 => "invalid_request",
            401 => "invalid_api_key",
            403 => "admin_key_required",
            404 => "unknown_url",
            429 => "queue_full",
            503 => "shutting_down",
            _ => "internal_error",
        },
        "told by the sandbox");

    /// <inheritdoc/>
    public override SimulatedResponse Refusal(int status, string code, string message)
    {
        string type = status switch { 401 => "authentication_error", 403 => "permission_error", 429 => "rate_limit_error", 503 => "service_unavailable_error", >= 500 => "server_error", _ => "invalid_request_error" };
        return SimulatedResponse.Json(status, new JsonObject
        {
            ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["param"] = null, ["code"] = code },
        });
    }
}
