using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reelay.Simulators.Kling;

/// <summary>What the new generation's create calls allow: nothing that their pages do not name.</summary>
internal static partial class KlingNewRules
{
    // A video is not fetched here, so nobody knows how long an edit of it is.
    private const string EditSeconds = "5";
    private const int MaxShots = 6;
    private const int MaxShotLength = 512;

    /// <summary>Checks a create call.</summary>
    public static KlingReading Read(string family, KlingModel model, JsonObject body)
    {
        KlingFields fields = new(body);
        fields.Only(family == KlingNewModels.Text ? "prompt" : "contents", "settings", "options");
        KlingNewContents? contents = family == KlingNewModels.Text ? null : KlingNewContents.Read(fields, family, model);
        string prompt = contents?.Prompt ?? fields.Text("prompt") ?? "";
        if (prompt.Length == 0)
            fields.Refuse(new KlingRefusal(1201, "prompt can not be null"));
        if (prompt.EnumerateRunes().Count() > model.MaxPromptLength)
            fields.Refuse(new KlingRefusal(1201, $"prompt can not exceed {model.MaxPromptLength} characters"));

        KlingFields settings = fields.Inner("settings");
        settings.Only(Names(family, model));
        string mode = KlingNewModels.ModeOf(settings.Word("resolution", "720p", KlingNewModels.Resolutions(model)));
        string seconds = contents?.Video == "base_video" ? EditSeconds : Duration(settings, model, family, contents);
        string? ratio = settings.Has("aspect_ratio") ? settings.Word("aspect_ratio", "", "16:9", "9:16", "1:1") : null;
        if (family == KlingNewModels.Omni && ratio is null && contents is { FirstFrame: null, Video: null })
            settings.Refuse(new KlingRefusal(1201, "aspect_ratio can not be null"));
        string audio = Audio(settings, model, mode, contents);
        Shots(settings, prompt, seconds, contents);
        if (contents is { HasLastFrame: true } && !model.TakesTail(mode, seconds))
            settings.Refuse(new KlingRefusal(1201, "last_frame is not supported at the current resolution"));
        fields.Refuse(settings.Mistake);
        CheckOptions(fields);
        return fields.Mistake is { } mistake ? mistake : Order(model, mode, prompt, seconds, ratio, contents, model.IsNeverSilent || audio != "off");
    }

    private static KlingReading Order(
        KlingModel model, string mode, string prompt, string seconds, string? ratio, KlingNewContents? contents, bool hasSound)
    {
        KlingOrder order = KlingRules.Order(model, mode, prompt, seconds, ratio, contents?.FirstFrame, hasSound);
        decimal units = contents?.Video is null ? order.Units : model.VideoUnits![KlingModel.IndexOf(mode)] * (decimal)order.Seconds;
        return order with { Units = units, HasBadPicture = contents?.HasBadPicture == true };
    }

    // The picture decides the ratio of the image path; sound and shots are settings only where the model has the choice.
    private static string[] Names(string family, KlingModel model) =>
    [
        "resolution", "duration",
        .. family == KlingNewModels.Image ? Array.Empty<string>() : ["aspect_ratio"],
        .. model.AudioWords.Length > 0 ? ["audio"] : Array.Empty<string>(),
        .. model.HasShots ? ["multi_shot"] : Array.Empty<string>(),
    ];

    private static string Duration(KlingFields settings, KlingModel model, string family, KlingNewContents? contents)
    {
        string seconds = settings.Whole("duration", "5", model.Durations);
        bool isPlain = family == KlingNewModels.Omni && contents is { Video: null, ImageCount: 0, ElementCount: 0, HasLastFrame: false };
        if (isPlain && model.PlainDurations?.Contains(seconds) == false)
            settings.Refuse(new KlingRefusal(1201, "Duration only supports 5 or 10 seconds when no refer_image is provided"));
        return seconds;
    }

    private static string Audio(KlingFields settings, KlingModel model, string mode, KlingNewContents? contents)
    {
        string audio = settings.Word("audio", "off", [.. model.AudioWords, "off"]);
        bool isRight = audio switch
        {
            "native" => model.SoundModes.Contains(mode) && contents?.Video is null && (contents?.HasLastFrame != true || model.HasSoundWithTail),
            "original" => contents?.Video == "base_video",
            _ => contents is not { VoiceCount: > 0 },
        };
        if (!isRight)
            settings.Refuse(KlingReply.Invalid("audio", audio));
        return audio;
    }

    private static void Shots(KlingFields settings, string prompt, string seconds, KlingNewContents? contents)
    {
        bool? isAsked = settings.Flag("multi_shot");
        if ((contents?.Video == "feature_video" && isAsked == false) || (contents?.Video == "base_video" && isAsked == true))
            settings.RefuseValue("multi_shot");
        if (isAsked != true || !prompt.StartsWith("shot 1,", StringComparison.Ordinal))
            return;
        string[] shots = prompt.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        List<Match> read = [.. shots.Select(shot => Shot().Match(shot))];
        bool isRight = read.Count <= MaxShots
            && read.Index().All(pair => pair.Item.Success && pair.Item.Groups[1].Value == $"{pair.Index + 1}" && pair.Item.Groups[3].Length <= MaxShotLength)
            && read.Sum(shot => int.Parse(shot.Groups[2].Value, CultureInfo.InvariantCulture)) == int.Parse(seconds, CultureInfo.InvariantCulture);
        if (!isRight)
            settings.Refuse(new KlingRefusal(1201, "the shots of the prompt are invalid"));
    }

    private static void CheckOptions(KlingFields fields)
    {
        KlingFields options = fields.Inner("options");
        options.Only("callback_url", "external_task_id", "watermark_info");
        options.Watermark();
        options.Text("external_task_id");
        if (options.Text("callback_url") is { Length: > 0 } callback && !KlingPictures.IsLink(callback))
            options.RefuseValue("callback_url");
        fields.Refuse(options.Mistake);
    }

    [GeneratedRegex("^shot ([0-9]+), ([1-9][0-9]?), (.+)$", RegexOptions.Singleline)]
    private static partial Regex Shot();
}
