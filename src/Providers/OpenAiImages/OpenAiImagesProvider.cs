using System.Text.Json;

namespace Reelay.Providers.OpenAiImages;

/// <summary>
/// Speaks OpenAI's Images protocol: one synchronous call whose answer holds the pictures. Serves the gpt-image models, and self-hosted
/// servers of the same protocol; what differs between them is in <see cref="OpenAiImagesOptions"/>.
/// </summary>
public sealed class OpenAiImagesProvider : IVideoProvider, IDescribesChannels, IChecksOptions, IDescribesModels, ITestsAccount
{
    private static readonly IReadOnlyList<UpstreamModel> KnownModels = UpstreamModelFile.Load("OpenAiImagesModels.json");

    /// <inheritdoc/>
    public string Id => "openai_images";

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> Models => KnownModels;

    /// <inheritdoc/>
    public IReadOnlyList<string> VendorHosts => ["api.openai.com"];

    /// <inheritdoc/>
    public bool IsSynchronous => true;

    /// <inheritdoc/>
    public IReadOnlyList<SandboxChannel> SandboxChannels => OpenAiImagesChannels.Sandbox;

    /// <inheritdoc/>
    public IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => OpenAiImagesChannels.FromVariables(variable);

    /// <inheritdoc/>
    public async Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken)
    {
        var options = OpenAiImagesProfiles.Of(submission.Account);
        using var request = OpenAiImagesRequests.Create(submission, options);
        var (opened, refused) = await UpstreamHttp.SubmitStreamedAsync(submission.Account, request, cancellationToken);
        if (opened is null)
            throw OpenAiImagesErrors.Table.OfSubmission(refused!, OpenAiImagesErrors.Read(refused!));
        var answer = new OpenAiImagesAnswer(submission.Account, options, opened, submission.Request.Count);
        return new Submission.Finished(answer.ReadAsync(CancellationToken.None), () => answer.Usage);
    }

    /// <summary>Never called by the server: the answer to a submission is the result, and the upstream keeps nothing to ask for.</summary>
    /// <exception cref="ProviderException">Always, as <see cref="ProviderErrorKind.NotFound"/>.</exception>
    public Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken) =>
        Task.FromException<PollResult>(new ProviderException(
            ProviderErrorKind.NotFound, "pictures come with the answer to their order: this upstream keeps no job that could be polled")
        {
            ConfirmationCount = 1,
        });

    /// <inheritdoc/>
    public async Task<string> TestAsync(ProviderAccount account, CancellationToken cancellationToken)
    {
        using var request = OpenAiImagesRequests.New(HttpMethod.Get, account, OpenAiImagesProfiles.Of(account), "models");
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (answer.IsSuccess && answer.Json is not null)
            return "GET /models answered with a list.";
        throw answer.IsSuccess
            ? answer.Exception(ProviderErrorKind.Unavailable, "the answer is no JSON: this does not look like a server of this protocol")
            : OpenAiImagesErrors.Table.OfRead(answer, OpenAiImagesErrors.Read(answer));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindMistakes(JsonElement options) => OpenAiImagesProfiles.Read(options).Mistakes;

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> ModelsOf(JsonElement options, IReadOnlyList<string> names)
    {
        var (read, mistakes) = OpenAiImagesProfiles.Read(options);
        return read is null
            ? throw new ArgumentException(string.Join("; ", mistakes), nameof(options))
            : OpenAiImagesCapability.Of(read, KnownModels, names);
    }
}
