using Reelay.Providers;
using Reelay.Providers.Seedance;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Providers.Seedance;

/// <summary>What every provider must do, with Ark's own errors and states.</summary>
public sealed class SeedanceConformanceTests : ProviderConformance
{
    public override IVideoProvider Provider { get; } = new SeedanceProvider();

    public override Reply Accepted => Fixture(200, "submit.ok.json");

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
    [
        Error(400, "error.400.parameter.json", ProviderErrorKind.InvalidRequest),
        Error(400, "error.400.missing.json", ProviderErrorKind.InvalidRequest),
        Code(400, "InvalidImageURL.EmptyURL", ProviderErrorKind.InvalidRequest),
        Error(400, "error.400.policy.json", ProviderErrorKind.ContentRejected),
        Error(400, "error.400.privacy.json", ProviderErrorKind.ContentRejected),
        Error(400, "error.400.risk.json", ProviderErrorKind.ContentRejected),
        Code(400, "SensitiveContentDetected.SevereViolation", ProviderErrorKind.ContentRejected),
        Code(400, "OutputVideoSensitiveContentDetected.PolicyViolation", ProviderErrorKind.ContentRejected),
        Code(400, "ContentSecurityDetectionError", ProviderErrorKind.ContentRejected),
        Error(400, "error.400.closed.json", ProviderErrorKind.AccountEmpty),
        Error(401, "error.401.json", ProviderErrorKind.Unauthorized),
        Code(401, "InvalidAccountStatus", ProviderErrorKind.Unauthorized),
        Error(403, "error.403.denied.json", ProviderErrorKind.Unauthorized),
        Error(403, "error.403.overdue.json", ProviderErrorKind.AccountEmpty),
        Code(403, "OperationDenied.ServiceNotOpen", ProviderErrorKind.AccountEmpty),
        Code(403, "OperationDenied.ServiceOverdue", ProviderErrorKind.AccountEmpty),
        Code(403, "OperationDenied.CustomerNotVerified", ProviderErrorKind.Unauthorized),
        Error(404, "error.404.model.json", ProviderErrorKind.InvalidRequest),
        Code(404, "InvalidEndpointOrModel.ModelIDAccessDisabled", ProviderErrorKind.InvalidRequest),
        Code(404, "ModelNotOpen", ProviderErrorKind.InvalidRequest),
        Code(404, "UnsupportedModel", ProviderErrorKind.InvalidRequest),
        Error(429, "error.429.rpm.json", ProviderErrorKind.RateLimited),
        Error(429, "error.429.queue.json", ProviderErrorKind.RateLimited),
        Error(429, "error.429.trial.json", ProviderErrorKind.AccountEmpty),
        Error(429, "error.429.cap.json", ProviderErrorKind.AccountEmpty),
        Error(429, "error.429.overloaded.json", ProviderErrorKind.Overloaded),
        Code(429, "RateLimitExceeded.EndpointRPMExceeded", ProviderErrorKind.RateLimited),
        Code(429, "APIAccountRpmRateLimitExceeded", ProviderErrorKind.RateLimited),
        Code(429, "AccountRateLimitExceeded", ProviderErrorKind.RateLimited),
        Code(429, "RequestBurstTooFast", ProviderErrorKind.RateLimited),
        Code(429, "InflightBatchsizeExceeded", ProviderErrorKind.RateLimited),
        Error(500, "error.500.json", ProviderErrorKind.OutcomeUnknown),
        Code(500, "QuotaExceeded", ProviderErrorKind.OutcomeUnknown),
        Code(429, "SomethingNew", ProviderErrorKind.OutcomeUnknown),
        Code(401, "InvalidParameter", ProviderErrorKind.OutcomeUnknown),
        Code(200, "InvalidParameter", ProviderErrorKind.OutcomeUnknown),
        new(Body(400, """{"id":"cgt-1","error":{"code":"InvalidParameter","message":"no"}}"""), ProviderErrorKind.OutcomeUnknown),
    ];

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(200, "poll.queued.json", Means.Queued),
        Poll(200, "poll.running.json", Means.Running()),
        Poll(200, "poll.succeeded.json", Means.Succeeded),
        Poll(200, "poll.failed.policy.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(200, "poll.failed.internal.json", Means.Failed(ProviderErrorKind.GenerationFailed)),
        Poll(200, "poll.expired.json", Means.Failed(ProviderErrorKind.Expired)),
        Poll(200, "poll.cancelled.json", Means.Failed(ProviderErrorKind.Cancelled)),
        .. Words(
            """{"status":"$word","content":{"video_url":"https://a.example/x.mp4"} }""",
            ("queued", Means.Queued),
            ("running", Means.Running()),
            ("Running", Means.Running()),
            ("succeeded", Means.Succeeded),
            ("failed", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("canceled", Means.Failed(ProviderErrorKind.Cancelled)),
            ("expired", Means.Failed(ProviderErrorKind.Expired)),
            ("pondering", Means.Unreadable),
            ("", Means.Unreadable)),
        new([Body(200, """{"status":"succeeded","content":{}}""")], Means.Unreadable),
        new([Body(200, """{"id":"cgt-another","status":"failed"}""")], Means.Unreadable),
        Poll(404, "error.404.task.json", Means.Throws(ProviderErrorKind.NotFound)),
        Poll(401, "error.401.json", Means.Throws(ProviderErrorKind.Unauthorized)),
        Poll(403, "error.403.denied.json", Means.Throws(ProviderErrorKind.Unauthorized)),
        Poll(409, "error.409.delete.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(429, "error.429.rpm.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(500, "error.500.json", Means.Throws(ProviderErrorKind.Unavailable)),
    ];

    private static DocumentedError Code(int status, string code, ProviderErrorKind kind) =>
        new(Body(status, $$$"""{"error":{"code":"{{{code}}}","message":"no","param":"","type":"x"}}"""), kind);
}
