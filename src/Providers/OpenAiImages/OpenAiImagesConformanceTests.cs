using Reelay.Providers;
using Reelay.Providers.OpenAiImages;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Providers.OpenAiImages;

/// <summary>What every provider must do, with the errors of this protocol's servers.</summary>
public sealed class OpenAiImagesConformanceTests : ProviderConformance
{
    public override IVideoProvider Provider { get; } = new OpenAiImagesProvider();

    public override Reply Accepted => Fixture(200, "openai.generate.ok.json");

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
    [
        Error(400, "openai.error.400.json", ProviderErrorKind.InvalidRequest),
        Error(400, "openai.error.400.user.json", ProviderErrorKind.InvalidRequest),
        Error(400, "openai.error.400.moderation.json", ProviderErrorKind.ContentRejected),
        Error(401, "openai.error.401.json", ProviderErrorKind.Unauthorized),
        Error(403, "openai.error.401.json", ProviderErrorKind.Unauthorized),
        Error(404, "openai.error.404.model.json", ProviderErrorKind.InvalidRequest),
        Error(413, "openai.error.400.json", ProviderErrorKind.InvalidRequest),
        Error(429, "openai.error.429.json", ProviderErrorKind.RateLimited),
        Error(429, "openai.error.429.quota.json", ProviderErrorKind.AccountEmpty),
        Error(429, "openai.error.429.balance.json", ProviderErrorKind.AccountEmpty),
        Error(503, "openai.error.503.json", ProviderErrorKind.Overloaded),
        Error(400, "vllm_omni.error.400.json", ProviderErrorKind.InvalidRequest),
        Error(401, "vllm_omni.error.401.json", ProviderErrorKind.Unauthorized),
        Error(422, "sglang.error.422.json", ProviderErrorKind.InvalidRequest),
        Error(500, "openai.error.500.json", ProviderErrorKind.OutcomeUnknown),
        Error(503, "openai.error.500.json", ProviderErrorKind.OutcomeUnknown),
        Error(502, "openai.error.503.json", ProviderErrorKind.OutcomeUnknown),
        Error(408, "openai.error.400.json", ProviderErrorKind.OutcomeUnknown),
        Error(409, "openai.error.400.json", ProviderErrorKind.OutcomeUnknown),
    ];
}
