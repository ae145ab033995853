using System.Text.Json;

namespace Reelay.Providers.Vidu;

/// <summary>Speaks the protocol of Vidu (ShengShu): <c>POST /ent/v2/{endpoint of the mode}</c>, polls by id, files by signed link.</summary>
public sealed class ViduProvider :
    IVideoProvider, IDescribesChannels, ICancelsVideos, IFindsSubmissions, IReceivesCallbacks, IChecksCallbackAddresses, IResumesById,
    IChecksOptions, ITestsAccount
{
    private static readonly IReadOnlyList<UpstreamModel> KnownModels = UpstreamModelFile.Load("ViduModels.json");

    /// <inheritdoc/>
    public string Id => "vidu";

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> Models => KnownModels;

    /// <inheritdoc/>
    public IReadOnlyList<string> VendorHosts => ["vidu.com", "vidu.cn"];

    /// <inheritdoc/>
    public IReadOnlyList<SandboxChannel> SandboxChannels => ViduChannels.Sandbox;

    /// <inheritdoc/>
    public IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => ViduChannels.FromVariables(variable);

    /// <inheritdoc/>
    public async Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken)
    {
        var options = ViduOptions.Of(submission.Account);
        using var request = ViduRequests.Create(submission, options, KnownModels);
        var answer = await UpstreamHttp.SubmitAsync(submission.Account, request, cancellationToken);
        return ViduAnswers.Accepted(answer);
    }

    /// <inheritdoc/>
    public async Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        var options = ViduOptions.Of(account);
        var id = ViduAnswers.IdOf(reference);
        using var request = ViduRequests.Read(account, id);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        return ViduAnswers.Polled(answer, id, options);
    }

    /// <inheritdoc/>
    /// <remarks>Every account may ask; Vidu agrees only while a task has not been scheduled.</remarks>
    public bool CanCancel(ProviderAccount account) => true;

    /// <inheritdoc/>
    public async Task<CancelResult> CancelAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        using var request = ViduRequests.Cancel(account, ViduAnswers.IdOf(reference));
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        return ViduAnswers.Cancelled(answer);
    }

    /// <inheritdoc/>
    public SearchAbility Search(ProviderAccount account) =>
        new(SearchKind.ByToken, TimeSpan.FromSeconds(ViduOptions.Of(account).SearchDelaySeconds));

    /// <inheritdoc/>
    public Task<IReadOnlyList<FoundSubmission>> FindAsync(
        ProviderAccount account, SubmissionQuery query, CancellationToken cancellationToken) =>
        ViduSearch.FindAsync(account, ViduOptions.Of(account), query, cancellationToken);

    /// <inheritdoc/>
    public CallbackReading? ReadCallback(
        ProviderAccount account, IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body) => ViduCallbacks.Read(body);

    /// <inheritdoc/>
    public bool IsGenuine(ProviderAccount account, IReadOnlyList<Uri> addresses, IReadOnlyDictionary<string, string> headers) =>
        ViduSignature.IsGenuine(account, ViduOptions.Of(account), addresses, headers);

    /// <inheritdoc/>
    public JsonElement? ReferenceOf(ProviderRequest request, string upstreamId) =>
        ViduAnswers.IsId(upstreamId) ? ViduAnswers.Reference(upstreamId) : null;

    /// <inheritdoc/>
    public async Task<string> TestAsync(ProviderAccount account, CancellationToken cancellationToken)
    {
        using var request = ViduRequests.Credits(account);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (answer.IsSuccess && (answer.Json ?? default).Member("remains").ValueKind == JsonValueKind.Array)
            return "The account's credits could be read.";
        throw answer.IsSuccess
            ? answer.Exception(ProviderErrorKind.Unavailable, "the answer names no credits: this does not look like Vidu's API")
            : ViduErrors.Table.OfRead(answer, ViduErrors.Read(answer));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindMistakes(JsonElement options) => ViduOptions.Read(options).Mistakes;
}
