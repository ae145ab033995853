using System.Text.Json;
using Reelay.Providers.Google;

namespace Reelay.Providers.GoogleOmni;

/// <summary>Speaks Google's Interactions API for Gemini Omni video: <c>POST …/interactions</c> in the background, then reads by id.</summary>
public sealed class GoogleOmniProvider :
    IVideoProvider, IDescribesChannels, IDescribesModels, ICancelsVideos, IResumesById, IChecksOptions, ITestsAccount
{
    private const string NoInteraction = "v1_cmVlbGF5LXRlc3Q";

    private static readonly IReadOnlyList<UpstreamModel> KnownModels = UpstreamModelFile.Load("GoogleOmniModels.json");

    /// <inheritdoc/>
    public string Id => "google_omni";

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> Models => KnownModels;

    /// <inheritdoc/>
    public IReadOnlyList<string> VendorHosts => [GoogleHosts.Domain];

    /// <inheritdoc/>
    public IReadOnlyList<SandboxChannel> SandboxChannels => GoogleOmniChannels.Sandbox;

    /// <inheritdoc/>
    public IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => GoogleOmniChannels.FromVariables(variable);

    /// <inheritdoc/>
    public async Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken)
    {
        var account = submission.Account;
        var options = GoogleOmniOptions.Of(account);
        GoogleOmniChecks.RefuseUnsayable(submission);
        var url = GoogleOmniRequests.Collection(account, options);
        var body = GoogleOmniRequests.Body(submission, options);
        var authorization = await AuthorizeAsync(account, options, isSubmission: true, cancellationToken);
        using var request = GoogleOmniRequests.New(HttpMethod.Post, url, authorization, body);
        var answer = await UpstreamHttp.SubmitAsync(account, request, cancellationToken);
        return answer.StatusCode == 200 && GoogleOmniAnswers.IdOf(answer) is { } id
            ? new Submission.Accepted(id, GoogleOmniAnswers.Reference(id))
            : throw authorization.Judged(GoogleOmniErrors.Of(options).OfSubmission(answer, GoogleErrors.Read(answer)));
    }

    /// <inheritdoc/>
    public async Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        var options = GoogleOmniOptions.Of(account);
        var id = IdOf(reference);
        var (answer, authorization) = await CallAsync(HttpMethod.Get, account, options, id, cancellationToken);
        if (!answer.IsSuccess)
            throw authorization.Judged(GoogleOmniErrors.OfRead(answer, options));
        var files = new GoogleFiles(
            account, token => AuthorizeAsync(account, options, isSubmission: false, token), options.IsVertex ? "v1beta" : options.Version,
            GoogleHosts.Place(account, options.StorageUrl));
        return GoogleOmniAnswers.Polled(answer, id, files);
    }

    /// <inheritdoc/>
    /// <remarks>Proved for the Gemini API alone.</remarks>
    public bool CanCancel(ProviderAccount account) => !GoogleOmniOptions.Of(account).IsVertex;

    /// <inheritdoc/>
    public async Task<CancelResult> CancelAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        if (!CanCancel(account))
            return CancelResult.Refused;
        var options = GoogleOmniOptions.Of(account);
        var (answer, authorization) = await CallAsync(HttpMethod.Post, account, options, IdOf(reference) + "/cancel", cancellationToken);
        if (answer.IsSuccess)
            return GoogleOmniAnswers.Read(answer)?.Status == "cancelled" ? CancelResult.Confirmed : CancelResult.Refused;
        var exception = authorization.Judged(GoogleOmniErrors.OfRead(answer, options));

        // What has ended cannot be cancelled any more, and says so with the status of every mistake.
        return answer.StatusCode == 400 && GoogleErrors.Read(answer) is not null && exception.Kind == ProviderErrorKind.Unavailable
            ? CancelResult.Refused
            : throw exception;
    }

    /// <inheritdoc/>
    public JsonElement? ReferenceOf(ProviderRequest request, string upstreamId) =>
        GoogleOmniAnswers.IsId(upstreamId) ? GoogleOmniAnswers.Reference(upstreamId) : null;

    /// <inheritdoc/>
    /// <remarks>There is no list: an interaction that cannot be is asked for.</remarks>
    public async Task<string> TestAsync(ProviderAccount account, CancellationToken cancellationToken)
    {
        var options = GoogleOmniOptions.Of(account);
        var (answer, authorization) = await CallAsync(HttpMethod.Get, account, options, NoInteraction, cancellationToken);
        var exception = GoogleOmniErrors.OfRead(answer, options);
        return exception.Kind == ProviderErrorKind.NotFound && GoogleErrors.Read(answer) is not null
            ? "The address and the credential were taken; an interaction that cannot be was not found."
            : throw authorization.Judged(exception);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindMistakes(JsonElement options) => GoogleOmniOptions.Read(options).Mistakes;

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> ModelsOf(JsonElement options, IReadOnlyList<string> names)
    {
        var (read, mistakes) = GoogleOmniOptions.Read(options);
        return read is null
            ? throw new ArgumentException(string.Join("; ", mistakes), nameof(options))
            : [.. names.Distinct().SelectMany(name => GoogleOmniCapability.Rows(name, read, KnownModels))];
    }

    private static string IdOf(JsonElement reference) => reference.Deserialize(GoogleOmniJson.Default.GoogleOmniReference)?.Id
        ?? throw new ArgumentException("The reference names no interaction.", nameof(reference));

    private static Task<GoogleAuthorization> AuthorizeAsync(
        ProviderAccount account, GoogleOmniOptions options, bool isSubmission, CancellationToken cancellationToken) =>
        GoogleAuthorization.OfAsync(account, GoogleHosts.Place(account, options.TokenUrl), isSubmission, cancellationToken);

    private static async Task<(UpstreamAnswer Answer, GoogleAuthorization Authorization)> CallAsync(
        HttpMethod method, ProviderAccount account, GoogleOmniOptions options, string path, CancellationToken cancellationToken)
    {
        var authorization = await AuthorizeAsync(account, options, isSubmission: false, cancellationToken);
        var url = new Uri($"{GoogleOmniRequests.Collection(account, options)}/{path}");
        using var request = GoogleOmniRequests.New(method, url, authorization);
        return (await UpstreamHttp.ReadAsync(account, request, cancellationToken, GoogleOmniAnswers.MaxBytes), authorization);
    }
}
