using System.Collections.Frozen;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Every parameter this server knows. A new one is a row here and, if it is read, a reader. Upstreams add their own by their models' facts.</summary>
internal static class Parameters
{
    public static readonly Parameter Model = new("model", ParameterClass.Read);
    public static readonly Parameter ModelName = new("model_name", ParameterClass.Read);
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
    public static readonly Parameter FunctionMode = new("function_mode", ParameterClass.Read);
    public static readonly Parameter GenerationType = new("generation_type", ParameterClass.Read, "generationType");
    public static readonly Parameter FirstLastFrame = new("first_last_frame", ParameterClass.Read) { Neutral = ["false"] };
    public static readonly Parameter Audio = new("audio", ParameterClass.Read, "sound", "generate_audio", "generateAudio");
    public static readonly Parameter Count = new("n", ParameterClass.Read);
    public static readonly Parameter ResponseFormat = new("response_format", ParameterClass.Read);
    public static readonly Parameter User = new("user", ParameterClass.Read);
    public static readonly Parameter ExternalTaskId = new("external_task_id", ParameterClass.Read);
    public static readonly Parameter CallbackUrl = new("callback_url", ParameterClass.Read);
    public static readonly Parameter CallbackFormat = new("callback_format", ParameterClass.Read);
    public static readonly Parameter Metadata = new("metadata", ParameterClass.Read);
    public static readonly Parameter SourceTask = new("video_id", ParameterClass.Read, "task_id", "remixed_from_video_id");

    public static readonly Parameter Picture = Media("input_reference", MediaHint.Picture, "image", "image_url", "images", "image_urls");
    public static readonly Parameter LastFrame = Media(
        "end_image_url", MediaHint.LastFrame, "last_image_url", "last_frame_image", "last_frame_url", "last_frame", "image_tail");
    public static readonly Parameter Reference = Media(
        "reference_images", MediaHint.Reference, "reference_image_urls", "referenceImages", "image_list", "input_references");
    public static readonly Parameter Video = Media("video_urls", MediaHint.Video, "video", "video_url", "videos", "input_video", "video_list", "video_reference");
    public static readonly Parameter AudioFile = Media("audio_urls", MediaHint.Audio, "audio_url", "audio_reference");

    /// <summary>Objects whose members count as if they stood at top level.</summary>
    public static readonly string[] Places = ["parameters", "extra_body"];

    private static readonly Parameter[] _all =
    [
        Model, ModelName, Prompt, Content, Seconds, Size, Width, Height, AspectRatio, Tier, Quality, Mode, FunctionMode, GenerationType,
        FirstLastFrame, Audio, Count, ResponseFormat, User, ExternalTaskId, CallbackUrl, CallbackFormat, Metadata, SourceTask,

        Picture, LastFrame, Reference, Video, AudioFile,
        Media("first_frame", MediaHint.FirstFrame, "first_frame_image", "first_frame_url", "first_image_url"),
        Media("source_video_url", MediaHint.SourceVideo),
        Media("mask", MediaHint.Mask),
        Media("characters", MediaHint.Character, "character"),

        new("camera_control", ParameterClass.Content),
        new("num_frames", ParameterClass.Content, "frames") { Advice = "Ask for `seconds`." },
        new("stream", ParameterClass.Content) { Advice = "Poll the task, or read GET /v1/videos/{id}/events." },

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

    private static Parameter Media(string name, MediaHint hint, params string[] aliases) =>
        new(name, ParameterClass.Read, aliases) { IsList = true, Media = hint };
}
