using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reelay.Providers.UpstreamGateway;

/// <summary>The kinds of gateways, and how a channel's own options are laid over them.</summary>
internal static partial class UpstreamGatewayKinds
{
    private const string Any = "*";

    private static readonly string[] Audio = ["always", "never", "choice", "unknown"];
    private static readonly UpstreamGatewayOptions NewApi = new();

    private static readonly Dictionary<string, UpstreamGatewayOptions> Presets = new UpstreamGatewayOptions[]
    {
        NewApi,
        new()
        {
            Kind = "reelay",
            Fields = With(
                ("tier", "tier"), ("aspect_ratio", "aspect_ratio"), ("count", "n"), ("audio", "audio"), ("quality", "quality"), ("user", "user"),
                ("token", UpstreamGatewaySearch.TokenField)),
            MediaAs = UpstreamGatewayMedia.Roles,
            Extras = ["negative_prompt", "cfg_scale", "camera_control", "seed", "watermark_info"],
            ExtrasInMetadata = false,
            Lost = UpstreamGatewayLoss.Resend,
            HasCancel = true, HasEdits = true, HasExtensions = true, ContentOnly = true,
        },
        new()
        {
            Kind = "aurora",
            Fields = With(("tier", "tier")),
            TierWithSize = true,
            MediaAs = UpstreamGatewayMedia.References,
            Extras = [],
            HasEdits = true, ContentOnly = true,
        },
    }.ToDictionary(preset => preset.Kind);

    /// <summary>The options of an account.</summary>
    /// <exception cref="ProviderException">They are wrong; nothing was sent.</exception>
    public static UpstreamGatewayOptions Of(ProviderAccount account) => ChannelOptions.Of(account, NewApi, Read);

    /// <summary>Lays a channel's options over the kind they name; null with the mistakes if there are any.</summary>
    public static (UpstreamGatewayOptions? Options, IReadOnlyList<string> Mistakes) Read(JsonElement given) =>
        ChannelOptions.Read(given, () => Preset(given), UpstreamGatewayJson.Default.UpstreamGatewayOptions, Lay, Check);

    /// <summary>What the operator knows of a model.</summary>
    public static UpstreamGatewayFacts FactsOf(UpstreamGatewayOptions options, string model) =>
        options.Facts.GetValueOrDefault(model) ?? options.Facts.GetValueOrDefault(Any) ?? new();

    private static (UpstreamGatewayOptions? Preset, string? Mistake) Preset(JsonElement given) =>
        Presets.TryGetValue(given.Member("kind").AsText() ?? NewApi.Kind, out var preset)
            ? (preset, null)
            : (null, $"kind must be one of {string.Join(", ", Presets.Keys)}");

    private static void Lay(JsonObject merged, JsonElement given)
    {
        foreach (var member in given.EnumerateObject())
        {
            if (member is not { Name: "fields", Value.ValueKind: JsonValueKind.Object })
            {
                merged[member.Name] = JsonNode.Parse(member.Value.GetRawText());
                continue;
            }

            foreach (var field in member.Value.EnumerateObject())
                merged["fields"]![field.Name] = JsonNode.Parse(field.Value.GetRawText());
        }
    }

