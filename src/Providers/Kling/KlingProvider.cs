using System.Text.Json;

namespace Reelay.Providers.Kling;

/// <summary>Speaks the legacy protocol of Kling (Kuaishou): <c>POST /v1/videos/{family}</c>, poll under the same path, files by link.</summary>
public sealed class KlingProvider :
    IVideoProvider, IDescribesChannels, IFindsSubmissions, IReceivesCallbacks, IResumesById, IChecksOptions, ITestsAccount
{
    private static readonly IReadOnlyList<UpstreamModel> KnownModels = UpstreamModelFile.Load("KlingModels.json");

    /// <inheritdoc/>
    public string Id => "kling";

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> Models => KnownModels;

    /// <inheritdoc/>
    public IReadOnlyList<string> VendorHosts => ["klingai.com", "kling.ai"];

    /// <inheritdoc/>
    public IReadOnlyList<SandboxChannel> SandboxChannels => KlingChannels.Sandbox;

    /// <inheritdoc/>
    public IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => KlingChannels.FromVariables(variable);

    /// <inheritdoc/>
    public async Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken)
    {
        var options = KlingOptions.Of(submission.Account);
        var family = KlingChecks.FamilyOf(submission);
        using var request = KlingRequests.Create(submission, family, options, KnownModels);
        var answer = await UpstreamHttp.SubmitAsync(submission.Account, request, cancellationToken);
        return KlingAnswers.Accepted(answer, family, submission.Request);
    }

    /// <inheritdoc/>
    public async Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        var options = KlingOptions.Of(account);
        var task = reference.Deserialize(KlingJson.Default.KlingReference)
            ?? throw new ArgumentException("The reference names no task.", nameof(reference));
        using var request = KlingRequests.Read(account, task.Family, task.TaskId);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        return KlingAnswers.Polled(answer, task, options);
    }

    /// <inheritdoc/>
    public SearchAbility Search(ProviderAccount account) =>
        new(SearchKind.ByToken, TimeSpan.FromSeconds(KlingOptions.Of(account).SearchDelaySeconds));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FoundSubmission>> FindAsync(
        ProviderAccount account, SubmissionQuery query, CancellationToken cancellationToken)
    {
        var options = KlingOptions.Of(account);

        // An order without a path is refused before anything is sent, so there is nothing to find.
        if (KlingFamilies.Of(query.Request) is not { } family)
            return [];
        using var request = KlingRequests.Read(account, family, query.AttemptToken);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (KlingErrors.IsOk(answer) && KlingAnswers.OfAnswer(answer.Json) is { } task && KlingAnswers.Id(task) is { } id)
            return [Found(task, id, family, query)];

        var error = KlingErrors.Read(answer);
        var exception = KlingErrors.Table.OfRead(answer, error);

        // A 404 without Kling's own code is a proxy's or a host's: it says nothing of the order.
        if (exception.Kind == ProviderErrorKind.NotFound && error is not null && options.TrustAbsence)
            return [];
        throw exception.Kind == ProviderErrorKind.NotFound
            ? answer.Exception(ProviderErrorKind.Unavailable, $"{exception.Message} — which proves nothing{(options.TrustAbsence ? "" : " while trust_absence is off")}")
            : exception;
    }

    /// <inheritdoc/>
    public CallbackReading? ReadCallback(
        ProviderAccount account, IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body) =>
        KlingCallbacks.Read(account, KlingOptions.Of(account), headers, body);

    /// <inheritdoc/>
    public JsonElement? ReferenceOf(ProviderRequest request, string upstreamId) =>
        KlingFamilies.Of(request) is { } family && KlingAnswers.Id(new KlingTask { TaskId = upstreamId }) is { } id
            ? KlingAnswers.Reference(family, id, request.UpstreamModel)
            : null;

    /// <inheritdoc/>
    public async Task<string> TestAsync(ProviderAccount account, CancellationToken cancellationToken)
    {
        using var request = KlingRequests.List(account, KlingFamilies.Text);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (KlingErrors.IsOk(answer) && answer.Json is not null)
            return "The list of text-to-video tasks could be read.";
        throw KlingErrors.IsOk(answer)
            ? answer.Exception(ProviderErrorKind.Unavailable, "the answer is no JSON: this does not look like Kling's API")
            : KlingErrors.Table.OfRead(answer, KlingErrors.Read(answer));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindMistakes(JsonElement options) => KlingOptions.Read(options).Mistakes;

    private static FoundSubmission Found(KlingTask task, string id, string family, SubmissionQuery query)
    {
        var mark = task.TaskInfo.Member("external_task_id").AsText() ?? task.ExternalId;
        var created = LenientJson.AsUnixTime(task.CreatedAt ?? task.CreateTime) ?? query.SentFrom;

        // The read was by our own mark; an answer that leaves it out does not contradict it.
        return new(id, KlingAnswers.Reference(family, id, query.Request.UpstreamModel), created, mark is null || mark == query.AttemptToken);
    }
}
