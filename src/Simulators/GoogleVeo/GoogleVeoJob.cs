using System.Text.Json.Nodes;

namespace Reelay.Simulators.GoogleVeo;

/// <summary>One operation in Google's words. What its simulator has to remember lies in the job's details.</summary>
internal sealed class GoogleVeoJob(SimulatedJob job)
{
    private static readonly TimeSpan _fileLife = TimeSpan.FromDays(2);

    /// <summary>Whether it was ordered at the Gemini API.</summary>
    public bool IsGemini => job.Details!["gemini"]!.GetValue<bool>();

    /// <summary>Last part of its name, which its files are called after.</summary>
    public string ShortId => job.Id[(job.Id.LastIndexOf('/') + 1)..];

    /// <summary>Whether a path in Cloud Storage is one of its results.</summary>
    public bool IsObject(string link) => Objects().Contains(link);

    /// <summary>Until when a file can be had at the Gemini API.</summary>
    public bool IsGone(JobReading reading, DateTimeOffset now) =>
        reading.State != JobState.Completed || job.Has("expired") || job.Has("content", "404") || reading.EndedAt + _fileLife <= now;

    /// <summary>The operation as a poll shows it.</summary>
    /// <param name="reading">Its state.</param>
    /// <param name="origin">What links to files begin with.</param>
    /// <param name="video">The bytes of the video, where they go into the answer.</param>
    public JsonObject Operation(JobReading reading, string origin, byte[]? video)
    {
        JsonObject operation = new() { ["name"] = job.Id };
        if (reading.IsTerminal)
            operation["done"] = true;
        if (reading.State == JobState.Completed)
            operation["response"] = IsGemini ? Gemini(Samples(origin)) : Vertex(Videos(video));
        else if (reading.State == JobState.Failed && Fails("content_policy"))
            operation["response"] = IsGemini ? Gemini(Filtered()) : Vertex(Filtered());
        else if (reading.State == JobState.Failed)
            operation["error"] = new JsonObject { ["code"] = 13, ["message"] = "internal server issue, try again in a few minutes" };
        else if (job.Has("unknown-status"))
            operation["done"] = "reviewing";
        return operation;
    }

    /// <summary>Whether its results come inside the poll's answer.</summary>
    public bool HasBytesInside => !IsGemini && Storage is null;

    private int SampleCount => job.Details!["samples"]!.GetValue<int>();

    private string? Storage => job.Details!["storage"]?.GetValue<string>();

    private bool Fails(string argument) => job.Faults.Any(fault => fault.Is("fail", argument));

    private static JsonObject Gemini(JsonObject response) => new()
    {
        ["@type"] = "type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse", ["generateVideoResponse"] = response,
    };

    private static JsonObject Vertex(JsonObject response)
    {
        response.Insert(0, "@type", "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse");
        return response;
    }

    private JsonObject Samples(string origin) => new()
    {
        ["generatedSamples"] = new JsonArray([.. Enumerable.Range(0, SampleCount).Select(_ => new JsonObject
        {
            ["video"] = new JsonObject { ["uri"] = $"{origin}/v1beta/files/{ShortId}:download?alt=media" },
        })]),
    };

    private JsonObject Videos(byte[]? video)
    {
        JsonNode[] videos = HasBytesInside
            ? [.. Enumerable.Range(0, SampleCount).Select(_ => new JsonObject
            {
                ["bytesBase64Encoded"] = Convert.ToBase64String(video!), ["mimeType"] = "video/mp4",
            })]
            : [.. Objects().Select(link => new JsonObject { ["gcsUri"] = link, ["mimeType"] = "video/mp4" })];
        return new() { ["raiMediaFilteredCount"] = 0, ["videos"] = new JsonArray(videos) };
    }

    private IEnumerable<string> Objects() => Storage is { } folder
        ? Enumerable.Range(0, SampleCount).Select(index => $"{folder.TrimEnd('/')}/{ShortId}/sample_{index}.mp4")
        : [];

    // A prompt that speaks of sound loses its sound, any other its picture.
    private JsonObject Filtered() => new()
    {
        ["raiMediaFilteredCount"] = SampleCount,
        ["raiMediaFilteredReasons"] = new JsonArray(
            job.Prompt.Contains("audio", StringComparison.OrdinalIgnoreCase)
                ? "We encountered an issue with the audio for your prompt. You have not been charged for this attempt."
                : "The generated videos were filtered since they violate the safety policies. Support codes: 42237218"),
    };
}
