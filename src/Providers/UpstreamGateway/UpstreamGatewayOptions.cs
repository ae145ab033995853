using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Reelay.Providers.UpstreamGateway;

/// <summary>How input files are sent.</summary>
[JsonConverter(typeof(UpstreamGatewayWord<UpstreamGatewayMedia>))]
public enum UpstreamGatewayMedia
{
    /// <summary>File parts of a form, each named after what it is for (Reelay).</summary>
    Roles,

    /// <summary>In JSON: one picture as <c>image</c>, several as <c>images</c> in their order (new-api).</summary>
    Images,

    /// <summary>
    /// In JSON: pictures as <c>reference_images</c>, told to be frames by <c>metadata.first_last_frame</c>; a video by its link as
    /// <c>metadata.source_video_url</c> (Aurora).
    /// </summary>
    References,
}

/// <summary>What is done about a submission whose answer was lost.</summary>
[JsonConverter(typeof(UpstreamGatewayWord<UpstreamGatewayLoss>))]
public enum UpstreamGatewayLoss
{
    /// <summary>Nothing is known of the gateway that would help: the outcome stays unknown.</summary>
    Unknown,

    /// <summary>It is looked for in the gateway's list by our token, which the gateway keeps as <c>external_task_id</c>.</summary>
    Find,

    /// <summary>It is sent once more at once under the same idempotency key, then looked for as above.</summary>
    Resend,
}

/// <summary>What differs between gateways: a channel names its <see cref="Kind"/> and may override each switch. The README has the table.</summary>
public sealed record UpstreamGatewayOptions
{
    /// <summary>Where the other values come from: <c>new_api</c> (default), <c>reelay</c>, <c>aurora</c>.</summary>
    public string Kind { get; init; } = "new_api";

    /// <summary>
    /// The gateway's field for each of our words: <c>prompt, model, seconds, size, tier, aspect_ratio, count, audio, quality, user,
    /// token</c>. A word without a field is not sent. Overrides are merged word by word; null takes a word out.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Fields { get; init; } = new Dictionary<string, string?>
    {
        ["prompt"] = "prompt", ["model"] = "model", ["seconds"] = "seconds", ["size"] = "size",
    };

    /// <summary>Whether the tier goes beside a size too, since it decides the price there.</summary>
    public bool TierWithSize { get; init; }

    /// <summary>How input files are sent.</summary>
    public UpstreamGatewayMedia MediaAs { get; init; } = UpstreamGatewayMedia.Images;

    /// <summary>Whether pictures in JSON go as <c>data:</c> links; otherwise a public link of ours is needed. Default true.</summary>
    public bool MediaInline { get; init; } = true;

    /// <summary>Extra parameters that callers may send: known ones by name, others as <c>name:type</c>.</summary>
    public IReadOnlyList<string> Extras { get; init; } = ["negative_prompt", "cfg_scale", "camera_control", "seed"];

    /// <summary>Whether they go inside <c>metadata</c>, since fields that the gateway does not know are dropped at top level.</summary>
    public bool ExtrasInMetadata { get; init; } = true;

    /// <summary>Fields that are always sent, for example <c>group</c>.</summary>
    public JsonObject FixedFields { get; init; } = [];

    /// <summary>What the operator knows of models, by the gateway's name of each; <c>*</c> stands for all others.</summary>
    public IReadOnlyDictionary<string, UpstreamGatewayFacts> Facts { get; init; } = new Dictionary<string, UpstreamGatewayFacts>();

    /// <summary>What is done about a submission whose answer was lost.</summary>
    public UpstreamGatewayLoss Lost { get; init; }

    /// <summary>Header that carries the attempt token, or null. Only <see cref="Lost"/> relies on it.</summary>
    public string? IdempotencyHeader { get; init; } = "Idempotency-Key";

    /// <summary>Whether <c>POST /videos/{id}/cancel</c> exists.</summary>
    public bool HasCancel { get; init; }

    /// <summary>Whether videos can be edited.</summary>
    public bool HasEdits { get; init; }

    /// <summary>Whether videos can be made longer.</summary>
    public bool HasExtensions { get; init; }

    /// <summary>Whether results are taken from <c>/content</c> below the channel's address, whatever links a task has beside it.</summary>
    public bool ContentOnly { get; init; }

    /// <summary>Longest time until an accepted order shows up in the list. Default 30; 0 to 300.</summary>
    public double ListDelaySeconds { get; init; } = 30;

    /// <summary>How many polls in a row must say that a task is not known before it counts as lost. Default 5; 1 to 100.</summary>
    [JsonPropertyName("poll_404_confirmations")]
    public int Poll404Confirmations { get; init; } = 5;
}

/// <summary>What an operator knows of one model at a gateway. What is left out has the bounds of the kind.</summary>
public sealed record UpstreamGatewayFacts
{
    /// <summary>Modes: <c>t2v, i2v, i2v_first_last, multi_i2v, edit, extend</c>, or <c>t2i, edit</c> for pictures.</summary>
    public IReadOnlyList<string>? Modes { get; init; }

    /// <summary>Lengths in seconds, 1 to 60.</summary>
    public IReadOnlyList<int>? Seconds { get; init; }

    /// <summary>Sizes <c>WxH</c>.</summary>
    public IReadOnlyList<string>? Sizes { get; init; }

    /// <summary>Quality words, for example <c>std</c> and <c>pro</c>; needs a field for <c>quality</c>.</summary>
    public IReadOnlyList<string>? Qualities { get; init; }

    /// <summary><c>always</c>, <c>never</c>, <c>choice</c> (needs a field for <c>audio</c>) or <c>unknown</c>.</summary>
    public string? Audio { get; init; }

    /// <summary>Most reference pictures, 1 to 64.</summary>
    public int? MaxReferenceImages { get; init; }

    /// <summary>Most outputs of one order, 1 to 100; more than one needs a field for <c>count</c>.</summary>
    public int? MaxOutputs { get; init; }

    /// <summary>Longest prompt in Unicode code points, 1 to 32,000.</summary>
    public int? MaxPromptLength { get; init; }
}

/// <summary>Options write their words in snake_case and never as numbers.</summary>
internal sealed class UpstreamGatewayWord<T>() : JsonStringEnumConverter<T>(System.Text.Json.JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
