namespace Reelay.Simulators.Kling;

/// <summary>What one model can do, out of Kling's capability map and price page.</summary>
internal sealed record KlingModel(string Name)
{
    private static readonly Func<string, string, bool> _pro = (mode, _) => mode == "pro";
    private static readonly Func<string, string, bool> _always = (_, _) => true;
    private static readonly string[] _short = ["5", "10"];

    /// <summary>Paths it is served under; extensions name no model.</summary>
    public required string[] Families { get; init; }

    /// <summary>Modes it takes.</summary>
    public string[] Modes { get; init; } = ["std", "pro"];

    /// <summary>Lengths it takes.</summary>
    public string[] Durations { get; init; } = _short;

    /// <summary>Lengths of text or a first frame alone.</summary>
    public string[]? PlainDurations { get; init; }

    /// <summary>Short side in pixels by mode.</summary>
    public int[] ShortSides { get; init; } = [720, 1080, 2160];

    /// <summary>Frames a second.</summary>
    public int Fps { get; init; } = 24;

    /// <summary>Units a second by mode, without and with sound.</summary>
    public required decimal[] Units { get; init; }

    /// <summary>Units a second by mode with sound, where they differ.</summary>
    public decimal[]? SoundUnits { get; init; }

    /// <summary>Whether a last frame goes with a mode and length.</summary>
    public Func<string, string, bool> TakesTail { get; init; } = (_, _) => false;

    /// <summary>Whether a last frame may stand alone.</summary>
    public bool TakesLoneTail { get; init; }

    /// <summary>Whether masks go with a mode and length.</summary>
    public Func<string, string, bool> TakesMasks { get; init; } = (_, _) => false;

    /// <summary>Whether a camera move goes with a path, mode and length.</summary>
    public Func<string, string, string, bool> TakesCamera { get; init; } = (_, _, _) => false;

    /// <summary>Whether only the camera type <c>simple</c> is there.</summary>
    public bool IsCameraSimple { get; init; }

    /// <summary>Modes that can have sound.</summary>
    public string[] SoundModes { get; init; } = [];

    /// <summary>Whether sound goes with a last frame.</summary>
    public bool HasSoundWithTail { get; init; }

    /// <summary>Whether its results can be extended.</summary>
    public bool CanBeExtended { get; init; }

    /// <summary>Units of one extension by mode.</summary>
    public decimal[] ExtendUnits { get; init; } = [2, 3.5m];

    /// <summary>Whether it takes several shots.</summary>
    public bool HasShots { get; init; }

    /// <summary>New generation: whether it always makes sound.</summary>
    public bool IsNeverSilent { get; init; }

    /// <summary>New generation: words of the setting <c>audio</c>; empty where there is no such setting.</summary>
    public string[] AudioWords { get; init; } = [];

    /// <summary>New generation: what can stand in <c>contents</c>.</summary>
    public string[] ContentTypes { get; init; } = [];

    /// <summary>New generation: longest prompt in characters.</summary>
    public int MaxPromptLength { get; init; } = 2500;

    /// <summary>New generation: units a second by mode with a video among the contents.</summary>
    public decimal[]? VideoUnits { get; init; }

    /// <summary>Every model there is.</summary>
    public static IReadOnlyList<KlingModel> All { get; } =
    [
        new("kling-v1")
        {
            Families = ["text2video", "image2video"], ShortSides = [720, 720], Fps = 30, Units = [0.2m, 0.7m],
            TakesTail = (_, seconds) => seconds == "5", TakesMasks = (_, seconds) => seconds == "5",
            TakesCamera = (family, mode, seconds) => (family, mode, seconds) == ("text2video", "std", "5"),
            CanBeExtended = true, ExtendUnits = [1, 3.5m],
        },
        new("kling-v1-5")
        {
            Families = ["image2video"], Fps = 30, Units = [0.4m, 0.7m], TakesTail = _pro, TakesLoneTail = true,
            TakesMasks = (mode, seconds) => (mode, seconds) == ("pro", "5"),
            TakesCamera = (_, mode, seconds) => (mode, seconds) == ("pro", "5"), IsCameraSimple = true, CanBeExtended = true,
        },
        new("kling-v1-6")
        {
            Families = ["text2video", "image2video", "multi-image2video"], Units = [0.4m, 0.7m], TakesTail = _pro, TakesLoneTail = true,
            CanBeExtended = true,
        },
        new("kling-v2-master") { Families = ["text2video", "image2video"], ShortSides = [720, 720], Units = [2, 2] },
        new("kling-v2-1") { Families = ["image2video"], Units = [0.4m, 0.7m], TakesTail = _pro },
        new("kling-v2-1-master") { Families = ["text2video", "image2video"], ShortSides = [1080, 1080], Units = [2, 2] },
        new("kling-v2-5-turbo") { Families = ["text2video", "image2video"], Units = [0.3m, 0.5m], TakesTail = _pro },
        new("kling-v2-6")
        {
            Families = ["text2video", "image2video"], Units = [0.3m, 0.5m], SoundUnits = [0.3m, 1], TakesTail = _pro, SoundModes = ["pro"],
        },
        new("kling-v3")
        {
            Families = ["text2video", "image2video"], Modes = ["std", "pro", "4k"], Durations = Range(3, 15),
            Units = [0.6m, 0.8m, 3], SoundUnits = [0.9m, 1.2m, 3], TakesTail = _always, SoundModes = ["std", "pro", "4k"],
            HasSoundWithTail = true, HasShots = true,
        },
        new("kling-video-o1")
        {
            Families = ["omni-video"], Durations = Range(3, 10), PlainDurations = _short, Units = [0.6m, 0.8m],
        },
        new("kling-v3-omni")
        {
            Families = ["omni-video"], Modes = ["std", "pro", "4k"], Durations = Range(3, 15), Units = [0.6m, 0.8m, 3],
            SoundUnits = [0.8m, 1, 3], SoundModes = ["std", "pro", "4k"], HasSoundWithTail = true, HasShots = true,
        },
    ];

    /// <summary>Where a mode stands in the lists by mode.</summary>
    public static int IndexOf(string mode) => mode switch { "std" => 0, "pro" => 1, _ => 2 };

    /// <summary>Lengths from one to another.</summary>
    public static string[] Range(int first, int last) => [.. Enumerable.Range(first, last - first + 1).Select(seconds => $"{seconds}")];
}
