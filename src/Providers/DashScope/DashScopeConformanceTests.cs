using Reelay.Providers;
using Reelay.Providers.DashScope;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Providers.DashScope;

/// <summary>What every provider must do, with DashScope's own errors and states.</summary>
public sealed class DashScopeConformanceTests : ProviderConformance
{
    private const string Shown = """{"request_id":"r","output":{"task_id":"6f0c2a1e-8a54-4c55-9e0d-2f6b1c0a77d1","task_status":"$word"}}""";

    public override IVideoProvider Provider { get; } = new DashScopeProvider();

    public override Reply Accepted => Fixture(200, "submit.ok.json");

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
    [
        Error(400, "error.400.json", ProviderErrorKind.InvalidRequest),
        Error(400, "error.400.content.json", ProviderErrorKind.ContentRejected),
        Error(400, "error.400.arrearage.json", ProviderErrorKind.AccountEmpty),
        Error(401, "error.401.json", ProviderErrorKind.Unauthorized),
        Error(403, "error.403.json", ProviderErrorKind.Unauthorized),
        Error(403, "error.403.model.json", ProviderErrorKind.AccountEmpty),
        Error(404, "error.404.json", ProviderErrorKind.InvalidRequest),
        Error(429, "error.429.json", ProviderErrorKind.RateLimited),
        Error(429, "error.429.quota.json", ProviderErrorKind.AccountEmpty),
        Error(500, "error.500.json", ProviderErrorKind.OutcomeUnknown),

        // Codes count only with the status they are documented with.
        Error(503, "error.429.json", ProviderErrorKind.OutcomeUnknown),
        Error(200, "error.400.json", ProviderErrorKind.OutcomeUnknown),
        .. Codes(
            (400, "InvalidParameter.DataInspection", ProviderErrorKind.InvalidRequest), (400, "BadRequest.EmptyInput", ProviderErrorKind.InvalidRequest),
            (400, "BadRequest.EmptyModel", ProviderErrorKind.InvalidRequest), (400, "InvalidURL", ProviderErrorKind.InvalidRequest),
            (400, "IPInfringementSuspect", ProviderErrorKind.ContentRejected), (403, "Workspace.AccessDenied", ProviderErrorKind.Unauthorized),
            (403, "AccessDenied.Unpurchased", ProviderErrorKind.AccountEmpty), (403, "AllocationQuota.FreeTierOnly", ProviderErrorKind.AccountEmpty),
            (404, "WorkSpaceNotFound", ProviderErrorKind.Unauthorized), (429, "Throttling", ProviderErrorKind.RateLimited),
            (429, "Throttling.BurstRate", ProviderErrorKind.RateLimited), (400, "SomethingNew", ProviderErrorKind.OutcomeUnknown),
            (500, "InternalError.Timeout", ProviderErrorKind.OutcomeUnknown)),
    ];

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(200, "poll.pending.json", Means.Queued),
        Poll(200, "poll.running.json", Means.Running()),
        Poll(200, "poll.succeeded.json", Means.Succeeded),
        Poll(200, "poll.succeeded.edit.json", Means.Succeeded),
        Poll(200, "poll.failed.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(200, "poll.unknown.json", Means.Throws(ProviderErrorKind.NotFound)),
        .. Words(
            Shown, ("PENDING", Means.Queued), ("RUNNING", Means.Running()), ("SUSPENDED", Means.Running()), ("SUCCEEDED", Means.Unreadable),
            ("FAILED", Means.Failed(ProviderErrorKind.GenerationFailed)), ("CANCELED", Means.Failed(ProviderErrorKind.Cancelled)),
            ("PONDERING", Means.Unreadable), ("pending", Means.Unreadable), ("", Means.Unreadable)),
        .. Failures(
            ("IPInfringementSuspect", ProviderErrorKind.ContentRejected), ("InvalidParameter.DataInspection", ProviderErrorKind.InvalidRequest),
            ("InvalidURL", ProviderErrorKind.InvalidRequest), ("InternalError.Algo", ProviderErrorKind.GenerationFailed),
            ("SystemError", ProviderErrorKind.GenerationFailed)),
        Poll(401, "error.401.json", Means.Throws(ProviderErrorKind.Unauthorized)),
        Poll(429, "error.429.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(500, "error.500.json", Means.Throws(ProviderErrorKind.Unavailable)),

        // What it does not know it says at 200: a 404 is a wrong address.
        Poll(404, "error.404.json", Means.Throws(ProviderErrorKind.Unavailable)),
    ];

    private static IEnumerable<DocumentedError> Codes(params (int Status, string Code, ProviderErrorKind Kind)[] rows) =>
        rows.Select(row => new DocumentedError(Body(row.Status, $$"""{"code":"{{row.Code}}","message":"no","request_id":"r"}"""), row.Kind));

    private static IEnumerable<DocumentedPoll> Failures(params (string Code, ProviderErrorKind Kind)[] rows) => rows.Select(row => new DocumentedPoll(
        [Body(200, Shown.Replace("$word", $"FAILED\",\"code\":\"{row.Code}", StringComparison.Ordinal)) with { Name = $"200 FAILED {row.Code}" }],
        Means.Failed(row.Kind)));
}
