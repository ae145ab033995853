using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Xai;

/// <summary>An order that is in order.</summary>
internal sealed record XaiSimulatorOrder(string Path, string Model, string Prompt, int WidthPixels, int HeightPixels, double Seconds, long CostTicks)
{
    public bool HasSound { get; init; } = true;

    public int Count { get; init; } = 1;

    public bool IsBase64 { get; init; }

    public bool IsPicture => Path.StartsWith("images/", StringComparison.Ordinal);

    public string Parameters => string.Create(CultureInfo.InvariantCulture, $"{WidthPixels}x{HeightPixels}  {Seconds} s  {Path}");
}

/// <summary>Reads one body strictly; the first mistake is the answer.</summary>
internal sealed class XaiSimulatorRules
{
    private const string Base = "grok-imagine-video";
    private const string Newer = "grok-imagine-video-1.5";
    private const string Lite = "grok-imagine-video-1.5-lite";
    private const long Cent = 100_000_000;

    private static readonly string[] _ratios = ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"];

    private readonly XaiSimulatorFields _top;

    /// <summary>Takes the body.</summary>
    public XaiSimulatorRules(JsonObject body) => _top = new(body, Refuse);

    /// <summary>Why the body is no order; null if it is one.</summary>
    public SimulatedResponse? Refusal { get; private set; }

    /// <summary>The order; of use only without a refusal.</summary>
    public XaiSimulatorOrder Read(string path)
    {
        XaiSimulatorOrder order = path switch
        {
            "videos/edits" => Edit(path),
            "videos/extensions" => Extension(path),
            "videos/generations" => Generation(path),
            _ => XaiSimulatorPictures.Read(path, _top, Refuse),
        };
        if (order.Prompt.Length == 0 && !_top.Has("image"))
            Refuse(400, "prompt is required");
        return order;
    }

    private void Refuse(int status, string message) => Refusal ??= XaiSimulatorReply.Error(status, "invalid-argument", message);

    private XaiSimulatorOrder Generation(string path)
    {
        _top.Only(
            "model", "prompt", "image", "last_frame", "keyframes", "reference_images", "reference_audios", "duration", "aspect_ratio", "resolution",
            "generate_audio", "user");
        string model = Model(Base, Newer, Newer + "-preview", Lite);
        byte[]? image = _top.File("image");
        int references = References(model, image is not null);
        Frames(model, image is not null);
        int seconds = _top.Whole("duration", 8, 1, 15);
        string resolution = _top.Word("resolution", "480p", "480p", "720p", "1080p");
        if (references > 0 && seconds > 10)
            Refuse(400, $"duration must be at most 10 seconds with reference images, got {seconds}");
        if (resolution == "1080p" && (!model.StartsWith(Newer, StringComparison.Ordinal) || model == Lite || references > 0 || _top.Has("last_frame")))
            Refuse(400, "1080p is not supported for this request");
        string ratio = _top.Word("aspect_ratio", "", _ratios);
        ImageHeader? header = image is { Length: > 0 } ? ImageHeader.Read(image) : null;
        (int width, int height) = Size(resolution, ratio.Length > 0 || header is null ? RatioOf(ratio) : (double)header.WidthPixels / header.HeightPixels);
        bool hasSound = _top.Flag("generate_audio", true) || model is Base or Lite;
        int inputs = references + (image is null ? 0 : 1) + (_top.Has("last_frame") ? 1 : 0);
        long ticks = (seconds * PerSecond(model, resolution)) + (inputs * (model == Base ? Cent / 5 : Cent));
        return new(path, model, _top.Text("prompt") ?? "", width, height, seconds, ticks) { HasSound = hasSound };
    }

    // What an edit makes follows its source, up to 720p.
    private XaiSimulatorOrder Edit(string path)
    {
        _top.Only("model", "prompt", "video", "user");
        Mp4Header source = Source();
        if (source.Seconds > 8.8)
            Refuse(400, "the video to edit may have at most 8.7 seconds");
        double scale = Math.Min(1, 720.0 / Math.Min(source.WidthPixels, source.HeightPixels));
        return new(
            path, Model(Base), _top.Text("prompt") ?? "", Even(source.WidthPixels * scale), Even(source.HeightPixels * scale),
            Math.Round(source.Seconds, 2), (long)(source.Seconds * 8 * Cent));
    }

