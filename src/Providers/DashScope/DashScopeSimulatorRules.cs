using System.Text.Json.Nodes;

namespace Reelay.Simulators.DashScope;

/// <summary>What a create allows: strict about every field, except one that the Python SDK adds on its own.</summary>
internal sealed class DashScopeSimulatorRules(JsonObject body, Func<string, DashScopeSimulatorFile?> stored)
{
    private static readonly string[] _fields = ["model", "input", "parameters"];
    private static readonly string[] _sound = ["auto", "origin"];

    private static readonly Dictionary<string, (int Width, int Height)> _shapes = new()
    {
        ["16:9"] = (1280, 720), ["9:16"] = (720, 1280), ["1:1"] = (960, 960), ["4:3"] = (1104, 832), ["3:4"] = (832, 1104), ["21:9"] = (1472, 624),
    };

    private static readonly string[] _sizes =
    [
        "1280*720", "720*1280", "960*960", "1088*832", "832*1088", "1920*1080", "1080*1920", "1440*1440", "1632*1248", "1248*1632",
    ];

    private readonly JsonObject _input = body["input"] as JsonObject ?? [];
    private readonly JsonObject _parameters = body["parameters"] as JsonObject ?? [];

    /// <summary>Reads an order of a known model.</summary>
    /// <returns>The order, or what is wrong with it.</returns>
    public (DashScopeSimulatorOrder? Order, string? Mistake) Read(DashScopeSimulatorModel model)
    {
        List<DashScopeSimulatorMedia> media = [];
        string? mistake = Names(model) ?? Prompt(model) ?? Media(model, media) ?? Counts(model, media) ?? Values(model);
        if (mistake is not null)
            return (null, mistake);
        string resolution = Text("resolution") ?? "1080P";
        string ratio = Text("ratio") ?? (model.Ratios[0] == "adaptive" && media.Exists(item => item.WidthPixels > 0) ? "adaptive" : "16:9");
        (int width, int height) = Text("size") is { } size ? Split(size) : Shape(model, media, resolution, ratio);
        DashScopeSimulatorMedia? source = media.Find(item => item.Type == "video");
        double seconds = source is null ? Number("duration") ?? 5 : source.Seconds > 0 ? Math.Min(15, source.Seconds) : 5;
        return (new DashScopeSimulatorOrder
        {
            Model = model,
            Prompt = (string?)_input["prompt"] ?? "",
            WidthPixels = width,
            HeightPixels = height,
            Seconds = seconds,
            InputSeconds = source is null ? 0 : seconds,
            Resolution = Text("size") is null ? resolution : Math.Min(width, height) > 832 ? "1080P" : "720P",
            Ratio = model.Parameters.Contains("ratio") ? ratio : null,
            HasSound = _parameters["audio"]?.GetValueKind() is not System.Text.Json.JsonValueKind.False,
            IsMarked = _parameters["watermark"] is { } mark ? (bool)mark : model.IsMarked,
            Problem = media.Find(item => item.Problem is not null)?.Problem,
        }, null);
    }

    private static (int Width, int Height) Split(string size) => (int.Parse(size.Split('*')[0]), int.Parse(size.Split('*')[1]));

    // A first frame or a source decides the ratio; the resolution is a number of pixels.
    private static (int Width, int Height) Shape(DashScopeSimulatorModel model, List<DashScopeSimulatorMedia> media, string resolution, string ratio)
    {
        double factor = resolution switch { "1080P" => 1.5, "480P" => 0.65, _ => 1 };
        DashScopeSimulatorMedia? guide = model.Parameters.Contains("ratio") && ratio != "adaptive"
            ? null
            : media.Find(item => item.Type is "first_frame" or "video" && item.WidthPixels > 0);
        if (guide is null)
        {
            (int width, int height) = _shapes[ratio == "adaptive" ? "16:9" : ratio];
            return (Even(width * factor), Even(height * factor));
        }

        double own = (double)guide.WidthPixels / guide.HeightPixels;
        double high = Math.Sqrt(1280 * 720 * factor * factor / own);
        return (Even(high * own), Even(high));
    }

    private static int Even(double pixels) => (int)Math.Round(pixels / 2) * 2;

    private static string? Unknown(JsonObject fields, IEnumerable<string> known, string where) =>
        fields.Select(field => field.Key).FirstOrDefault(name => !known.Contains(name)) is { } name ? $"{where}{name} is not supported" : null;

    private string? Names(DashScopeSimulatorModel model) => Unknown(body, _fields, "")
        ?? Unknown(_input, [.. model.Input, "extend_prompt"], "input.") ?? Unknown(_parameters, model.Parameters, "parameters.");

