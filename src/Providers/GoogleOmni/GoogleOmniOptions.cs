using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Reelay.Providers.Google;

namespace Reelay.Providers.GoogleOmni;

/// <summary>Settings of one channel: which surface, where, and facts that are uncertain. The README has the reasons.</summary>
public sealed partial record GoogleOmniOptions
{
    private const string Gemini = "gemini";
    private const string Vertex = "vertex";
    private const string ByLink = "uri";
    private const string Inline = "inline";

    private static readonly GoogleOmniOptions _usual = new();

    /// <summary><c>gemini</c> (default) or <c>vertex</c>.</summary>
    public string Surface { get; init; } = Gemini;

    /// <summary>Vertex: the project; null takes the key file's.</summary>
    public string? Project { get; init; }

    /// <summary>Vertex: the location. Default <c>global</c>, the only one there is.</summary>
    public string Location { get; init; } = "global";

    /// <summary>Version in all paths; null is <c>v1beta</c>, and <c>v1beta1</c> on Vertex.</summary>
    public string? ApiVersion { get; init; }

    /// <summary><c>uri</c> (default): the result is a link; <c>inline</c>: it comes inside the answer, tens of megabytes at 4k.</summary>
    public string Delivery { get; init; } = ByLink;

    /// <summary>Vertex, needed with links: <c>gs://bucket/prefix</c> that results are put under, a folder for each attempt.</summary>
    public string? GcsUri { get; init; }

    /// <summary>Where Cloud Storage is; null is its own host beside Google's hosts, else the base URL. From a slash it counts from the base URL.</summary>
    public string? StorageUrl { get; init; }

    /// <summary>Where access tokens are fetched; null is what the key file says. From a slash it counts from the base URL.</summary>
    public string? TokenUrl { get; init; }

    /// <summary>Whether 503 <c>UNAVAILABLE</c> surely means that an order was not taken. Default false.</summary>
    public bool TrustUnavailable { get; init; }

    /// <summary>How many polls in a row must not find an interaction, told by a 400, before it counts as lost. Default 3; 1 to 100.</summary>
    [JsonPropertyName("poll_404_confirmations")]
    public int Poll404Confirmations { get; init; } = 3;

    /// <summary>Whether this is Vertex.</summary>
    [JsonIgnore]
    public bool IsVertex => Surface == Vertex;

    /// <summary>The version in paths.</summary>
    [JsonIgnore]
    public string Version => ApiVersion ?? (IsVertex ? "v1beta1" : "v1beta");

    /// <summary>The options of an account.</summary>
    /// <exception cref="ProviderException">They are wrong; nothing was sent.</exception>
    internal static GoogleOmniOptions Of(ProviderAccount account) => ChannelOptions.Of(account, _usual, Read);

    /// <summary>Lays a channel's options over the defaults; null with the mistakes if there are any.</summary>
    internal static (GoogleOmniOptions? Options, IReadOnlyList<string> Mistakes) Read(JsonElement given) =>
        ChannelOptions.Read(given, () => (_usual, null), GoogleOmniJson.Default.GoogleOmniOptions, lay: null, options => options.Check());

    private List<string> Check()
    {
        var mistakes = new List<string>();
        if (Surface is not (Vertex or Gemini))
            mistakes.Add("surface: must be gemini or vertex");
        if (Project is not null && !Segment().IsMatch(Project))
            mistakes.Add("project: must be the id of a project");
        if (!Segment().IsMatch(Location))
            mistakes.Add("location: must be one such as global");
        if (ApiVersion is not null && !ApiName().IsMatch(ApiVersion))
            mistakes.Add("api_version: must be a version such as v1 or v1beta");
        if (Delivery is not (ByLink or Inline))
            mistakes.Add("delivery: must be uri or inline");
        if (GcsUri is not null && (!IsVertex || !Bucket().IsMatch(GcsUri)))
            mistakes.Add("gcs_uri: must be gs://bucket or gs://bucket/prefix, on vertex");
        if (IsVertex && Delivery == ByLink && GcsUri is null)
            mistakes.Add("gcs_uri: is needed on vertex unless delivery is inline");
        if (!GoogleHosts.IsPlace(StorageUrl))
            mistakes.Add("storage_url: must be an http or https address, or begin with a slash");
        if (!GoogleHosts.IsPlace(TokenUrl))
            mistakes.Add("token_url: must be an http or https address, or begin with a slash");
        if (Poll404Confirmations is not (>= 1 and <= 100))
            mistakes.Add("poll_404_confirmations: must be 1 to 100");
        return mistakes;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9.:_-]{0,127}$")]
    private static partial Regex Segment();

    [GeneratedRegex("^v[0-9]+(?:(?:alpha|beta)[0-9]*)?$")]
    private static partial Regex ApiName();

    [GeneratedRegex("^gs://[a-z0-9][a-z0-9._-]{1,220}(?:/[A-Za-z0-9._/-]*)?$")]
    private static partial Regex Bucket();
}
