using System.Text.Json.Nodes;

namespace Reelay.Simulators.OpenAi;

/// <summary>What one server that speaks OpenAI's video protocol does in its own way.</summary>
public abstract class OpenAiDialect(SandboxCore sandbox)
{
    /// <summary>Id of the simulator.</summary>
    public abstract string Id { get; }

    /// <summary>Credentials it accepts; none if it asks for none.</summary>
    public abstract IReadOnlyList<string> Credentials { get; }

    /// <summary>Models it names in <c>/models</c>.</summary>
    public abstract IReadOnlyList<string> Models { get; }

    /// <summary>Least number of rows a list may be asked for.</summary>
    public virtual int MinListLimit => 0;

    /// <summary>The shared state.</summary>
    protected SandboxCore Sandbox { get; } = sandbox;

    /// <summary>A new id of a job.</summary>
    public abstract string NewId();

    /// <summary>Whether videos can be edited, extended and remixed.</summary>
    public virtual bool TakesSources => false;

    /// <summary>Its characters, or null if it has none.</summary>
    public virtual OpenAiCharacters? Characters => null;

    /// <summary>Checks a call that orders a video and reads the order from it.</summary>
    public abstract OrderReading Read(OrderCall call);

    /// <summary>Answers a body that could not be read.</summary>
    public abstract SimulatedResponse Unreadable(BodyProblem problem);

    /// <summary>Answers a call without an accepted credential.</summary>
    public abstract SimulatedResponse Unauthorized(bool isMissing);

    /// <summary>Answers with the documented body of a status.</summary>
    public abstract SimulatedResponse Error(int status);

    /// <summary>Refuses an order, as far as the server has a way of its own to do so.</summary>
    public abstract SimulatedResponse Refuse(string reason);

    /// <summary>Answers for a job it does not know.</summary>
    public abstract SimulatedResponse NotFound(string id);

    /// <summary>Answers a query parameter that is not allowed.</summary>
    public abstract SimulatedResponse BadQuery(string name, string message);

    /// <summary>The job as JSON.</summary>
    public abstract JsonObject Video(SimulatedJob job, JobReading reading, string root);

    /// <summary>Answers a create call that was accepted.</summary>
    public virtual SimulatedResponse Created(JsonObject video) => SimulatedResponse.Json(200, video);

    /// <summary>Answers a read.</summary>
    public virtual SimulatedResponse Retrieved(SimulatedJob job, JobReading reading, JsonObject video) =>
        SimulatedResponse.Json(200, video);

    /// <summary>Answers a list.</summary>
    public virtual JsonObject List(JsonArray rows, bool hasMore) => new()
    {
        ["object"] = "list",
        ["first_id"] = rows.Count > 0 ? rows[0]!["id"]!.DeepClone() : null,
        ["last_id"] = rows.Count > 0 ? rows[^1]!["id"]!.DeepClone() : null,
        ["has_more"] = hasMore && rows.Count > 0,
        ["data"] = rows,
    };

    /// <summary>Answers a delete.</summary>
    public virtual JsonObject Deleted(SimulatedJob job, JobReading before, string root) =>
        new() { ["id"] = job.Id, ["object"] = "video.deleted", ["deleted"] = true };

    /// <summary>Answers a download.</summary>
    public abstract SimulatedResponse Content(SimulatedJob job, JobReading reading, string? variant, string root);

    /// <summary>Adds the headers the server sends with everything.</summary>
    public virtual SimulatedResponse Decorate(SimulatedResponse response) => response;

    /// <summary>Why the job failed, as code and message.</summary>
    protected static (string Code, string Message) FailureOf(SimulatedJob job) => job.Has("fail", "content_policy")
        ? ("moderation_blocked", "Your request was blocked by our moderation system.")
        : ("video_generation_failed", "The video could not be generated.");

    /// <summary>Status word of a job, unless a fault asks for one that nobody knows.</summary>
    protected static string StatusOf(SimulatedJob job, JobReading reading, string queued, string running) =>
        job.Has("unknown-status") && !reading.IsTerminal
            ? "reticulating"
            : reading.State switch
            {
                JobState.Queued => queued,
                JobState.Running => running,
                JobState.Completed => "completed",
                _ => "failed",
            };

    /// <summary>Path of a link that takes no credential.</summary>
    protected static string LinkTo(SimulatedJob job, string root) => $"{root}/cdn/{job.Id}.mp4";
}

/// <summary>The calls that order a video.</summary>
public enum OrderKind
{
    /// <summary>From text, with or without a picture.</summary>
    Create,

    /// <summary>Changes a video.</summary>
    Edit,

    /// <summary>Makes a video longer.</summary>
    Extend,

    /// <summary>Makes a video anew; what edits were before they took files.</summary>
    Remix,
}

/// <summary>One such call.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Body">Its body.</param>
/// <param name="Account">The account it came with; null where no credential is asked for.</param>
/// <param name="SourceId">The video its path names, or null.</param>
public sealed record OrderCall(OrderKind Kind, OrderBody Body, string? Account, string? SourceId = null);

/// <summary>What a create call asks for, or why it is refused.</summary>
public sealed record OrderReading(OpenAiOrder? Order, SimulatedResponse? Refusal)
{
    /// <summary>A refusal.</summary>
    public static implicit operator OrderReading(SimulatedResponse refusal) => new(null, refusal);

    /// <summary>An order.</summary>
    public static implicit operator OrderReading(OpenAiOrder order) => new(order, null);
}

/// <summary>A checked order.</summary>
public sealed record OpenAiOrder(
    string Model, string Prompt, int WidthPixels, int HeightPixels, double Seconds, int Fps = 24, OpenAiSource? Source = null);
