using System.Text.Json;

namespace Reelay.Providers.Hailuo;

/// <summary>
/// Speaks both video protocols of MiniMax: the first, of Hailuo 2.3, 02 and older, with create, query and file retrieve; the second, of
/// MiniMax-H3. The model's name chooses; see <see cref="HailuoOptions.Protocol"/>.
/// </summary>
public sealed class HailuoProvider :
    IVideoProvider, IDescribesChannels, IDescribesModels, ICancelsVideos, IReceivesCallbacks, IAnswersChallenges, IResumesById, IChecksOptions, ITestsAccount
{
    private static readonly IReadOnlyList<UpstreamModel> KnownModels = UpstreamModelFile.Load("HailuoModels.json");

    /// <inheritdoc/>
    public string Id => "hailuo";

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> Models => KnownModels;

    /// <inheritdoc/>
    public IReadOnlyList<string> VendorHosts => ["minimax.io", "minimaxi.com", "minimax.cn", "minimax.chat", "minimaxi.chat"];

    /// <inheritdoc/>
    public IReadOnlyList<SandboxChannel> SandboxChannels => HailuoChannels.Sandbox;

    /// <inheritdoc/>
    public IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => HailuoChannels.FromVariables(variable);

    /// <inheritdoc/>
    public async Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken)
    {
        var options = HailuoOptions.Of(submission.Account);
        var protocol = HailuoProtocols.Of(submission.Request.UpstreamModel, options);
        using var request = HailuoRequests.Create(submission, protocol, options);
        var answer = await UpstreamHttp.SubmitAsync(submission.Account, request, cancellationToken);
        return HailuoAnswers.Accepted(answer, protocol, options);
    }

    /// <inheritdoc/>
    public Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken) =>
        PollAsync(account, HailuoProtocols.Read(reference, HailuoOptions.Of(account)), cancellationToken);

    /// <inheritdoc/>
    public bool CanCancel(ProviderAccount account) => HailuoOptions.Of(account).Protocol != HailuoProtocols.First;

    /// <inheritdoc/>
    /// <remarks>Only the second protocol can cancel.</remarks>
    public bool CanCancel(ProviderAccount account, JsonElement reference) =>
        HailuoProtocols.Read(reference, HailuoOptions.Of(account)).Protocol == HailuoProtocols.Second;

    /// <inheritdoc/>
    /// <remarks>
    /// The same call removes the record of a finished task, and with it the way to its result, so the state is read first. What begins in
    /// between is refused by the upstream.
    /// </remarks>
    public async Task<CancelResult> CancelAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        var task = HailuoProtocols.Read(reference, HailuoOptions.Of(account));
        if (task.Protocol != HailuoProtocols.Second)
            return CancelResult.Refused;
        switch (await PollAsync(account, task, cancellationToken))
        {
            case PollResult.Failed { Kind: ProviderErrorKind.Cancelled }:
                return CancelResult.Confirmed;
            case PollResult.Running { HasStarted: false }:
                break;
            default:
                return CancelResult.Refused;
        }

        using var request = HailuoRequests.Delete(account, task.TaskId);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (HailuoErrors.IsOk(answer) && answer.Json is { } json)
            return json.Member("status").AsText() is "cancelled" or "canceled" ? CancelResult.Confirmed : CancelResult.Refused;
        var exception = HailuoErrors.OfRead(answer, HailuoOptions.Of(account));

        // A task that has begun is refused as a wrong request is; one that is unknown was known a moment ago.
        return exception.Kind == ProviderErrorKind.NotFound ? CancelResult.Refused : throw exception;
    }

    /// <inheritdoc/>
    public CallbackReading? ReadCallback(
        ProviderAccount account, IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body) => HailuoCallbacks.Read(body);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? AnswerChallenge(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body) =>
        HailuoCallbacks.Answer(body);

    /// <inheritdoc/>
    public JsonElement? ReferenceOf(ProviderRequest request, string upstreamId) => HailuoProtocols.IsId(upstreamId)
        ? HailuoProtocols.ReferenceByModel(request.UpstreamModel, upstreamId)
        : null;

    /// <inheritdoc/>
    public async Task<string> TestAsync(ProviderAccount account, CancellationToken cancellationToken)
    {
        using var request = HailuoRequests.List(account);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (HailuoErrors.IsOk(answer) && answer.Json is not null)
            return "The list of tasks of the second protocol could be read.";
        throw HailuoErrors.IsOk(answer)
            ? answer.Exception(ProviderErrorKind.Unavailable, "the answer is no JSON: this does not look like MiniMax's API")
            : HailuoErrors.OfRead(answer, HailuoOptions.Of(account));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindMistakes(JsonElement options) => HailuoOptions.Read(options).Mistakes;

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> ModelsOf(JsonElement options, IReadOnlyList<string> names)
    {
        var (read, mistakes) = HailuoOptions.Read(options);
        return read is null
            ? throw new ArgumentException(string.Join("; ", mistakes), nameof(options))
            : HailuoCapability.Of(read, KnownModels, names);
    }

    private static async Task<PollResult> PollAsync(ProviderAccount account, HailuoReference task, CancellationToken cancellationToken)
    {
        var options = HailuoOptions.Of(account);
        using var request = HailuoRequests.Query(account, task);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        return HailuoAnswers.Polled(answer, task, account, options);
    }
}
