using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reelay.Simulators.Seedance;

/// <summary>A create call that was understood.</summary>
internal sealed record SeedanceOrder
{
    public required double Seconds { get; init; }

    /// <summary>Given in place of seconds, or null.</summary>
    public int? Frames { get; init; }

    public required string Resolution { get; init; }

    public required string Ratio { get; init; }

    public required int WidthPixels { get; init; }

    public required int HeightPixels { get; init; }

    public required bool HasSound { get; init; }

    /// <summary>Null where the model has no such field.</summary>
    public bool? Sound { get; init; }

    public bool? IsDraft { get; init; }

    public required string ServiceTier { get; init; }

    public required long ExpiresAfterSeconds { get; init; }

    public long? Seed { get; init; }

    public string? SafetyIdentifier { get; init; }

    public bool ReturnsLastFrame { get; init; }

    public string? CallbackUrl { get; init; }
}

/// <summary>An order, or why there is none.</summary>
internal sealed record SeedanceReading(SeedanceOrder? Order, SeedanceRefusal? Refusal);

/// <summary>Reads a create call: strict for each model, and with the flags of its prompt, which win over the fields.</summary>
/// <remarks>Which of both wins upstream is published nowhere; here it is what hurts a caller's gateway most.</remarks>
internal static partial class SeedanceRules
{
    /// <summary>Reads and checks a body.</summary>
    public static SeedanceReading Read(JsonObject body)
    {
        if (SeedanceFields.TextOf(body["model"]) is not { } id)
            return new(null, new(400, "MissingParameter.model", "The request is missing the parameter `model`.", "model"));
        if (SeedanceModel.Find(id) is not { } model)
            return new(null, new(404, "InvalidEndpointOrModel.NotFound", $"The model or endpoint {id} does not exist or you do not have access to it."));
        SeedanceFields fields = new(body);
        foreach (var (name, value) in body)
        {
            fields.Require(
                value is null || model.Fields.Contains(name), name, $"the specified parameter {name} is not supported for model {id}, must be empty");
        }

        SeedanceInputs inputs = SeedanceContentRules.Read(body, model, fields);
        SeedanceOrder order = Order(body, model, inputs, fields);
        return fields.Mistake is { } mistake ? new(null, mistake) : new(order, null);
    }

    private static SeedanceOrder Order(JsonObject body, SeedanceModel model, SeedanceInputs inputs, SeedanceFields fields)
    {
        Dictionary<string, string> flags = Flags(inputs.Prompt);
        string resolution = fields.Word("resolution", model.UsualResolution, model.Resolutions);
        resolution = flags.GetValueOrDefault("resolution") is { } wanted && model.Resolutions.Contains(wanted) ? wanted : resolution;
        fields.Require(
            inputs.References == 0 || model.Generation != '1' || resolution != "1080p", "resolution", "1080p is not supported with reference images");
        int? frames = (int?)fields.Number("frames", 29, 289);
        fields.Require(frames is null || (frames - 25) % 4 == 0, "frames", "it must be 25 + 4n");
        string ratio = Ratio(model, inputs, flags, fields);
        (int width, int height) = model.Resolutions.Contains(resolution) ? SeedancePixels.Of(model, resolution, ratio) : (0, 0);
        bool isDraft = fields.Flag("draft", false);
        bool hasSound = model.HasSound && fields.Flag("generate_audio", true);
        string tier = fields.Word("service_tier", "default", ["default", "flex"]);
        fields.Require(!isDraft || (resolution == "480p" && inputs.Lasts == 0 && tier == "default"), "draft", "a draft is 480p, has no last frame and is not flex");
        CheckRest(inputs, fields, isDraft);
        return new SeedanceOrder
        {
            Seconds = frames is { } count ? count / 24.0 : Seconds(body, model, flags, fields),
            Frames = frames,
            Resolution = resolution,
            Ratio = ratio,
            WidthPixels = width,
            HeightPixels = height,
            HasSound = hasSound,
            Sound = model.HasSound ? hasSound : null,
            IsDraft = model.Generation == '5' ? isDraft : null,
            ServiceTier = tier,
            ExpiresAfterSeconds = fields.Number("execution_expires_after", 3600, 259_200) ?? 172_800,
            Seed = fields.Number("seed", -1, uint.MaxValue),
            SafetyIdentifier = fields.Text("safety_identifier"),
            ReturnsLastFrame = fields.Flag("return_last_frame", false),
            CallbackUrl = fields.Text("callback_url"),
        };
    }

    private static void CheckRest(SeedanceInputs inputs, SeedanceFields fields, bool isDraft)
    {
        fields.Flag("watermark", false);
        fields.Require(!fields.Flag("camera_fixed", false) || inputs.References == 0, "camera_fixed", "it is not supported with reference images");
        fields.Require(!isDraft || !fields.Flag("return_last_frame", false), "return_last_frame", "it is not supported for drafts");
        fields.Number("priority", 0, 9);
        fields.Require(fields.Text("safety_identifier") is null or { Length: <= 64 }, "safety_identifier", "it must have 64 characters at most");
        fields.Require(
            !fields.Has("callback_url") || Uri.TryCreate(fields.Text("callback_url"), UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https",
            "callback_url", "it must be a web address");
        fields.Require(!fields.Has("tools") || inputs.Firsts + inputs.References == 0, "tools", "web_search is for text alone");
    }

    private static double Seconds(JsonObject body, SeedanceModel model, Dictionary<string, string> flags, SeedanceFields fields)
    {
        // Minus one lets the model decide; here it decides for the usual length.
        long seconds = fields.Number("duration", -1, 60) ?? 5;
        bool isAllowed = (seconds >= model.MinSeconds && seconds <= model.MaxSeconds) || (seconds == -1 && model.Generation != '1');
        fields.Require(isAllowed, "duration", $"the specified duration is not supported for model {body["model"]}");
        if (int.TryParse(flags.GetValueOrDefault("duration"), NumberStyles.None, CultureInfo.InvariantCulture, out int flag)
            && flag >= model.MinSeconds && flag <= model.MaxSeconds)
            seconds = flag;
        return seconds == -1 ? 5 : seconds;
    }

    private static string Ratio(SeedanceModel model, SeedanceInputs inputs, Dictionary<string, string> flags, SeedanceFields fields)
    {
        const string adaptive = "adaptive";
        bool takesAdaptive = model.Generation != '1' || inputs.Firsts > 0;
        string usual = takesAdaptive ? adaptive : "16:9";
        string ratio = fields.Word("ratio", usual, takesAdaptive ? [.. SeedancePixels.Ratios, adaptive] : SeedancePixels.Ratios);
        if (flags.GetValueOrDefault("ratio") is { } flag && SeedancePixels.Ratios.Contains(flag))
            ratio = flag;
        return SeedancePixels.Ratios.Contains(ratio) ? ratio : SeedancePixels.Nearest(inputs.PictureRatio ?? (16.0 / 9));
    }

    // Loosely, as documented: a value that is wrong changes nothing.
    private static Dictionary<string, string> Flags(string prompt)
    {
        Dictionary<string, string> flags = [];
        foreach (Match match in Flag().Matches(prompt))
        {
            string name = match.Groups[1].Value.ToLowerInvariant() switch
            {
                "rs" or "resolution" => "resolution",
                "rt" or "ratio" => "ratio",
                "dur" or "duration" => "duration",
                var other => other,
            };
            flags[name] = match.Groups[2].Value;
        }

        return flags;
    }

    [GeneratedRegex(@"--([A-Za-z]+)\s+(\S+)")]
    private static partial Regex Flag();
}