    private static List<string> Check(UpstreamGatewayOptions options)
    {
        var mistakes = new List<string>();
        foreach (var word in options.Fields.Keys.Where(word => !UpstreamGatewayFields.Words.Contains(word)))
            mistakes.Add($"fields.{word}: must be one of {string.Join(", ", UpstreamGatewayFields.Words)}");
        var names = options.Fields.Values.Where(name => !string.IsNullOrEmpty(name)).ToList();
        foreach (var name in names.GroupBy(name => name).Where(group => group.Count() > 1))
            mistakes.Add($"fields: {name.Key} is named twice");
        foreach (var name in options.FixedFields.Select(field => field.Key).Where(name => names.Contains(name) || name == "metadata"))
            mistakes.Add($"fixed_fields: {name} is one of the order's own fields");
        mistakes.AddRange(UpstreamGatewayExtras.FindMistakes(options));
        mistakes.AddRange(options.Facts.SelectMany(pair => FindMistakes(pair.Key, pair.Value, options)));
        if (options.Lost != UpstreamGatewayLoss.Unknown && !UpstreamGatewayFields.Has(options, "token"))
            mistakes.Add("lost: find and resend need a field for the word token");
        if (options.Lost == UpstreamGatewayLoss.Resend && options.IdempotencyHeader is null)
            mistakes.Add("lost: resend needs an idempotency_header");
        if (options is { MediaAs: UpstreamGatewayMedia.References, HasExtensions: true } or { MediaAs: UpstreamGatewayMedia.Images, HasEdits: true } or { MediaAs: UpstreamGatewayMedia.Images, HasExtensions: true })
            mistakes.Add("media_as: such a gateway has no place for that source video");
        if (options.ListDelaySeconds is not (>= 0 and <= 300))
            mistakes.Add("list_delay_seconds: must be 0 to 300");
        if (options.Poll404Confirmations is not (>= 1 and <= 100))
            mistakes.Add("poll_404_confirmations: must be 1 to 100");
        if (options.IdempotencyHeader is { } header && !HeaderName().IsMatch(header))
            mistakes.Add($"idempotency_header: {header} is not the name of a header");
        return mistakes;
    }

    private static IEnumerable<string> FindMistakes(string model, UpstreamGatewayFacts facts, UpstreamGatewayOptions options)
    {
        var place = $"facts.{model}";
        var possible = UpstreamGatewayModes.Of(options);
        foreach (var mode in (facts.Modes ?? []).Where(mode => mode != "t2i" && !possible.Contains(mode) && facts.Modes?.Contains("t2i") != true))
            yield return $"{place}.modes: {mode} must be one of {string.Join(", ", possible)}, or t2i and edit for pictures";
        foreach (var mode in (facts.Modes ?? []).Where(mode => facts.Modes!.Contains("t2i") && mode is not ("t2i" or "edit")))
            yield return $"{place}.modes: {mode} is no mode of pictures";
        if (facts.Seconds?.Any(seconds => seconds is < 1 or > 60) == true)
            yield return $"{place}.seconds: must be 1 to 60";
        foreach (var size in (facts.Sizes ?? []).Where(size => !Size().IsMatch(size ?? "")))
            yield return $"{place}.sizes: {size} must be written WxH";
        if (facts.Qualities is { Count: > 0 } && !UpstreamGatewayFields.Has(options, "quality"))
            yield return $"{place}.qualities: a field for the word quality is needed";
        if (facts.Audio is { } audio && (!Audio.Contains(audio) || (audio == "choice" && !UpstreamGatewayFields.Has(options, "audio"))))
            yield return $"{place}.audio: must be one of {string.Join(", ", Audio)}, and choice needs a field for the word audio";
        if (facts.MaxReferenceImages is < 1 or > 64)
            yield return $"{place}.max_reference_images: must be 1 to 64";
        if (facts.MaxOutputs is < 1 or > 100 || (facts.MaxOutputs > 1 && !UpstreamGatewayFields.Has(options, "count")))
            yield return $"{place}.max_outputs: must be 1 to 100, and more than 1 needs a field for the word count";
        if (facts.MaxPromptLength is < 1 or > 32_000)
            yield return $"{place}.max_prompt_length: must be 1 to 32000";
    }

    private static Dictionary<string, string?> With(params ReadOnlySpan<(string Word, string Field)> more)
    {
        var fields = new Dictionary<string, string?>(NewApi.Fields);
        foreach (var (word, field) in more)
            fields[word] = field;
        return fields;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,128}\z")]
    private static partial Regex HeaderName();

    [GeneratedRegex(@"\A[1-9][0-9]{1,4}x[1-9][0-9]{1,4}\z")]
    private static partial Regex Size();
}
