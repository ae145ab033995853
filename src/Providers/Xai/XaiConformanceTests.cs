using Reelay.Providers;
using Reelay.Providers.Xai;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Providers.Xai;

/// <summary>What every provider must do, with xAI's own errors and states.</summary>
public sealed class XaiConformanceTests : ProviderConformance
{
    private const string FreeRefusals = """{"charge_moderated":false}""";

    public override IVideoProvider Provider { get; } = new XaiProvider();

    public override Reply Accepted => Fixture(200, "submit.ok.json");

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
    [
        Error(400, "error.400.invalid.json", ProviderErrorKind.InvalidRequest),
        Error(400, "error.400.moderated.json", ProviderErrorKind.ContentRejected),
        Error(400, "error.400.key.json", ProviderErrorKind.Unauthorized),
        Error(400, "error.400.key.escaped.json", ProviderErrorKind.Unauthorized),
        Error(401, "error.401.json", ProviderErrorKind.Unauthorized),
        Error(403, "error.403.json", ProviderErrorKind.Unauthorized),
        Error(403, "error.403.credits.json", ProviderErrorKind.AccountEmpty),
        Error(404, "error.404.json", ProviderErrorKind.InvalidRequest),
        Error(405, "error.404.json", ProviderErrorKind.InvalidRequest),
        Error(415, "error.415.json", ProviderErrorKind.InvalidRequest),
        Error(422, "error.422.json", ProviderErrorKind.InvalidRequest),
        Error(429, "error.429.json", ProviderErrorKind.RateLimited),
        Error(429, "error.429.credits.json", ProviderErrorKind.AccountEmpty),
        Error(500, "error.500.json", ProviderErrorKind.OutcomeUnknown),
        Error(503, "error.500.json", ProviderErrorKind.OutcomeUnknown),
        Error(503, "error.429.json", ProviderErrorKind.OutcomeUnknown),
        Error(408, "error.500.json", ProviderErrorKind.OutcomeUnknown),
        Error(409, "error.400.invalid.json", ProviderErrorKind.OutcomeUnknown),
    ];

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(202, "poll.pending.json", Means.Running(37)),
        new([new Reply("202 nothing", 202, "")], Means.Running()),
        new([Body(202, "{}")], Means.Running()),
        new([Body(202, """{"status":"pending","progress":1}""")], Means.Queued),
        new([Body(202, """{"status":"pending","progress":100}""")], Means.Running(99)),
        Poll(200, "poll.done.json", Means.Succeeded),
        Poll(200, "poll.done.stored.json", Means.Succeeded),
        new([Body(200, """{"video":{"url":"https://vidgen.x.ai/a.mp4"}}""")], Means.Succeeded),
        new([Body(200, """{"status":"done","video":{"url":"file:///etc/passwd"}}""")], Means.Unreadable),
        Poll(200, "poll.withheld.json", Means.Failed(ProviderErrorKind.ContentRejected, FailureCharge.Full)),
        Poll(400, "error.400.moderated.json", Means.Failed(ProviderErrorKind.ContentRejected, FailureCharge.Full)),
        Poll(400, "error.400.moderated.json", Means.Failed(ProviderErrorKind.ContentRejected, FailureCharge.Full), FreeRefusals),
        new([Body(400, """{"code":"imagine:content-moderated","error":"x"}""")], Means.Failed(ProviderErrorKind.ContentRejected, FailureCharge.Full)),
        new([Body(400, """{"code":"imagine:content-moderated","error":"x"}""")], Means.Failed(ProviderErrorKind.ContentRejected)) { Options = FreeRefusals },
        new([Body(400, """{"code":"imagine:content-moderated","error":"x","usage":{"cost_in_usd_ticks":0}}""")], Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(200, "poll.failed.json", Means.Failed(ProviderErrorKind.GenerationFailed)),
        Poll(200, "poll.failed.moderated.json", Means.Failed(ProviderErrorKind.ContentRejected, FailureCharge.Full)),
        Poll(200, "poll.failed.flat.json", Means.Failed(ProviderErrorKind.GenerationFailed)),
        Poll(200, "poll.expired.json", Means.Failed(ProviderErrorKind.Expired)),
        Poll(400, "error.400.invalid.json", Means.Failed(ProviderErrorKind.InvalidRequest)),
        Poll(400, "error.400.id.json", Means.Throws(ProviderErrorKind.NotFound)),
        Poll(400, "error.400.key.json", Means.Throws(ProviderErrorKind.Unauthorized)),
        Poll(401, "error.401.json", Means.Throws(ProviderErrorKind.Unauthorized)),
        Poll(403, "error.403.credits.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(404, "error.404.json", Means.Throws(ProviderErrorKind.NotFound)),
        Poll(429, "error.429.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(500, "error.500.json", Means.Throws(ProviderErrorKind.Unavailable)),
        .. Words(
            """{"status":"$word"}""",
            ("pending", Means.Running()),
            ("processing", Means.Running()),
            ("failed", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("done", Means.Unreadable),
            ("reviewing", Means.Unreadable),
            ("", Means.Unreadable)),
        .. Words(
            """{"status":"failed","error":{"code":"$word","message":"no safety was found in the content policy"}}""",
            ("internal_error", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("invalid_argument", Means.Failed(ProviderErrorKind.InvalidRequest)),
            ("content_policy_violation", Means.Failed(ProviderErrorKind.ContentRejected, FailureCharge.Full)),
            ("safety", Means.Failed(ProviderErrorKind.ContentRejected, FailureCharge.Full))),
    ];
}
