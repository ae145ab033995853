using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.UpstreamGateway;

/// <summary>A checked order.</summary>
public sealed record UpstreamGatewayOrder(string Model, string Prompt, int WidthPixels, int HeightPixels, double Seconds);

/// <summary>What one gateway does in its own way. Sources: the provider's README.</summary>
public abstract class UpstreamGatewayManner
{
    /// <summary>The one model there is.</summary>
    public const string Model = "gateway-example";

    /// <summary>Id of the simulator.</summary>
    public abstract string Id { get; }

    /// <summary>Whether it has what only a Reelay has: idempotency keys, a list, cancel, edits and extensions.</summary>
    public virtual bool IsReelay => false;

    /// <summary>Its fields.</summary>
    protected abstract string[] Fields { get; }

    /// <summary>What may stand in <c>metadata</c>.</summary>
    protected virtual string[] MetadataFields => [];

    /// <summary>Checks its own fields; the first mistake, or null.</summary>
    protected abstract string? Check(OrderBody body, string kind);

    /// <summary>A task as it shows it.</summary>
    public abstract JsonObject Shown(SimulatedJob job, JobReading reading, string root);

    /// <summary>Its answer to a status.</summary>
    public abstract SimulatedResponse Error(int status);

    /// <summary>Refuses an order or a read.</summary>
    public abstract SimulatedResponse Refusal(int status, string code, string message);

    /// <summary>Its answer for a task it does not know.</summary>
    public virtual SimulatedResponse UnknownTask(string id) => Refusal(404, "video_not_found", $"There is no video with the id '{id}'.");

    /// <summary>Reads an order, or tells the first mistake in it.</summary>
    public (UpstreamGatewayOrder? Order, string? Mistake) Read(OrderBody body, string kind, Func<string, SimulatedJob?> source)
    {
        string? sourceId = IsReelay ? (string?)(body.Fields["video"] as JsonObject)?["id"] : null;
        SimulatedJob? earlier = sourceId is null ? null : source(sourceId);
        string? mistake =
            body.Fields.Count == 0 ? "the body has no fields"
            : body.Fields.FirstOrDefault(field => !Fields.Contains(field.Key)).Key is { } unknown ? $"unknown field {unknown}"
            : body.Text("prompt") is not { Length: > 0 and <= 32_000 } ? "prompt must have 1 to 32000 characters"
            : sourceId is null && body.Text("model") != Model ? $"model must be {Model}"
            : sourceId is not null && (earlier is null || body.Fields.ContainsKey("model")) ? "video.id must name a completed video and needs no model"
            : kind != "create" && sourceId is null && !body.Files.ContainsKey("video") ? "video is missing"
            : Metadata(body) ?? Check(body, kind) ?? Shape(body, kind);
        if (mistake is not null) return (null, mistake);
        string[] size = body.Text("size")?.Split('x') ?? [$"{earlier?.Clip.WidthPixels ?? 1280}", $"{earlier?.Clip.HeightPixels ?? 720}"];
        double seconds = body.Text("seconds") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        if (kind != "create") seconds += earlier?.Clip.Seconds ?? 4;
        return (new(earlier?.Model ?? Model, body.Text("prompt")!, int.Parse(size[0], CultureInfo.InvariantCulture), int.Parse(size[1], CultureInfo.InvariantCulture), Math.Max(seconds, 1)), null);
    }

    /// <summary>A <c>data:</c> link of a picture, or a link.</summary>
    protected static bool IsPicture(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text)
        && (text.StartsWith("https://", StringComparison.Ordinal) || (text.StartsWith("data:image/", StringComparison.Ordinal) && ReadBase64(text) is { } bytes && ImageHeader.Read(bytes) is not null));

    /// <summary>The state in OpenAI's words.</summary>
    protected static string Word(JobReading reading) => reading.State switch
    {
        JobState.Queued => "queued",
        JobState.Running => "in_progress",
        JobState.Completed => "completed",
        _ => "failed",
    };

