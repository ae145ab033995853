using Reelay.Providers;
using Reelay.Providers.OpenAi;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Providers.OpenAi;

/// <summary>What every provider must do, with the errors and states of this protocol's servers.</summary>
public sealed class OpenAiConformanceTests : ProviderConformance
{
    private const string Gateway = """{"profile":"gateway"}""";

    public override IVideoProvider Provider { get; } = new OpenAiProvider();

    public override Reply Accepted => Fixture(200, "openai.create.ok.json");

    // OpenAI's own service cannot cancel; vLLM-Omni can.
    public override SandboxChannel CancelSandbox =>
        new("/vllm-omni/v1", new ProviderCredential.None()) { Options = new Dictionary<string, string> { ["profile"] = "vllm_omni" } };

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
    [
        Error(400, "openai.error.400.json", ProviderErrorKind.InvalidRequest),
        Error(400, "openai.error.400.moderation.json", ProviderErrorKind.ContentRejected),
        Error(403, "openai.error.400.moderation.json", ProviderErrorKind.ContentRejected),
        Error(401, "openai.error.401.json", ProviderErrorKind.Unauthorized),
        Error(403, "openai.error.401.json", ProviderErrorKind.Unauthorized),
        Error(404, "openai.error.404.model.json", ProviderErrorKind.InvalidRequest),
        Error(410, "openai.error.404.model.json", ProviderErrorKind.InvalidRequest),
        Error(413, "openai.error.400.json", ProviderErrorKind.InvalidRequest),
        Error(415, "openai.error.400.json", ProviderErrorKind.InvalidRequest),
        Error(429, "openai.error.429.json", ProviderErrorKind.RateLimited),
        Error(429, "openai.error.429.quota.json", ProviderErrorKind.AccountEmpty),
        Error(403, "openai.error.429.quota.json", ProviderErrorKind.AccountEmpty),
        Error(503, "openai.error.503.json", ProviderErrorKind.Overloaded),
        Error(400, "vllm_omni.error.400.json", ProviderErrorKind.InvalidRequest),
        Error(422, "vllm_omni.error.422.json", ProviderErrorKind.InvalidRequest),
        Error(401, "vllm_omni.error.401.json", ProviderErrorKind.Unauthorized),
        Error(400, "sglang.error.400.json", ProviderErrorKind.InvalidRequest),
        Error(422, "trtllm.error.422.json", ProviderErrorKind.InvalidRequest),
        Error(403, "gateway.error.403.quota.json", ProviderErrorKind.AccountEmpty),
        Error(400, "gateway.error.400.flat.json", ProviderErrorKind.InvalidRequest),
        Error(503, "gateway.error.503.no-channel.json", ProviderErrorKind.Overloaded),
        Error(500, "openai.error.500.json", ProviderErrorKind.OutcomeUnknown),
        Error(503, "openai.error.500.json", ProviderErrorKind.OutcomeUnknown),
        Error(408, "openai.error.400.json", ProviderErrorKind.OutcomeUnknown),
        Error(409, "openai.error.400.json", ProviderErrorKind.OutcomeUnknown),
        Error(500, "gateway.error.500.flat.json", ProviderErrorKind.OutcomeUnknown),
        Error(500, "openai.error.429.json", ProviderErrorKind.OutcomeUnknown),
        Error(400, "openai.poll.failed.json", ProviderErrorKind.OutcomeUnknown),
    ];

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(200, "openai.poll.queued.json", Means.Queued),
        Poll(200, "openai.poll.running.json", Means.Running(33)),
        Poll(200, "openai.poll.succeeded.json", Means.Succeeded),
        Poll(200, "openai.poll.failed.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(500, "vllm_omni.poll.failed.500.json", Means.Failed(ProviderErrorKind.GenerationFailed)),
        Poll(200, "trtllm.poll.failed.json", Means.Failed(ProviderErrorKind.GenerationFailed)),
        .. Words(
            """{"status":"$word"}""",
            ("queued", Means.Queued),
            ("pending", Means.Queued),
            ("submitted", Means.Queued),
            ("queueing", Means.Queued),
            ("in_progress", Means.Running()),
            ("processing", Means.Running()),
            ("generating", Means.Running()),
            ("postprocessing", Means.Running()),
            ("running", Means.Running()),
            ("completed", Means.Succeeded),
            ("succeeded", Means.Succeeded),
            ("success", Means.Succeeded),
            ("done", Means.Succeeded),
            ("COMPLETED", Means.Succeeded),
            ("failed", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("failure", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("error", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("cancelled", Means.Failed(ProviderErrorKind.Cancelled)),
            ("canceled", Means.Failed(ProviderErrorKind.Cancelled)),
            ("deleted", Means.Failed(ProviderErrorKind.Cancelled)),
            ("expired", Means.Failed(ProviderErrorKind.Expired)),
            ("unknown", Means.Unreadable),
            ("rendering_v2", Means.Unreadable),
            ("", Means.Unreadable)),
        Poll(404, "trtllm.error.404.json", Means.Throws(ProviderErrorKind.NotFound)),
        Poll(400, "gateway.error.400.unknown-task.json", Means.Throws(ProviderErrorKind.NotFound), Gateway),
        Poll(401, "openai.error.401.json", Means.Throws(ProviderErrorKind.Unauthorized)),
        Poll(400, "openai.error.400.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(429, "openai.error.429.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(500, "openai.error.500.json", Means.Throws(ProviderErrorKind.Unavailable)),
        Poll(503, "openai.error.503.json", Means.Throws(ProviderErrorKind.Unavailable)),
    ];
}
