using System.Text.Json;

namespace Reelay.Providers.OpenAi;

/// <summary>
/// Speaks OpenAI's Videos protocol to whichever server is behind the account: vLLM-Omni, SGLang, TensorRT-LLM, another gateway, or a host
/// that still has the original. What differs between them is in <see cref="OpenAiOptions"/>.
/// </summary>
public sealed class OpenAiProvider :
    IVideoProvider, IDescribesChannels, ICancelsVideos, IFindsSubmissions, IResumesById, IChecksOptions, IDescribesModels, ITestsAccount
{
    private static readonly IReadOnlyList<UpstreamModel> KnownModels = UpstreamModelFile.Load("OpenAiModels.json");

    /// <inheritdoc/>
    public string Id => "openai";

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> Models => KnownModels;

    /// <inheritdoc/>
    public IReadOnlyList<string> VendorHosts => ["api.openai.com"];

    /// <inheritdoc/>
    public IReadOnlyList<SandboxChannel> SandboxChannels => OpenAiChannels.Sandbox;

    /// <inheritdoc/>
    public IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => OpenAiChannels.FromVariables(variable);

    /// <inheritdoc/>
    public async Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken)
    {
        var options = OpenAiProfiles.Of(submission.Account);
        OpenAiModes.RefuseUnsayable(submission, options);
        var characterIds = await OpenAiCharacters.CreateAsync(submission, options, cancellationToken);
        using var request = OpenAiRequests.Order(submission, options, characterIds);
        var answer = await UpstreamHttp.SubmitAsync(submission.Account, request, cancellationToken);
        return OpenAiAnswers.Accepted(answer);
    }

    /// <inheritdoc/>
    public async Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        var options = OpenAiProfiles.Of(account);
        var id = OpenAiAnswers.IdOf(reference);
        using var request = OpenAiRequests.New(HttpMethod.Get, account, options, OpenAiRequests.Job(id));
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        return VideosAnswers.Polled(answer, answer.Json, OpenAiAnswers.Reading(account, options, id));
    }

    /// <inheritdoc/>
    public bool CanCancel(ProviderAccount account) => OpenAiProfiles.Of(account) is { HasDelete: true, DeleteCancels: true };

    /// <inheritdoc/>
    public async Task<CancelResult> CancelAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        if (!CanCancel(account))
            return CancelResult.Refused;
        var options = OpenAiProfiles.Of(account);
        using var request = OpenAiRequests.New(HttpMethod.Delete, account, options, OpenAiRequests.Job(OpenAiAnswers.IdOf(reference)));
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);

        // vLLM-Omni says 409 when the job did not stop within two seconds.
        if (answer.StatusCode == 409)
            return CancelResult.Refused;
        if (!answer.IsSuccess)
            throw OpenAiErrors.Table.OfRead(answer, VideosErrors.Read(answer));
        var isDeleted = answer.Json is { } body && body.Member("deleted").ValueKind == JsonValueKind.True;
        return isDeleted ? CancelResult.Confirmed : CancelResult.Refused;
    }

    /// <inheritdoc/>
    public SearchAbility Search(ProviderAccount account)
    {
        var options = OpenAiProfiles.Of(account);
        var kind = options is { HasList: true, ListHasPrompt: true } ? SearchKind.ByContent : SearchKind.None;
        return new(kind, TimeSpan.FromSeconds(options.ListDelaySeconds));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FoundSubmission>> FindAsync(
        ProviderAccount account, SubmissionQuery query, CancellationToken cancellationToken) =>
        Search(account).Kind == SearchKind.None
            ? []
            : await OpenAiSearch.FindAsync(account, OpenAiProfiles.Of(account), query, cancellationToken);

    /// <inheritdoc/>
    public JsonElement? ReferenceOf(ProviderRequest request, string upstreamId) => OpenAiAnswers.Reference(upstreamId);

    /// <inheritdoc/>
    /// <remarks>Servers that keep no list of models (TensorRT-LLM) are asked for a video that cannot be; that they do not know it proves as much.</remarks>
    public async Task<string> TestAsync(ProviderAccount account, CancellationToken cancellationToken)
    {
        var options = OpenAiProfiles.Of(account);
        using var models = OpenAiRequests.New(HttpMethod.Get, account, options, "models");
        var answer = await UpstreamHttp.ReadAsync(account, models, cancellationToken);
        if (answer.IsSuccess && answer.Json is not null)
            return "GET /models answered with a list.";
        if (answer.StatusCode is 404 or 405 or 501)
        {
            using var video = OpenAiRequests.New(HttpMethod.Get, account, options, OpenAiRequests.Job("video_reelay_test"));
            answer = await UpstreamHttp.ReadAsync(account, video, cancellationToken);
            if (answer is { StatusCode: 404, Json: not null })
                return "There is no GET /models; GET /videos/video_reelay_test answered that there is no such video.";
        }

        throw answer.IsSuccess
            ? answer.Exception(ProviderErrorKind.Unavailable, "the answer is no JSON: this does not look like a server of this protocol")
            : OpenAiErrors.Table.OfRead(answer, VideosErrors.Read(answer));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindMistakes(JsonElement options) => OpenAiProfiles.Read(options).Mistakes;

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> ModelsOf(JsonElement options, IReadOnlyList<string> names)
    {
        var (read, mistakes) = OpenAiProfiles.Read(options);
        return read is null
            ? throw new ArgumentException(string.Join("; ", mistakes), nameof(options))
            : OpenAiCapability.Of(read, KnownModels, names);
    }
}
