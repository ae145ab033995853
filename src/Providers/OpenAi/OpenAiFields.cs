using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Providers.OpenAi;

/// <summary>The fields of an order but for its files: names and types as the channel's options say, nothing beyond.</summary>
internal static class OpenAiFields
{
    /// <summary>Our words for what a create carries, in the order in which they are sent.</summary>
    public static readonly IReadOnlyList<string> Words =
        ["prompt", "model", "seconds", "size", "width", "height", "count", "fps", "audio", "user", "tier", "aspect_ratio"];

    // The rest of an edit or extension is its source's.
    private static readonly string[] SourceWords = ["prompt", "model", "seconds", "user"];

    // How JSON is written inside a text.
    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = OpenAiJson.Default,
    };

    /// <summary>Whether the options have a place for a word: a field, or a value the operator fixed.</summary>
    public static bool Has(OpenAiOptions options, string word) =>
        Name(options, word) is not null || options.FixedFields.ContainsKey(word);

    /// <summary>The upstream's field for a word, or null.</summary>
    public static string? Name(OpenAiOptions options, string word) =>
        options.Fields.GetValueOrDefault(word) is { Length: > 0 } name ? name : null;

    /// <summary>The fields of an order, in the order in which they are sent.</summary>
    public static List<(string Name, JsonNode? Value)> Of(ProviderRequest request, OpenAiOptions options)
    {
        var values = new List<(string Name, JsonNode? Value)>();
        foreach (var word in OpenAiModes.NeedsSource(request.Mode) ? SourceWords : Words)
        {
            if (Name(options, word) is { } name && Value(word, request, options) is { } value)
                values.Add((name, value));
        }

        // In the options' order, so that the same order is the same bytes.
        foreach (var extra in OpenAiExtras.Of(options))
        {
            if (request.Extras.TryGetPropertyValue(extra.Name, out var value) && value is not null)
                values.Add((extra.Name, value.DeepClone()));
        }

        foreach (var (name, value) in options.FixedFields)
        {
            values.RemoveAll(item => item.Name == name);
            values.Add((name, value?.DeepClone()));
        }

        return values;
    }

    /// <summary>A value as the text of a form field.</summary>
    public static string FormText(JsonNode? value) => value switch
    {
        null => "",
        JsonValue text when text.GetValueKind() == JsonValueKind.String => text.GetValue<string>(),
        _ => value.ToJsonString(Relaxed),
    };

    private static JsonNode? Value(string word, ProviderRequest request, OpenAiOptions options) => word switch
    {
        "prompt" => request.Prompt,

        // A source that is named by its id brings its model along.
        "model" => options.SendModel && request.Source is null ? request.UpstreamModel : null,
        "seconds" => Seconds(request.Seconds, options.SecondsAs),
        "size" => request is { WidthPixels: { } width, HeightPixels: { } height } ? $"{width}x{height}" : null,
        "width" => request.WidthPixels,
        "height" => request.HeightPixels,
        "count" => request.Count > 1 ? request.Count : null,
        "fps" => request.Fps,
        "audio" => request.Audio,
        "user" => request.UserHash,

        // Where pixels are said, tier and ratio would only say them again.
        "tier" => request.WidthPixels is null ? request.Tier : null,
        "aspect_ratio" => request.WidthPixels is null ? request.AspectRatio : null,
        _ => null,
    };

    private static JsonValue? Seconds(int? seconds, OpenAiSeconds form) => (seconds, form) switch
    {
        (null, _) => null,
        ({ } value, OpenAiSeconds.Whole) => JsonValue.Create(value),
        ({ } value, OpenAiSeconds.Fraction) => JsonValue.Create(value + 0.0m),
        ({ } value, _) => JsonValue.Create(value.ToString(CultureInfo.InvariantCulture)),
    };
}
