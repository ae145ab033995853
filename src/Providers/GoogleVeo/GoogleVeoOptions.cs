using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Reelay.Providers.Google;

namespace Reelay.Providers.GoogleVeo;

/// <summary>Settings of one channel: which surface, where, and facts that are uncertain. The README has the reasons.</summary>
public sealed partial record GoogleVeoOptions
{
    private const string Gemini = "gemini";
    private const string Vertex = "vertex";

    private static readonly GoogleVeoOptions _usual = new();

    /// <summary><c>vertex</c> (default) or <c>gemini</c>.</summary>
    public string Surface { get; init; } = Vertex;

    /// <summary>Vertex: the project; null takes the key file's.</summary>
    public string? Project { get; init; }

    /// <summary>Vertex: the location; null takes what the host's name says, else <c>us-central1</c>. One DNS label.</summary>
    public string? Location { get; init; }

    /// <summary>Version in all paths; null is <c>v1</c> on Vertex and <c>v1beta</c> on the Gemini API.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Vertex: <c>gs://bucket/prefix</c> that results are put under, a folder for each attempt; null has them come in the answer.</summary>
    public string? StorageUri { get; init; }

    /// <summary>Where Cloud Storage is; null is its own host beside Google's hosts, else the base URL. From a slash it counts from the base URL.</summary>
    public string? StorageUrl { get; init; }

    /// <summary>Where access tokens are fetched; null is what the key file says. From a slash it counts from the base URL.</summary>
    public string? TokenUrl { get; init; }

    /// <summary>Project that calls are counted and billed to, as <c>x-goog-user-project</c>; null sends none.</summary>
    public string? UserProject { get; init; }

    /// <summary>Whether reference pictures also work upright. Default false: Google's cards showed 16:9 alone.</summary>
    public bool PortraitReferences { get; init; }

    /// <summary>Whether 503 <c>UNAVAILABLE</c> surely means that an order was not taken. Default false.</summary>
    public bool TrustUnavailable { get; init; }

    /// <summary>
    /// Whether a result withheld for its sound alone is a failure of the work, which another channel may repeat. Default false: it is a
    /// refusal of the content.
    /// </summary>
    public bool AudioFilterIsFailure { get; init; }

    /// <summary>How many polls in a row must not find an operation before it counts as lost. Default 3; 1 to 100.</summary>
    [JsonPropertyName("poll_404_confirmations")]
    public int Poll404Confirmations { get; init; } = 3;

    /// <summary>Whether this is the Gemini API.</summary>
    [JsonIgnore]
    public bool IsGemini => Surface == Gemini;

    /// <summary>The version in paths.</summary>
    [JsonIgnore]
    public string Version => ApiVersion ?? (IsGemini ? "v1beta" : "v1");

    /// <summary>The options of an account.</summary>
    /// <exception cref="ProviderException">They are wrong; nothing was sent.</exception>
    internal static GoogleVeoOptions Of(ProviderAccount account) => ChannelOptions.Of(account, _usual, Read);

    /// <summary>Lays a channel's options over the defaults; null with the mistakes if there are any.</summary>
    internal static (GoogleVeoOptions? Options, IReadOnlyList<string> Mistakes) Read(JsonElement given) =>
        ChannelOptions.Read(given, () => (_usual, null), GoogleVeoJson.Default.GoogleVeoOptions, lay: null, options => options.Check());

    private List<string> Check()
    {
        var mistakes = new List<string>();
        if (Surface is not (Vertex or Gemini))
            mistakes.Add("surface: must be vertex or gemini");
        if (Project is not null && !Segment().IsMatch(Project))
            mistakes.Add("project: must be the id of a project");
        if (Location is not null && !Label().IsMatch(Location))
            mistakes.Add("location: must be one DNS label such as us-central1");
        if (ApiVersion is not null && !ApiName().IsMatch(ApiVersion))
            mistakes.Add("api_version: must be a version such as v1 or v1beta1");
        if (StorageUri is not null && (IsGemini || !Bucket().IsMatch(StorageUri)))
            mistakes.Add("storage_uri: must be gs://bucket or gs://bucket/prefix, on vertex");
        if (!GoogleHosts.IsPlace(StorageUrl))
            mistakes.Add("storage_url: must be an http or https address, or begin with a slash");
        if (!GoogleHosts.IsPlace(TokenUrl))
            mistakes.Add("token_url: must be an http or https address, or begin with a slash");
        if (UserProject is not null && !Segment().IsMatch(UserProject))
            mistakes.Add("user_project: must be the id of a project");
        if (Poll404Confirmations is not (>= 1 and <= 100))
            mistakes.Add("poll_404_confirmations: must be 1 to 100");
        return mistakes;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9.:_-]{0,127}$")]
    private static partial Regex Segment();

    [GeneratedRegex("^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")]
    private static partial Regex Label();

    [GeneratedRegex("^v[0-9]+(?:(?:alpha|beta)[0-9]*)?$")]
    private static partial Regex ApiName();

    [GeneratedRegex("^gs://[a-z0-9][a-z0-9._-]{1,220}(?:/[A-Za-z0-9._/-]*)?$")]
    private static partial Regex Bucket();
}
