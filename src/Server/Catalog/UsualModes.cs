using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>What modes need and take where nobody says otherwise: for models that operators add with their name alone.</summary>
internal static class UsualModes
{
    /// <summary>By name, the one to be inferred first standing first.</summary>
    public static IReadOnlyDictionary<string, ModeSpec> All { get; } = new Dictionary<string, ModeSpec>
    {
        ["t2v"] = new() { Requires = ["prompt"], Takes = ["character"] },
        ["i2v"] = new() { Requires = ["prompt", "first_frame"], Takes = ["character"] },
        ["i2v_first_last"] = new() { Requires = ["prompt", "first_frame", "last_frame"] },
        ["multi_i2v"] = new() { Requires = ["prompt", "reference_image"], Aliases = ["reference_images", "r2v"] },
        ["edit"] = new() { Requires = ["prompt", "source_video"] },
        ["extend"] = new() { Requires = ["prompt", "source_video"] },
    };

    /// <summary>The same for models that make pictures.</summary>
    public static IReadOnlyDictionary<string, ModeSpec> Pictures { get; } = new Dictionary<string, ModeSpec>
    {
        ["t2i"] = new() { Requires = ["prompt"] },
        ["edit"] = new() { Requires = ["prompt", "reference_image"], Takes = ["mask"], Aliases = ["i2i", "reference_images"] },
    };

    /// <summary>One picture to start from.</summary>
    public static IReadOnlyDictionary<MediaRole, ReferenceSpec> FirstFrame { get; } = new Dictionary<MediaRole, ReferenceSpec>
    {
        [MediaRole.FirstFrame] = new() { MaxCount = 1, MaxBytes = 20 << 20, Types = ["image/png", "image/jpeg", "image/webp"] },
        [MediaRole.Character] = new() { MaxCount = 2, MaxBytes = 256 << 20, Types = ["video/mp4"] },
    };
}
