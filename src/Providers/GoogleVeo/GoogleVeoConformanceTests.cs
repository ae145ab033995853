using Reelay.Providers;
using Reelay.Providers.GoogleVeo;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Providers.GoogleVeo;

/// <summary>Errors that both surfaces give alike.</summary>
internal static class GoogleVeoErrorCases
{
    public static readonly IReadOnlyList<(int Status, string Fixture, ProviderErrorKind Kind)> All =
    [
        (400, "error.400.prompt.json", ProviderErrorKind.ContentRejected),
        (400, "error.400.image.json", ProviderErrorKind.ContentRejected),
        (400, "error.400.aspect.json", ProviderErrorKind.InvalidRequest),
        (400, "error.400.key.json", ProviderErrorKind.Unauthorized),
        (401, "error.401.json", ProviderErrorKind.Unauthorized),
        (403, "error.403.list.json", ProviderErrorKind.Unauthorized),
        (404, "error.404.retired.json", ProviderErrorKind.InvalidRequest),
        (429, "error.429.json", ProviderErrorKind.RateLimited),
        (429, "error.429.free.json", ProviderErrorKind.AccountEmpty),
        (503, "error.503.json", ProviderErrorKind.OutcomeUnknown),
        (503, "error.503.overloaded.json", ProviderErrorKind.Overloaded),
        (500, "error.503.json", ProviderErrorKind.OutcomeUnknown),
        (409, "error.503.json", ProviderErrorKind.OutcomeUnknown),
    ];
}

/// <summary>What every provider must do, at Vertex with a service account.</summary>
public sealed class GoogleVeoConformanceTests : ProviderConformance
{
    public override IVideoProvider Provider { get; } = new GoogleVeoProvider();

    public override Reply Accepted => Fixture(200, "vertex.submit.ok.json");

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
    [
        .. GoogleVeoErrorCases.All.Select(error => Error(error.Status, error.Fixture, error.Kind)),
        Error(503, "error.503.json", ProviderErrorKind.Overloaded, """{"trust_unavailable":true}"""),
    ];

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(200, "vertex.poll.running.json", Means.Running()),
        Poll(200, "vertex.poll.bytes.json", Means.Succeeded),
        Poll(200, "vertex.poll.storage.json", Means.Succeeded),
        Poll(200, "vertex.poll.filtered.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(200, "vertex.poll.unknown.json", Means.Unreadable),
        Poll(403, "error.403.unknown.json", Means.Throws(ProviderErrorKind.NotFound)),
        Poll(404, "error.404.retired.json", Means.Throws(ProviderErrorKind.NotFound)),
        Poll(401, "error.401.json", Means.Throws(ProviderErrorKind.Unauthorized)),
        Poll(429, "error.429.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(503, "error.503.json", Means.Throws(ProviderErrorKind.Unavailable)),
    ];

    public override Reply? Aside(HttpMethod method, Uri url) => url.AbsolutePath == "/token" ? Fixture(200, "token.ok.json") : null;

    // The Gemini API's names are not served here.
    public override ConformanceOrder? Arrange(ConformanceOrder order, UpstreamModel row) => row.Audio == "choice" ? order : null;
}

/// <summary>The same at the Gemini API with an API key.</summary>
public sealed class GoogleVeoGeminiConformanceTests : ProviderConformance
{
    public override IVideoProvider Provider { get; } = new GoogleVeoProvider();

    public override SandboxChannel Sandbox => ((IDescribesChannels)Provider).SandboxChannels[1];

    public override string Options => GoogleVeoCase.GeminiSurface;

    public override Reply Accepted => Fixture(200, "gemini.submit.ok.json");

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
        [.. GoogleVeoErrorCases.All.Select(error => Error(error.Status, error.Fixture, error.Kind))];

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(200, "gemini.poll.running.json", Means.Running()),
        Poll(200, "gemini.poll.succeeded.json", Means.Succeeded),
        Poll(200, "gemini.poll.error13.json", Means.Failed(ProviderErrorKind.GenerationFailed)),
        Poll(200, "gemini.poll.audio.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(200, "gemini.poll.audio.json", Means.Failed(ProviderErrorKind.GenerationFailed), """{"surface":"gemini","audio_filter_is_failure":true}"""),
        Poll(200, "gemini.poll.unknown.json", Means.Unreadable),
        Poll(403, "error.403.unknown.json", Means.Throws(ProviderErrorKind.NotFound)),
        Poll(403, "error.403.list.json", Means.Throws(ProviderErrorKind.Unauthorized)),
        Poll(503, "error.503.json", Means.Throws(ProviderErrorKind.Unavailable)),
    ];

    // Only the names and values that this surface has.
    public override ConformanceOrder? Arrange(ConformanceOrder order, UpstreamModel row) => row.Audio == "always" ? order : null;
}
