using System.Text.Json.Nodes;

namespace Reelay.Simulators.OpenAi;

/// <summary>OpenAI's own Videos API as it was until September 2026.</summary>
public sealed class OpenAiPlatform : OpenAiDialect
{
    private static readonly TimeSpan _assetLife = TimeSpan.FromHours(1);
    private readonly OpenAiSources _sources;
    private readonly OpenAiCharacters _characters;

    /// <summary>Plays it around a sandbox's state.</summary>
    public OpenAiPlatform(SandboxCore sandbox)
        : base(sandbox) => (_sources, _characters) = (new(sandbox, this), new(sandbox, this));

    /// <inheritdoc/>
    public override string Id => "openai";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Credentials => Sandbox.Options.CredentialsOf(Id, "sk-sandbox-openai");

    /// <inheritdoc/>
    public override IReadOnlyList<string> Models => OpenAiRules.Models;

    /// <inheritdoc/>
    public override string NewId() => $"video_{Sandbox.Random.Hex(24)}";

    /// <inheritdoc/>
    public override bool TakesSources => true;

    /// <inheritdoc/>
    public override OpenAiCharacters? Characters => _characters;

    /// <inheritdoc/>
    public override OrderReading Read(OrderCall call) =>
        call.Kind == OrderKind.Create ? OpenAiRules.Read(call, _characters) : _sources.Read(call);

    /// <inheritdoc/>
    public override SimulatedResponse Unreadable(BodyProblem problem) => problem switch
    {
        BodyProblem.UnknownType => OpenAiErrors.Invalid(
            "Unsupported content type: use 'multipart/form-data' or 'application/json'.", null, "unsupported_content_type"),
        BodyProblem.TooLarge => OpenAiErrors.Envelope(
            413, "The request body is too large.", "invalid_request_error", null, "request_too_large"),
        _ => OpenAiErrors.Invalid("We could not parse the body of your request.", null, null),
    };

    /// <inheritdoc/>
    public override SimulatedResponse Unauthorized(bool isMissing) => OpenAiErrors.Envelope(
        401,
        isMissing ? "You didn't provide an API key." : "Incorrect API key provided.",
        "invalid_request_error",
        null,
        isMissing ? null : "invalid_api_key");

    /// <inheritdoc/>
    public override SimulatedResponse Error(int status) => OpenAiErrors.OfStatus(status);

    /// <inheritdoc/>
    public override SimulatedResponse Refuse(string reason) => reason == "quota"
        ? OpenAiErrors.Envelope(
            429,
            "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota",
            null,
            "insufficient_quota")
        : OpenAiErrors.Invalid("Your request was blocked by our moderation system.", null, "moderation_blocked");

    /// <inheritdoc/>
    public override SimulatedResponse NotFound(string id) =>
        OpenAiErrors.Envelope(404, $"Video with id '{id}' not found.", "invalid_request_error", "video_id", "not_found");

    /// <inheritdoc/>
    public override SimulatedResponse BadQuery(string name, string message) => OpenAiErrors.Invalid(message, name, "invalid_value");

    /// <inheritdoc/>
    public override JsonObject Video(SimulatedJob job, JobReading reading, string root) => new()
    {
        ["id"] = job.Id,
        ["object"] = "video",
        ["created_at"] = job.CreatedAt.ToUnixTimeSeconds(),
        ["status"] = StatusOf(job, reading, "queued", "in_progress"),
        ["completed_at"] = reading.State == JobState.Completed ? reading.EndedAt!.Value.ToUnixTimeSeconds() : null,
        ["error"] = reading.State == JobState.Failed ? ErrorOf(job) : null,
        ["expires_at"] = ExpiresAt(job, reading)?.ToUnixTimeSeconds(),
        ["model"] = job.Model,
        ["progress"] = reading.Progress,
        ["prompt"] = job.Prompt,
        ["remixed_from_video_id"] = OpenAiSources.SourceIdOf(job),
        ["seconds"] = $"{job.Clip.Seconds}",
        ["size"] = $"{job.Clip.WidthPixels}x{job.Clip.HeightPixels}",
    };

    /// <inheritdoc/>
    public override SimulatedResponse Content(SimulatedJob job, JobReading reading, string? variant, string root)
    {
        ClipVariant? wanted = variant switch
        {
            null or "video" => ClipVariant.Video,
            "thumbnail" => ClipVariant.Thumbnail,
            "spritesheet" => ClipVariant.Spritesheet,
            _ => null,
        };
        if (wanted is null)
            return BadQuery("variant", $"Invalid value: '{variant}'. Supported values are: 'video', 'thumbnail', and 'spritesheet'.");
        if (reading.State == JobState.Failed)
            return OpenAiErrors.Envelope(404, "The video failed and has no content.", "invalid_request_error", null, "video_failed");
        if (reading.State != JobState.Completed)
            return OpenAiErrors.Envelope(404, "Video is not ready yet.", "invalid_request_error", null, "video_not_ready");
        return ExpiresAt(job, reading) <= Sandbox.Time.GetUtcNow()
            ? OpenAiErrors.Envelope(404, "The content of this video has expired.", "invalid_request_error", null, "video_expired")
            : SimulatedResponse.OfClip(job.Clip, wanted.Value);
    }

    /// <inheritdoc/>
    public override SimulatedResponse Decorate(SimulatedResponse response) => response
        .WithHeader("x-request-id", $"req_{Sandbox.Random.Hex(16)}")
        .WithHeader("openai-version", "2020-10-01")
        .WithHeader("openai-organization", "reelay-sandbox")
        .WithHeader("openai-processing-ms", "12");

    private static JsonObject ErrorOf(SimulatedJob job)
    {
        (string code, string message) = FailureOf(job);
        return new JsonObject { ["code"] = code, ["message"] = message };
    }

    private static DateTimeOffset? ExpiresAt(SimulatedJob job, JobReading reading) =>
        reading.State != JobState.Completed ? null : job.Has("expired") ? reading.EndedAt : reading.EndedAt + _assetLife;
}
