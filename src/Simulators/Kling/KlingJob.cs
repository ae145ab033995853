using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>One job in Kling's words. What its simulator has to remember lies in the job's details.</summary>
internal sealed class KlingJob(SimulatedJob job)
{
    private static readonly TimeSpan _linkLife = TimeSpan.FromDays(30);

    /// <summary>Path it was created under.</summary>
    public string Family => Text("family")!;

    /// <summary>Its mode.</summary>
    public string Mode => Text("mode")!;

    /// <summary>Whether it was ordered in the new generation.</summary>
    public bool IsNew => job.Details!["is_new"]?.GetValue<bool>() == true;

    /// <summary>The caller's own id of it, or null.</summary>
    public string? ExternalId => Text("external_task_id");

    private bool HasWatermark => job.Details!["watermark"]?.GetValue<bool>() == true;

    /// <summary>The id of its video: the job's, but for the first digit, so that either leads to the other.</summary>
    public string VideoId => "9" + job.Id[1..];

    /// <summary>The job that a video belongs to.</summary>
    public static string IdOfVideo(string videoId) => videoId.Length > 1 && videoId[0] == '9' ? "8" + videoId[1..] : "";

    /// <summary>Until when the file can be had.</summary>
    public DateTimeOffset? ExpiresAt(JobReading reading) => job.Has("expired") ? reading.EndedAt : reading.EndedAt + _linkLife;

    /// <summary>The task in the words of the generation it was ordered in.</summary>
    public JsonObject Shown(JobReading reading, bool isCreate = false) => IsNew ? NewTask(reading, isCreate) : Task(reading, isCreate);

    /// <summary>The task in the new generation's words, which show those of the legacy one too.</summary>
    public JsonObject NewTask(JobReading reading, bool isCreate = false)
    {
        string status = StatusOf(reading);
        JsonObject task = new() { ["id"] = job.Id, ["status"] = status == "succeed" ? "succeeded" : status };
        if (!isCreate)
            task["message"] = reading.State == JobState.Failed ? Reason() : "";
        task["create_time"] = job.CreatedAt.ToUnixTimeMilliseconds();
        task["update_time"] = (reading.EndedAt ?? job.CreatedAt).ToUnixTimeMilliseconds();
        if (ExternalId is not null)
            task["external_id"] = ExternalId;
        if (isCreate || reading.State != JobState.Completed)
            return task;
        JsonObject output = new() { ["type"] = "video", ["id"] = VideoId, ["url"] = Link(VideoId) };
        if (HasWatermark)
            output["watermark_url"] = Link(VideoId + "-watermark");
        output["duration"] = job.Clip.Seconds.ToString("0.###", CultureInfo.InvariantCulture);
        task["outputs"] = new JsonArray(output);
        task["billing"] = new JsonArray(new JsonObject { ["charge_type"] = "unit", ["amount"] = Text("units"), ["package_type"] = "video" });
        return task;
    }

    /// <summary>The task in the legacy generation's words.</summary>
    /// <param name="reading">Its state.</param>
    /// <param name="isCreate">Whether it answers the create call, which shows less.</param>
    public JsonObject Task(JobReading reading, bool isCreate = false)
    {
        JsonObject info = new() { ["external_task_id"] = ExternalId };
        if (job.Details!["parent"] is JsonObject parent)
            info["parent_video"] = parent.DeepClone();
        JsonObject task = new() { ["task_id"] = job.Id, ["task_status"] = StatusOf(reading) };
        if (!isCreate)
            task["task_status_msg"] = reading.State == JobState.Failed ? Reason() : "";
        task["task_info"] = info;
        if (!isCreate)
            AddResult(task, reading);
        task["created_at"] = job.CreatedAt.ToUnixTimeMilliseconds();
        task["updated_at"] = (reading.EndedAt ?? job.CreatedAt).ToUnixTimeMilliseconds();
        return task;
    }

    /// <summary>The video as an extension of it names its parent, and as its own task names it.</summary>
    public JsonObject Video() => new()
    {
        ["id"] = VideoId, ["url"] = Link(VideoId), ["duration"] = job.Clip.Seconds.ToString("0.0##", CultureInfo.InvariantCulture),
    };

    private void AddResult(JsonObject task, JobReading reading)
    {
        task["watermark_info"] = new JsonObject { ["enabled"] = HasWatermark };
        if (reading.State != JobState.Completed)
            return;
        JsonObject video = Video();
        if (HasWatermark)
            video["watermark_url"] = Link(VideoId + "-watermark");
        task["task_result"] = new JsonObject { ["videos"] = new JsonArray(video) };
        task["final_unit_deduction"] = Text("units");
    }

    private string StatusOf(JobReading reading) => reading.State switch
    {
        JobState.Completed => "succeed",
        JobState.Failed => "failed",
        _ when job.Has("unknown-status") => "reviewing",
        JobState.Queued => "submitted",
        _ => "processing",
    };

    private string Reason() => job.Faults.First(fault => fault.Name == "fail").Argument switch
    {
        "content_policy" => "Failure to pass the risk control system",
        "picture" => "The resolution or aspect ratio of the input image is invalid. Please check the input image.",
        _ => "Generation failed. Please try again later.",
    };

    private string Link(string file) => $"{Text("root")}/cdn/{file}.mp4?x-kcdn-pid=1";

    private string? Text(string name) => job.Details![name]?.GetValue<string>();
}
