using System.Text.Json;

namespace Reelay.Providers.Seedance;

/// <summary>
/// Speaks the video protocol of Volcengine Ark and BytePlus ModelArk (ByteDance Seedance): one JSON create, polls by id or by list, files by link.
/// </summary>
public sealed class SeedanceProvider :
    IVideoProvider, IDescribesChannels, ICancelsVideos, IPollsInBatches, IReceivesCallbacks, IResumesById, IChecksOptions, ITestsAccount
{
    private static readonly IReadOnlyList<UpstreamModel> KnownModels = UpstreamModelFile.Load("SeedanceModels.json");

    /// <inheritdoc/>
    public string Id => "seedance";

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> Models => KnownModels;

    /// <inheritdoc/>
    public IReadOnlyList<string> VendorHosts => ["volces.com", "bytepluses.com"];

    /// <inheritdoc/>
    public IReadOnlyList<SandboxChannel> SandboxChannels => SeedanceChannels.Sandbox;

    /// <summary>How many tasks one list names: each takes some forty characters of the address, of which 8,000 are safe anywhere.</summary>
    public int MaxBatchCount => 100;

    /// <inheritdoc/>
    public IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => SeedanceChannels.FromVariables(variable);

    /// <inheritdoc/>
    public async Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken)
    {
        var options = SeedanceOptions.Of(submission.Account);
        using var request = SeedanceRequests.Create(submission, options, KnownModels);
        var answer = await UpstreamHttp.SubmitAsync(submission.Account, request, cancellationToken);
        return SeedanceAnswers.Accepted(answer);
    }

    /// <inheritdoc/>
    public async Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        var options = SeedanceOptions.Of(account);
        var id = IdOf(reference);
        using var request = SeedanceRequests.Read(account, id);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        return SeedanceAnswers.Polled(answer, id, options);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PollResult?>> PollManyAsync(
        ProviderAccount account, IReadOnlyList<JsonElement> references, CancellationToken cancellationToken)
    {
        // What is not named is read alone.
        if (!SeedanceOptions.Of(account).BatchPolls)
            return new PollResult?[references.Count];
        var ids = references.Select(IdOf).ToList();
        using var request = SeedanceRequests.ReadMany(account, ids);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        return SeedanceAnswers.PolledMany(answer, ids);
    }

    /// <inheritdoc/>
    public bool CanCancel(ProviderAccount account) => true;

    /// <summary>Stops a task that the upstream still queues; one that it works on cannot be stopped.</summary>
    /// <remarks>
    /// One call means "cancel" for a queued task and "remove the record, with its result" for one that is done; so the state is read first. A
    /// task that begins in between is refused by the upstream itself.
    /// </remarks>
    public async Task<CancelResult> CancelAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        var state = await PollAsync(account, reference, cancellationToken);
        if (state is PollResult.Failed { Kind: ProviderErrorKind.Cancelled })
            return CancelResult.Confirmed;
        if (state is not PollResult.Running { HasStarted: false })
            return CancelResult.Refused;
        using var request = SeedanceRequests.Delete(account, IdOf(reference));
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        return SeedanceAnswers.Cancelled(answer);
    }

    /// <inheritdoc/>
    public CallbackReading? ReadCallback(
        ProviderAccount account, IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body) => SeedanceAnswers.Callback(body);

    /// <inheritdoc/>
    public JsonElement? ReferenceOf(ProviderRequest request, string upstreamId) =>
        SeedanceAnswers.IsId(upstreamId) ? SeedanceAnswers.Reference(upstreamId) : null;

    /// <inheritdoc/>
    public async Task<string> TestAsync(ProviderAccount account, CancellationToken cancellationToken)
    {
        using var request = SeedanceRequests.List(account);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (!answer.IsSuccess)
            throw SeedanceErrors.Table.OfRead(answer, SeedanceErrors.Read(answer));
        return SeedanceAnswers.IsList(answer.Json)
            ? "The list of tasks could be read."
            : throw answer.Exception(ProviderErrorKind.Unavailable, "the answer is no list of tasks: this does not look like Ark's API");
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindMistakes(JsonElement options) => SeedanceOptions.Read(options).Mistakes;

    private static string IdOf(JsonElement reference) => reference.Member("id").AsText() is { } id && SeedanceAnswers.IsId(id)
        ? id
        : throw new ArgumentException("The reference names no task.", nameof(reference));
}
