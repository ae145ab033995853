using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.DashScope;

/// <summary>One task as DashScope shows it.</summary>
internal sealed class DashScopeSimulatorTask(SimulatedJob job)
{
    /// <summary>How long a task and its result are kept.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(24);

    private static readonly TimeSpan _scheduling = TimeSpan.FromMilliseconds(46);

    private long Expires => (job.CreatedAt + Life).ToUnixTimeSeconds();

    private string Signature => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{job.Id}\n{Expires}")))[..28];

    private JsonObject Details => job.Details!;

    /// <summary>The upstream's word for a state.</summary>
    public static string Word(JobState state) => state switch
    {
        JobState.Queued => "PENDING",
        JobState.Running => "RUNNING",
        JobState.Completed => "SUCCEEDED",
        JobState.Cancelled => "CANCELED",
        _ => "FAILED",
    };

    /// <summary>The <c>output</c> of a poll.</summary>
    public JsonObject Output(JobReading reading, string root)
    {
        JsonObject output = new()
        {
            ["task_id"] = job.Id, ["task_status"] = Word(reading.State), ["submit_time"] = DashScopeSimulatorReply.Clock(job.CreatedAt),
        };
        if (reading.State != JobState.Queued)
            output["scheduled_time"] = DashScopeSimulatorReply.Clock(job.CreatedAt + _scheduling);
        if (reading.EndedAt is { } end)
            output["end_time"] = DashScopeSimulatorReply.Clock(end);
        if (reading.State == JobState.Completed)
        {
            output["orig_prompt"] = job.Prompt;
            output["video_url"] = $"{root}/results/{job.Id}.mp4?Expires={Expires}&OSSAccessKeyId=sandbox&Signature={Signature}";
        }

        if (reading.State == JobState.Failed)
            (output["code"], output["message"]) = Failure();
        return output;
    }

    /// <summary>The <c>usage</c> of a finished task.</summary>
    public JsonObject Usage()
    {
        double seconds = (double)Details["seconds"]!, input = (double)Details["input_seconds"]!;
        JsonObject usage = new()
        {
            ["duration"] = seconds + input,
            ["input_video_duration"] = input,
            ["output_video_duration"] = seconds,
            ["video_count"] = 1,
            ["SR"] = int.Parse(((string)Details["resolution"]!).TrimEnd('P'), CultureInfo.InvariantCulture),
        };
        if ((string?)Details["ratio"] is { } ratio)
            usage["ratio"] = ratio;
        return usage;
    }

    /// <summary>Whether a signed link may be followed now.</summary>
    public bool Takes(IReadOnlyDictionary<string, string> query, DateTimeOffset now) =>
        query.GetValueOrDefault("Signature") == Signature && query.GetValueOrDefault("Expires") == Expires.ToString(CultureInfo.InvariantCulture)
        && now.ToUnixTimeSeconds() < Expires && !job.Has("expired");

    private (string Code, string Message) Failure()
    {
        if ((string?)Details["problem"] is { } problem)
            return ("InvalidParameter.DataInspection", problem);
        return job.Has("fail", "content_policy")
            ? ("DataInspectionFailed", "Output data may contain inappropriate content.")
            : ("InternalError", "An internal error has occurred.");
    }
}
