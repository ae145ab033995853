using System.Text.Json.Nodes;

namespace Reelay.Simulators.Xai;

/// <summary>Answers in xAI's shapes.</summary>
internal static class XaiSimulatorReply
{
    /// <summary>The documented answer to a status.</summary>
    public static SimulatedResponse OfStatus(int status) => status switch
    {
        400 => Error(400, "invalid-argument", "told by the sandbox"),
        401 => Error(401, "unauthenticated", "No API key provided. You can obtain an API key from https://console.x.ai."),
        403 => Error(403, "permission-denied", "The API key or its team is blocked."),
        404 => Error(404, "not-found", "The requested resource was not found."),
        405 => Error(405, null, "Method not allowed"),
        415 => Error(415, null, "Expected request with `Content-Type: application/json`"),
        429 => Error(429, "resource-exhausted", "Too many requests. The limit is 1 request per second."),
        _ => SimulatedResponse.Json(status, new JsonObject
        {
            ["error"] = new JsonObject { ["message"] = "told by the sandbox", ["type"] = "server_error", ["param"] = null, ["code"] = "internal-error" },
        }),
    };

    /// <summary>One of the two short forms: with a code, or words alone.</summary>
    public static SimulatedResponse Error(int status, string? code, string message)
    {
        JsonObject body = [];
        if (code is not null)
            body["code"] = code;
        body["error"] = message;
        return SimulatedResponse.Json(status, body);
    }

    /// <summary>A verdict of moderation, which is charged.</summary>
    public static SimulatedResponse Moderated(string message, long ticks) => SimulatedResponse.Json(
        400, new JsonObject { ["code"] = "imagine:content-moderated", ["error"] = message, ["usage"] = Usage(ticks) });

    /// <summary>What something cost: 10,000,000,000 ticks are a dollar.</summary>
    public static JsonObject Usage(long ticks) => new() { ["cost_in_usd_ticks"] = ticks };

    /// <summary>The state of a video.</summary>
    public static SimulatedResponse State(SimulatedJob job, JobReading reading, string root, bool isUnknown)
    {
        if (isUnknown)
            return Json(200, "reviewing", reading.Progress);
        return reading.State switch
        {
            // The first answers have no body.
            JobState.Queued => SimulatedResponse.Text(202, "application/json", ""),
            JobState.Running => Json(202, "pending", reading.Progress),
            JobState.Completed when job.Has("expired") => SimulatedResponse.Json(200, new JsonObject { ["status"] = "expired" }),
            JobState.Completed => Done(job, $"{root}/files/{job.Id}.mp4"),
            _ => Failed(job),
        };
    }

    private static SimulatedResponse Done(SimulatedJob job, string url, bool isAllowed = true) => SimulatedResponse.Json(200, new JsonObject
    {
        ["status"] = "done",
        ["video"] = new JsonObject { ["url"] = url, ["duration"] = (int)Math.Round(job.Clip.Seconds), ["respect_moderation"] = isAllowed },
        ["model"] = job.Model,
        ["usage"] = Usage(TicksOf(job)),
        ["progress"] = 100,
    });

    // Moderation speaks in three ways; words beside the fault choose one.
    private static SimulatedResponse Failed(SimulatedJob job)
    {
        if (job.Has("fail", "prompt"))
            return Error(400, "invalid-argument", "prompt is required for this model");
        if (!job.Has("fail", "content_policy"))
            return Ended("internal_error", "Internal error while generating the video", null);
        return job.Prompt.Contains("withheld", StringComparison.OrdinalIgnoreCase) ? Done(job, "", isAllowed: false)
            : job.Prompt.Contains("coded", StringComparison.OrdinalIgnoreCase) ? Ended("imagine_content_moderated", "Content moderated", TicksOf(job))
            : Moderated("Generated video rejected by content moderation.", TicksOf(job));
    }

    private static SimulatedResponse Ended(string code, string message, long? ticks)
    {
        JsonObject body = new()
        {
            ["status"] = "failed", ["progress"] = 0, ["error"] = new JsonObject { ["code"] = code, ["message"] = message },
        };
        if (ticks is { } cost)
            body["usage"] = Usage(cost);
        return SimulatedResponse.Json(200, body);
    }

    private static SimulatedResponse Json(int status, string word, int progress) =>
        SimulatedResponse.Json(status, new JsonObject { ["status"] = word, ["progress"] = progress });

    private static long TicksOf(SimulatedJob job) => (long)job.Details!["ticks"]!;
}
