namespace Reelay.Simulators.DashScope;

/// <summary>What one model takes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Input">Fields of <c>input</c>.</param>
/// <param name="Parameters">Fields of <c>parameters</c>.</param>
internal sealed record DashScopeSimulatorModel(string Name, string[] Input, string[] Parameters)
{
    private static readonly string[] _common = ["resolution", "duration", "watermark", "seed"];

    /// <summary>All that are played.</summary>
    public static readonly IReadOnlyList<DashScopeSimulatorModel> All =
    [
        new("happyhorse-1.0-t2v", ["prompt"], [.. _common, "ratio"]) { NeedsPrompt = true },
        new("happyhorse-1.0-i2v", ["prompt", "media"], _common) { FirstFrames = (1, 1), MinSidePixels = 300 },
        new("happyhorse-1.0-r2v", ["prompt", "media"], [.. _common, "ratio"]) { NeedsPrompt = true, References = (1, 9), MinSidePixels = 400 },
        new("happyhorse-1.0-video-edit", ["prompt", "media"], ["resolution", "watermark", "seed", "audio_setting"])
        {
            NeedsPrompt = true, References = (0, 5), Videos = (1, 1), MinSidePixels = 300,
        },
        new("wan2.7-t2v", ["prompt", "negative_prompt", "audio_url"], [.. _common, "ratio", "prompt_extend"]) { NeedsPrompt = true, Durations = (2, 15) },

        // The AI SDK still sends the older field to this model, so both are taken.
        new("wan2.7-i2v", ["prompt", "negative_prompt", "media", "img_url"], [.. _common, "prompt_extend"])
        {
            FirstFrames = (1, 1), LastFrames = (0, 1), Durations = (2, 15), MinSidePixels = 240,
        },
        new("wan2.7-r2v", ["prompt", "negative_prompt", "media"], [.. _common, "ratio", "prompt_extend"])
        {
            NeedsPrompt = true, FirstFrames = (0, 1), References = (1, 5), Durations = (2, 10), MinSidePixels = 240,
        },
        new("wan3.0-video", ["prompt", "media"], [.. _common, "ratio", "prompt_extend", "audio"])
        {
            FirstFrames = (0, 1), LastFrames = (0, 1), References = (0, 10), Durations = (2, 30), MinSidePixels = 240,
            Ratios = ["adaptive", "16:9", "9:16", "1:1", "4:3", "3:4", "21:9"], Resolutions = ["480P", "720P", "1080P"],
        },
        new("wan2.6-t2v", ["prompt", "negative_prompt", "audio_url"], ["size", "duration", "watermark", "seed", "prompt_extend", "shot_type"])
        {
            NeedsPrompt = true, Durations = (2, 15),
        },
        new("wan2.6-i2v", ["prompt", "negative_prompt", "img_url", "audio_url"], [.. _common, "prompt_extend", "shot_type"])
        {
            FirstFrames = (1, 1), Durations = (2, 15), MinSidePixels = 240,
        },
    ];

    /// <summary>Whether it makes nothing without a prompt.</summary>
    public bool NeedsPrompt { get; init; }

    /// <summary>How many first frames, at least and at most.</summary>
    public (int Least, int Most) FirstFrames { get; init; }

    /// <summary>The same of last frames.</summary>
    public (int Least, int Most) LastFrames { get; init; }

    /// <summary>The same of reference pictures.</summary>
    public (int Least, int Most) References { get; init; }

    /// <summary>The same of videos.</summary>
    public (int Least, int Most) Videos { get; init; }

    /// <summary>Lengths in seconds, shortest and longest.</summary>
    public (int Least, int Most) Durations { get; init; } = (3, 15);

    /// <summary>Ratios.</summary>
    public string[] Ratios { get; init; } = ["16:9", "9:16", "1:1", "4:3", "3:4"];

    /// <summary>Resolutions, in upper case.</summary>
    public string[] Resolutions { get; init; } = ["720P", "1080P"];

    /// <summary>Shortest side of a picture; checked after the task was taken.</summary>
    public int MinSidePixels { get; init; }

    /// <summary>Whether videos of this model carry a mark unless it is switched off.</summary>
    public bool IsMarked => Name.StartsWith("happyhorse-", StringComparison.Ordinal);
}
