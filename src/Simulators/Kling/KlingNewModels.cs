namespace Reelay.Simulators.Kling;

/// <summary>The models of the new API generation, out of its pages, its capability map and its price page.</summary>
internal static class KlingNewModels
{
    public const string Text = "text-to-video";
    public const string Image = "image-to-video";
    public const string Omni = "omni-video";

    private static readonly string[] _long = KlingModel.Range(3, 15);
    private static readonly string[] _all = ["std", "pro", "4k"];
    private static readonly string[] _omni = ["prompt", "first_frame", "last_frame", "refer_image", "feature_video", "base_video", "element"];
    private static readonly Func<string, string, bool> _at1080 = (mode, _) => mode == "pro";
    private static readonly Func<string, string, bool> _always = (_, _) => true;

    private static readonly Dictionary<string, string> _versions = new()
    {
        ["kling-v2-5-turbo"] = "kling-2.5-turbo",
        ["kling-v2-6"] = "kling-2.6",
        ["kling-v3"] = "kling-3.0",
        ["kling-v3-omni"] = "kling-3.0-omni",
        ["kling-video-o1"] = "kling-o1",
    };

    /// <summary>Every model there is.</summary>
    public static IReadOnlyList<KlingModel> All { get; } =
    [
        new("kling-2.5-turbo")
        {
            Families = [Text, Image], Units = [0.3m, 0.5m], TakesTail = _at1080, ContentTypes = ["prompt", "first_frame", "last_frame"],
        },
        new("kling-2.6")
        {
            Families = [Text, Image], Units = [0.3m, 0.5m], SoundUnits = [0.3m, 1], TakesTail = _at1080, SoundModes = ["pro"],
            AudioWords = ["native", "off"], ContentTypes = ["prompt", "first_frame", "last_frame", "voice"],
        },
        new("kling-3.0")
        {
            Families = [Text, Image], Modes = _all, Durations = _long, Units = [0.6m, 0.8m, 3], SoundUnits = [0.9m, 1.2m, 3], TakesTail = _always,
            SoundModes = _all, HasSoundWithTail = true, HasShots = true, AudioWords = ["native", "off"],
            ContentTypes = ["prompt", "first_frame", "last_frame", "element"], MaxPromptLength = 3072,
        },
        new("kling-3.0-turbo")
        {
            Families = [Text, Image], Durations = _long, Units = [0.8m, 1], IsNeverSilent = true, ContentTypes = ["prompt", "first_frame"],
            MaxPromptLength = 3072,
        },
        new("kling-3.0-omni")
        {
            Families = [Omni], Modes = _all, Durations = _long, Units = [0.6m, 0.8m, 3], SoundUnits = [0.8m, 1, 3], TakesTail = _always,
            SoundModes = _all, HasSoundWithTail = true, HasShots = true, AudioWords = ["native", "original", "off"], ContentTypes = _omni,
            MaxPromptLength = 3072, VideoUnits = [0.9m, 1.2m, 3],
        },
        new("kling-o1")
        {
            Families = [Omni], Durations = KlingModel.Range(3, 10), PlainDurations = ["5", "10"], Units = [0.6m, 0.8m], TakesTail = _always,
            AudioWords = ["original", "off"], ContentTypes = _omni, VideoUnits = [0.9m, 1.2m],
        },
    ];

    /// <summary>What slots are counted by: one name for a model that both generations serve.</summary>
    public static string VersionOf(string? model) => model is null ? "" : _versions.GetValueOrDefault(model, model);

    /// <summary>The words of the setting <c>resolution</c> for a model.</summary>
    public static string[] Resolutions(KlingModel model) => ["720p", "1080p", .. model.Modes.Contains("4k") ? ["4k"] : Array.Empty<string>()];

    /// <summary>The mode that a resolution is in the legacy generation.</summary>
    public static string ModeOf(string resolution) => resolution switch { "720p" => "std", "1080p" => "pro", _ => "4k" };
}