    /// <summary>What Reelay and Aurora show of every task, in their order; new-api's fields are others in between.</summary>
    protected static JsonObject Head(SimulatedJob job, JobReading reading) => new()
    {
        ["id"] = job.Id,
        ["task_id"] = job.Id,
        ["object"] = "video",
        ["model"] = job.Model,
        ["status"] = Word(reading),
        ["progress"] = reading.Progress,
        ["created_at"] = job.CreatedAt.ToUnixTimeSeconds(),
        ["seconds"] = $"{job.Clip.Seconds}",
        ["size"] = $"{job.Clip.WidthPixels}x{job.Clip.HeightPixels}",
        ["prompt"] = job.Prompt,
    };

    /// <summary>Why a task failed.</summary>
    protected static JsonObject Failure(SimulatedJob job, string usual) => new()
    {
        ["code"] = job.CancelledAt is not null ? "cancelled" : job.Has("fail", "content_policy") ? "content_policy_violation" : usual,
        ["message"] = job.CancelledAt is not null ? "The task was cancelled." : "it failed",
    };

    private static byte[]? ReadBase64(string link)
    {
        byte[] bytes = new byte[link.Length];
        int comma = link.IndexOf(',', StringComparison.Ordinal);
        return comma > 0 && Convert.TryFromBase64Chars(link.AsSpan(comma + 1), bytes, out int count) ? bytes[..count] : null;
    }

    private string? Metadata(OrderBody body) => body.Fields["metadata"] switch
    {
        null => null,
        JsonObject metadata => metadata.FirstOrDefault(field => !MetadataFields.Contains(field.Key)).Key is { } unknown ? $"unknown field metadata.{unknown}" : null,
        _ => "metadata must be an object",
    };

    private static string? Shape(OrderBody body, string kind)
    {
        string? seconds = body.Text("seconds");
        return body.Fields.ContainsKey("seconds") && seconds is not ("4" or "8") ? "seconds must be \"4\" or \"8\""
            : seconds is null && kind != "edit" && body.Fields["metadata"]?["source_video_url"] is null ? "seconds is missing"
            : body.Text("size") is { } size && size is not ("1280x720" or "720x1280") ? "size must be 1280x720 or 720x1280"
            : null;
    }
}

/// <summary>new-api: wrapped errors where it distributes, flat ones behind, milliseconds, "unknown" before the first news, the link in the metadata.</summary>
public sealed class UpstreamGatewayNewApi : UpstreamGatewayManner
{
    /// <inheritdoc/>
    public override string Id => "gateway-new-api";

    /// <inheritdoc/>
    protected override string[] Fields => ["prompt", "model", "seconds", "size", "image", "images", "metadata"];

    /// <inheritdoc/>
    protected override string[] MetadataFields => ["negative_prompt", "cfg_scale", "camera_control", "seed"];

    /// <inheritdoc/>
    protected override string? Check(OrderBody body, string kind) =>
        body.IsForm ? "a form is not played here"
        : body.Fields["seconds"] is { } seconds && seconds.GetValueKind() != JsonValueKind.String ? "json: cannot unmarshal number into field seconds of type string"
        : body.Fields.ContainsKey("image") && !IsPicture(body.Fields["image"]) ? "image must be a picture"
        : body.Fields.ContainsKey("images") && (body.Fields["images"] is not JsonArray images || !images.All(IsPicture)) ? "images must be pictures"
        : null;

    /// <inheritdoc/>
    public override JsonObject Shown(SimulatedJob job, JobReading reading, string root)
    {
        JsonObject shown = new()
        {
            ["id"] = job.Id,
            ["task_id"] = job.Id,
            ["object"] = "video",
            ["model"] = job.Model,
            ["status"] = reading.State == JobState.Queued ? "unknown" : Word(reading),
            ["progress"] = reading.Progress,
            ["created_at"] = job.CreatedAt.ToUnixTimeMilliseconds(),

            // The row's last change, though nothing has ended.
            ["completed_at"] = job.CreatedAt.ToUnixTimeSeconds(),
            ["seconds"] = $"{job.Clip.Seconds}",
            ["size"] = $"{job.Clip.WidthPixels}x{job.Clip.HeightPixels}",
        };
        if (reading.State == JobState.Completed) shown["metadata"] = new JsonObject { ["url"] = $"{root}/cdn/{job.Id}.mp4" };
        if (Word(reading) == "failed") shown["error"] = Failure(job, "task_failed");
        return shown;
    }

