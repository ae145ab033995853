using System.Collections.Frozen;

namespace Reelay.Server.Catalog.Orders;

/// <summary>What happens to a parameter.</summary>
internal enum ParameterClass
{
    /// <summary>A reader of its own understands it.</summary>
    Read,

    /// <summary>It changes content or price and nothing here honours it yet: refused unless neutral.</summary>
    Content,

    /// <summary>A hint: goes upstream where the upstream model takes it, else a warning.</summary>
    Hint,
}

/// <summary>One parameter callers may send.</summary>
/// <param name="Name">Its canonical name.</param>
/// <param name="Class">What happens to it.</param>
/// <param name="Aliases">Other names that mean the same.</param>
internal sealed record Parameter(string Name, ParameterClass Class, params string[] Aliases)
{
    /// <summary>Numbers or words that change nothing, beside null and empty text.</summary>
    public string[] Neutral { get; init; } = [];

    /// <summary>Whether repeating a form field makes a list instead of a conflict.</summary>
    public bool IsList { get; init; }

    /// <summary>Said after a refusal; where the caller should turn instead.</summary>
    public string? Advice { get; init; }
}

/// <summary>Every parameter this server knows. A new one is a row here and, if it is read, a reader.</summary>
internal static class Parameters
{
    public static readonly Parameter Model = new("model", ParameterClass.Read);
    public static readonly Parameter Prompt = new("prompt", ParameterClass.Read);
    public static readonly Parameter Content = new("content", ParameterClass.Read) { IsList = true };
    public static readonly Parameter Seconds = new("seconds", ParameterClass.Read, "duration", "duration_seconds", "durationSeconds");
    public static readonly Parameter Size = new("size", ParameterClass.Read);
    public static readonly Parameter Width = new("width", ParameterClass.Read);
    public static readonly Parameter Height = new("height", ParameterClass.Read);
    public static readonly Parameter AspectRatio = new("aspect_ratio", ParameterClass.Read, "ratio", "aspectRatio");
    public static readonly Parameter Tier = new("tier", ParameterClass.Read, "resolution");
    public static readonly Parameter Quality = new("quality", ParameterClass.Read);
    public static readonly Parameter Mode = new("mode", ParameterClass.Read);
    public static readonly Parameter Audio = new("audio", ParameterClass.Read, "sound", "generate_audio");
    public static readonly Parameter Count = new("n", ParameterClass.Read);
    public static readonly Parameter ResponseFormat = new("response_format", ParameterClass.Read);
    public static readonly Parameter User = new("user", ParameterClass.Read);
    public static readonly Parameter ExternalTaskId = new("external_task_id", ParameterClass.Read);
    public static readonly Parameter Metadata = new("metadata", ParameterClass.Read);

    public static readonly Parameter FirstFrame = new(
        "input_reference", ParameterClass.Read, "image", "image_url", "images", "image_urls", "first_frame", "first_frame_image", "first_frame_url", "first_image_url")
    {
        IsList = true,
    };

    /// <summary>Objects whose members count as if they stood at top level.</summary>
    public static readonly string[] Places = ["parameters", "extra_body"];

    private static readonly Parameter[] _all =
    [
        Model, Prompt, Content, Seconds, Size, Width, Height, AspectRatio, Tier, Quality, Mode, Audio, Count, ResponseFormat, User,
        ExternalTaskId, Metadata, FirstFrame,

        new("end_image_url", ParameterClass.Content, "last_image_url", "last_frame_image", "last_frame_url", "last_frame", "image_tail"),
        new("reference_images", ParameterClass.Content, "reference_image_urls", "referenceImages", "image_list", "input_references"),
        new("video_urls", ParameterClass.Content, "video", "video_url", "videos", "input_video", "source_video_url", "video_list", "video_reference"),
        new("audio_urls", ParameterClass.Content, "audio_url", "audio_reference"),
        new("mask", ParameterClass.Content, "static_mask", "dynamic_masks"),
        new("video_id", ParameterClass.Content, "task_id", "remixed_from_video_id"),
        new("characters", ParameterClass.Content, "character"),
        new("camera_control", ParameterClass.Content),
        new("first_last_frame", ParameterClass.Content),
        new("function_mode", ParameterClass.Content),
        new("generation_type", ParameterClass.Content),
        new("model_name", ParameterClass.Content),
        new("num_frames", ParameterClass.Content, "frames") { Advice = "Ask for `seconds`." },
        new("stream", ParameterClass.Content) { Advice = "Poll the task." },
        new("callback_url", ParameterClass.Content, "callback_format") { Advice = "Poll the task, or register a webhook endpoint." },

        new("fps", ParameterClass.Hint, "frame_rate"),
        new("seed", ParameterClass.Hint),
        new("cfg_scale", ParameterClass.Hint) { Neutral = ["0.5"] },
        new("negative_prompt", ParameterClass.Hint),
        new("watermark_info", ParameterClass.Hint),
    ];

    private static readonly FrozenDictionary<string, Parameter> _byName = _all
        .SelectMany(parameter => parameter.Aliases.Append(parameter.Name), (parameter, name) => (parameter, name))
        .ToFrozenDictionary(pair => pair.name, pair => pair.parameter, StringComparer.Ordinal);

    /// <summary>All rows.</summary>
    public static IReadOnlyList<Parameter> All => _all;

    /// <summary>Finds a parameter by its name or an alias; null if unknown.</summary>
    public static Parameter? Find(string name) => _byName.GetValueOrDefault(name);
}
