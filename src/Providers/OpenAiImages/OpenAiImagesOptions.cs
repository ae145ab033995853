using System.Text.Json.Nodes;

namespace Reelay.Providers.OpenAiImages;

/// <summary>
/// What differs between the servers that speak this protocol: a channel names a <see cref="Profile"/> and may override each switch.
/// The README beside this file has the table of profiles.
/// </summary>
public sealed record OpenAiImagesOptions
{
    /// <summary>Where the other values come from: <c>openai</c> (default) or <c>compatible</c> for self-hosted servers.</summary>
    public string Profile { get; init; } = "openai";

    /// <summary>Whether the upstream model's name is sent; a server with one model may refuse it.</summary>
    public bool SendModel { get; init; } = true;

    /// <summary>Whether <c>size: auto</c> is sent when the upstream shall decide; otherwise the field is left out then.</summary>
    public bool SendAutoSize { get; init; } = true;

    /// <summary>
    /// Value of <c>response_format</c>, or null not to send the field: OpenAI's own models refuse it, SGLang answers with links without it.
    /// </summary>
    public string? ResponseFormat { get; init; }

    /// <summary>Field of the pictures to edit when there is one.</summary>
    public string ImageField { get; init; } = "image";

    /// <summary>Field of each picture to edit when there are several.</summary>
    public string ImagesField { get; init; } = "image[]";

    /// <summary>Field of the mask, or null if the server takes none.</summary>
    public string? MaskField { get; init; } = "mask";

    /// <summary>Field that carries the hash of the caller's end user, or null.</summary>
    public string? UserField { get; init; } = "safety_identifier";

    /// <summary>
    /// Extra parameters that are forwarded under their own names, each a known name or <c>name:type</c>; an order with any other is refused
    /// before it is sent.
    /// </summary>
    public IReadOnlyList<string> Extras { get; init; } =
        ["background", "output_format", "output_compression", "moderation", "input_fidelity"];

    /// <summary>Fields that are always sent, above everything else of that name.</summary>
    public JsonObject FixedFields { get; init; } = [];

    /// <summary>Header that carries the attempt token for tracing, or null. Nothing at these servers deduplicates by it.</summary>
    public string? RequestIdHeader { get; init; } = "X-Client-Request-Id";

    /// <summary>Value of <c>OpenAI-Organization</c>, or null.</summary>
    public string? Organization { get; init; }

    /// <summary>Value of <c>OpenAI-Project</c>, or null.</summary>
    public string? Project { get; init; }
}
