using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.OpenAi;

/// <summary>SGLang diffusion: numbers for seconds, three states, a bare list, and a variant that is an index.</summary>
public sealed class Sglang(SandboxCore sandbox) : SelfHostedServer(sandbox)
{
    /// <inheritdoc/>
    public override string Id => "sglang";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Models => Sandbox.Options.ModelsOf(Id, "hunyuan-video");

    /// <inheritdoc/>
    public override int MinListLimit => 1;

    /// <inheritdoc/>
    public override string NewId() => Sandbox.Random.Hex(16);

    /// <inheritdoc/>
    public override OrderReading Read(OrderCall call)
    {
        OrderBody body = call.Body;
        if (body.Fields["input_reference"] is JsonObject)
            return FastApi.Detail(400, "input_reference must be a path or an uploaded file");
        if (!body.IsForm && body.Fields["seconds"] is { } seconds && seconds.GetValueKind() != JsonValueKind.Number)
            return BadField("seconds", "Input should be a valid integer");
        if (!TryNumber(body, "seconds", 1, 60, out double? number) || number != (int?)number)
            return BadField("seconds", "Input should be a valid integer");
        return ReadOrder(body, body.Text("model") ?? Models[0], 4);
    }

    /// <inheritdoc/>
    public override SimulatedResponse Unreadable(BodyProblem problem) => problem == BodyProblem.UnknownType
        ? BadField("prompt", "Field required")
        : FastApi.Detail(400, "There was an error parsing the body");

    /// <inheritdoc/>
    public override SimulatedResponse Unauthorized(bool isMissing) =>
        SimulatedResponse.Json(401, new JsonObject { ["error"] = "Unauthorized" });

    /// <inheritdoc/>
    public override SimulatedResponse Error(int status) => FastApi.Detail(status, status == 404 ? "Not Found" : "The request failed.");

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
            ["model"] = job.Model,
            ["status"] = StatusOf(job, reading, "queued", "queued"),
            ["progress"] = reading.State == JobState.Completed ? 100 : 0,
            ["created_at"] = job.CreatedAt.ToUnixTimeSeconds(),
            ["size"] = $"{job.Clip.WidthPixels}x{job.Clip.HeightPixels}",
            ["seconds"] = job.Clip.Seconds,
            ["quality"] = "standard",
            ["completed_at"] = reading.State == JobState.Completed ? reading.EndedAt!.Value.ToUnixTimeSeconds() : null,
            ["expires_at"] = null,
            ["error"] = reading.State == JobState.Failed ? new JsonObject { ["message"] = FailureOf(job).Message } : null,
        };
        if (reading.State == JobState.Completed && job.Has("url"))
            video["url"] = LinkTo(job, root);
        return video;
    }

    /// <inheritdoc/>
    public override JsonObject List(JsonArray rows, bool hasMore) => new() { ["data"] = rows, ["object"] = "list" };

    /// <inheritdoc/>
    public override JsonObject Deleted(SimulatedJob job, JobReading before, string root)
    {
        JsonObject video = Video(job, before, root);
        video["status"] = "deleted";
        return video;
    }

    /// <inheritdoc/>
    public override SimulatedResponse Content(SimulatedJob job, JobReading reading, string? variant, string root)
    {
        if (reading.State != JobState.Completed || job.Has("expired"))
            return FastApi.Detail(404, "Generation is in-progress or failed");
        if (job.Has("url"))
            return FastApi.Detail(400, $"Video has been uploaded to cloud storage. Please use the cloud URL: {LinkTo(job, root)}");
        return variant is null or "0"
            ? SimulatedResponse.OfClip(job.Clip, ClipVariant.Video)
            : FastApi.Detail(404, $"Variant {variant} not found");
    }

    /// <inheritdoc/>
    protected override SimulatedResponse BadField(string name, string message) => FastApi.Invalid("body", name, message);
}
