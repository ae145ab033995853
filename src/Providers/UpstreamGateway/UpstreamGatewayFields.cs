using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Providers.UpstreamGateway;

/// <summary>The fields of an order but for its files: names as the channel's options say, nothing beyond.</summary>
internal static class UpstreamGatewayFields
{
    /// <summary>Where gateways keep what is not in their own list of fields.</summary>
    public const string Metadata = "metadata";

    /// <summary>Our words for what an order carries, in the order in which they are sent.</summary>
    public static readonly IReadOnlyList<string> Words =
        ["prompt", "model", "seconds", "size", "tier", "aspect_ratio", "count", "audio", "quality", "user", "token"];

    // The rest of an edit or extension is its source's.
    private static readonly string[] SourceWords = ["prompt", "model", "seconds", "user", "token"];

    // How JSON is written inside a text.
    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = UpstreamGatewayJson.Default,
    };

    /// <summary>Whether the options have a field for a word.</summary>
    public static bool Has(UpstreamGatewayOptions options, string word) => options.Fields.GetValueOrDefault(word) is { Length: > 0 };

    /// <summary>The fields in the order in which they are sent; the same order is always the same bytes.</summary>
    public static JsonObject Of(SubmissionContext submission, UpstreamGatewayOptions options)
    {
        var (request, fields) = (submission.Request, new JsonObject());
        foreach (var word in UpstreamGatewayModes.WorksOnVideo(submission) ? SourceWords : Words)
        {
            if (options.Fields.GetValueOrDefault(word) is { Length: > 0 } name && Value(word, submission, options) is { } value)
                fields[name] = value;
        }

        var extras = new JsonObject();
        foreach (var extra in UpstreamGatewayExtras.Of(options))
        {
            if (request.Extras.TryGetPropertyValue(extra.Name, out var value) && value is not null)
                (options.ExtrasInMetadata ? extras : fields)[extra.Name] = value.DeepClone();
        }

        foreach (var (name, value) in options.FixedFields)
            fields[name] = value?.DeepClone();
        if (extras.Count > 0)
            fields[Metadata] = extras;
        return fields;
    }

    /// <summary>The object of that name, made if it is not there.</summary>
    public static JsonObject MetadataOf(JsonObject fields)
    {
        if (fields[Metadata] is not JsonObject metadata)
            fields[Metadata] = metadata = [];
        return metadata;
    }

    /// <summary>A value as the text of a form field.</summary>
    public static string FormText(JsonNode? value) => value switch
    {
        null => "",
        JsonValue text when text.GetValueKind() == JsonValueKind.String => text.GetValue<string>(),
        _ => value.ToJsonString(Relaxed),
    };

    private static JsonNode? Value(string word, SubmissionContext submission, UpstreamGatewayOptions options)
    {
        var request = submission.Request;
        var isSized = request is { WidthPixels: not null, HeightPixels: not null };
        return word switch
        {
            "prompt" => request.Prompt,

            // A source that is named by its id brings its model along.
            "model" => request.Source is null ? request.UpstreamModel : null,

            // As a text: new-api declares it so, and Reelay takes both.
            "seconds" => request.Seconds?.ToString(CultureInfo.InvariantCulture),
            "size" => isSized ? $"{request.WidthPixels}x{request.HeightPixels}" : null,

            // Where pixels are said, tier and ratio would only say them again, unless the tier is what is billed.
            "tier" => request.Tier is { Length: > 0 } tier && (!isSized || options.TierWithSize) ? tier : null,
            "aspect_ratio" => isSized ? null : request.AspectRatio,
            "count" => request.Count > 1 ? request.Count : null,
            "audio" => request.Audio,
            "quality" => request.Quality,
            "user" => request.UserHash,
            "token" => submission.AttemptToken,
            _ => null,
        };
    }
}