    private string? Prompt(DashScopeSimulatorModel model)
    {
        if (_input["prompt"] is { } prompt && !(prompt is JsonValue value && value.TryGetValue(out string? _)))
            return "input.prompt must be a string";
        return model.NeedsPrompt && string.IsNullOrEmpty((string?)_input["prompt"]) ? "input.prompt is required" : null;
    }

    private string? Media(DashScopeSimulatorModel model, List<DashScopeSimulatorMedia> found)
    {
        if (_input["img_url"] is { } single)
            return Add("first_frame", single, model, found);
        if (_input["media"] is not { } list)
            return null;
        if (list is not JsonArray items)
            return "input.media must be an array";
        foreach (JsonNode? item in items)
        {
            if (item is not JsonObject entry || Unknown(entry, ["type", "url"], "input.media.") is not null)
                return "input.media must hold objects of type and url";
            if (Add(entry["type"] is JsonValue type && type.TryGetValue(out string? word) ? word : "", entry["url"], model, found) is { } mistake)
                return mistake;
        }

        return null;
    }

    private string? Add(string type, JsonNode? url, DashScopeSimulatorModel model, List<DashScopeSimulatorMedia> found)
    {
        string address = url is JsonValue value && value.TryGetValue(out string? text) ? text : "";
        if (DashScopeSimulatorMedia.Read(type, address, model.MinSidePixels, stored) is not { } media)
            return "url error, please check url!";
        found.Add(media);
        return null;
    }

    private static string? Counts(DashScopeSimulatorModel model, List<DashScopeSimulatorMedia> media)
    {
        foreach ((string type, (int least, int most)) in new[]
        {
            ("first_frame", model.FirstFrames), ("last_frame", model.LastFrames), ("reference_image", model.References), ("video", model.Videos),
        })
        {
            int count = media.Count(item => item.Type == type);
            if (count < least || count > most)
                return $"input.media must hold {least} to {most} of type {type}, not {count}";
        }

        bool isMixed = model.Name.StartsWith("wan3.0", StringComparison.Ordinal)
            && media.Exists(item => item.Type == "reference_image") && media.Exists(item => item.Type is "first_frame" or "last_frame");
        bool isLastAlone = media.Exists(item => item.Type == "last_frame") && !media.Exists(item => item.Type == "first_frame");
        return isMixed ? "frames and references must not be mixed"
            : isLastAlone ? "a last frame needs a first frame"
            : media.Find(item => item.Type is not ("first_frame" or "last_frame" or "reference_image" or "video")) is { } odd
                ? $"input.media.type {odd.Type} is not supported"
                : null;
    }

    private string? Values(DashScopeSimulatorModel model) =>
        Word("resolution", model.Resolutions) ?? Word("ratio", model.Ratios) ?? Word("size", _sizes) ?? Word("audio_setting", _sound)
        ?? Word("shot_type", ["single", "multi"]) ?? Range("duration", model.Durations.Least, model.Durations.Most) ?? Range("seed", 0, int.MaxValue)
        ?? Boolean("watermark") ?? Boolean("prompt_extend") ?? Boolean("audio");

    private string? Word(string name, IEnumerable<string> words) => _parameters[name] is null || (Text(name) is { } word && words.Contains(word))
        ? null
        : $"parameters.{name} must be one of {string.Join(", ", words)}";

    private string? Range(string name, int least, int most) => _parameters[name] is null || (Number(name) is { } number && number >= least && number <= most)
        ? null
        : $"parameters.{name} must be an integer from {least} to {most}";

    private string? Boolean(string name) => _parameters[name] is null || (_parameters[name] is JsonValue value && value.TryGetValue(out bool _))
        ? null
        : $"parameters.{name} must be a boolean";

    private string? Text(string name) => _parameters[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private int? Number(string name) => _parameters[name] is JsonValue value && value.TryGetValue(out int number) ? number : null;
}

/// <summary>A create of known values.</summary>
internal sealed record DashScopeSimulatorOrder
{
    public required DashScopeSimulatorModel Model { get; init; }

    public required string Prompt { get; init; }

    public required int WidthPixels { get; init; }

    public required int HeightPixels { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Seconds of a source that are charged too.</summary>
    public required double InputSeconds { get; init; }

    public required string Resolution { get; init; }

    /// <summary>The ratio, or null where an input decides.</summary>
    public required string? Ratio { get; init; }

    public required bool HasSound { get; init; }

    public required bool IsMarked { get; init; }

    /// <summary>Why its files cannot be used, or null.</summary>
    public required string? Problem { get; init; }
}
