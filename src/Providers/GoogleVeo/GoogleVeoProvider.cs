using System.Text.Json;
using Reelay.Providers.Google;

namespace Reelay.Providers.GoogleVeo;

/// <summary>
/// Speaks Google's long-running predictions for Veo: <c>:predictLongRunning</c> on Vertex, where Veo lives, and on the Gemini API, whose
/// protocol resellers still speak. Which of the two is in <see cref="GoogleVeoOptions"/>.
/// </summary>
public sealed class GoogleVeoProvider : IVideoProvider, IDescribesChannels, IDescribesModels, IResumesById, IChecksOptions, ITestsAccount
{
    private static readonly IReadOnlyList<UpstreamModel> KnownModels = UpstreamModelFile.Load("GoogleVeoModels.json");

    /// <inheritdoc/>
    public string Id => "google_veo";

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> Models => KnownModels;

    /// <inheritdoc/>
    public IReadOnlyList<string> VendorHosts => [GoogleHosts.Domain];

    /// <inheritdoc/>
    public IReadOnlyList<SandboxChannel> SandboxChannels => GoogleVeoChannels.Sandbox;

    /// <inheritdoc/>
    public IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => GoogleVeoChannels.FromVariables(variable);

    /// <inheritdoc/>
    public async Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken)
    {
        var account = submission.Account;
        var options = GoogleVeoOptions.Of(account);
        GoogleVeoChecks.RefuseUnsayable(submission, options);
        var body = GoogleVeoRequests.Body(submission, options);
        var url = GoogleVeoPaths.Submit(account, options, submission.Request.UpstreamModel);
        var authorization = await GoogleAuthorization.OfAsync(
            account, GoogleHosts.Place(account, options.TokenUrl), isSubmission: true, cancellationToken);
        using var request = GoogleVeoRequests.New(url, body, options, authorization);
        var answer = await UpstreamHttp.SubmitAsync(account, request, cancellationToken);
        return answer.StatusCode == 200 && GoogleVeoAnswers.Accepted(answer, options) is { } accepted
            ? accepted
            : throw authorization.Judged(GoogleVeoErrors.Of(options).OfSubmission(answer, GoogleErrors.Read(answer)));
    }

    /// <inheritdoc/>
    public async Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        var options = GoogleVeoOptions.Of(account);
        var name = reference.Deserialize(GoogleVeoJson.Default.GoogleVeoReference)?.Name
            ?? throw new ArgumentException("The reference names no operation.", nameof(reference));
        var (answer, authorization) = await ReadAsync(account, options, name, cancellationToken);
        if (!answer.IsSuccess)
            throw authorization.Judged(GoogleVeoErrors.OfRead(answer, options));
        var files = new GoogleFiles(
            account, token => AuthorizeAsync(account, options, token), options.Version, GoogleHosts.Place(account, options.StorageUrl));
        return GoogleVeoAnswers.Polled(answer, name, options, files);
    }

    /// <inheritdoc/>
    public JsonElement? ReferenceOf(ProviderRequest request, string upstreamId) =>
        GoogleVeoPaths.IsOperation(upstreamId) ? GoogleVeoAnswers.Reference(upstreamId) : null;

    /// <inheritdoc/>
    /// <remarks>There is no list and no free call that all accounts may make: an operation that cannot be is asked for.</remarks>
    public async Task<string> TestAsync(ProviderAccount account, CancellationToken cancellationToken)
    {
        var options = GoogleVeoOptions.Of(account);
        var name = GoogleVeoPaths.NoOperation(account, options);
        var (answer, authorization) = await ReadAsync(account, options, name, cancellationToken);
        var exception = GoogleVeoErrors.OfRead(answer, options);
        return exception.Kind == ProviderErrorKind.NotFound && GoogleErrors.Read(answer) is not null
            ? "The address and the credential were taken; an operation that cannot be was not found."
            : throw authorization.Judged(exception);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindMistakes(JsonElement options) => GoogleVeoOptions.Read(options).Mistakes;

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> ModelsOf(JsonElement options, IReadOnlyList<string> names)
    {
        var (read, mistakes) = GoogleVeoOptions.Read(options);
        return read is null
            ? throw new ArgumentException(string.Join("; ", mistakes), nameof(options))
            : GoogleVeoCapability.Of(read, KnownModels, names);
    }

    private static async Task<(UpstreamAnswer Answer, GoogleAuthorization Authorization)> ReadAsync(
        ProviderAccount account, GoogleVeoOptions options, string name, CancellationToken cancellationToken)
    {
        var authorization = await AuthorizeAsync(account, options, cancellationToken);
        using var request = GoogleVeoRequests.Poll(account, options, name, authorization);
        return (await UpstreamHttp.ReadAsync(account, request, cancellationToken, GoogleVeoAnswers.MaxBytes), authorization);
    }

    private static Task<GoogleAuthorization> AuthorizeAsync(
        ProviderAccount account, GoogleVeoOptions options, CancellationToken cancellationToken) =>
        GoogleAuthorization.OfAsync(account, GoogleHosts.Place(account, options.TokenUrl), isSubmission: false, cancellationToken);
}
