using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Reelay.Simulators.Google;

namespace Reelay.Simulators.GoogleOmni;

/// <summary>An order that is in order.</summary>
internal sealed record GoogleOmniOrder(
    string Model, string Prompt, string Task, int WidthPixels, int HeightPixels, double Seconds, string Delivery, string? Folder, bool IsBackground,
    JsonArray Input, JsonObject Format);

/// <summary>Reads the body of an interaction strictly; the first mistake is the answer.</summary>
internal sealed partial class GoogleOmniRules(bool isVertex, Func<string, SimulatedJob?> find)
{
    private const int MaxImages = 10;
    private const int MaxVideos = 3;
    private const double MaxSourceSeconds = 10;

    private static readonly string[] _models = ["gemini-omni-1.1-flash", "gemini-omni-1.2-flash", "gemini-omni-1.1-flash-preview", "gemini-omni-flash-preview"];

    private readonly List<string> _texts = [];
    private int _imageCount;
    private int _videoCount;
    private Mp4Header? _source;
    private string? _mistake;

    /// <summary>The order, or why it is none.</summary>
    public (GoogleOmniOrder? Order, string? Mistake) Read(JsonObject body)
    {
        GoogleFields top = new(body, "", Refuse);
        top.Only(
            "model", "input", "response_format", "generation_config", "background", "store", "stream", "previous_interaction_id", "service_tier",
            "webhook_config", "labels", "response_modalities");
        string model = top.Text("model") ?? "";
        string elsewhere = isVertex ? "gemini-omni-1.1-flash" : "gemini-omni-1.1-flash-preview";
        if (!_models.Contains(model) || model == elsewhere)
            Refuse($"Model {model} is not found or does not support the Interactions API.");
        JsonArray input = ReadInput(body["input"]);
        string task = ReadTask(new(top.Object("generation_config") ?? [], "generation_config", Refuse), model, ReadPrevious(top));
        JsonObject format = ReadFormat(body["response_format"]);
        ReadFlags(top);
        GoogleOmniOrder order = Shape(new(format, "response_format", Refuse), model, task) with
        {
            Input = input,
            Format = format,
            IsBackground = top.Flag("background") == true,
        };
        return _mistake is null ? (order, null) : (null, _mistake);
    }

    private void Refuse(string mistake) => _mistake ??= mistake;

    private void ReadFlags(GoogleFields top)
    {
        bool isBackground = top.Flag("background") == true;
        if (top.Flag("stream") == true)
            Refuse(isBackground ? "background and stream cannot both be true." : "Streaming is not played by the sandbox.");
        if (top.Flag("store") == false && isBackground)
            Refuse("background requires store.");
        top.Word("service_tier", "flex", "standard", "priority", "deferred");
    }

    // A clip that is edited by conversation.
    private bool ReadPrevious(GoogleFields top)
    {
        if (top.Text("previous_interaction_id") is not { } previous)
            return false;
        if (isVertex || find(previous) is not { } job)
        {
            Refuse($"Invalid previous_interaction_id: {previous}");
            return true;
        }

        _source = new(job.Clip.Seconds, job.Clip.WidthPixels, job.Clip.HeightPixels);
        return true;
    }

    // A text, a list of blocks, or a list of steps.
    private JsonArray ReadInput(JsonNode? input)
    {
        switch (input)
        {
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                _texts.Add(value.GetValue<string>());
                return [new JsonObject { ["type"] = "text", ["text"] = value.GetValue<string>() }];
            case JsonArray { Count: > 0 } list when list.All(item => item is JsonObject step && step["type"]?.ToString() == "user_input"):
                JsonArray all = [];
                foreach (JsonNode? block in list.SelectMany(step => step!["content"] is JsonArray content ? content : [step["content"]?.DeepClone()]))
                    all.Add(block?.DeepClone());
                return ReadInput(all.Count == 1 && all[0] is JsonValue ? all[0] : all);
            case JsonArray { Count: > 0 } list when list.All(item => item is JsonObject):
                foreach (JsonNode? block in list)
                    ReadBlock((JsonObject)block!);
                return [.. list.Select(block => Shown((JsonObject)block!))];
            default:
                Refuse("Invalid value at 'input': expected a text, content or steps.");
                return [];
        }
    }

    private void ReadBlock(JsonObject block)
    {
        GoogleFields fields = new(block, "input", Refuse);
        string? type = fields.Word("type", "text", "image", "video");
        if (type == "text")
        {
            fields.Only("type", "text");
            _texts.Add(fields.Text("text") ?? "");
            return;
        }

        fields.Only("type", "mime_type", "data", "uri");
        byte[] bytes = Bytes(fields);
        bool isLink = fields.Has("uri");
        if (type == "image")
        {
            _imageCount++;
            if (!isLink && ImageHeader.Read(bytes)?.ContentType != fields.Text("mime_type"))
                Refuse("Invalid value at 'input': the image's bytes are not of its mime_type.");
            return;
        }

        _videoCount++;
        if (!isLink && (_source = Mp4Header.Read(bytes)) is null)
            Refuse("Invalid value at 'input': the video could not be read.");
    }

