using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.Hailuo;

/// <summary>Settings of one channel: facts about MiniMax that are uncertain or differ between hosts. The README has the reasons.</summary>
public sealed record HailuoOptions
{
    private static readonly HailuoOptions _usual = new();

    /// <summary>
    /// <c>auto</c> (default): names such as MiniMax-H3 speak the second protocol, all others the first. <c>v1</c> or <c>v2</c>: all speak that.
    /// </summary>
    public string Protocol { get; init; } = "auto";

    /// <summary>Whether input files go inline as <c>data:</c> URLs. Default true; otherwise as public links of ours.</summary>
    public bool MediaInline { get; init; } = true;

    /// <summary>Whether callers may ask for <c>aigc_watermark</c>. Default true; one of the vendor's pages does not name it.</summary>
    public bool WatermarkField { get; init; } = true;

    /// <summary>
    /// Whether the codes of an inner failure (1000, 1013, 1024, 1033, 2064) surely mean that an order was not taken. Default false.
    /// </summary>
    public bool TrustInnerErrors { get; init; }

    /// <summary>How many polls in a row must not know a task before it counts as lost. Default 3; 1 to 100.</summary>
    [JsonPropertyName("poll_404_confirmations")]
    public int Poll404Confirmations { get; init; } = 3;

    /// <summary>The options of an account.</summary>
    /// <exception cref="ProviderException">They are wrong; nothing was sent.</exception>
    internal static HailuoOptions Of(ProviderAccount account) => ChannelOptions.Of(account, _usual, Read);

    /// <summary>Lays a channel's options over the defaults; null with the mistakes if there are any.</summary>
    internal static (HailuoOptions? Options, IReadOnlyList<string> Mistakes) Read(JsonElement given) =>
        ChannelOptions.Read(given, () => (_usual, null), HailuoJson.Default.HailuoOptions, lay: null, options => options.Check());

    private List<string> Check()
    {
        var mistakes = new List<string>();
        if (Protocol is not (HailuoProtocols.Auto or HailuoProtocols.First or HailuoProtocols.Second))
            mistakes.Add("protocol: must be auto, v1 or v2");
        if (Poll404Confirmations is not (>= 1 and <= 100))
            mistakes.Add("poll_404_confirmations: must be 1 to 100");
        return mistakes;
    }
}
