using Reelay.Providers;
using Reelay.Providers.Sketch;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Providers.Sketch;

/// <summary>What every provider must do, with Sketch's own errors and states.</summary>
public sealed class SketchConformanceTests : ProviderConformance
{
    public override IVideoProvider Provider { get; } = new SketchProvider();

    public override Reply Accepted => Fixture(200, "submit.ok.json");

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
    [
        Error(400, "error.400.json", ProviderErrorKind.InvalidRequest),
        Error(400, "error.400.content.json", ProviderErrorKind.ContentRejected),
        Error(401, "error.401.json", ProviderErrorKind.Unauthorized),
        Error(402, "error.402.json", ProviderErrorKind.AccountEmpty),
        Error(429, "error.429.json", ProviderErrorKind.RateLimited),
        Error(503, "error.503.json", ProviderErrorKind.Overloaded),
        Error(500, "error.503.json", ProviderErrorKind.OutcomeUnknown),
    ];

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(200, "poll.queued.json", Means.Queued),
        Poll(200, "poll.running.json", Means.Running(40)),
        Poll(200, "poll.succeeded.json", Means.Succeeded),
        Poll(200, "poll.failed.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        .. Words("""{"id":"gen_1","status":"$word"}""", ("pondering", Means.Unreadable), ("", Means.Unreadable)),
        Poll(401, "error.401.json", Means.Throws(ProviderErrorKind.Unauthorized)),
    ];
}
