using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.Seedance;

/// <summary>Settings of one channel: facts about Ark that are uncertain or differ between accounts. The README has the reasons.</summary>
public sealed record SeedanceOptions
{
    private const string Volcengine = "volcengine";
    private const string BytePlus = "byteplus";
    private const string Refuse = "refuse";

    private static readonly SeedanceOptions _usual = new();

    /// <summary>
    /// Whose names of models the host takes, <c>volcengine</c> (<c>doubao-seedance-…</c>) or <c>byteplus</c> (<c>seedance-…</c>,
    /// <c>dreamina-seedance-2-…</c>); null goes by the host.
    /// </summary>
    public string? Platform { get; init; }

    /// <summary>The account's own ids, mostly endpoints (<c>ep-…</c>), by the name of the model; what is not in it has the platform's name.</summary>
    public IReadOnlyDictionary<string, string> ModelIds { get; init; } = new Dictionary<string, string>();

    /// <summary>What happens to a prompt with flags such as <c>--dur</c>: <c>neutralise</c> or <c>refuse</c>. Default <c>neutralise</c>.</summary>
    public string PromptFlags { get; init; } = "neutralise";

    /// <summary>Whether pictures and sounds go inline in base64. Default true; otherwise as public links of ours.</summary>
    public bool MediaInline { get; init; } = true;

    /// <summary>
    /// After how many seconds the upstream gives a task up, queueing included. Default 7,200, less than the models' own deadline here, so that
    /// nothing is charged that nobody waits for; 3,600 to 259,200; null leaves it to the upstream (two days).
    /// </summary>
    public int? ExecutionExpiresAfter { get; init; } = 7200;

    /// <summary>Whether the hash of the caller's <c>user</c> goes along as <c>safety_identifier</c>. Default true.</summary>
    public bool SafetyIdentifier { get; init; } = true;

    /// <summary>Whether many tasks are read with one list. Default true.</summary>
    public bool BatchPolls { get; init; } = true;

    /// <summary>How many polls in a row must not find a task before it counts as lost. Default 3; 1 to 100.</summary>
    [JsonPropertyName("poll_404_confirmations")]
    public int Poll404Confirmations { get; init; } = 3;

    /// <summary>Whether a prompt with flags is refused.</summary>
    internal bool RefusesFlags => PromptFlags == Refuse;

    /// <summary>The options of an account.</summary>
    /// <exception cref="ProviderException">They are wrong; nothing was sent.</exception>
    internal static SeedanceOptions Of(ProviderAccount account) => ChannelOptions.Of(account, _usual, Read);

    /// <summary>Lays a channel's options over the defaults; null with the mistakes if there are any.</summary>
    internal static (SeedanceOptions? Options, IReadOnlyList<string> Mistakes) Read(JsonElement given) =>
        ChannelOptions.Read(given, () => (_usual, null), SeedanceJson.Default.SeedanceOptions, lay: null, options => options.Check());

    /// <summary>The id that a host takes for a model.</summary>
    /// <param name="model">Its name in the models file, or one that an operator added.</param>
    /// <param name="baseUrl">The channel's address.</param>
    internal string ModelId(string model, Uri baseUrl)
    {
        const string prefix = "doubao-";
        if (ModelIds.TryGetValue(model, out var own))
            return own;
        var isBytePlus = Platform is null
            ? baseUrl.Host.EndsWith("bytepluses.com", StringComparison.OrdinalIgnoreCase)
            : Platform == BytePlus;
        if (!isBytePlus || !model.StartsWith(prefix, StringComparison.Ordinal))
            return model;
        var name = model[prefix.Length..];
        return name.StartsWith("seedance-2", StringComparison.Ordinal) ? "dreamina-" + name : name;
    }

    private List<string> Check()
    {
        var mistakes = new List<string>();
        if (Platform is not (null or Volcengine or BytePlus))
            mistakes.Add($"platform: must be {Volcengine} or {BytePlus}");
        if (ModelIds.Any(pair => string.IsNullOrWhiteSpace(pair.Value)))
            mistakes.Add("model_ids: an id is empty");
        if (PromptFlags is not ("neutralise" or Refuse))
            mistakes.Add($"prompt_flags: must be neutralise or {Refuse}");
        if (ExecutionExpiresAfter is not (null or (>= 3600 and <= 259_200)))
            mistakes.Add("execution_expires_after: must be 3600 to 259200");
        if (Poll404Confirmations is not (>= 1 and <= 100))
            mistakes.Add("poll_404_confirmations: must be 1 to 100");
        return mistakes;
    }
}