    private byte[] Bytes(GoogleFields fields)
    {
        // Addresses of the web are no documented input.
        if (fields.Text("uri") is { } link)
        {
            if (!link.StartsWith(isVertex ? "gs://" : "https://generativelanguage.googleapis.com/", StringComparison.Ordinal) || fields.Has("data"))
                Refuse($"Invalid value at 'input.uri': {link}");
            return [];
        }

        string text = fields.Text("data") ?? "";
        byte[] bytes = new byte[text.Length];
        if (Convert.TryFromBase64String(text, bytes, out int count) && count > 0)
            return bytes[..count];
        Refuse("Invalid value at 'input.data': expected base64.");
        return [];
    }

    private string ReadTask(GoogleFields configuration, string model, bool hasPrevious)
    {
        configuration.Only("video_config", "seed");
        if (configuration.Whole("seed", int.MinValue, int.MaxValue) is not null && model != "gemini-omni-1.2-flash")
            Refuse($"'generation_config.seed' is not supported by {model}.");
        GoogleFields video = new(configuration.Object("video_config") ?? [], "generation_config.video_config", Refuse);
        video.Only("task");
        string task = video.Word("task", "text_to_video", "image_to_video", "reference_to_video", "edit", "extend")
            ?? (hasPrevious || _videoCount > 0 ? "edit" : _imageCount > 0 ? "image_to_video" : "text_to_video");
        bool hasSource = _videoCount == 1 || (hasPrevious && _videoCount == 0);
        int maxFrames = model == "gemini-omni-flash-preview" ? 1 : 2;
        bool isRight = task switch
        {
            "text_to_video" => _imageCount + _videoCount == 0,
            "image_to_video" => _videoCount == 0 && _imageCount >= 1 && _imageCount <= maxFrames,
            "reference_to_video" => _imageCount + _videoCount > 0 && _imageCount <= MaxImages && _videoCount <= MaxVideos,
            "edit" => hasSource && _imageCount < MaxImages,
            _ => hasSource && _imageCount == 0,
        };
        if (!isRight)
            Refuse($"Invalid value at 'input': {_imageCount} images and {_videoCount} videos do not fit the task {task}.");
        if (task == "edit" && _source?.Seconds > MaxSourceSeconds + 0.1)
            Refuse("Invalid value at 'input': a video to edit may have at most 10s.");
        if (_texts.All(text => text.Length == 0))
            Refuse("Invalid value at 'input': a text is required.");
        return task;
    }

    private JsonObject ReadFormat(JsonNode? format)
    {
        JsonNode? one = format is JsonArray { Count: 1 } list ? list[0] : format;
        if (one is JsonObject right && right["type"]?.ToString() == "video")
            return right;
        Refuse("Invalid value at 'response_format': expected one of type video.");
        return [];
    }

    private GoogleOmniOrder Shape(GoogleFields format, string model, string task)
    {
        format.Only("type", "aspect_ratio", "duration", "resolution", "delivery", "gcs_uri");
        string ratio = format.Word("aspect_ratio", "16:9", "9:16") ?? "16:9";
        string resolution = format.Word("resolution", "360p", "720p", "1080p", "4k") ?? "720p";
        if (model == "gemini-omni-flash-preview" && resolution != "720p")
            Refuse($"Invalid value at 'response_format.resolution': {resolution}");
        double max = model == "gemini-omni-1.2-flash" ? 15 : 10;
        string text = format.Text("duration") ?? "10s";
        double seconds = Length().Match(text) is { Success: true } match ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        if (seconds < 3 || seconds > max)
            Refuse($"Invalid value at 'response_format.duration': {text}. The minimum is 3s and the maximum {max}s.");
        string delivery = format.Word("delivery", "inline", "uri") ?? "inline";
        string? folder = format.Text("gcs_uri");
        if ((folder is not null) != (isVertex && delivery == "uri") || folder?.StartsWith("gs://", StringComparison.Ordinal) == false)
            Refuse("Invalid value at 'response_format.gcs_uri': it is needed with delivery uri on Vertex, and only there.");
        (int longSide, int shortSide) = resolution switch { "360p" => (640, 360), "1080p" => (1920, 1080), "4k" => (3840, 2160), _ => (1280, 720) };
        (int width, int height) = ratio == "16:9" ? (longSide, shortSide) : (shortSide, longSide);

        // An edit keeps its source's length and shape.
        if (task == "edit" && _source is not null)
            (width, height, seconds) = (_source.WidthPixels, _source.HeightPixels, _source.Seconds);
        return new(model, string.Join(' ', _texts), task, width, height, seconds, delivery, folder, false, [], []);
    }

    // What comes back in the steps: bytes are not said again.
    private static JsonObject Shown(JsonObject block)
    {
        JsonObject shown = block.DeepClone().AsObject();
        shown.Remove("data");
        return shown;
    }

    [GeneratedRegex(@"^(\d+(?:\.\d+)?)s$")]
    private static partial Regex Length();
}
