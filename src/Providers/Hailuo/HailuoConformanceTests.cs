using Reelay.Providers;
using Reelay.Providers.Hailuo;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Providers.Hailuo;

/// <summary>Errors of both protocols: one table reads them, wherever they come.</summary>
internal static class HailuoErrorCases
{
    public static readonly IReadOnlyList<(int Status, string Fixture, ProviderErrorKind Kind)> All =
    [
        .. First(ProviderErrorKind.OutcomeUnknown, 1000, 1001, 1013, 1024, 1033, 2064),
        .. First(ProviderErrorKind.RateLimited, 1002, 1039, 1041, 2045),
        .. First(ProviderErrorKind.Unauthorized, 1004, 2038, 2049),
        .. First(ProviderErrorKind.AccountEmpty, 1008, 1028, 1030, 2056, 2061),
        .. First(ProviderErrorKind.ContentRejected, 1026, 1027),
        .. First(ProviderErrorKind.InvalidRequest, 1042, 2013),
        (500, "v1.error.2013.json", ProviderErrorKind.OutcomeUnknown),
        (504, "v1.error.1002.json", ProviderErrorKind.OutcomeUnknown),
        (400, "v2.error.400.json", ProviderErrorKind.InvalidRequest),
        (400, "v2.error.400.plain.json", ProviderErrorKind.InvalidRequest),
        (401, "v2.error.401.json", ProviderErrorKind.Unauthorized),
        (402, "v2.error.402.json", ProviderErrorKind.AccountEmpty),
        (422, "v2.error.422.json", ProviderErrorKind.ContentRejected),
        (422, "v2.error.422.plain.json", ProviderErrorKind.InvalidRequest),
        (429, "v2.error.429.json", ProviderErrorKind.RateLimited),
        (500, "v2.error.500.json", ProviderErrorKind.OutcomeUnknown),
        (529, "v2.error.529.json", ProviderErrorKind.Overloaded),
        (502, "v2.error.400.plain.json", ProviderErrorKind.OutcomeUnknown),
    ];

    private static IEnumerable<(int Status, string Fixture, ProviderErrorKind Kind)> First(ProviderErrorKind kind, params int[] codes) =>
        codes.Select(code => (200, $"v1.error.{code}.json", kind));
}

/// <summary>What every provider must do, in the first protocol.</summary>
public sealed class HailuoConformanceTests : ProviderConformance
{
    public override IVideoProvider Provider { get; } = new HailuoProvider();

    public override Reply Accepted => Fixture(200, "v1.submit.ok.json");

    // The first protocol has no cancel.
    public override bool HasCancel => false;

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
    [
        .. HailuoErrorCases.All.Select(error => Error(error.Status, error.Fixture, error.Kind)),
        .. new[] { 1000, 1013, 1024, 1033, 2064 }.Select(code =>
            Error(200, $"v1.error.{code}.json", ProviderErrorKind.Overloaded, """{"trust_inner_errors":true}""")),
        Error(200, "v1.error.1001.json", ProviderErrorKind.OutcomeUnknown, """{"trust_inner_errors":true}"""),
    ];

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(200, "v1.poll.preparing.json", Means.Queued),
        Poll(200, "v1.poll.processing.json", Means.Running()),
        Poll(200, "v1.poll.success.json", Means.Succeeded),
        Poll(200, "v1.poll.fail.zero.json", Means.Failed(ProviderErrorKind.GenerationFailed)),
        Poll(200, "v1.poll.fail.content.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(200, "v1.error.1026.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(200, "v1.error.1027.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(200, "v1.error.2013.json", Means.Throws(ProviderErrorKind.NotFound)),
        Poll(200, "v1.error.1004.json", Means.Throws(ProviderErrorKind.Unauthorized)),
        Poll(200, "v1.error.1002.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(200, "v1.error.1000.json", Means.Throws(ProviderErrorKind.Unavailable)),
        .. Words(
            """{"task_id":"268830411923456","status":"$word","file_id":"","base_resp":{"status_code":0,"status_msg":"success"}}""",
            ("Queueing", Means.Queued), ("processing", Means.Running()), ("Failed", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("failed", Means.Failed(ProviderErrorKind.GenerationFailed)), ("Success", Means.Unreadable), ("Unknown", Means.Unreadable), ("", Means.Unreadable)),
    ];

    public override ConformanceOrder? Arrange(ConformanceOrder order, UpstreamModel row) => HailuoCase.IsSecond(row.Name) ? null : order;
}

/// <summary>The same in the second protocol.</summary>
public sealed class HailuoSecondConformanceTests : ProviderConformance
{
    public override IVideoProvider Provider { get; } = new HailuoProvider();

    public override Reply Accepted => Fixture(200, "v2.submit.ok.json");

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
        [.. HailuoErrorCases.All.Select(error => Error(error.Status, error.Fixture, error.Kind))];

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(200, "v2.poll.queued.json", Means.Queued),
        Poll(200, "v2.poll.running.json", Means.Running()),
        Poll(200, "v2.poll.succeeded.json", Means.Succeeded),
        Poll(200, "v2.poll.failed.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(200, "v2.poll.failed.generation.json", Means.Failed(ProviderErrorKind.GenerationFailed)),
        Poll(400, "v2.error.400.json", Means.Throws(ProviderErrorKind.NotFound)),
        Poll(401, "v2.error.401.json", Means.Throws(ProviderErrorKind.Unauthorized)),
        Poll(429, "v2.error.429.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(500, "v2.error.500.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(529, "v2.error.529.json", Means.Throws(ProviderErrorKind.Unavailable)),
        .. Words(
            """{"task":{"id":"h3-20261121-0001","status":"$word"}}""",
            ("cancelled", Means.Failed(ProviderErrorKind.Cancelled)), ("canceled", Means.Failed(ProviderErrorKind.Cancelled)),
            ("expired", Means.Failed(ProviderErrorKind.Expired)), ("succeeded", Means.Unreadable), ("reviewing", Means.Unreadable), ("", Means.Unreadable)),
    ];

    public override ConformanceOrder? Arrange(ConformanceOrder order, UpstreamModel row) => HailuoCase.IsSecond(row.Name) ? order : null;
}
