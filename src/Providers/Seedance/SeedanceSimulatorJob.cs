using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Seedance;

/// <summary>One job in Ark's words. What its simulator has to remember lies in the job's details.</summary>
internal sealed class SeedanceJob(SimulatedJob job)
{
    private const int LinkSeconds = 86_400;
    private static readonly TimeSpan _readable = TimeSpan.FromDays(7);
    private static readonly TimeSpan _cancelledReadable = TimeSpan.FromHours(24);

    /// <summary>The job itself.</summary>
    public SimulatedJob Job => job;

    /// <summary><c>default</c> or <c>flex</c>.</summary>
    public string ServiceTier => Text("service_tier")!;

    /// <summary>The picture of the last frame.</summary>
    public ClipOrder LastFrame => job.Clip with { Key = job.Clip.Key + "-last", Picture = "png", Seconds = 1, HasSound = false };

    /// <summary>What has to be remembered of an order.</summary>
    public static JsonObject Details(SeedanceOrder order, string root, IRandomSource random) => new()
    {
        ["resolution"] = order.Resolution,
        ["ratio"] = order.Ratio,
        ["frames"] = order.Frames,
        ["sound"] = order.Sound,
        ["draft"] = order.IsDraft,
        ["service_tier"] = order.ServiceTier,
        ["expires_after"] = order.ExpiresAfterSeconds,
        ["seed"] = order.Seed is null or -1 ? int.Parse(random.Hex(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : order.Seed,
        ["safety_identifier"] = order.SafetyIdentifier,
        ["last_frame"] = order.ReturnsLastFrame,
        ["callback_url"] = order.CallbackUrl,
        ["root"] = root,
    };

    /// <summary>Whether it can still be read: seven days, and one after it was cancelled.</summary>
    public bool IsVisible(JobReading reading, DateTimeOffset now) =>
        reading.State != JobState.Deleted && now - job.CreatedAt < _readable
        && (reading.State != JobState.Cancelled || now - reading.EndedAt < _cancelledReadable);

    /// <summary>Its state in Ark's word.</summary>
    public string StatusOf(JobReading reading, DateTimeOffset now)
    {
        bool isLate = !reading.IsTerminal && now >= job.CreatedAt.AddSeconds((long)job.Details!["expires_after"]!);
        return reading.State switch
        {
            JobState.Completed => "succeeded",
            JobState.Failed => "failed",
            JobState.Cancelled => "cancelled",
            _ when job.Has("unknown-status") => "pondering",
            _ when isLate => "expired",
            JobState.Queued => "queued",
            _ => "running",
        };
    }

    /// <summary>The task as an answer, a list or a callback shows it.</summary>
    public JsonObject Shown(JobReading reading, DateTimeOffset now)
    {
        string status = StatusOf(reading, now);
        JsonObject task = new() { ["id"] = job.Id, ["model"] = job.Model, ["status"] = status };
        if (status == "failed")
            task["error"] = Error();
        if (status == "succeeded")
            AddResult(task, reading);
        task["service_tier"] = ServiceTier;
        task["execution_expires_after"] = job.Details!["expires_after"]!.DeepClone();
        if (Text("safety_identifier") is { } user)
            task["safety_identifier"] = user;
        task["created_at"] = job.CreatedAt.ToUnixTimeSeconds();
        task["updated_at"] = (reading.EndedAt ?? job.CreatedAt).ToUnixTimeSeconds();
        return task;
    }

    /// <summary>A link that ends by itself.</summary>
    public string Link(JobReading reading, string file)
    {
        string date = reading.EndedAt!.Value.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        return $"{Text("root")}/files/{file}?X-Tos-Algorithm=TOS4-HMAC-SHA256&X-Tos-Date={date}&X-Tos-Expires={LinkSeconds}&X-Tos-Signature={Signature(file, date)}";
    }

    /// <summary>Whether a link is whole and has not ended.</summary>
    public bool IsSigned(IReadOnlyDictionary<string, string> query, JobReading reading, string file, DateTimeOffset now)
    {
        DateTimeOffset end = job.Has("expired") ? reading.EndedAt!.Value : reading.EndedAt!.Value.AddSeconds(LinkSeconds);
        return query.GetValueOrDefault("X-Tos-Signature") == Signature(file, query.GetValueOrDefault("X-Tos-Date", "")) && now < end;
    }

    private void AddResult(JsonObject task, JobReading reading)
    {
        JsonObject content = new() { ["video_url"] = Link(reading, job.Id + ".mp4") };
        if ((bool)job.Details!["last_frame"]!)
            content["last_frame_url"] = Link(reading, job.Id + ".png");
        task["content"] = content;

        // Twenty-four frames a second and one more, by the pixels of each.
        int frames = (int?)job.Details["frames"] ?? (int)((24 * job.Clip.Seconds) + 1);
        long tokens = (long)job.Clip.WidthPixels * job.Clip.HeightPixels * frames / 1024;
        task["usage"] = new JsonObject { ["completion_tokens"] = tokens, ["total_tokens"] = tokens };
        foreach (string name in new[] { "seed", "resolution", "ratio", "draft" })
        {
            if (job.Details[name] is { } value)
                task[name] = value.DeepClone();
        }

        if (job.Details["frames"] is { } given)
            task["frames"] = given.DeepClone();
        else
            task["duration"] = (int)job.Clip.Seconds;
        task["framespersecond"] = 24;
        if (job.Details["sound"] is { } sound)
            task["generate_audio"] = sound.DeepClone();
    }

    private JsonObject Error() => job.Has("fail", "content_policy")
        ? new() { ["code"] = "OutputVideoSensitiveContentDetected", ["message"] = "The request failed because the output video may contain sensitive information." }
        : new() { ["code"] = "InternalServiceError", ["message"] = "The service encountered an unexpected internal error." };

    private string Signature(string file, string date) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{job.CreatedAt.Ticks}\n{file}\n{date}")));

    private string? Text(string name) => job.Details![name]?.GetValue<string>();
}
