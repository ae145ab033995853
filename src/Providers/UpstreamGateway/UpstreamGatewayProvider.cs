using System.Text.Json;

namespace Reelay.Providers.UpstreamGateway;

/// <summary>
/// Speaks to another gateway: a Reelay, new-api and what is built on it, Aurora. What differs between them is in
/// <see cref="UpstreamGatewayOptions"/>; which models there are is the operator's to say.
/// </summary>
public sealed class UpstreamGatewayProvider :
    IVideoProvider, IDescribesChannels, IDescribesModels, IChecksOptions, ICancelsVideos, IFindsSubmissions, IResumesById, ITestsAccount, IReadsArchive
{
    private const string NoTask = "task_reelay_test";

    private static readonly IReadOnlyList<UpstreamModel> KnownModels = UpstreamModelFile.Load("UpstreamGatewayModels.json");

    /// <inheritdoc/>
    public string Id => "upstream_gateway";

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> Models => KnownModels;

    /// <inheritdoc/>
    public IReadOnlyList<SandboxChannel> SandboxChannels => UpstreamGatewayChannels.Sandbox;

    /// <inheritdoc/>
    public IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => UpstreamGatewayChannels.FromVariables(variable);

    /// <inheritdoc/>
    public async Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken)
    {
        var options = UpstreamGatewayKinds.Of(submission.Account);
        UpstreamGatewayModes.RefuseUnsayable(submission, options);
        try
        {
            return await SendAsync(submission, options, cancellationToken);
        }
        catch (ProviderException lost) when (
            lost.Kind == ProviderErrorKind.OutcomeUnknown && options.Lost == UpstreamGatewayLoss.Resend && !cancellationToken.IsCancellationRequested)
        {
            return await SendAgainAsync(submission, options, lost, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        var options = UpstreamGatewayKinds.Of(account);
        var id = UpstreamGatewayAnswers.IdOf(reference);
        var answer = await ReadAsync(account, UpstreamGatewayRequests.Task(id), cancellationToken);
        return VideosAnswers.Polled(answer, UpstreamGatewayAnswers.Job(answer), UpstreamGatewayAnswers.Reading(account, options, id));
    }

    /// <inheritdoc/>
    public bool CanCancel(ProviderAccount account) => UpstreamGatewayKinds.Of(account).HasCancel;

    /// <inheritdoc/>
    /// <remarks>The gateway answers at once with the task as it stands; only one that has ended as cancelled is confirmed.</remarks>
    public async Task<CancelResult> CancelAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        if (!CanCancel(account))
            return CancelResult.Refused;
        var id = UpstreamGatewayAnswers.IdOf(reference);
        using var request = UpstreamGatewayRequests.New(HttpMethod.Post, account, UpstreamGatewayRequests.Task(id) + "/cancel");
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (!answer.IsSuccess)
            throw UpstreamGatewayErrors.Table.OfRead(answer, VideosErrors.Read(answer));
        var state = VideosAnswers.Polled(answer, UpstreamGatewayAnswers.Job(answer), UpstreamGatewayAnswers.Reading(account, UpstreamGatewayKinds.Of(account), id));
        return state is PollResult.Failed { Kind: ProviderErrorKind.Cancelled } ? CancelResult.Confirmed : CancelResult.Refused;
    }

    /// <inheritdoc/>
    public SearchAbility Search(ProviderAccount account)
    {
        var options = UpstreamGatewayKinds.Of(account);
        var kind = options.Lost == UpstreamGatewayLoss.Unknown ? SearchKind.None : SearchKind.ByToken;
        return new(kind, TimeSpan.FromSeconds(options.ListDelaySeconds));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FoundSubmission>> FindAsync(
        ProviderAccount account, SubmissionQuery query, CancellationToken cancellationToken) =>
        Search(account).Kind == SearchKind.None
            ? []
            : await UpstreamGatewaySearch.FindAsync(account, query.AttemptToken, cancellationToken);

    /// <inheritdoc/>
    public JsonElement? ReferenceOf(ProviderRequest request, string upstreamId) => UpstreamGatewayAnswers.Reference(upstreamId);

    /// <inheritdoc/>
    public async Task<ArchivedVideo?> ReadArchivedAsync(ProviderAccount account, string id, CancellationToken cancellationToken)
    {
        var answer = await ReadAsync(account, UpstreamGatewayRequests.Task(id), cancellationToken);
        var body = UpstreamGatewayAnswers.Job(answer);
        try
        {
            var state = VideosAnswers.Polled(answer, body, UpstreamGatewayAnswers.Reading(account, UpstreamGatewayKinds.Of(account), id));
            return VideosAnswers.Archived(id, body, state);
        }
        catch (ProviderException unknown) when (unknown.Kind == ProviderErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Where lost orders are looked for, the list must answer by a token; and a gateway without a list of models is asked for a task that cannot be.</remarks>
    public async Task<string> TestAsync(ProviderAccount account, CancellationToken cancellationToken)
    {
        if (Search(account).Kind == SearchKind.ByToken)
        {
            await UpstreamGatewaySearch.FindAsync(account, NoTask, cancellationToken);
            return $"GET /videos?{UpstreamGatewaySearch.TokenField}={NoTask} answered with an empty list: lost orders can be found by their token.";
        }

        var answer = await ReadAsync(account, "models", cancellationToken);
        if (answer.IsSuccess && answer.Json is not null)
            return "GET /models answered with a list.";
        if (answer.StatusCode is 404 or 405 or 501)
        {
            answer = await ReadAsync(account, UpstreamGatewayRequests.Task(NoTask), cancellationToken);
            var error = VideosErrors.Read(answer);
            if (error is not null && UpstreamGatewayErrors.Table.OfRead(answer, error).Kind == ProviderErrorKind.NotFound)
                return $"There is no GET /models; GET /videos/{NoTask} answered that there is no such task.";
        }

        throw answer.IsSuccess
            ? answer.Exception(ProviderErrorKind.Unavailable, "the answer is no JSON: this does not look like a gateway")
            : UpstreamGatewayErrors.Table.OfRead(answer, VideosErrors.Read(answer));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindMistakes(JsonElement options) => UpstreamGatewayKinds.Read(options).Mistakes;

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> ModelsOf(JsonElement options, IReadOnlyList<string> names)
    {
        var (read, mistakes) = UpstreamGatewayKinds.Read(options);
        return read is null
            ? throw new ArgumentException(string.Join("; ", mistakes), nameof(options))
            : UpstreamGatewayCapability.Of(read, KnownModels, names);
    }

    private static async Task<Submission> SendAsync(SubmissionContext submission, UpstreamGatewayOptions options, CancellationToken cancellationToken)
    {
        using var request = UpstreamGatewayRequests.Order(submission, options);
        var answer = await UpstreamHttp.SubmitAsync(submission.Account, request, cancellationToken);
        var id = VideosAnswers.AcceptedId(answer, UpstreamGatewayAnswers.Job(answer), UpstreamGatewayErrors.Table);
        return new Submission.Accepted(id, UpstreamGatewayAnswers.Reference(id));
    }

    // The same bytes under the same key: whichever of the two arrives first makes the task, and the other is answered with it. Only an
    // acceptance tells anything, since the first may still arrive after the second was refused.
    private static async Task<Submission> SendAgainAsync(
        SubmissionContext submission, UpstreamGatewayOptions options, ProviderException lost, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(submission, options, cancellationToken);
        }
        catch (ProviderException again)
        {
            throw new ProviderException(
                ProviderErrorKind.OutcomeUnknown, $"{lost.Message}; sent again under the same key: {again.Message}", lost)
            {
                StatusCode = again.StatusCode ?? lost.StatusCode, RetryAfter = again.RetryAfter ?? lost.RetryAfter, RawBody = again.RawBody ?? lost.RawBody,
            };
        }
    }

    private static async Task<UpstreamAnswer> ReadAsync(ProviderAccount account, string path, CancellationToken cancellationToken)
    {
        using var request = UpstreamGatewayRequests.New(HttpMethod.Get, account, path);
        return await UpstreamHttp.ReadAsync(account, request, cancellationToken);
    }
}
