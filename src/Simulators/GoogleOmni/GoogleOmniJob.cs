using System.Text.Json.Nodes;

namespace Reelay.Simulators.GoogleOmni;

/// <summary>One interaction in Google's words. What its simulator has to remember lies in the job's details.</summary>
internal sealed class GoogleOmniJob(SimulatedJob job)
{
    private const int TokensPerSecond = 5792;
    private const string Form = "yyyy-MM-ddTHH:mm:ssZ";

    private static readonly TimeSpan _fileLife = TimeSpan.FromHours(48);

    /// <summary>What its file is called.</summary>
    public string FileId => job.Details!["file"]!.GetValue<string>();

    /// <summary>Whether its result comes inside the answer.</summary>
    public bool IsInline => job.Details!["delivery"]!.GetValue<string>() == "inline";

    /// <summary>Its result in Cloud Storage, or null.</summary>
    public string? ObjectLink => job.Details!["folder"]?.GetValue<string>() is { } folder ? $"{folder.TrimEnd('/')}/{FileId}.mp4" : null;

    /// <summary>Whether the file is gone.</summary>
    public bool IsGone(JobReading reading, DateTimeOffset now) =>
        reading.State != JobState.Completed || job.Has("expired") || job.Has("content", "404") || reading.EndedAt + _fileLife <= now;

    /// <summary>The interaction as an answer shows it.</summary>
    /// <param name="reading">Its state.</param>
    /// <param name="origin">What links to files begin with.</param>
    /// <param name="video">The bytes of the video, where they go into the answer.</param>
    /// <param name="isCreate">Whether it answers the create call, which shows less.</param>
    public JsonObject Interaction(JobReading reading, string origin, byte[]? video, bool isCreate = false)
    {
        JsonObject told = new()
        {
            ["id"] = job.Id,
            ["object"] = "interaction",
            ["model"] = job.Model,
            ["status"] = StatusOf(reading),
            ["created"] = job.CreatedAt.UtcDateTime.ToString(Form),
            ["updated"] = (reading.EndedAt ?? job.CreatedAt).UtcDateTime.ToString(Form),
            ["service_tier"] = "standard",
        };
        if (isCreate && !reading.IsTerminal)
            return told;
        JsonArray steps = [new JsonObject { ["type"] = "user_input", ["content"] = job.Details!["input"]!.DeepClone() }];
        if (reading.State == JobState.Completed)
        {
            steps.Add((JsonNode)new JsonObject { ["type"] = "thought", ["signature"] = "c2FuZGJveA" });
            steps.Add((JsonNode)Output(Video(origin, video)));
        }
        else if (IsRefused(reading))
        {
            steps.Add((JsonNode)Output(new() { ["type"] = "text", ["text"] = "I can't create a video like that. Please try a different idea." }));
        }
        else if (reading.State == JobState.Failed)
        {
            told["errors"] = new JsonArray(new JsonObject { ["code"] = "internal", ["message"] = "The video could not be generated." });
        }

        if (reading.State == JobState.Completed || IsRefused(reading))
            told["usage"] = Usage(reading.State == JobState.Completed);
        told["steps"] = steps;
        told["response_format"] = job.Details["format"]!.DeepClone();
        return told;
    }

    private static JsonObject Output(JsonObject block) => new() { ["type"] = "model_output", ["content"] = new JsonArray(block) };

    // A refusal looks like a success: only the video is missing.
    private bool IsRefused(JobReading reading) => reading.State == JobState.Failed && job.Faults.Any(fault => fault.Is("fail", "content_policy"));

    private string StatusOf(JobReading reading) => reading.State switch
    {
        JobState.Completed => "completed",
        JobState.Failed => IsRefused(reading) ? "completed" : "failed",
        JobState.Cancelled => "cancelled",
        _ when job.Has("unknown-status") => "reviewing",
        JobState.Queued => "queued",
        _ => "in_progress",
    };

    private JsonObject Video(string origin, byte[]? video)
    {
        JsonObject block = new() { ["type"] = "video", ["mime_type"] = "video/mp4" };
        if (video is not null)
            block["data"] = Convert.ToBase64String(video);
        else
            block["uri"] = ObjectLink ?? $"{origin}/v1beta/files/{FileId}:download?alt=media";
        return block;
    }

    private JsonObject Usage(bool hasVideo)
    {
        const int input = 24;
        int output = hasVideo ? (int)(job.Clip.Seconds * TokensPerSecond) : 31;
        return new()
        {
            ["total_tokens"] = input + output,
            ["total_input_tokens"] = input,
            ["total_output_tokens"] = output,
            ["total_thought_tokens"] = 0,
            ["total_cached_tokens"] = 0,
            ["total_tool_use_tokens"] = 0,
            ["input_tokens_by_modality"] = new JsonArray(new JsonObject { ["modality"] = "text", ["tokens"] = input }),
            ["output_tokens_by_modality"] = new JsonArray(new JsonObject { ["modality"] = hasVideo ? "video" : "text", ["tokens"] = output }),
        };
    }
}
