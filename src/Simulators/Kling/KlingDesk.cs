using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>One create call of either API generation.</summary>
internal sealed record KlingCreate
{
    /// <summary>What its tasks are read under.</summary>
    public required string Family { get; init; }

    /// <summary>Who calls.</summary>
    public required string? Account { get; init; }

    /// <summary>Why the caller is nobody, or null.</summary>
    public required KlingRefusal? Stranger { get; init; }

    /// <summary>Why there is no body to read, or null.</summary>
    public required string? Problem { get; init; }

    /// <summary>The model as it was named.</summary>
    public required string? Model { get; init; }

    /// <summary>The prompt as it came.</summary>
    public required string? Prompt { get; init; }

    /// <summary>The caller's own id.</summary>
    public required string? ExternalId { get; init; }

    /// <summary>Where to call back, or null.</summary>
    public required string? CallbackUrl { get; init; }

    /// <summary>Root of the links to files.</summary>
    public required string Root { get; init; }

    /// <summary>Whether it is in the new generation.</summary>
    public bool IsNew { get; init; }

    /// <summary>Whether a marked result is asked for; asked once the body has been found right.</summary>
    public required Func<bool> HasWatermark { get; init; }

    /// <summary>Checks the body.</summary>
    public required Func<KlingReading> Read { get; init; }
}

/// <summary>What both API generations share: slots, the callers' own ids, the acceptance of orders, and faults around answers.</summary>
internal sealed class KlingDesk
{
    private readonly SandboxCore _sandbox;
    private readonly string _providerId;
    private readonly KlingOutbox _outbox;
    private readonly Lock _creating = new();
    private readonly ConcurrentDictionary<(string? Account, string ExternalId), string> _externalIds = [];

    /// <summary>Takes up what the store has kept.</summary>
    public KlingDesk(SandboxCore sandbox, string providerId, KlingOutbox outbox)
    {
        (_sandbox, _providerId, _outbox) = (sandbox, providerId, outbox);
        foreach (SimulatedJob job in sandbox.Store.Jobs(providerId))
        {
            if (new KlingJob(job).ExternalId is { } externalId)
                _externalIds[(job.Credential, externalId)] = job.Id;
        }
    }

    /// <summary>Names of the models that are served, of both generations.</summary>
    public IReadOnlyList<string> Served =>
        _sandbox.Options.ModelsOf(_providerId, [.. KlingModel.All.Concat(KlingNewModels.All).Select(model => model.Name)]);

    /// <summary>Answers a create call.</summary>
    public async ValueTask<SimulatedResponse> CreateAsync(KlingCreate create, CancellationToken cancellationToken)
    {
        SubmissionRow submission = new()
        {
            Provider = _providerId,
            Time = _sandbox.Time.GetUtcNow(),
            Model = create.Model,
            Prompt = create.Prompt,
            Credential = create.Account,
            ClientReference = create.ExternalId,
        };
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Create, _providerId, create.Account, create.Prompt);
        string id = NewId();
        SimulatedResponse? refusal = faults.Before(status => KlingReply.OfStatus(_sandbox.Random, status))
            ?? Refused(create.Stranger) ?? Refused(faults)
            ?? (create.Problem is null ? null : Error(1200, create.Problem));
        SimulatedJob job;

        // One after the other, so that neither the last slot nor an external id is given away twice.
        lock (_creating)
        {
            KlingReading order = refusal is null ? Check(create, id) : new(null, null);
            refusal ??= Refused(order.Refusal);
            if (refusal is not null)
            {
                _sandbox.Refuse(submission);
                return refusal;
            }

            job = NewJob(id, order.Order!, create, submission, faults);
            _sandbox.Accept(submission with { Model = job.Model }, job);
        }

