using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Tests.Conformance;

/// <summary>
/// What every provider must do, as one class that each inherits in its own folder. The members that are abstract say what cannot be known
/// from the provider itself; the others have a default that most keep. Each case runs against a recorder that answers what it is told, or
/// against the provider's own simulator, which shares no type with the adapter and refuses what its upstream does not document.
/// </summary>
public abstract class ProviderConformance
{
    private IReadOnlyList<ConformanceCheck>? _checks;

    /// <summary>The provider.</summary>
    public abstract IVideoProvider Provider { get; }

    /// <summary>The usual answer that accepts a submission; of a synchronous upstream the one that holds the result.</summary>
    public abstract Reply Accepted { get; }

    /// <summary>Every error and refusal of a submission that the upstream documents or was seen to give.</summary>
    public abstract IReadOnlyList<DocumentedError> SubmissionErrors { get; }

    /// <summary>Every state of a task and every error of a poll; empty only for synchronous upstreams.</summary>
    /// <remarks>The task they speak of is the one that <see cref="Accepted"/> names.</remarks>
    public virtual IReadOnlyList<DocumentedPoll> Polls => [];

    /// <summary>Where the sandbox plays the upstream.</summary>
    public virtual SandboxChannel Sandbox => ((IDescribesChannels)Provider).SandboxChannels[0];

    /// <summary>Where the sandbox plays an upstream of this protocol that can cancel, if it is another.</summary>
    public virtual SandboxChannel CancelSandbox => Sandbox;

    /// <summary>Whether the orders of this suite can be cancelled, where the provider can cancel at all; false for a dialect that cannot.</summary>
    public virtual bool HasCancel => true;

    /// <summary>Whether states can be read together, where the provider can at all; false for a dialect that cannot.</summary>
    public virtual bool HasBatches => true;

    /// <summary>Where the sandbox plays an upstream of this protocol that can be searched, if it is another.</summary>
    public virtual SandboxChannel SearchSandbox => Sandbox;

    /// <summary>How callbacks are signed, or null where they are not.</summary>
    public virtual CallbackSigning? Signing => null;

    /// <summary>Options of the recorder's channel as JSON; null for all defaults.</summary>
    public virtual string? Options => null;

    /// <summary>What the recorder's channel authenticates with: secrets that can be looked for.</summary>
    public virtual ProviderCredential Credential => Sandbox.Credential switch
    {
        ProviderCredential.KeyPair => new ProviderCredential.KeyPair("AK-conformance-0001", "SK-conformance-secret-0001"),
        ProviderCredential.None none => none,
        ProviderCredential.ServiceAccount account => account,
        _ => new ProviderCredential.ApiKey("sk-conformance-secret-0001"),
    };

    /// <summary>Root of the recorder's upstream.</summary>
    public virtual Uri BaseUrl => new("https://upstream.example" + Sandbox.Path[(Sandbox.Simulator.Length + 1)..]);

    /// <summary>
    /// The recorder's answer to a request that only prepares a submission or a poll (a token exchange, an upload); null for all others. Such
    /// requests are not counted.
    /// </summary>
    public virtual Reply? Aside(HttpMethod method, Uri url) => null;

    /// <summary>What may be thrown for a task that the upstream does not know.</summary>
    public virtual IReadOnlyList<ProviderErrorKind> UnknownTaskKinds => [ProviderErrorKind.NotFound];

    /// <summary>
    /// What a create that goes wrong means, by the sandbox's word for it. A provider adds or replaces; null removes a word that its simulator
    /// does not know.
    /// </summary>
    public virtual IReadOnlyDictionary<string, ProviderErrorKind?> CreateFaults => new Dictionary<string, ProviderErrorKind?>();

    /// <summary>Why a job fails, by the sandbox's word for it; as above.</summary>
    public virtual IReadOnlyDictionary<string, ProviderErrorKind?> JobFaults => new Dictionary<string, ProviderErrorKind?>();

    /// <summary>A value for a parameter of its own that the simulator takes; null leaves it out.</summary>
    public virtual JsonNode? Sample(ExtraParameter extra, UpstreamModel row, ProviderRequest request) => ConformanceOrders.Sample(extra);

    /// <summary>A file for a role, of a type that the row takes; a picture has the size of the order.</summary>
    public virtual MediaInput File(MediaRole role, UpstreamReference reference, ProviderRequest request) => ConformanceMedia.Of(role, reference, request);

    /// <summary>Changes an order that was made from a row of the models; null leaves it out.</summary>
    public virtual ConformanceOrder? Arrange(ConformanceOrder order, UpstreamModel row) => order;

    /// <summary>Every case that applies to this provider.</summary>
    internal IReadOnlyList<ConformanceCheck> Checks => _checks ??=
    [
        .. ModelChecks.Of(this), .. SubmissionChecks.Of(this), .. PollChecks.Of(this), .. SecretChecks.Of(this), .. SandboxChecks.Of(this),
        .. FaultChecks.Of(this), .. AbilityChecks.Of(this), .. CallbackChecks.Of(this), .. EngineChecks.Of(this),
    ];

    /// <summary>Runs one case.</summary>
    [Theory, ConformanceCases]
    public Task Holds(string name) => Checks.Single(check => check.Name == name).RunAsync();

    /// <summary>An answer from the provider's fixtures.</summary>
    protected Reply Fixture(int status, string name) => new($"{status} {name}", status, ConformanceFixtures.Read(Provider, name)) { Fixture = name };

    /// <summary>An answer with the given body.</summary>
    protected static Reply Body(int status, string body) => new($"{status} {(body.Length > 70 ? body[..70] + "…" : body)}", status, body);

    /// <summary>A documented error from a fixture.</summary>
    protected DocumentedError Error(int status, string fixture, ProviderErrorKind kind, string? options = null) =>
        new(Fixture(status, fixture), kind) { Options = options };

    /// <summary>A documented state from a fixture.</summary>
    protected DocumentedPoll Poll(int status, string fixture, Means means, string? options = null) =>
        new([Fixture(status, fixture)], means) { Options = options };

    /// <summary>What each status word means, put into one body in the place of <c>$word</c>.</summary>
    protected static IEnumerable<DocumentedPoll> Words(string body, params (string Word, Means Means)[] words) =>
        words.Select(pair => new DocumentedPoll([Body(200, body.Replace("$word", pair.Word)) with { Name = $"200 status {pair.Word}" }], pair.Means));
}
