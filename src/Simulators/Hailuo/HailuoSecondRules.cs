using System.Text.Json.Nodes;

namespace Reelay.Simulators.Hailuo;

/// <summary>Reads a create call of the second protocol strictly.</summary>
internal sealed class HailuoSecondRules
{
    private const int MaxPromptLength = 7000;
    private const int MaxImageBytes = 30_000_001;
    private const int MinSidePixels = 256;

    private static readonly Dictionary<string, (string[] Resolutions, int MinSeconds, bool TakesReferences)> _models = new()
    {
        ["MiniMax-H3"] = (["768P", "2K"], 4, true),
        ["MiniMax-H3-Max"] = (["480P", "768P"], 5, false),
    };

    private static readonly Dictionary<string, double> _ratios = new()
    {
        ["21:9"] = 21.0 / 9, ["16:9"] = 16.0 / 9, ["4:3"] = 4.0 / 3, ["1:1"] = 1, ["3:4"] = 3.0 / 4, ["9:16"] = 9.0 / 16,
    };

    private static readonly Dictionary<string, int> _mostOf = new()
    {
        ["first_frame"] = 1, ["last_frame"] = 1, ["reference_image"] = 9, ["reference_video"] = 3, ["reference_audio"] = 3,
    };

    private readonly Dictionary<string, int> _roles = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];
    private double? _frameRatio;
    private string? _mistake;

    /// <summary>The order, or why it is none.</summary>
    public (HailuoOrder? Order, HailuoRefusal? Refusal) Read(JsonObject body)
    {
        HailuoFields fields = new(body, Refuse);
        fields.Only("model", "content", "resolution", "duration", "ratio", "callback_url", "aigc_watermark");
        string model = fields.Text("model") ?? "";
        if (!_models.TryGetValue(model, out var facts))
            Refuse($"model {model} is not supported");
        Content(fields["content"], facts.TakesReferences);
        string resolution = fields.Text("resolution") ?? "768P";
        if (facts.Resolutions?.Contains(resolution) == false)
            Refuse($"resolution {resolution} is not supported by {model}");
        int seconds = fields.Whole("duration") ?? 5;
        if (seconds < facts.MinSeconds || seconds > 15)
            Refuse($"duration must be {facts.MinSeconds} to 15");
        (string ratioName, double ratio) = Ratio(fields.Text("ratio"));
        fields.Flag("aigc_watermark");
        string? callback = fields.Link("callback_url");
        if (_mistake is not null)
            return (null, HailuoReply.Invalid(_mistake));
        (int width, int height) = HailuoMedia.Size(resolution switch { "2K" => 1440, "480P" => 480, _ => 768 }, ratio);
        return (new HailuoOrder
        {
            Model = model, Prompt = _texts[0], WidthPixels = width, HeightPixels = height, Seconds = seconds, Resolution = resolution, Ratio = ratioName,
            IsSecond = true, ImageCount = Count("first_frame") + Count("last_frame") + Count("reference_image"), CallbackUrl = callback,
        }, null);
    }

    private void Refuse(string mistake) => _mistake ??= mistake;

    private int Count(string role) => _roles.GetValueOrDefault(role);

    // A text alone needs a ratio of its own; a frame decides it; material may leave it open.
    private (string Name, double Ratio) Ratio(string? asked)
    {
        if (_frameRatio is { } frame)
            return ("adaptive", frame);
        if (_roles.Count == 0 && asked is null or "adaptive")
            Refuse("ratio adaptive needs an image or a video");
        if (asked is not (null or "adaptive") && !_ratios.ContainsKey(asked))
            Refuse($"ratio {asked} is not supported");
        return (asked ?? "adaptive", _ratios.GetValueOrDefault(asked ?? "", 16.0 / 9));
    }

    private void Content(JsonNode? content, bool takesReferences)
    {
        if (content is not JsonArray list || list.Any(item => item is not JsonObject))
        {
            Refuse("content must be a list of objects");
            return;
        }

        foreach (JsonNode? item in list)
            Item(new HailuoFields((JsonObject)item!, Refuse));
        if (_texts.Count != 1 || _texts[0].Length == 0)
            Refuse("content must have one text");
        else if (_texts[0].EnumerateRunes().Count() > MaxPromptLength)
            Refuse($"text can not exceed {MaxPromptLength} characters");
        int frames = Count("first_frame") + Count("last_frame");
        int references = _roles.Values.Sum() - frames;
        if (_roles.Any(role => role.Value > _mostOf[role.Key]))
            Refuse("too many items of one role");
        if ((frames > 0 && references > 0) || (references > 0 && !takesReferences))
            Refuse("references are not supported here");
        if (Count("last_frame") > Count("first_frame"))
            Refuse("last_frame needs first_frame");
        if (Count("reference_audio") > 0 && Count("reference_image") + Count("reference_video") == 0)
            Refuse("reference_audio needs an image or a video");
    }

    private void Item(HailuoFields item)
    {
        string type = item.Text("type") ?? "";
        if (type == "text")
        {
            item.Only("type", "text");
            _texts.Add(item.Text("text") ?? "");
            return;
        }

        item.Only("type", "role", type);

        // A lone picture without a role is taken as the first frame.
        string role = item.Text("role") ?? (type == "image_url" ? "first_frame" : "");
        string? kind = type switch { "image_url" => "image", "video_url" => "video", "audio_url" => "audio", _ => null };
        bool isRight = kind is not null && _mostOf.ContainsKey(role)
            && (kind == "image" ? role.EndsWith("frame", StringComparison.Ordinal) || role == "reference_image" : role == "reference_" + kind);
        if (!isRight)
        {
            Refuse($"content of type {type} with role {role} is not supported");
            return;
        }

        _roles[role] = Count(role) + 1;
        string? url = (item[type] as JsonObject)?["url"]?.ToString();
        if (kind != "image")
        {
            if (HailuoMedia.Other(url, kind!) is { } broken)
                Refuse(broken);
            return;
        }

        (double ratio, string? mistake) = HailuoMedia.Picture(url, MaxImageBytes, MinSidePixels);
        if (mistake is not null)
            Refuse(mistake);
        if (role.EndsWith("frame", StringComparison.Ordinal))
            _frameRatio = role == "first_frame" || _frameRatio is null ? ratio : _frameRatio;
    }
}
