using Reelay.Providers;
using Reelay.Providers.Vidu;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Providers.Vidu;

/// <summary>What every provider must do, with Vidu's own errors and states. Its callbacks sign no body, so what their signature is worth stands apart.</summary>
public sealed class ViduConformanceTests : ProviderConformance
{
    public override IVideoProvider Provider { get; } = new ViduProvider();

    public override Reply Accepted => Fixture(200, "submit.ok.json");

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
    [
        Error(400, "error.400.field.json", ProviderErrorKind.InvalidRequest),
        Error(400, "error.400.cancel.json", ProviderErrorKind.InvalidRequest),
        Error(400, "error.400.credit.json", ProviderErrorKind.AccountEmpty),
        Error(400, "error.400.policy.json", ProviderErrorKind.ContentRejected),
        Error(401, "error.401.json", ProviderErrorKind.Unauthorized),
        Error(404, "error.404.json", ProviderErrorKind.InvalidRequest),
        Error(429, "error.429.json", ProviderErrorKind.RateLimited),
        Error(500, "error.500.json", ProviderErrorKind.OutcomeUnknown),
        Reason(400, "FieldLacking", ProviderErrorKind.InvalidRequest),
        Reason(400, "FieldUnwanted", ProviderErrorKind.InvalidRequest),
        Reason(400, "FieldItemCountOutOfRange", ProviderErrorKind.InvalidRequest),
        Reason(400, "PageSizeOutOfRange", ProviderErrorKind.InvalidRequest),
        Reason(400, "ImageDownloadFailure", ProviderErrorKind.InvalidRequest),
        Reason(400, "ImageFormatInvalid", ProviderErrorKind.InvalidRequest),
        Reason(400, "ImageCheckBodyJointsFailed", ProviderErrorKind.InvalidRequest),
        Reason(400, "ImageCheckFaceFailed", ProviderErrorKind.InvalidRequest),
        Reason(400, "ImageObjectsUndetected", ProviderErrorKind.InvalidRequest),
        Reason(400, "ModelUnavailable", ProviderErrorKind.InvalidRequest),
        Reason(400, "OperationInProcess", ProviderErrorKind.Overloaded),
        Reason(400, "AuditSubmitIllegal", ProviderErrorKind.ContentRejected),
        Reason(403, "Forbidden", ProviderErrorKind.Unauthorized),
        Reason(404, "CreationNotFound", ProviderErrorKind.InvalidRequest),
        Reason(404, "NotFound", ProviderErrorKind.InvalidRequest),
        Reason(409, "Conflict", ProviderErrorKind.InvalidRequest),
        Reason(429, "QuotaExceeded", ProviderErrorKind.RateLimited),
        Reason(429, "SystemThrottling", ProviderErrorKind.Overloaded),
        new(Body(400, """{"err_code":"CreditInsufficient","err_msg":"no"}"""), ProviderErrorKind.AccountEmpty),

        // Neither a word that is not documented, nor one under another status, nor one beside the id of a task refuses anything.
        Reason(499, "Canceled", ProviderErrorKind.OutcomeUnknown),
        Reason(400, "SomethingNew", ProviderErrorKind.OutcomeUnknown),
        Reason(500, "TooManyRequests", ProviderErrorKind.OutcomeUnknown),
        new(Body(400, """{"code":400,"message":"no"}"""), ProviderErrorKind.OutcomeUnknown),
        new(Body(400, """{"task_id":"1","reason":"FieldInvalid"}"""), ProviderErrorKind.OutcomeUnknown),
        new(Body(200, """{"reason":"FieldInvalid"}"""), ProviderErrorKind.OutcomeUnknown),
        new(Body(202, """{"task_id":"916345012887654400"}"""), ProviderErrorKind.OutcomeUnknown),
    ];

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(200, "poll.created.json", Means.Queued),
        Poll(200, "poll.queueing.json", Means.Queued),
        Poll(200, "poll.processing.json", Means.Running()),
        Poll(200, "poll.success.json", Means.Succeeded),
        Poll(200, "poll.failed.policy.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(200, "poll.failed.cancelled.json", Means.Failed(ProviderErrorKind.Cancelled)),
        .. Words(
            """{"id":"916345012887654400","state":"$word","creations":[{"url":"https://a.example/x.mp4"}]}""",
            ("created", Means.Queued),
            ("queueing", Means.Queued),
            ("processing", Means.Running()),
            ("PROCESSING", Means.Running()),
            ("success", Means.Succeeded),
            ("failed", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("reviewing", Means.Unreadable),
            ("", Means.Unreadable)),
        .. new[] { "TaskPromptPolicyViolation", "AuditSubmitIllegal", "PhotoAuditNotPass", "AuditFailed" }.Select(word =>
            Failed(word, ProviderErrorKind.ContentRejected)),
        Failed("InternalServiceFailure", ProviderErrorKind.GenerationFailed),
        Poll(401, "error.401.json", Means.Throws(ProviderErrorKind.Unauthorized)),
        Poll(404, "error.404.json", Means.Throws(ProviderErrorKind.NotFound)),
        Poll(429, "error.429.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(500, "error.500.json", Means.Throws(ProviderErrorKind.Unavailable)),
    ];

    public override IReadOnlyDictionary<string, ProviderErrorKind?> CreateFaults => new Dictionary<string, ProviderErrorKind?>
    {
        ["http:403"] = ProviderErrorKind.Unauthorized, ["http:404"] = ProviderErrorKind.InvalidRequest, ["http:409"] = ProviderErrorKind.InvalidRequest,
    };

    private static DocumentedError Reason(int status, string reason, ProviderErrorKind kind) =>
        new(Body(status, $$"""{"code":{{status}},"reason":"{{reason}}","message":"no"}"""), kind);

    private static DocumentedPoll Failed(string errCode, ProviderErrorKind kind) =>
        new([Body(200, $$"""{"id":"916345012887654400","state":"failed","err_code":"{{errCode}}","creations":null}""")], Means.Failed(kind));
}
