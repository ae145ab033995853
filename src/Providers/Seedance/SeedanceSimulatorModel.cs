namespace Reelay.Simulators.Seedance;

/// <summary>What one model takes, as the vendor's pages say; written down a second time, so that the adapter's own table is checked by it.</summary>
internal sealed record SeedanceModel
{
    private static readonly string[] _common = ["model", "content", "resolution", "ratio", "duration", "watermark", "return_last_frame", "execution_expires_after", "callback_url"];
    private static readonly string[] _three = ["480p", "720p", "1080p"];

    public static readonly IReadOnlyList<SeedanceModel> All =
    [
        new() { Name = "1-0-lite-t2v-250428", HasText = true },
        new() { Name = "1-0-lite-i2v-250428", HasFirst = true, HasLast = true, Images = 4 },
        new() { Name = "1-0-pro-250528", HasText = true, HasFirst = true, HasLast = true, UsualResolution = "1080p" },
        new() { Name = "1-0-pro-fast-251015", HasText = true, HasFirst = true, UsualResolution = "1080p" },
        new() { Name = "1-5-pro-251215", HasText = true, HasFirst = true, HasLast = true, MinSeconds = 4, HasSound = true },
        new()
        {
            Name = "2-0-260128", HasText = true, HasFirst = true, HasLast = true, Images = 9, Clips = 3, MinSeconds = 4, MaxSeconds = 15, HasSound = true,
            Resolutions = ["480p", "720p", "1080p", "4k"],
        },
        new()
        {
            Name = "2-0-fast-260128", HasText = true, HasFirst = true, HasLast = true, Images = 9, Clips = 3, MinSeconds = 4, MaxSeconds = 15, HasSound = true,
            Resolutions = ["480p", "720p"],
        },
    ];

    /// <summary>Without the platform's prefix.</summary>
    public required string Name { get; init; }

    public bool HasText { get; init; }

    public bool HasFirst { get; init; }

    public bool HasLast { get; init; }

    /// <summary>Most reference pictures.</summary>
    public int Images { get; init; }

    /// <summary>Most reference videos, and as many sounds.</summary>
    public int Clips { get; init; }

    public int MinSeconds { get; init; } = 2;

    public int MaxSeconds { get; init; } = 12;

    public bool HasSound { get; init; }

    public IReadOnlyList<string> Resolutions { get; init; } = _three;

    public string UsualResolution { get; init; } = "720p";

    /// <summary>1, 1.5 or 2.</summary>
    public char Generation => Name[0] == '2' ? '2' : Name[2] == '5' ? '5' : '1';

    /// <summary>Fields it takes; any other is refused, even with its default.</summary>
    public IEnumerable<string> Fields => Generation switch
    {
        '1' => [.. _common, "frames", "seed", "camera_fixed", "service_tier"],
        '5' => [.. _common, "seed", "camera_fixed", "service_tier", "generate_audio", "draft", "safety_identifier"],
        _ => [.. _common, "generate_audio", "priority", "safety_identifier", "tools"],
    };

    /// <summary>Finds a model by its id at either platform; null if there is none.</summary>
    public static SeedanceModel? Find(string? id) =>
        id is null ? null : All.FirstOrDefault(model => id == "doubao-seedance-" + model.Name
            || id == (model.Generation == '2' ? "dreamina-seedance-" : "seedance-") + model.Name);
}

/// <summary>The table of pixels.</summary>
internal static class SeedancePixels
{
    public static readonly string[] Ratios = ["16:9", "4:3", "1:1", "3:4", "9:16", "21:9"];

    private static readonly Dictionary<string, (int, int)[]> _first = new()
    {
        ["480p"] = [(864, 480), (736, 544), (640, 640), (544, 736), (480, 864), (960, 416)],
        ["720p"] = [(1248, 704), (1120, 832), (960, 960), (832, 1120), (704, 1248), (1504, 640)],
        ["1080p"] = [(1920, 1088), (1664, 1248), (1440, 1440), (1248, 1664), (1088, 1920), (2176, 928)],
    };

    private static readonly Dictionary<string, (int, int)[]> _later = new()
    {
        ["480p"] = [(864, 496), (752, 560), (640, 640), (560, 752), (496, 864), (992, 432)],
        ["720p"] = [(1280, 720), (1112, 834), (960, 960), (834, 1112), (720, 1280), (1470, 630)],
        ["1080p"] = [(1920, 1080), (1664, 1248), (1440, 1440), (1248, 1664), (1080, 1920), (2206, 946)],
        ["4k"] = [(3840, 2160), (3326, 2494), (2880, 2880), (2494, 3326), (2160, 3840), (4398, 1886)],
    };

    /// <summary>The size of a resolution and a named ratio.</summary>
    public static (int WidthPixels, int HeightPixels) Of(SeedanceModel model, string resolution, string ratio) =>
        (model.Generation == '1' ? _first : _later)[resolution][Array.IndexOf(Ratios, ratio)];

    /// <summary>The named ratio nearest to a picture's.</summary>
    public static string Nearest(double ratio) => Ratios.MinBy(name => Math.Abs(Math.Log(Value(name) / ratio)))!;

    private static double Value(string name) => double.Parse(name.Split(':')[0]) / double.Parse(name.Split(':')[1]);
}