    private XaiSimulatorOrder Extension(string path)
    {
        _top.Only("model", "prompt", "video", "duration");
        Mp4Header source = Source();
        if (source.Seconds is < 1.9 or > 15.1)
            Refuse(400, "the video to extend must have 2 to 15 seconds");
        int added = _top.Whole("duration", 6, 1, 10);
        return new(
            path, Model(Base), _top.Text("prompt") ?? "", source.WidthPixels, source.HeightPixels, Math.Round(source.Seconds + added, 2), added * 7 * Cent);
    }

    private string Model(params ReadOnlySpan<string> allowed)
    {
        string model = _top.Text("model") ?? "";
        if (!allowed.Contains(model))
            Refuse(model.Length == 0 ? 422 : 400, $"The model {model} does not exist or does not support this operation.");
        return model;
    }

    private int References(string model, bool hasImage)
    {
        IReadOnlyList<JsonObject> images = _top.List("reference_images");
        IReadOnlyList<JsonObject> sounds = _top.List("reference_audios");
        foreach (JsonObject reference in images.Concat(sounds))
            XaiSimulatorFields.Bytes(reference, "reference", Refuse);
        if (images.Count > 7 || (images.Count > 0 && hasImage))
            Refuse(400, "reference_images takes at most 7 images, and none beside image");
        if (sounds.Count > 3 || (sounds.Count > 0 && (images.Count == 0 || !model.StartsWith(Newer, StringComparison.Ordinal))))
            Refuse(400, "reference_audios takes at most 3 sounds, with reference_images, on grok-imagine-video-1.5");
        if (model == Lite && images.Count > 0)
            Refuse(400, "reference_images is not supported by this model");
        return images.Count;
    }

    private void Frames(string model, bool hasImage)
    {
        _top.File("last_frame");
        IReadOnlyList<JsonObject> keyframes = _top.List("keyframes");
        foreach (JsonObject keyframe in keyframes)
        {
            XaiSimulatorFields fields = new(keyframe, Refuse);
            fields.Only("image", "timestamp_s");
            if (fields.File("image") is null || keyframe["timestamp_s"] is not JsonValue moment || !moment.TryGetValue(out double at) || at <= 0)
                Refuse(422, "a keyframe needs image and a timestamp_s above 0");
        }

        bool isAble = model is Newer or Newer + "-preview";
        if (((_top.Has("last_frame") || keyframes.Count > 0) && !isAble) || keyframes.Count > 4 || (_top.Has("last_frame") && !hasImage))
            Refuse(400, "last_frame and at most 4 keyframes are for grok-imagine-video-1.5, the former beside image");
    }

    // Of a link that is not opened here nothing is known.
    private Mp4Header Source()
    {
        Mp4Header usual = new(5, 1280, 720);
        if (_top.File("video") is { } bytes)
            return bytes.Length == 0 ? usual : Mp4Header.Read(bytes) ?? usual;
        Refuse(422, "missing field `video`");
        return usual;
    }

    private static long PerSecond(string model, string resolution) => (model, resolution) switch
    {
        (Base, "480p") => 5 * Cent,
        (Base, _) => 7 * Cent,
        (Lite, "480p") => 2 * Cent,
        (Lite, _) => 4 * Cent,
        (_, "480p") => 8 * Cent,
        (_, "720p") => 14 * Cent,
        _ => 25 * Cent,
    };

    private static double RatioOf(string ratio)
    {
        string[] sides = ratio.Split(':');
        return sides.Length == 2 && int.TryParse(sides[0], out int width) && int.TryParse(sides[1], out int height) ? (double)width / height : 16.0 / 9;
    }

    private static (int Width, int Height) Size(string resolution, double ratio)
    {
        int lines = resolution switch { "1080p" => 1080, "720p" => 720, _ => 480 };
        return ratio >= 1 ? (Even(lines * ratio), lines) : (lines, Even(lines / ratio));
    }

    private static int Even(double pixels) => Math.Max(2, (int)Math.Round(pixels / 2) * 2);
}
