using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Vidu;

/// <summary>What one create call allows; the first mistake is the answer. A field that the endpoint does not document is one.</summary>
internal sealed class ViduSimulatorRules(string endpoint, JsonObject body, IReadOnlyList<string> served)
{
    private const int MaxPromptLength = 5000;
    private const int MaxPayloadLength = 1_048_576;

    private static readonly string[] _common =
    [
        "model", "prompt", "duration", "seed", "resolution", "movement_amplitude", "audio", "audio_type", "bgm", "watermark", "payload",
        "callback_url",
    ];

    /// <summary>The endpoints that are played.</summary>
    public static IReadOnlyList<string> Endpoints { get; } = ["text2video", "img2video", "start-end2video", "reference2video"];

    /// <summary>The first mistake, or null.</summary>
    public SimulatedResponse? Mistake { get; private set; }

    private bool HasRatio => endpoint is "text2video" or "reference2video";

    /// <summary>The order; null if there is a mistake.</summary>
    public ViduSimulatorOrder? Read()
    {
        foreach (string name in body.Select(field => field.Key).Where(name => !IsKnown(name)))
            Refuse("FieldUnwanted", $"{name} is not a field of {endpoint}");
        string model = Text("model", null) ?? "";
        List<ViduSimulatorOffer> offers = [.. ViduSimulatorOffer.All.Where(offer => offer.Model == model && (served.Count == 0 || served.Contains(model)))];
        if (offers.Count == 0)
            Refuse("ModelUnavailable", $"model {model} is not available");
        offers = [.. offers.Where(offer => offer.Endpoints.Contains(endpoint))];
        if (offers.Count == 0)
            Refuse("FieldInvalid", $"model {model} is not one of {endpoint}");
        if (Mistake is not null)
            return null;

        int seconds = Number("duration", offers[0].Min <= 5 && offers[0].Max >= 5 ? 5 : offers[0].Min);
        offers = [.. offers.Where(offer => seconds >= offer.Min && seconds <= offer.Max)];
        if (offers.Count == 0)
            Refuse("FieldInvalid", $"duration {seconds} is not allowed for {model}");
        string resolution = Text("resolution", offers.Count > 0 && offers[0].Resolutions.Contains("720p") ? "720p" : "1080p")!;
        if (offers.Count > 0 && !offers[0].Resolutions.Contains(resolution))
            Refuse("FieldInvalid", $"resolution must be one of {string.Join(", ", offers[0].Resolutions)}");
        string ratio = Ratio(model);
        bool hasSound = Sound(model);
        Rest();
        List<ViduSimulatorPicture> pictures = Pictures();
        if (Mistake is not null)
            return null;

        int lines = int.Parse(resolution[..^1], CultureInfo.InvariantCulture);
        (int width, int height) = Size(lines, HasRatio ? OfRatio(ratio) : pictures[0].Ratio);
        return new(endpoint, model, seconds, resolution, HasRatio ? ratio : "", width, height, hasSound);
    }

    private bool IsKnown(string name) => _common.Contains(name) || name switch
    {
        "aspect_ratio" => HasRatio,
        "style" => endpoint == "text2video",
        "images" => endpoint != "text2video",
        _ => false,
    };

    private string Ratio(string model)
    {
        string ratio = Text("aspect_ratio", "16:9")!;
        bool isRight = ratio is "16:9" or "9:16" or "1:1" || (ratio is "4:3" or "3:4" && !model.StartsWith("viduq1", StringComparison.Ordinal) && model != "vidu2.0");
        if (!isRight)
            Refuse("FieldInvalid", $"aspect_ratio {ratio} is not allowed for {model}");
        return ratio;
    }

    private bool Sound(string model)
    {
        bool canSound = model.StartsWith("viduq3", StringComparison.Ordinal);
        bool isOn = Flag("audio", canSound);
        if (isOn && !canSound)
            Refuse("FieldInvalid", $"audio is not supported by {model}");
        Word("audio_type", "all", "speech_only", "sound_effect_only");
        if (body["audio_type"] is not null && !isOn)
            Refuse("FieldUnwanted", "audio_type needs audio");
        if (Flag("bgm", false) && canSound)
            Refuse("FieldInvalid", $"bgm is not supported by {model}");
        return isOn || Flag("bgm", false);
    }