        _outbox.Watch(job);
        if (job.Has("callback", "early"))
            await _outbox.UntilBegunAsync(job.Id, cancellationToken);
        return faults.After(Ok(new KlingJob(job).Shown(new JobReading(JobState.Queued, 0, null), isCreate: true)));
    }

    /// <summary>An account's job by Kling's id; null if it has none.</summary>
    public SimulatedJob? Find(string? account, string id) =>
        _sandbox.Store.FindJob(_providerId, id) is { } job && job.Credential == account ? job : null;

    /// <summary>Kling's id for the caller's own; itself if there is none.</summary>
    public string IdOf(string? account, string externalId) => _externalIds.GetValueOrDefault((account, externalId), externalId);

    /// <summary>An account's job by the caller's own id alone.</summary>
    public SimulatedJob? FindExternal(string? account, string externalId) =>
        _externalIds.TryGetValue((account, externalId), out string? id) ? Find(account, id) : null;

    /// <summary>An answer with whatever goes wrong around it.</summary>
    public SimulatedResponse Faulty(
        SimulatedCall call, string? account, KlingRefusal? stranger, string? prompt, Func<CallFaults, SimulatedResponse> answer)
    {
        CallFaults faults = _sandbox.Faults.Take(call, _providerId, account, prompt);
        return faults.Before(status => KlingReply.OfStatus(_sandbox.Random, status)) ?? Refused(stranger) ?? faults.After(answer(faults));
    }

    /// <summary>A refusal as an answer; null stays null.</summary>
    public SimulatedResponse? Refused(KlingRefusal? refusal) => refusal is null ? null : Error(refusal.Code, refusal.Message);

    /// <summary>An answer that was understood.</summary>
    public SimulatedResponse Ok(JsonNode data) => KlingReply.Ok(_sandbox.Random, data);

    /// <summary>An answer with a code.</summary>
    public SimulatedResponse Error(int code, string message) => KlingReply.Error(_sandbox.Random, code, message);

    private KlingReading Check(KlingCreate create, string id)
    {
        KlingReading reading = create.Read();
        if (reading.Order is not { } order)
            return reading;
        if (IsFull(create.Account, order.Model))
            return new KlingRefusal(1303, "parallel task over resource pack limit");

        // Taken last: a call refused for another reason leaves the id free.
        return create.ExternalId is { Length: > 0 } externalId && !Claim(create.Account, externalId, id)
            ? KlingReply.Invalid("external_task_id", externalId)
            : reading;
    }

    // After a reset of the sandbox an id belongs to a job that is no more.
    private bool Claim(string? account, string externalId, string id)
    {
        string owner = _externalIds.GetOrAdd((account, externalId), id);
        return owner == id
            || (_sandbox.Store.FindJob(_providerId, owner) is null && _externalIds.TryUpdate((account, externalId), id, owner));
    }

    private SimulatedJob NewJob(string id, KlingOrder order, KlingCreate create, SubmissionRow submission, CallFaults faults) => new()
    {
        Provider = _providerId,
        Id = id,
        Credential = submission.Credential,
        CreatedAt = submission.Time,
        Model = order.Model.Name,
        Prompt = order.Prompt,
        WorkSeconds = faults.WorkSeconds(_sandbox.Speed.DurationSeconds),
        Faults = order.HasBadPicture ? [.. faults.All, new Fault("fail", "picture")] : faults.All,
        Clip = new ClipOrder
        {
            Key = $"{_providerId}-{id}",
            WidthPixels = order.WidthPixels,
            HeightPixels = order.HeightPixels,
            Seconds = order.Seconds,
            Fps = order.Model.Fps,
            HasSound = order.HasSound,
            Model = $"{_providerId} / {order.Model.Name}",
            Prompt = order.Prompt,
            Parameters = string.Create(
                CultureInfo.InvariantCulture, $"{order.WidthPixels}x{order.HeightPixels}  {order.Seconds} s  {order.Mode}"),
        },
        Details = new JsonObject
        {
            ["family"] = create.Family,
            ["is_new"] = create.IsNew,
            ["mode"] = order.Mode,
            ["external_task_id"] = submission.ClientReference,
            ["callback_url"] = create.CallbackUrl is { Length: > 0 } url ? url : null,
            ["watermark"] = create.HasWatermark(),
            ["units"] = order.Units.ToString("0.##", CultureInfo.InvariantCulture),
            ["parent"] = order.Parent is null ? null : new KlingJob(order.Parent).Video(),
            ["root"] = create.Root,
        },
    };

    // Kling counts by account and model, whichever generation it is ordered in; an order that waits there takes a slot like one that runs.
    private bool IsFull(string? account, KlingModel model) => _sandbox.Options.MaxRunning is > 0 and var most
        && _sandbox.Store.Jobs(_providerId)
            .Where(job => job.Credential == account && KlingNewModels.VersionOf(job.Model) == KlingNewModels.VersionOf(model.Name) && !_sandbox.Read(job).IsTerminal)
            .Take(most).Count() == most;

    private SimulatedResponse? Refused(CallFaults faults) => faults.All.FirstOrDefault(fault => fault.Name == "refuse")?.Argument switch
    {
        null => null,
        "quota" => Error(1102, "Account balance not enough"),
        _ => Error(1301, "the request was refused by the content safety policy"),
    };

    // Eighteen digits: too many for a JavaScript number.
    private string NewId()
    {
        ulong number = ulong.Parse(_sandbox.Random.Hex(8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return $"8{(number % 100_000_000_000_000_000).ToString("D17", CultureInfo.InvariantCulture)}";
    }
}
