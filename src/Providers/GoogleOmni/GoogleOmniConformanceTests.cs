using Reelay.Providers;
using Reelay.Providers.GoogleOmni;
using Reelay.Tests.Conformance;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.GoogleOmni;

/// <summary>What every provider must do, at the Gemini API with an API key.</summary>
public sealed class GoogleOmniConformanceTests : GoogleOmniConformance
{
    // Vertex's names are not served here.
    public override ConformanceOrder? Arrange(ConformanceOrder order, UpstreamModel row) =>
        row.Name == "gemini-omni-1.1-flash-preview" ? null : order;
}

/// <summary>The same at Vertex with a service account.</summary>
public sealed class GoogleOmniVertexConformanceTests : GoogleOmniConformance
{
    public override SandboxChannel Sandbox => ((IDescribesChannels)Provider).SandboxChannels[1];

    public override SandboxChannel CancelSandbox => ((IDescribesChannels)Provider).SandboxChannels[0];

    public override string Options => """{"surface":"vertex","project":"demo","delivery":"inline"}""";

    public override Reply? Aside(HttpMethod method, Uri url) => url.AbsolutePath == "/token" ? Fixture(200, "token.ok.json") : null;

    // The simplest order is made at either surface: it is cancelled at the other one.
    public override ConformanceOrder? Arrange(ConformanceOrder order, UpstreamModel row) =>
        row.Name == "gemini-omni-1.2-flash" || (row.Name == "gemini-omni-1.1-flash-preview" && row.Modes[0] != "t2v") ? order : null;
}

/// <summary>What both surfaces share: errors and states.</summary>
public abstract class GoogleOmniConformance : ProviderConformance
{
    public override IVideoProvider Provider { get; } = new GoogleOmniProvider();

    public override Reply Accepted => Fixture(200, "submit.ok.json");

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
    [
        Error(400, "error.400.aspect.json", ProviderErrorKind.InvalidRequest),
        Error(400, "error.400.unknown.json", ProviderErrorKind.InvalidRequest),
        Error(400, "error.400.key.json", ProviderErrorKind.Unauthorized),
        Error(403, "error.403.list.json", ProviderErrorKind.Unauthorized),
        Error(429, "error.429.json", ProviderErrorKind.RateLimited),
        Error(429, "error.429.free.json", ProviderErrorKind.AccountEmpty),
        Error(503, "error.503.json", ProviderErrorKind.OutcomeUnknown),
        Error(500, "error.400.aspect.json", ProviderErrorKind.OutcomeUnknown),
    ];

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(200, "poll.queued.json", Means.Queued),
        Poll(200, "poll.running.json", Means.Running()),
        Poll(200, "poll.completed.json", Means.Succeeded),
        Poll(200, "poll.completed.inline.json", Means.Succeeded),
        Poll(200, "poll.completed.refusal.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(200, "poll.failed.json", Means.Failed(ProviderErrorKind.GenerationFailed)),
        Poll(200, "poll.cancelled.json", Means.Failed(ProviderErrorKind.Cancelled)),
        .. Words(
            """{"id":"v1_Q2hkYmV4YW1wbGU","status":"$word"}""",
            ("queued", Means.Queued),
            ("in_progress", Means.Running()),
            ("failed", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("cancelled", Means.Failed(ProviderErrorKind.Cancelled)),
            ("incomplete", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("budget_exceeded", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("requires_action", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("requires_continuation", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("completed", Means.Unreadable),
            ("reviewing", Means.Unreadable),
            ("", Means.Unreadable)),
        new([Body(200, """{"id":"v1_Q2hkYmV4YW1wbGU","status":"completed","usage":{"output_tokens_by_modality":[{"modality":"video","tokens":17376}]},"steps":[{"type":"model_output","content":[{"type":"text","text":"Done."}]}]}""")], Means.Unreadable),
        new([Body(200, """{"id":"v1_another","status":"in_progress"}""")], Means.Unreadable),
        Poll(400, "error.400.unknown.json", Means.Throws(ProviderErrorKind.NotFound)),
        Poll(400, "error.400.aspect.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(400, "error.400.key.json", Means.Throws(ProviderErrorKind.Unauthorized)),
        Poll(403, "error.403.list.json", Means.Throws(ProviderErrorKind.Unauthorized)),
        Poll(429, "error.429.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(503, "error.503.json", Means.Throws(ProviderErrorKind.Unavailable)),
    ];

    // Content is never refused at once: the refusal is a success in words.
    public override IReadOnlyDictionary<string, ProviderErrorKind?> CreateFaults => new Dictionary<string, ProviderErrorKind?> { ["refuse:content_policy"] = null };

    public override MediaInput File(MediaRole role, UpstreamReference reference, ProviderRequest request) => role == MediaRole.SourceVideo
        ? ConformanceMedia.Of(role, "video/mp4", Clips.Make(5, 1280, 720), "mp4")
        : base.File(role, reference, request);
}
