using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Reelay.Providers.OpenAi;

/// <summary>How the body of a create is encoded.</summary>
[JsonConverter(typeof(WordConverter<OpenAiEncoding>))]
public enum OpenAiEncoding
{
    /// <summary><c>multipart/form-data</c>, with or without a file, as the official SDKs send it.</summary>
    Multipart,

    /// <summary><c>application/json</c>.</summary>
    Json,
}

/// <summary>How a length in seconds is written.</summary>
[JsonConverter(typeof(WordConverter<OpenAiSeconds>))]
public enum OpenAiSeconds
{
    /// <summary>Written <c>string</c>: <c>"8"</c>.</summary>
    [JsonStringEnumMemberName("string")]
    Text,

    /// <summary>Written <c>int</c>: <c>8</c>.</summary>
    [JsonStringEnumMemberName("int")]
    Whole,

    /// <summary>Written <c>float</c>: <c>8.0</c>.</summary>
    [JsonStringEnumMemberName("float")]
    Fraction,
}

/// <summary>How the first frame is sent.</summary>
[JsonConverter(typeof(WordConverter<OpenAiReferenceForm>))]
public enum OpenAiReferenceForm
{
    /// <summary>A file part; multipart only.</summary>
    File,

    /// <summary>Written <c>object</c>: an object <c>{"image_url": …}</c>; in a form, a field <c>name[image_url]</c>.</summary>
    [JsonStringEnumMemberName("object")]
    Wrapped,

    /// <summary>That object as JSON in a text.</summary>
    JsonText,

    /// <summary>The link itself as a text.</summary>
    Url,
}

/// <summary>
/// What differs between the servers that speak this protocol: a channel names a <see cref="Profile"/> and may override each switch.
/// The README beside this file has the table of profiles.
/// </summary>
public sealed record OpenAiOptions
{
    /// <summary>Where the other values come from: <c>openai</c> (default), <c>vllm_omni</c>, <c>sglang</c>, <c>trtllm</c>, <c>gateway</c>.</summary>
    public string Profile { get; init; } = "openai";

    /// <summary>Encoding of a create.</summary>
    public OpenAiEncoding Encoding { get; init; }

    /// <summary>Whether the upstream model's name is sent; a server with one model may refuse it.</summary>
    public bool SendModel { get; init; } = true;

    /// <summary>Type of the seconds.</summary>
    public OpenAiSeconds SecondsAs { get; init; }

    /// <summary>
    /// The upstream's field for each of our words: <c>prompt, model, seconds, size, width, height, count, fps, audio, user, tier,
    /// aspect_ratio</c>. A word without a field is not sent. Overrides are merged word by word; null takes a word out.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Fields { get; init; } = new Dictionary<string, string?>
    {
        ["prompt"] = "prompt", ["model"] = "model", ["seconds"] = "seconds", ["size"] = "size",
    };

    /// <summary>Field that takes the first frame, or null if the server takes none.</summary>
    public string? ReferenceField { get; init; } = "input_reference";

    /// <summary>How the first frame is sent; when absent, decided by the field's name and the encoding.</summary>
    public OpenAiReferenceForm ReferenceAs { get; init; }

    /// <summary>Whether a picture may be sent as a <c>data:</c> URL; otherwise a public link of ours is needed.</summary>
    public bool ReferenceInline { get; init; } = true;

    /// <summary>
    /// Extra parameters that callers may send and that are forwarded under their own names: known ones by name, others as
    /// <c>name:type</c>. An order with any other is refused.
    /// </summary>
    public IReadOnlyList<string> Extras { get; init; } = [];

    /// <summary>Fields that are always sent, above everything else of that name.</summary>
    public JsonObject FixedFields { get; init; } = [];

    /// <summary>Header that carries the attempt token for deduplication, or null where nothing of that kind is known.</summary>
    public string? IdempotencyHeader { get; init; }

    /// <summary>Header that carries the attempt token for tracing, or null.</summary>
    public string? RequestIdHeader { get; init; }

    /// <summary>Value of <c>OpenAI-Organization</c>, or null.</summary>
    public string? Organization { get; init; }

    /// <summary>Value of <c>OpenAI-Project</c>, or null.</summary>
    public string? Project { get; init; }

    /// <summary>Whether <c>POST /videos/edits</c> exists.</summary>
    public bool HasEdits { get; init; }

    /// <summary>Whether <c>POST /videos/extensions</c> exists.</summary>
    public bool HasExtensions { get; init; }

    /// <summary>Whether <c>POST /videos/characters</c> exists.</summary>
    public bool HasCharacters { get; init; }

    /// <summary>Whether <c>DELETE /videos/{id}</c> exists.</summary>
    public bool HasDelete { get; init; }

    /// <summary>Whether that DELETE stops a running job.</summary>
    public bool DeleteCancels { get; init; }

    /// <summary>Whether <c>GET /videos</c> exists.</summary>
    public bool HasList { get; init; }

    /// <summary>Whether its rows show the prompt; without it a lost submission cannot be found.</summary>
    public bool ListHasPrompt { get; init; }

    /// <summary>Longest time until an accepted job shows up in the list. Default 2; 0 to 300.</summary>
    public double ListDelaySeconds { get; init; } = 2;

    /// <summary>How many polls in a row must answer 404 before a job counts as lost. Default 3; 1 to 100.</summary>
    [JsonPropertyName("poll_404_confirmations")]
    public int Poll404Confirmations { get; init; } = 3;

    /// <summary>Query parameter of <c>/content</c> that picks one of several outputs, or null where there is only one.</summary>
    public string? ContentIndexQuery { get; init; }
}

/// <summary>Options write their words in snake_case and never as numbers.</summary>
internal sealed class WordConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
