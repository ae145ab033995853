using System.Text.Json.Nodes;

namespace Reelay.Simulators.Hailuo;

/// <summary>Reads a create call of the first protocol strictly, by the table of what models, modes, lengths and resolutions allow.</summary>
internal sealed class HailuoFirstRules
{
    private const int MaxPromptLength = 2000;
    private const int MaxImageBytes = 20_000_000;
    private const int MinSidePixels = 301;

    private static readonly int[] _both = [6, 10];
    private static readonly int[] _six = [6];
    private static readonly Dictionary<string, int[]> _usual = new() { ["768P"] = _both, ["1080P"] = _six };
    private static readonly Dictionary<string, int[]> _small = new() { ["512P"] = _both, ["768P"] = _both, ["1080P"] = _six };
    private static readonly Dictionary<string, int[]> _old = new() { ["720P"] = _six };

    private static readonly Dictionary<string, Dictionary<string, Dictionary<string, int[]>>> _models = new()
    {
        ["MiniMax-Hailuo-2.3"] = new() { ["text"] = _usual, ["frame"] = _usual },
        ["MiniMax-Hailuo-2.3-Fast"] = new() { ["frame"] = _usual },
        ["MiniMax-Hailuo-02"] = new() { ["text"] = _usual, ["frame"] = _small, ["frames"] = _usual },
        ["T2V-01"] = new() { ["text"] = _old },
        ["T2V-01-Director"] = new() { ["text"] = _old },
        ["I2V-01"] = new() { ["frame"] = _old },
        ["I2V-01-Director"] = new() { ["frame"] = _old },
        ["I2V-01-live"] = new() { ["frame"] = _old },
        ["S2V-01"] = new() { ["subject"] = _old },
    };

    private string? _mistake;

    /// <summary>The order, or why it is none.</summary>
    public (HailuoOrder? Order, HailuoRefusal? Refusal) Read(JsonObject body)
    {
        HailuoFields fields = new(body, Refuse);
        fields.Only(
            "model", "prompt", "first_frame_image", "last_frame_image", "subject_reference", "duration", "resolution", "prompt_optimizer",
            "fast_pretreatment", "callback_url", "aigc_watermark");
        string model = fields.Text("model") ?? "";
        double ratio = Frames(fields);
        string mode = fields.Has("subject_reference") ? "subject" : fields.Has("last_frame_image") ? "frames" : fields.Has("first_frame_image") ? "frame" : "text";
        string prompt = fields.Text("prompt") ?? "";
        if (prompt.Length == 0 && mode is "text" or "subject")
            Refuse("prompt is required");
        if (prompt.EnumerateRunes().Count() > MaxPromptLength)
            Refuse($"prompt can not exceed {MaxPromptLength} characters");
        Flags(fields, model, mode);
        (string resolution, int seconds) = Shape(fields, model, mode);
        string? callback = fields.Link("callback_url");
        if (_mistake is not null)
            return (null, HailuoReply.Invalid(_mistake));
        (int width, int height) = Size(resolution, ratio);
        return (new HailuoOrder
        {
            Model = model, Prompt = prompt, WidthPixels = width, HeightPixels = height, Seconds = seconds, Resolution = resolution, CallbackUrl = callback,
        }, null);
    }

    private void Refuse(string mistake) => _mistake ??= mistake;

    private double Frames(HailuoFields fields)
    {
        double ratio = 16.0 / 9;
        foreach (string name in (string[])["last_frame_image", "first_frame_image"])
        {
            if (fields.Has(name))
                ratio = Picture(fields.Text(name));
        }

        if (fields.Has("last_frame_image") && !fields.Has("first_frame_image"))
            Refuse("last_frame_image needs first_frame_image");
        if (!fields.Has("subject_reference"))
            return ratio;
        bool isOne = fields["subject_reference"] is JsonArray { Count: 1 } list && list[0] is JsonObject { Count: 2 } subject
            && subject["type"]?.ToString() == "character" && subject["image"] is JsonArray { Count: 1 };
        if (!isOne || fields.Has("first_frame_image"))
            Refuse("subject_reference must be one character with one image, without frames");
        else
            Picture(fields["subject_reference"]![0]!["image"]![0]?.ToString());
        return 16.0 / 9;
    }

    private double Picture(string? text)
    {
        (double ratio, string? mistake) = HailuoMedia.Picture(text, MaxImageBytes, MinSidePixels);
        if (mistake is not null)
            Refuse(mistake);
        return ratio;
    }

    private void Flags(HailuoFields fields, string model, string mode)
    {
        fields.Flag("prompt_optimizer");
        fields.Flag("fast_pretreatment");
        fields.Flag("aigc_watermark");
        if (fields.Has("fast_pretreatment") && (!model.StartsWith("MiniMax-Hailuo", StringComparison.Ordinal) || mode == "frames"))
            Refuse($"fast_pretreatment is not supported by {model} here");
    }

    private (string Resolution, int Seconds) Shape(HailuoFields fields, string model, string mode)
    {
        if (!_models.TryGetValue(model, out var modes) || !modes.TryGetValue(mode, out var allowed))
        {
            Refuse($"model {model} does not support this kind of generation");
            return ("", 0);
        }

        if (mode == "subject" && (fields.Has("duration") || fields.Has("resolution")))
            Refuse("S2V-01 takes neither duration nor resolution");
        string resolution = fields.Text("resolution") ?? (allowed.ContainsKey("768P") ? "768P" : "720P");
        int seconds = fields.Whole("duration") ?? 6;
        if (!allowed.TryGetValue(resolution, out int[]? lengths) || !lengths.Contains(seconds))
            Refuse($"model {model} does not support resolution {resolution} with duration {seconds}");
        return (resolution, seconds);
    }

    private static (int WidthPixels, int HeightPixels) Size(string resolution, double ratio) =>
        HailuoMedia.Size(int.Parse(resolution[..^1]), ratio);
}
