using System.Text.Json.Nodes;

namespace Reelay.Simulators.OpenAi;

/// <summary>vLLM-Omni: forms only, a model name it checks, failed jobs answered with an error status around the job.</summary>
public sealed class VllmOmni(SandboxCore sandbox) : SelfHostedServer(sandbox)
{
    /// <inheritdoc/>
    public override string Id => "vllm";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Models => Sandbox.Options.ModelsOf(Id, "wan2.2-t2v");

    /// <inheritdoc/>
    public override string NewId() => $"video_gen_{Sandbox.Random.Hex(16)}";

    /// <inheritdoc/>
    public override OrderReading Read(OrderCall call)
    {
        OrderBody body = call.Body;
        // A JSON body reaches FastAPI's form parameters as nothing at all.
        if (!body.IsForm)
            return BadField("prompt", "Field required");
        if (body.Text("model") is { Length: > 0 } model && !Models.Contains(model))
            return FastApi.Detail(400, $"Model mismatch: request specifies '{model}' but server is running '{Models[0]}'.");
        if (body.Text("seconds") is { } seconds && !seconds.All(char.IsAsciiDigit))
            return BadField("seconds", "String should match pattern '^[0-9]+$'");
        return ReadOrder(body, body.Text("model") is { Length: > 0 } named ? named : Models[0], 4);
    }

    /// <inheritdoc/>
    public override SimulatedResponse Unreadable(BodyProblem problem) => BadField("prompt", "Field required");

    /// <inheritdoc/>
    public override SimulatedResponse Unauthorized(bool isMissing) =>
        SimulatedResponse.Json(401, new JsonObject { ["error"] = "Unauthorized" });

    /// <inheritdoc/>
    public override SimulatedResponse Error(int status) => FastApi.Detail(status, status switch
    {
        404 => "Not Found",
        503 => "Service is unavailable.",
        _ => "The request failed.",
    });

    /// <inheritdoc/>
    public override SimulatedResponse NotFound(string id) => FastApi.Detail(404, "Video not found");

    /// <inheritdoc/>
    public override SimulatedResponse BadQuery(string name, string message) => FastApi.Invalid("query", name, message);

    /// <inheritdoc/>
    public override JsonObject Video(SimulatedJob job, JobReading reading, string root)
    {
        JsonObject video = new()
        {
            ["id"] = job.Id,
            ["object"] = "video",
            ["status"] = StatusOf(job, reading, "queued", "in_progress"),
            ["model"] = job.Model,
            ["prompt"] = job.Prompt,
            ["created_at"] = job.CreatedAt.ToUnixTimeSeconds(),
            ["completed_at"] = reading.IsTerminal ? reading.EndedAt!.Value.ToUnixTimeSeconds() : null,
            ["progress"] = reading.State == JobState.Completed ? 100 : 0,
            ["seconds"] = $"{job.Clip.Seconds}",
            ["size"] = $"{job.Clip.WidthPixels}x{job.Clip.HeightPixels}",
            ["quality"] = "standard",
            ["media_type"] = "video/mp4",
            ["file_name"] = reading.State == JobState.Completed ? $"{job.Id}.mp4" : null,
            ["inference_time_s"] = reading.State == JobState.Completed ? job.WorkSeconds : null,
            ["error"] = null,
        };
        if (reading.State == JobState.Failed)
            video["error"] = new JsonObject { ["code"] = CodeOf(job), ["message"] = FailureOf(job).Message };
        return video;
    }

    /// <inheritdoc/>
    public override SimulatedResponse Retrieved(SimulatedJob job, JobReading reading, JsonObject video) =>
        SimulatedResponse.Json(reading.State == JobState.Failed ? CodeOf(job) : 200, video);

    /// <inheritdoc/>
    public override SimulatedResponse Content(SimulatedJob job, JobReading reading, string? variant, string root) => reading.State switch
    {
        JobState.Failed => FastApi.Detail(422, "Video generation failed"),
        JobState.Completed when !job.Has("expired") => SimulatedResponse.OfClip(job.Clip, ClipVariant.Video),
        _ => FastApi.Detail(404, "Video is not ready"),
    };

    /// <inheritdoc/>
    protected override SimulatedResponse BadField(string name, string message) => FastApi.Invalid("body", name, message);

    private static int CodeOf(SimulatedJob job) => job.Has("fail", "content_policy") ? 400 : 500;
}
