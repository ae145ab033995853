namespace Reelay.Providers.Kling;

/// <summary>The paths that generations are created and read under; a task is known only under the one it was created on.</summary>
internal static class KlingFamilies
{
    public const string Text = "text2video";
    public const string Image = "image2video";
    public const string MultiImage = "multi-image2video";
    public const string Extend = "video-extend";
    public const string Omni = "omni-video";

    private static readonly string[] Common = ["negative_prompt", "cfg_scale", "watermark_info"];
    private static readonly string[] Shots = ["multi_shot", "shot_type", "multi_prompt"];

    // Extra parameters of each path, in the manual's words; anything else is refused, never passed on.
    private static readonly Dictionary<string, string[]> ExtrasByFamily = new()
    {
        [Text] = [.. Common, .. Shots, "camera_control", "voice_list"],
        [Image] = [.. Common, .. Shots, "camera_control", "voice_list", "element_list", "static_mask", "dynamic_masks"],
        [MultiImage] = ["negative_prompt", "watermark_info"],
        [Extend] = Common,
        [Omni] = [.. Shots, "element_list", "watermark_info", KeepSound],
    };

    /// <summary>The one extra that is not a field of the body but of the video in it.</summary>
    public const string KeepSound = "keep_original_sound";

    /// <summary>The path for an order, or null if Kling has none for it.</summary>
    public static string? Of(ProviderRequest request) => (IsOmni(request.UpstreamModel), request.Mode) switch
    {
        (true, "t2v" or "i2v" or "i2v_first_last" or "multi_i2v" or "extend" or "edit") => Omni,
        (false, "t2v") => Text,
        (false, "i2v" or "i2v_first_last") => Image,
        (false, "multi_i2v") => MultiImage,
        (false, "extend") => Extend,
        _ => null,
    };

    /// <summary>Extra parameters a path takes.</summary>
    public static IReadOnlyList<string> Extras(string family) => ExtrasByFamily[family];

    /// <summary>Whether a model takes everything under one path: by the form of the name, so that a successor an operator adds finds it.</summary>
    public static bool IsOmni(string model) =>
        model.StartsWith("kling-video-o", StringComparison.Ordinal) || model.EndsWith("-omni", StringComparison.Ordinal);
}