    /// <inheritdoc/>
    public override SimulatedResponse Error(int status) => status switch
    {
        401 => Wrapped(401, null, "Invalid token"),
        403 => Wrapped(403, null, "This token has no access to this model"),
        404 => Wrapped(404, null, "Invalid URL"),
        503 => Wrapped(503, "model_not_found", $"No available channel for model {Model} under group default"),
        400 => Flat(400, "invalid_request", "told by the sandbox"),
        _ => Flat(status, "fail_to_fetch_task", "told by the sandbox"),
    };

    /// <inheritdoc/>
    public override SimulatedResponse Refusal(int status, string code, string message) =>
        status == 403 ? Wrapped(403, code, message) : Flat(status, code, message);

    /// <inheritdoc/>
    public override SimulatedResponse UnknownTask(string id) => Flat(400, "task_not_exist", "task_not_exist");

    private static SimulatedResponse Wrapped(int status, string? code, string message) => SimulatedResponse.Json(status, new JsonObject
    {
        ["error"] = new JsonObject { ["message"] = message + " (request id: 20261121)", ["type"] = "new_api_error", ["code"] = code ?? "" },
    });

    private static SimulatedResponse Flat(int status, string code, string message) =>
        SimulatedResponse.Json(status, new JsonObject { ["code"] = code, ["message"] = message, ["data"] = null });
}

/// <summary>Aurora: pictures as references, frames told by metadata, a source by its link, results at its own address.</summary>
public sealed class UpstreamGatewayAurora : UpstreamGatewayManner
{
    /// <inheritdoc/>
    public override string Id => "gateway-aurora";

    /// <inheritdoc/>
    protected override string[] Fields => ["prompt", "model", "seconds", "size", "tier", "reference_images", "metadata"];

    /// <inheritdoc/>
    protected override string[] MetadataFields => ["first_last_frame", "source_video_url"];

    /// <inheritdoc/>
    protected override string? Check(OrderBody body, string kind)
    {
        JsonArray? pictures = body.Fields["reference_images"] as JsonArray;
        bool areFrames = body.Fields["metadata"]?["first_last_frame"]?.GetValueKind() == JsonValueKind.True;
        return body.IsForm ? "a form is not played here"
            : body.Text("tier") is { } tier && tier is not ("720p" or "1080p" or "4k") ? "tier must be 720p, 1080p or 4k"
            : body.Fields.ContainsKey("reference_images") && pictures?.All(IsPicture) != true ? "reference_images must be pictures"
            : areFrames && pictures?.Count is not (1 or 2) ? "first_last_frame takes one or two pictures"
            : null;
    }

    /// <inheritdoc/>
    public override JsonObject Shown(SimulatedJob job, JobReading reading, string root)
    {
        JsonObject shown = Head(job, reading);
        if (reading.State == JobState.Completed)
        {
            shown["completed_at"] = reading.EndedAt!.Value.ToUnixTimeSeconds();
            shown["output_url"] = $"{root}/v1/videos/{job.Id}/content";
        }

        if (Word(reading) == "failed") shown["error"] = Failure(job, "generation_failed");
        return shown;
    }

    /// <inheritdoc/>
    public override SimulatedResponse Error(int status) => Refusal(status, status == 401 ? "invalid_api_key" : "told_by_sandbox", "told by the sandbox");

    /// <inheritdoc/>
    public override SimulatedResponse Refusal(int status, string code, string message) => SimulatedResponse.Json(status, new JsonObject
    {
        ["error"] = new JsonObject { ["message"] = message, ["type"] = "invalid_request_error", ["param"] = null, ["code"] = code },
    });
}
