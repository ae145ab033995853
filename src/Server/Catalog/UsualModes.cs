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
        ["edit"] = new() { Requires = ["prompt", "source_video"] },
        ["extend"] = new() { Requires = ["prompt", "source_video"] },
    };

    /// <summary>One picture to start from.</summary>
    public static IReadOnlyDictionary<MediaRole, ReferenceSpec> FirstFrame { get; } = new Dictionary<MediaRole, ReferenceSpec>
    {
        [MediaRole.FirstFrame] = new() { MaxCount = 1, MaxBytes = 20 << 20, Types = ["image/png", "image/jpeg", "image/webp"] },
        [MediaRole.Character] = new() { MaxCount = 2, MaxBytes = 256 << 20, Types = ["video/mp4"] },
    };
}
