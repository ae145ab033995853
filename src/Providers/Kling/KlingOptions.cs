using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.Kling;

/// <summary>Settings of one channel: facts about Kling that are uncertain or differ between accounts. The README has the reasons.</summary>
public sealed record KlingOptions
{
    private static readonly KlingOptions _usual = new();

    /// <summary>
    /// Which of Kling's API generations makes the models that both have: <c>legacy</c> (default) or <c>new</c>, which takes an API key only.
    /// What has a name of the new generation, such as kling-3.0-turbo, is made there whatever stands here.
    /// </summary>
    public string Dialect { get; init; } = KlingDialects.Legacy;

    /// <summary>
    /// The console's webhook secret, <c>whsec_</c> and base64, or null where callbacks are not signed. With it, a callback counts as signed
    /// only if its signature is right.
    /// </summary>
    public string? CallbackSecret { get; init; }

    /// <summary>How far a callback's timestamp may be from now, in seconds. Default 300; 1 to 3,600.</summary>
    public double CallbackToleranceSeconds { get; init; } = 300;

    /// <summary>Longest time until an accepted task can be read by our own mark, in seconds. Default 30; 0 to 300.</summary>
    public double SearchDelaySeconds { get; init; } = 30;

    /// <summary>
    /// Whether "not found" for our own mark, after that delay, proves that a lost order was never accepted, so that it may be sent again.
    /// Default false: the legacy answer to an unknown id is documented nowhere, and how soon an order shows up in either generation.
    /// </summary>
    public bool TrustAbsence { get; init; }

    /// <summary>How many polls in a row must not find a task before it counts as lost. Default 3; 1 to 100.</summary>
    [JsonPropertyName("poll_404_confirmations")]
    public int Poll404Confirmations { get; init; } = 3;

    /// <summary>Whether pictures go inline in base64. Default true; otherwise as public links of ours.</summary>
    public bool PicturesInline { get; init; } = true;

    /// <summary>Whether many tasks are read with one call, in the new generation. Default true.</summary>
    public bool BatchPolls { get; init; } = true;

    /// <summary>Whether the channel is of the new dialect.</summary>
    [JsonIgnore]
    public bool IsNew => Dialect == KlingDialects.New;

    /// <summary>Whether a model is ordered in the new generation.</summary>
    internal bool IsNewFor(string model) => IsNew || KlingDialects.IsNewName(model);

    /// <summary>The options of an account.</summary>
    /// <exception cref="ProviderException">They are wrong; nothing was sent.</exception>
    internal static KlingOptions Of(ProviderAccount account) => ChannelOptions.Of(account, _usual, Read);

    /// <summary>Lays a channel's options over the defaults; null with the mistakes if there are any.</summary>
    internal static (KlingOptions? Options, IReadOnlyList<string> Mistakes) Read(JsonElement given) =>
        ChannelOptions.Read(given, () => (_usual, null), KlingJson.Default.KlingOptions, lay: null, options => options.Check());

    private List<string> Check()
    {
        var mistakes = new List<string>();
        if (Dialect is not (KlingDialects.Legacy or KlingDialects.New))
            mistakes.Add("dialect: must be legacy or new");
        if (CallbackSecret is not null && KlingSignature.Key(CallbackSecret) is null)
            mistakes.Add("callback_secret: must be whsec_ and base64");
        if (CallbackToleranceSeconds is not (>= 1 and <= 3600))
            mistakes.Add("callback_tolerance_seconds: must be 1 to 3600");
        if (SearchDelaySeconds is not (>= 0 and <= 300))
            mistakes.Add("search_delay_seconds: must be 0 to 300");
        if (Poll404Confirmations is not (>= 1 and <= 100))
            mistakes.Add("poll_404_confirmations: must be 1 to 100");
        return mistakes;
    }
}
