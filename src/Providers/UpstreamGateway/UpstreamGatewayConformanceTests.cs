using Reelay.Providers;
using Reelay.Providers.UpstreamGateway;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Providers.UpstreamGateway;

/// <summary>What every provider must do, with the errors and states of gateways.</summary>
public sealed class UpstreamGatewayConformanceTests : ProviderConformance
{
    private const string Reelay = """{"kind":"reelay","lost":"find"}""";
    private const string Aurora = """{"kind":"aurora"}""";

    public override IVideoProvider Provider { get; } = new UpstreamGatewayProvider();

    public override Reply Accepted => Fixture(200, "submit.ok.json");

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
    [
        Error(400, "error.400.flat.json", ProviderErrorKind.InvalidRequest),
        Error(400, "error.400.content.json", ProviderErrorKind.ContentRejected),
        Error(400, "error.400.reelay.json", ProviderErrorKind.InvalidRequest, Reelay),
        Error(413, "error.400.flat.json", ProviderErrorKind.InvalidRequest),
        Error(401, "error.401.json", ProviderErrorKind.Unauthorized),
        Error(403, "error.403.group.json", ProviderErrorKind.Unauthorized),
        Error(403, "error.403.quota.json", ProviderErrorKind.AccountEmpty),
        Error(429, "error.429.flat.json", ProviderErrorKind.RateLimited),
        Error(429, "error.429.reelay.json", ProviderErrorKind.RateLimited, Reelay),
        Error(503, "error.503.no-channel.json", ProviderErrorKind.Overloaded),
        Error(503, "error.503.stopping.json", ProviderErrorKind.Overloaded, Reelay),
        Error(503, "error.503.store.json", ProviderErrorKind.OutcomeUnknown, Reelay),
        Error(500, "error.500.flat.json", ProviderErrorKind.OutcomeUnknown),
        Error(502, "error.500.flat.json", ProviderErrorKind.OutcomeUnknown),
        Error(408, "error.400.flat.json", ProviderErrorKind.OutcomeUnknown),
        Error(409, "error.400.flat.json", ProviderErrorKind.OutcomeUnknown),
    ];

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(200, "poll.pending.json", Means.Queued),
        Poll(200, "poll.unknown.json", Means.Queued),
        Poll(200, "poll.running.json", Means.Running(45)),
        Poll(200, "poll.succeeded.metadata.json", Means.Succeeded),
        Poll(200, "poll.succeeded.output_url.json", Means.Succeeded, Aurora),
        Poll(200, "poll.succeeded.video_url.json", Means.Succeeded),
        Poll(200, "poll.succeeded.wrapped.json", Means.Succeeded),
        Poll(200, "poll.succeeded.reelay.json", Means.Succeeded, Reelay),
        Poll(200, "poll.failed.json", Means.Failed(ProviderErrorKind.GenerationFailed)),
        Poll(200, "poll.failed.content.json", Means.Failed(ProviderErrorKind.ContentRejected), Reelay),
        Poll(200, "poll.failed.cancelled.json", Means.Failed(ProviderErrorKind.Cancelled), Reelay),
        Poll(200, "poll.failed.rejected.json", Means.Failed(ProviderErrorKind.InvalidRequest), Reelay),
        .. Words(
            """{"id":"task_1","status":"$word"}""",
            ("queued", Means.Queued),
            ("submitted", Means.Queued),
            ("NOT_START", Means.Queued),
            ("UNKNOWN", Means.Queued),
            ("created", Means.Queued),
            ("preparing", Means.Queued),
            ("in_progress", Means.Running()),
            ("generating", Means.Running()),
            ("running", Means.Running()),
            ("completed", Means.Succeeded),
            ("succeed", Means.Succeeded),
            ("finished", Means.Succeeded),
            ("failed", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("FAILURE", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("fail", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("cancelled", Means.Failed(ProviderErrorKind.Cancelled)),
            ("expired", Means.Failed(ProviderErrorKind.Expired)),
            ("reticulating", Means.Unreadable),
            ("", Means.Unreadable)),
        Poll(404, "error.404.json", Means.Throws(ProviderErrorKind.NotFound)),
        Poll(400, "error.400.unknown-task.json", Means.Throws(ProviderErrorKind.NotFound)),
        Poll(200, "error.400.flat.json", Means.Unreadable),
        Poll(400, "error.400.flat.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(401, "error.401.json", Means.Throws(ProviderErrorKind.Unauthorized)),
        Poll(429, "error.429.flat.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(500, "error.500.flat.json", Means.Throws(ProviderErrorKind.Unavailable)),
    ];
}
