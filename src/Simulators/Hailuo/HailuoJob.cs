using System.Text.Json.Nodes;

namespace Reelay.Simulators.Hailuo;

/// <summary>One job in the words of its protocol. What its simulator has to remember lies in the job's details.</summary>
internal sealed class HailuoJob(SimulatedJob job)
{
    private static readonly TimeSpan _linkLife = TimeSpan.FromHours(1);

    /// <summary>Whether it was ordered by the second protocol.</summary>
    public bool IsSecond => job.Details!["second"]!.GetValue<bool>();

    /// <summary>The id of its file: the job's, but for the first digit, so that either leads to the other. Too large for 32 bits.</summary>
    public long FileId => long.Parse("3" + job.Id[1..]);

    /// <summary>The job that a file belongs to.</summary>
    public static string IdOfFile(string? fileId) => fileId is ['3', ..] ? "2" + fileId[1..] : "";

    /// <summary>The answer to a query of the first protocol.</summary>
    public JsonObject First(JobReading reading, bool isUnknown)
    {
        bool isDone = reading.State == JobState.Completed && !isUnknown;
        JsonObject shown = new()
        {
            ["task_id"] = job.Id, ["status"] = isUnknown ? "Unknown" : FirstWord(reading), ["file_id"] = isDone ? $"{FileId}" : "",
        };
        if (isDone)
        {
            shown["video_width"] = job.Clip.WidthPixels;
            shown["video_height"] = job.Clip.HeightPixels;
        }

        // A work that fails by itself has no reason at all.
        return HailuoReply.With(shown, reading.State == JobState.Failed && job.Has("fail", "content_policy") ? new(1027, "output new_sensitive") : null);
    }

    /// <summary>The file of a finished job of the first protocol, with a link that lives an hour.</summary>
    public JsonObject File(DateTimeOffset endedAt, DateTimeOffset now) => HailuoReply.With(new JsonObject
    {
        ["file"] = new JsonObject
        {
            ["file_id"] = FileId, ["created_at"] = endedAt.ToUnixTimeSeconds(), ["filename"] = "output.mp4", ["purpose"] = "video_generation",
            ["download_url"] = Link(now),
        },
    });

    /// <summary>The task of the second protocol.</summary>
    public JsonObject Second(JobReading reading, bool isUnknown, DateTimeOffset now)
    {
        JsonObject shown = new()
        {
            ["id"] = job.Id,
            ["model"] = job.Model,
            ["status"] = isUnknown ? "reviewing" : SecondWord(reading),
            ["created_at"] = job.CreatedAt.ToUnixTimeSeconds(),
            ["updated_at"] = (reading.EndedAt ?? job.CreatedAt).ToUnixTimeSeconds(),
            ["resolution"] = job.Details!["resolution"]!.DeepClone(),
            ["duration"] = (int)job.Clip.Seconds,
            ["ratio"] = job.Details["ratio"]!.DeepClone(),
            ["task_type"] = "generation",
            ["modality"] = "video",
        };
        if (reading.State == JobState.Completed && !isUnknown)
        {
            shown["content"] = new JsonObject { ["url"] = Link(now) };
            shown["usage"] = new JsonObject
            {
                ["total_seconds"] = (int)job.Clip.Seconds, ["input_seconds"] = 0, ["output_seconds"] = (int)job.Clip.Seconds,
                ["input_image_count"] = job.Details["images"]!.DeepClone(),
            };
        }

        if (reading.State == JobState.Failed)
        {
            shown["error"] = job.Has("fail", "content_policy")
                ? new JsonObject { ["code"] = "1027", ["message"] = "output new_sensitive" }
                : new JsonObject { ["code"] = "1000", ["message"] = "generation failed" };
        }

        return shown;
    }

    /// <summary>A callback: small words in the first protocol; the task as a query shows it in the second, of which no sample is published.</summary>
    public JsonObject Callback(JobReading reading, DateTimeOffset now)
    {
        if (IsSecond)
            return new JsonObject { ["task"] = Second(reading, isUnknown: false, now) };
        JsonObject shown = First(reading, isUnknown: false);
        shown["status"] = reading.State switch { JobState.Completed => "success", JobState.Failed => "failed", _ => "processing" };
        return shown;
    }

    private string FirstWord(JobReading reading) => reading.State switch
    {
        JobState.Completed => "Success",
        JobState.Failed => "Fail",
        JobState.Running => "Processing",
        _ => job.WorkSeconds > 10 ? "Preparing" : "Queueing",
    };

    private static string SecondWord(JobReading reading) => reading.State switch
    {
        JobState.Completed => "succeeded",
        JobState.Failed => "failed",
        JobState.Running => "running",
        JobState.Queued => "queued",
        _ => "cancelled",
    };

    private string Link(DateTimeOffset now) =>
        $"{job.Details!["root"]!.GetValue<string>()}/cdn/{job.Id}.mp4?Expires={(job.Has("expired") ? now : now + _linkLife).ToUnixTimeSeconds()}&Signature=sandbox";
}
