using System.Text.Json;

namespace Reelay.Providers.Kling;

/// <summary>
/// Speaks both API generations of Kling (Kuaishou): the legacy one, <c>POST /v1/videos/{family}</c> and poll under the same path, and the new
/// one, <c>POST /{family}/{model}</c> and <c>GET /tasks</c>. Which of the two is in <see cref="KlingOptions.Dialect"/>.
/// </summary>
public sealed class KlingProvider :
    IVideoProvider, IDescribesChannels, IDescribesModels, IFindsSubmissions, IPollsInBatches, IReceivesCallbacks, IResumesById, IChecksOptions,
    ITestsAccount
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

    /// <summary>How many tasks one call names: a developer found more refused.</summary>
    public int MaxBatchCount => 20;

    /// <inheritdoc/>
    public IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => KlingChannels.FromVariables(variable);

    /// <inheritdoc/>
    public async Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken)
    {
        var options = KlingOptions.Of(submission.Account);
        var isNew = options.IsNewFor(submission.Request.UpstreamModel);
        var family = isNew ? KlingDialects.Tasks : KlingChecks.FamilyOf(submission);
        using var request = isNew
            ? KlingNewRequests.Create(submission, options)
            : KlingRequests.Create(submission, family, options, KnownModels);
        var answer = await UpstreamHttp.SubmitAsync(submission.Account, request, cancellationToken);
        return KlingAnswers.Accepted(answer, family, submission.Request);
    }

    /// <inheritdoc/>
    public async Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        var options = KlingOptions.Of(account);
        var task = Stored(reference);
        var isNew = task.IsNew(options);
        using var request = isNew ? KlingNewRequests.Read(account, task.TaskId) : KlingRequests.Read(account, task.Family, task.TaskId);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        return isNew ? KlingNewAnswers.Polled(answer, task, options) : KlingAnswers.Polled(answer, task, options);
    }

    /// <inheritdoc/>
    /// <remarks>The legacy generation reads one task at a time.</remarks>
    public async Task<IReadOnlyList<PollResult?>> PollManyAsync(
        ProviderAccount account, IReadOnlyList<JsonElement> references, CancellationToken cancellationToken)
    {
        var options = KlingOptions.Of(account);
        var tasks = references.Select(Stored).Select(task => task.IsNew(options) ? task : null).ToList();

        // What is not named is read alone.
        if (!options.BatchPolls || tasks.TrueForAll(task => task is null))
            return new PollResult?[references.Count];
        using var request = KlingNewRequests.Read(account, [.. tasks.OfType<KlingReference>().Select(task => task.TaskId)]);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        return KlingNewAnswers.PolledMany(answer, tasks, options);
    }

    /// <inheritdoc/>
    public SearchAbility Search(ProviderAccount account) =>
        new(SearchKind.ByToken, TimeSpan.FromSeconds(KlingOptions.Of(account).SearchDelaySeconds));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FoundSubmission>> FindAsync(
        ProviderAccount account, SubmissionQuery query, CancellationToken cancellationToken)
    {
        var options = KlingOptions.Of(account);
        if (options.IsNewFor(query.Request.UpstreamModel))
        {
            using var search = KlingNewRequests.Find(account, query.AttemptToken);
            return KlingNewAnswers.Found(await UpstreamHttp.ReadAsync(account, search, cancellationToken), query, options);
        }

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
    public JsonElement? ReferenceOf(ProviderRequest request, string upstreamId)
    {
        var family = KlingDialects.IsNewName(request.UpstreamModel) ? KlingDialects.Tasks : KlingFamilies.Of(request);
        return family is not null && KlingAnswers.Id(new KlingTask { TaskId = upstreamId }) is { } id
            ? KlingAnswers.Reference(family, id, request.UpstreamModel, isResumed: true)
            : null;
    }

    /// <inheritdoc/>
    public async Task<string> TestAsync(ProviderAccount account, CancellationToken cancellationToken)
    {
        var options = KlingOptions.Of(account);
        using var request = options.IsNew ? KlingNewRequests.Read(account, "0") : KlingRequests.List(account, KlingFamilies.Text);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (options.IsNew)
        {
            KlingNewAnswers.Require(answer, options);
            return "A task that cannot be was asked for in the new API, and the list came back.";
        }

        if (KlingErrors.IsOk(answer) && answer.Json is not null)
            return "The list of text-to-video tasks could be read.";
        throw KlingErrors.IsOk(answer)
            ? answer.Exception(ProviderErrorKind.Unavailable, "the answer is no JSON: this does not look like Kling's API")
            : KlingErrors.Table.OfRead(answer, KlingErrors.Read(answer));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindMistakes(JsonElement options) => KlingOptions.Read(options).Mistakes;

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> ModelsOf(JsonElement options, IReadOnlyList<string> names)
    {
        var (read, mistakes) = KlingOptions.Read(options);
        return read is null
            ? throw new ArgumentException(string.Join("; ", mistakes), nameof(options))
            : KlingCapability.Of(read, KnownModels, names);
    }

    private static KlingReference Stored(JsonElement reference) => reference.Deserialize(KlingJson.Default.KlingReference)
        ?? throw new ArgumentException("The reference names no task.", nameof(reference));

    private static FoundSubmission Found(KlingTask task, string id, string family, SubmissionQuery query)
    {
        var mark = task.TaskInfo.Member("external_task_id").AsText() ?? task.ExternalId;
        var created = LenientJson.AsUnixTime(task.CreatedAt ?? task.CreateTime) ?? query.SentFrom;

        // The read was by our own mark; an answer that leaves it out does not contradict it.
        return new(id, KlingAnswers.Reference(family, id, query.Request.UpstreamModel), created, mark is null || mark == query.AttemptToken);
    }
}