    private void Rest()
    {
        string? prompt = Text("prompt", null);
        if (string.IsNullOrEmpty(prompt) && HasRatio)
            Refuse("FieldLacking", "prompt must not be empty");
        if (prompt?.EnumerateRunes().Count() > MaxPromptLength)
            Refuse("FieldInvalid", $"prompt must have at most {MaxPromptLength} characters");
        if (Number("seed", 0) < 0)
            Refuse("FieldInvalid", "seed must not be negative");
        if (Text("payload", "")!.Length > MaxPayloadLength)
            Refuse("FieldInvalid", $"payload must have at most {MaxPayloadLength} characters");
        if (Text("callback_url", null) is { } url && !ViduSimulatorPicture.IsLink(url))
            Refuse("FieldInvalid", "callback_url must be a link");
        Word("movement_amplitude", "auto", "small", "medium", "large");
        Word("style", "general", "anime");
        Flag("watermark", false);
    }

    private List<ViduSimulatorPicture> Pictures()
    {
        if (endpoint == "text2video")
            return [];
        (int min, int max) = endpoint switch { "img2video" => (1, 1), "start-end2video" => (2, 2), _ => (1, 7) };
        if (body["images"] is not JsonArray images || images.Count < min || images.Count > max)
        {
            Refuse("FieldItemCountOutOfRange", $"images must have {(min == max ? $"{min}" : $"{min} to {max}")} items");
            return [];
        }

        List<ViduSimulatorPicture> pictures = [];
        foreach (JsonNode? image in images)
        {
            (ViduSimulatorPicture? picture, string? reason, string? message) = ViduSimulatorPicture.Check(image, endpoint == "reference2video");
            if (picture is null)
                Refuse(reason!, message!);
            else
                pictures.Add(picture);
        }

        if (endpoint == "start-end2video" && pictures is [{ IsKnown: true } first, { IsKnown: true } last] && (first.Ratio / last.Ratio) is < 0.8 or > 1.25)
            Refuse("FieldInvalid", "the ratios of the two images differ too much");
        return pictures;
    }

    private string? Text(string name, string? usual)
    {
        if (body[name] is not { } node)
            return usual;
        if (node is JsonValue value && value.TryGetValue(out string? text))
            return text;
        Refuse("FieldInvalid", $"{name} must be a string");
        return usual ?? "";
    }

    private int Number(string name, int usual)
    {
        if (body[name] is not { } node)
            return usual;
        if (node is JsonValue value && value.TryGetValue(out int number))
            return number;
        Refuse("FieldInvalid", $"{name} must be an integer");
        return usual;
    }

    private bool Flag(string name, bool usual)
    {
        if (body[name] is not { } node)
            return usual;
        if (node is JsonValue value && value.TryGetValue(out bool flag))
            return flag;
        Refuse("FieldInvalid", $"{name} must be a boolean");
        return usual;
    }

    private void Word(string name, params string[] allowed)
    {
        if (!allowed.Contains(Text(name, allowed[0])))
            Refuse("FieldInvalid", $"{name} must be one of {string.Join(", ", allowed)}");
    }

    private void Refuse(string reason, string message) => Mistake ??= ViduSimulatorReply.Error(400, reason, message);

    private static double OfRatio(string ratio) => ratio switch { "9:16" => 9d / 16, "1:1" => 1, "4:3" => 4d / 3, "3:4" => 3d / 4, _ => 16d / 9 };

    private static (int WidthPixels, int HeightPixels) Size(int lines, double ratio)
    {
        int other = (int)Math.Round(lines * Math.Max(ratio, 1 / ratio) / 2) * 2;
        return ratio >= 1 ? (other, lines) : (lines, other);
    }
}

/// <summary>What is made.</summary>
internal sealed record ViduSimulatorOrder(
    string Endpoint, string Model, int Seconds, string Resolution, string Ratio, int WidthPixels, int HeightPixels, bool HasSound);
