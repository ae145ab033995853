using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.Xai;

/// <summary>Settings of one channel: facts that are uncertain, or that differ between accounts. The README has the reasons.</summary>
public sealed record XaiOptions
{
    internal const string Inline = "inline";
    internal const string Link = "link";
    internal const string Url = "url";
    internal const string Base64 = "b64_json";

    private static readonly XaiOptions _usual = new();

    /// <summary><c>inline</c> (default): input files go as data URLs; <c>link</c>: as signed links to this gateway, which xAI fetches.</summary>
    public string Inputs { get; init; } = Inline;

    /// <summary><c>url</c> (default): pictures come as links; <c>b64_json</c>: inside the answer.</summary>
    public string ImageFormat { get; init; } = Url;

    /// <summary>Whether <c>generate_audio</c> is sent to the models that have it; without it their videos always have sound. Default true.</summary>
    public bool AudioSwitch { get; init; } = true;

    /// <summary>Whether <c>grok-imagine-video-1.5</c> extends videos. Default false.</summary>
    [JsonPropertyName("extend_on_1_5")]
    public bool ExtendOn15 { get; init; }

    /// <summary>Whether a video may start from a picture without a prompt. Default false.</summary>
    [JsonPropertyName("i2v_without_prompt")]
    public bool PromptlessI2v { get; init; }

    /// <summary>Whether a video that moderation refused counts as charged when the answer reports no cost. Default true.</summary>
    public bool ChargeModerated { get; init; } = true;

    /// <summary>The options of an account.</summary>
    /// <exception cref="ProviderException">They are wrong; nothing was sent.</exception>
    internal static XaiOptions Of(ProviderAccount account) => ChannelOptions.Of(account, _usual, Read);

    /// <summary>Lays a channel's options over the defaults; null with the mistakes if there are any.</summary>
    internal static (XaiOptions? Options, IReadOnlyList<string> Mistakes) Read(JsonElement given) =>
        ChannelOptions.Read(given, () => (_usual, null), XaiOptionsJson.Default.XaiOptions, lay: null, options => options.Check());

    private List<string> Check()
    {
        var mistakes = new List<string>();
        if (Inputs is not (Inline or Link))
            mistakes.Add("inputs: must be inline or link");
        if (ImageFormat is not (Url or Base64))
            mistakes.Add("image_format: must be url or b64_json");
        return mistakes;
    }
}

/// <summary>Strict, so that a misspelt key is a mistake.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(XaiOptions))]
internal sealed partial class XaiOptionsJson : JsonSerializerContext;
