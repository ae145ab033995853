using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>Reads the fields of a create call one by one; the first mistake is the answer, fields nobody knows are ignored.</summary>
internal sealed class KlingFields(JsonObject body)
{
    private const int MaxPromptLength = 2500;
    private static readonly string[] _cameraKeys = ["horizontal", "vertical", "pan", "tilt", "roll", "zoom"];

    /// <summary>The first mistake so far, or null.</summary>
    public KlingRefusal? Mistake { get; private set; }

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string name) => body[name] is not null;

    /// <summary>The field as it came.</summary>
    public JsonNode? this[string name] => body[name];

    /// <summary>Notes a mistake, unless there is one already.</summary>
    public void Refuse(KlingRefusal? refusal) => Mistake ??= refusal;

    /// <summary>Notes that a value is not allowed.</summary>
    public void RefuseValue(string name) => Refuse(KlingReply.Invalid(name, body[name]));

    /// <summary>A text field, or null if it is absent.</summary>
    public string? Text(string name)
    {
        if (body[name] is not { } node)
            return null;
        if (node.GetValueKind() == JsonValueKind.String)
            return node.GetValue<string>();
        RefuseValue(name);
        return null;
    }

    /// <summary>One of several words, or the usual one.</summary>
    public string Word(string name, string usual, params ReadOnlySpan<string> allowed)
    {
        string word = Text(name) ?? usual;
        if (!allowed.Contains(word))
            RefuseValue(name);
        return word;
    }

    /// <summary>Prompt and negative prompt.</summary>
    public string Prompt(bool isNeeded)
    {
        string prompt = Text("prompt") ?? "";
        if (isNeeded && prompt.Length == 0)
            Refuse(new KlingRefusal(1201, "prompt can not be null"));
        foreach (string name in (string[])["prompt", "negative_prompt"])
        {
            if (Text(name)?.EnumerateRunes().Count() > MaxPromptLength)
                Refuse(new KlingRefusal(1201, $"{name} can not exceed {MaxPromptLength} characters"));
        }

        return prompt;
    }

    /// <summary>A list field; empty if it is absent.</summary>
    public IReadOnlyList<JsonObject> List(string name, int maxCount)
    {
        if (body[name] is null)
            return [];
        if (body[name] is not JsonArray list || list.Count > maxCount || list.Any(item => item is not JsonObject))
        {
            RefuseValue(name);
            return [];
        }

        return [.. list.Cast<JsonObject>()];
    }

    /// <summary>A number within bounds, if it is there.</summary>
    public void Number(string name, double min, double max)
    {
        if (Has(name) && (body[name] is not JsonValue value || !value.TryGetValue(out double number) || !(number >= min && number <= max)))
            RefuseValue(name);
    }

    /// <summary>Whether the watermark is asked for.</summary>
    public bool Watermark()
    {
        if (!Has("watermark_info"))
            return false;
        if (body["watermark_info"] is JsonObject info && info["enabled"] is JsonValue value && value.TryGetValue(out bool isEnabled))
            return isEnabled;
        RefuseValue("watermark_info");
        return false;
    }

    /// <summary>Sound, where the model has it.</summary>
    public bool Sound(KlingModel model, string mode, bool hasTail)
    {
        bool isOn = Word("sound", "off", "on", "off") == "on";
        if (isOn && (!model.SoundModes.Contains(mode) || (hasTail && !model.HasSoundWithTail)))
            RefuseValue("sound");
        if (!isOn && List("voice_list", 2).Count > 0)
            Refuse(new KlingRefusal(1201, "voice_list needs sound to be on"));
        return isOn;
    }

    /// <summary>Several shots; whether their prompts stand in place of the one.</summary>
    public bool Shots(KlingModel model, string seconds)
    {
        bool isAsked = body["multi_shot"] is JsonValue value && value.TryGetValue(out bool isOn) && isOn;
        if (!isAsked)
            return false;
        if (!model.HasShots)
            RefuseValue("multi_shot");
        if (!Has("shot_type"))
            Refuse(new KlingRefusal(1201, "shot_type can not be null"));
        if (Word("shot_type", "", "customize", "intelligence") != "customize")
            return false;
        IReadOnlyList<JsonObject> shots = List("multi_prompt", 6);
        int total = shots.Sum(shot => int.TryParse(shot["duration"]?.ToString(), out int part) ? part : 0);
        if (shots.Count == 0 || $"{total}" != seconds || shots.Any(shot => shot["prompt"]?.ToString() is not { Length: > 0 and <= 512 }))
            RefuseValue("multi_prompt");
        return true;
    }

    /// <summary>A camera move, where model, mode and length have it.</summary>
    public void Camera(KlingModel model, string family, string mode, string seconds)
    {
        if (!Has("camera_control"))
            return;
        if (!model.TakesCamera(family, mode, seconds))
            Refuse(new KlingRefusal(1201, "camera_control is not supported by the current model"));
        JsonObject? control = body["camera_control"] as JsonObject;
        string? type = control?["type"]?.ToString();
        bool isNamed = type is "down_back" or "forward_up" or "right_turn_forward" or "left_turn_forward";
        bool isRight = isNamed ? control!["config"] is null && !model.IsCameraSimple : type == "simple" && IsOneMove(control!["config"]);
        if (!isRight)
            RefuseValue("camera_control");
    }

    /// <summary>Refuses what is not among the names; the new generation's pages name every field.</summary>
    public void Only(params ReadOnlySpan<string> names)
    {
        foreach ((string name, _) in body)
        {
            if (!names.Contains(name))
                Refuse(new KlingRefusal(1201, $"{name} is not a known parameter"));
        }
    }

    /// <summary>An object among the fields; empty if it is absent.</summary>
    public KlingFields Inner(string name)
    {
        if (body[name] is JsonObject inner)
            return new KlingFields(inner);
        if (Has(name))
            RefuseValue(name);
        return new KlingFields([]);
    }

    /// <summary>A whole number that is one of several, or the usual one.</summary>
    public string Whole(string name, string usual, string[] allowed)
    {
        if (!Has(name))
            return usual;
        if (body[name]!.GetValueKind() != JsonValueKind.Number || !allowed.Contains(body[name]!.ToString()))
            RefuseValue(name);
        return body[name]!.ToString();
    }

    /// <summary>Yes or no, or null if it is absent.</summary>
    public bool? Flag(string name)
    {
        if (!Has(name))
            return null;
        if (body[name] is JsonValue value && value.TryGetValue(out bool flag))
            return flag;
        RefuseValue(name);
        return null;
    }

    /// <summary>The length; of extensions and edits none is asked.</summary>
    public string Duration(string[] allowed) => Word("duration", "5", allowed);

    private static bool IsOneMove(JsonNode? config) => config is JsonObject moves
        && moves.All(move => _cameraKeys.Contains(move.Key) && move.Value is JsonValue value && value.TryGetValue(out double by) && by is >= -10 and <= 10)
        && moves.Count(move => (double)move.Value! != 0) == 1;
}
