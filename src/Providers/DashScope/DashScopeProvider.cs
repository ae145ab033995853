using System.Text.Json;

namespace Reelay.Providers.DashScope;

/// <summary>Speaks Alibaba DashScope's asynchronous protocol: one create for HappyHorse and Wan, polls by id, results by signed link.</summary>
public sealed class DashScopeProvider :
    IVideoProvider, IDescribesChannels, IDescribesModels, ICancelsVideos, IResumesById, IChecksOptions, ITestsAccount
{
    private static readonly IReadOnlyList<UpstreamModel> _knownModels = UpstreamModelFile.Load("DashScopeModels.json");

    /// <inheritdoc/>
    public string Id => "dashscope";

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> Models => _knownModels;

    /// <inheritdoc/>
    public IReadOnlyList<string> VendorHosts => DashScopeChannels.Hosts;

    /// <inheritdoc/>
    public IReadOnlyList<SandboxChannel> SandboxChannels => DashScopeChannels.Sandbox;

    /// <inheritdoc/>
    public IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => DashScopeChannels.FromVariables(variable);

    /// <inheritdoc/>
    public async Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken)
    {
        var options = DashScopeOptions.Of(submission.Account);
        DashScopeChecks.RefuseUnsayable(submission, options);
        var places = await DashScopeUploads.PlaceAsync(submission, options, cancellationToken);
        using var request = DashScopeRequests.Create(submission, options, places);
        var answer = await UpstreamHttp.SubmitAsync(submission.Account, request, cancellationToken);
        return answer.StatusCode == 200 && DashScopeAnswers.IdOf(answer) is { } id
            ? new Submission.Accepted(id, DashScopeAnswers.Reference(id))
            : throw DashScopeErrors.Table.OfSubmission(answer, DashScopeErrors.Read(answer));
    }

    /// <inheritdoc/>
    public async Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        var options = DashScopeOptions.Of(account);
        var id = IdOf(reference);
        using var request = DashScopeRequests.Get(account, options, "tasks/" + id);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        return answer.IsSuccess ? DashScopeAnswers.Polled(answer, id, options) : throw DashScopeErrors.OfRead(answer);
    }

    /// <inheritdoc/>
    public bool CanCancel(ProviderAccount account) => true;

    /// <inheritdoc/>
    /// <remarks>Only a task that still waits can be cancelled.</remarks>
    public async Task<CancelResult> CancelAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        using var request = DashScopeRequests.Cancel(account, DashScopeOptions.Of(account), IdOf(reference));
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        var error = DashScopeErrors.Read(answer);
        if (answer.IsSuccess && error is null && answer.Json.HasValue)
            return CancelResult.Confirmed;
        return answer.StatusCode == 400 && error?.Code == DashScopeErrors.NotPending
            ? CancelResult.Refused
            : throw (answer.IsSuccess
                ? answer.Exception(ProviderErrorKind.Unavailable, "the answer to a cancel could not be read")
                : DashScopeErrors.OfRead(answer));
    }

    /// <inheritdoc/>
    public JsonElement? ReferenceOf(ProviderRequest request, string upstreamId) =>
        DashScopeAnswers.IsId(upstreamId) ? DashScopeAnswers.Reference(upstreamId) : null;

    /// <inheritdoc/>
    public async Task<string> TestAsync(ProviderAccount account, CancellationToken cancellationToken)
    {
        using var request = DashScopeRequests.Get(account, DashScopeOptions.Of(account), "tasks?page_no=1&page_size=1");
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (!answer.IsSuccess)
            throw DashScopeErrors.OfRead(answer);
        return answer.Json is { } list && list.Member("request_id").AsText() is not null
            ? "The list of the account's tasks could be read."
            : throw answer.Exception(ProviderErrorKind.Unavailable, "the answer is no list of tasks: this does not look like DashScope");
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindMistakes(JsonElement options) => DashScopeOptions.Read(options).Mistakes;

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> ModelsOf(JsonElement options, IReadOnlyList<string> names)
    {
        var (read, mistakes) = DashScopeOptions.Read(options);
        return read is null
            ? throw new ArgumentException(string.Join("; ", mistakes), nameof(options))
            : [.. names.Distinct().SelectMany(name => _knownModels.Where(row => row.Name == name)).Select(read.Apply)];
    }

    private static string IdOf(JsonElement reference) => reference.Member("id").AsText() is { } id && DashScopeAnswers.IsId(id)
        ? id
        : throw new ArgumentException("The reference names no task.", nameof(reference));
}
