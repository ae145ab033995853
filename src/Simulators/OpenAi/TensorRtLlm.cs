using System.Text.Json.Nodes;

namespace Reelay.Simulators.OpenAi;

/// <summary>TensorRT-LLM visual generation: 202 on create, its own states, a length called duration, errors as plain strings.</summary>
public sealed class TensorRtLlm(SandboxCore sandbox) : SelfHostedServer(sandbox)
{
    private static readonly HashSet<string> _fields =
    [
        "prompt", "model", "image_reference", "video_reference", "audio_reference", "input_reference", "size", "width", "height",
        "num_frames", "seconds", "fps", "frame_rate", "seed", "num_inference_steps", "guidance_scale", "max_sequence_length",
        "negative_prompt", "extra_params", "format", "response_format",
    ];

    /// <inheritdoc/>
    public override string Id => "trtllm";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Models => Sandbox.Options.ModelsOf(Id, "ltx-video");

    /// <inheritdoc/>
    public override string NewId() => $"video_{Sandbox.Random.Hex(16)}";

    /// <inheritdoc/>
    public override OrderReading Read(OrderCall call)
    {
        OrderBody body = call.Body;
        if (body.Fields.Select(field => field.Key).Concat(body.Files.Keys).FirstOrDefault(name => !_fields.Contains(name)) is { } unknown)
            return BadField(unknown, "Extra inputs are not permitted");
        if (!TryNumber(body, "frame_rate", 1, 120, out double? rate))
            return BadField("frame_rate", "Input should be a number from 1 to 120");
        OrderReading reading = ReadOrder(body, Models[0], 4);
        return rate is double fps && reading.Order is { } order ? order with { Fps = (int)fps } : reading;
    }

    /// <inheritdoc/>
    public override SimulatedResponse Unreadable(BodyProblem problem) =>
        Problem(400, problem == BodyProblem.UnknownType ? "Unsupported content type" : "Invalid request body");

    /// <inheritdoc/>
    public override SimulatedResponse Unauthorized(bool isMissing) => Problem(401, "Unauthorized");

    /// <inheritdoc/>
    public override SimulatedResponse Error(int status) => Problem(status, status == 404 ? "Not Found" : "The request failed.");

    /// <inheritdoc/>
    public override SimulatedResponse NotFound(string id) => Problem(404, $"Video {id} not found");

    /// <inheritdoc/>
    public override SimulatedResponse BadQuery(string name, string message) => Problem(422, $"{name}: {message}");

    /// <inheritdoc/>
    public override SimulatedResponse Created(JsonObject video) => SimulatedResponse.Json(202, video);

    /// <inheritdoc/>
    public override JsonObject Video(SimulatedJob job, JobReading reading, string root) => new()
    {
        ["id"] = job.Id,
        ["object"] = "video",
        ["model"] = job.Model,
        ["prompt"] = job.Prompt,
        ["status"] = StatusOf(job, reading, "queued", reading.Progress < 80 ? "generating" : "postprocessing"),
        ["created_at"] = job.CreatedAt.ToUnixTimeSeconds(),
        ["completed_at"] = reading.IsTerminal ? reading.EndedAt!.Value.ToUnixTimeSeconds() : null,
        ["progress"] = reading.State == JobState.Running ? null : reading.Progress,
        ["duration"] = job.Clip.Seconds,
        ["fps"] = job.Clip.Fps,
        ["size"] = $"{job.Clip.WidthPixels}x{job.Clip.HeightPixels}",
        ["error"] = reading.State == JobState.Failed ? FailureOf(job).Message : null,
    };

    /// <inheritdoc/>
    public override JsonObject List(JsonArray rows, bool hasMore) => new() { ["data"] = rows, ["object"] = "list" };

    /// <inheritdoc/>
    public override JsonObject Deleted(SimulatedJob job, JobReading before, string root) => new() { ["deleted"] = true };

    /// <inheritdoc/>
    public override SimulatedResponse Content(SimulatedJob job, JobReading reading, string? variant, string root) =>
        reading.State == JobState.Completed && !job.Has("expired")
            ? SimulatedResponse.OfClip(job.Clip, ClipVariant.Video)
            : Problem(400, $"Video {job.Id} is not ready");

    /// <inheritdoc/>
    protected override SimulatedResponse BadField(string name, string message) => Problem(422, $"{name}: {message}");

    private static SimulatedResponse Problem(int status, string message) => SimulatedResponse.Json(status, new JsonObject
    {
        ["object"] = "error",
        ["message"] = message,
        ["type"] = status >= 500 ? "InternalServerError" : "BadRequestError",
        ["param"] = null,
        ["code"] = status,
    });
}
