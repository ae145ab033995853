using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.Vidu;

/// <summary>Settings of one channel: facts about Vidu that are uncertain or differ between accounts. The README has the reasons.</summary>
public sealed record ViduOptions
{
    private static readonly ViduOptions _usual = new();

    /// <summary>Whether a callback counts only with a right signature of its address. Default true.</summary>
    public bool CheckCallbacks { get; init; } = true;

    /// <summary>How far a callback's date may be from now, in seconds. Default 300; 1 to 3,600.</summary>
    public double CallbackToleranceSeconds { get; init; } = 300;

    /// <summary>Longest time until an accepted task stands in the list, in seconds. Default 30; 0 to 300.</summary>
    public double SearchDelaySeconds { get; init; } = 30;

    /// <summary>
    /// Whether a list without our payload, after that delay, proves that a lost order was never accepted, so that it may be sent again.
    /// Default false: nobody says how soon a task stands there.
    /// </summary>
    public bool TrustAbsence { get; init; }

    /// <summary>How many polls in a row must not find a task before it counts as lost. Default 3; 1 to 100.</summary>
    [JsonPropertyName("poll_404_confirmations")]
    public int Poll404Confirmations { get; init; } = 3;

    /// <summary>
    /// Most bytes of pictures that go inline in one order, counted before base64; beyond, all of them go as public links of ours. Default
    /// 10,485,760; 0 to 15,000,000, since a whole body may have 20 MB.
    /// </summary>
    public int MaxInlineBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>The options of an account.</summary>
    /// <exception cref="ProviderException">They are wrong; nothing was sent.</exception>
    internal static ViduOptions Of(ProviderAccount account) => ChannelOptions.Of(account, _usual, Read);

    /// <summary>Lays a channel's options over the defaults; null with the mistakes if there are any.</summary>
    internal static (ViduOptions? Options, IReadOnlyList<string> Mistakes) Read(JsonElement given) =>
        ChannelOptions.Read(given, () => (_usual, null), ViduJson.Default.ViduOptions, lay: null, options => options.Check());

    private List<string> Check()
    {
        var mistakes = new List<string>();
        if (CallbackToleranceSeconds is not (>= 1 and <= 3600))
            mistakes.Add("callback_tolerance_seconds: must be 1 to 3600");
        if (SearchDelaySeconds is not (>= 0 and <= 300))
            mistakes.Add("search_delay_seconds: must be 0 to 300");
        if (Poll404Confirmations is not (>= 1 and <= 100))
            mistakes.Add("poll_404_confirmations: must be 1 to 100");
        if (MaxInlineBytes is not (>= 0 and <= 15_000_000))
            mistakes.Add("max_inline_bytes: must be 0 to 15000000");
        return mistakes;
    }
}
