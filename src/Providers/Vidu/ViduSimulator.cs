using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Vidu;

/// <summary>Plays Vidu: creates by endpoint, reads, lists and cancels tasks, calls back, tells credits and gives files by signed link.</summary>
public sealed class ViduSimulator : ISimulator, ICallsBack
{
    private const string DefaultKey = "vda_sandbox_vidu";

    private readonly SandboxCore _sandbox;
    private readonly ViduSimulatorOutbox _outbox;
    private readonly Lock _creating = new();

    /// <summary>Takes up what the store has kept.</summary>
    public ViduSimulator(SandboxCore sandbox)
    {
        _sandbox = sandbox;
        _outbox = new(sandbox, Id);
    }

    /// <inheritdoc/>
    public string Id => "vidu";

    /// <inheritdoc/>
    public IReadOnlyList<CallbackBatch> DueCallbacks() => _outbox.Due();

    /// <inheritdoc/>
    public void Sent(CallbackBatch batch) => _outbox.Sent(batch);

    /// <inheritdoc/>
    public async ValueTask<SimulatedResponse> HandleAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        string? account = Account(request);
        return (request.Method, request.Path.Split('/')) switch
        {
            ("POST", ["ent", "v2", var endpoint]) when ViduSimulatorRules.Endpoints.Contains(endpoint) =>
                await CreateAsync(request, endpoint, account, cancellationToken),
            ("GET", ["ent", "v2", "tasks"]) => Faulty(SimulatedCall.List, account, null, _ => List(request, account!)),
            ("GET", ["ent", "v2", "tasks", var id, "creations"]) => Read(request, id, account),
            ("POST", ["ent", "v2", "tasks", var id, "cancel"]) => await CancelAsync(request, id, account, cancellationToken),
            ("GET", ["ent", "v2", "credits"]) => Faulty(SimulatedCall.List, account, null, _ => Credits(account!)),
            ("GET" or "HEAD", ["o", var file]) => File(request, file),
            _ => Stranger(account) ?? ViduSimulatorReply.Error(404, "NotFound", "there is nothing here"),
        };
    }

    private async ValueTask<SimulatedResponse> CreateAsync(
        SimulatedRequest request, string endpoint, string? account, CancellationToken cancellationToken)
    {
        (OrderBody? read, BodyProblem problem) = await OrderBody.ReadAsync(request, cancellationToken);
        OrderBody body = read is { IsForm: false } ? read : OrderBody.Empty;
        SubmissionRow submission = new()
        {
            Provider = Id,
            Time = _sandbox.Time.GetUtcNow(),
            Model = body.Text("model"),
            Prompt = body.Text("prompt"),
            Credential = account,
            ClientReference = body.Text("payload"),
        };
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Create, Id, account, submission.Prompt);
        SimulatedResponse? refusal = faults.Before(ViduSimulatorReply.OfStatus) ?? Stranger(account) ?? Refused(faults)
            ?? (read is null || read.IsForm ? ViduSimulatorReply.Error(400, "BadRequest", $"the body is no JSON object ({problem})") : null);
        ViduSimulatorRules rules = new(endpoint, body.Fields, _sandbox.Options.ModelsOf(Id));
        ViduSimulatorOrder? order = refusal is null ? rules.Read() : null;
        refusal ??= rules.Mistake;
        if (refusal is not null || order is null)
        {
            _sandbox.Refuse(submission);
            return refusal!;
        }

        SimulatedJob job;

        // One after the other, so that no slot is given away twice.
        lock (_creating)
        {
            job = NewJob(order, body, submission, faults, request.Root);
            _sandbox.Accept(submission, job);
        }

        _outbox.Watch(job);
        if (job.Has("callback", "early"))
            await _outbox.UntilBegunAsync(job.Id, cancellationToken);
        return faults.After(SimulatedResponse.Json(200, new ViduSimulatorJob(job).Created()));
    }

    private SimulatedJob NewJob(ViduSimulatorOrder order, OrderBody body, SubmissionRow submission, CallFaults faults, string root)
    {
        string id = NewId();
        double wait = SecondsUntilSlot(submission.Credential);
        return new SimulatedJob
        {
            Provider = Id,
            Id = id,
            Credential = submission.Credential,
            CreatedAt = submission.Time,
            Model = order.Model,
            Prompt = submission.Prompt ?? "",
            WorkSeconds = wait + faults.WorkSeconds(_sandbox.Speed.DurationSeconds),
            Faults = faults.All,
            Clip = new ClipOrder
            {
                Key = $"{Id}-{id}",
                WidthPixels = order.WidthPixels,
                HeightPixels = order.HeightPixels,
                Seconds = order.Seconds,
                Fps = 24,
                HasSound = order.HasSound,
                Model = $"{Id} / {order.Model}",
                Prompt = submission.Prompt ?? "",
                Parameters = $"{order.WidthPixels}x{order.HeightPixels}  {order.Seconds} s  {order.Endpoint}",
            },
            Details = ViduSimulatorJob.Details(order, body, wait, root, _sandbox.Random),
        };
    }

    // An account's further orders are accepted and wait; they are not refused. Each begins when one before it ends.
    private double SecondsUntilSlot(string? account)
    {
        if (_sandbox.Options.MaxRunning <= 0)
            return 0;
        DateTimeOffset now = _sandbox.Time.GetUtcNow();
        List<double> left = [.. _sandbox.Store.Jobs(Id).Where(job => job.Credential == account && !_sandbox.Read(job).IsTerminal)
            .Select(job => Math.Max(0, job.WorkSeconds - _sandbox.Speed.WorkSeconds(job.CreatedAt, now))).Order()];
        return left.Count < _sandbox.Options.MaxRunning ? 0 : left[left.Count - _sandbox.Options.MaxRunning];
    }

    private SimulatedResponse Read(SimulatedRequest request, string id, string? account)
    {
        SimulatedJob? job = Find(id, account);
        return Faulty(SimulatedCall.Retrieve, account, job?.Prompt, faults => job is null
            ? ViduSimulatorReply.Error(404, "TaskNotFound", "the task does not exist")
            : SimulatedResponse.Json(200, new ViduSimulatorJob(faults.Has("unknown-status") ? job with { Faults = [.. job.Faults, .. faults.All] } : job)
                .Polled(_sandbox, request.Root)));
    }

    private async ValueTask<SimulatedResponse> CancelAsync(SimulatedRequest request, string id, string? account, CancellationToken cancellationToken)
    {
        (OrderBody? body, _) = await OrderBody.ReadAsync(request, cancellationToken);
        SimulatedJob? job = Find(id, account);
        return Faulty(SimulatedCall.Delete, account, job?.Prompt, _ =>
        {
            if (job is null)
                return ViduSimulatorReply.Error(404, "TaskNotFound", "the task does not exist");
            if (body is not { IsForm: false, Fields.Count: 1 } || body.Text("id") != id)
                return ViduSimulatorReply.Error(400, "FieldInvalid", "id must be that of the task");
            string word = new ViduSimulatorJob(job).StateOf(_sandbox);
            if (word is not ("created" or "queueing"))
                return ViduSimulatorReply.Error(400, "BadRequest", $"task state is {(word == "processing" ? "scheduled" : word)}, can not cancel");
            _sandbox.Store.Update(job with { CancelledAt = _sandbox.Time.GetUtcNow() });
            return SimulatedResponse.Json(200, new JsonObject());
        });
    }

    private SimulatedResponse List(SimulatedRequest request, string account) =>
        ViduSimulatorList.Answer(_sandbox, _sandbox.Store.Jobs(Id).Where(job => job.Credential == account), request);

    private SimulatedResponse Credits(string account)
    {
        int unfinished = _sandbox.Store.Jobs(Id).Count(job => job.Credential == account && !_sandbox.Read(job).IsTerminal);
        int limit = _sandbox.Options.MaxRunning > 0 ? _sandbox.Options.MaxRunning : 5;
        JsonObject remains = new()
        {
            ["type"] = "metered",
            ["credit_remain"] = 1200,
            ["concurrency_limit"] = limit,
            ["current_concurrency"] = Math.Min(unfinished, limit),
            ["queue_count"] = Math.Max(0, unfinished - limit),
        };
        return SimulatedResponse.Json(200, new JsonObject { ["remains"] = new JsonArray(remains), ["packages"] = new JsonArray() });
    }

    // The link is its own credential, to the byte; a client that sends its key along, or encodes the link anew, is caught here.
    private SimulatedResponse File(SimulatedRequest request, string file)
    {
        if (_sandbox.Store.FindJob(Id, file.Split('.')[0]) is not { } job)
            return SimulatedResponse.Text(404, "text/plain", "not found");
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Content, Id, job.Credential, job.Prompt);
        if (faults.Before(status => SimulatedResponse.Text(status, "text/plain", "refused by the sandbox")) is { } fault)
            return fault;
        if (request.Headers.ContainsKey("Authorization"))
            return SimulatedResponse.Text(400, "text/plain", "only one way of authentication is allowed");
        if (request.Query.GetValueOrDefault("X-Amz-Signature") != ViduSimulatorJob.Signature(job.Id))
            return SimulatedResponse.Text(403, "text/plain", "SignatureDoesNotMatch");
        JobReading reading = _sandbox.Read(job);
        if (reading.State != JobState.Completed || job.Has("content", "404"))
            return SimulatedResponse.Text(404, "text/plain", "not found");
        if (new ViduSimulatorJob(job).IsExpired(reading, _sandbox.Time.GetUtcNow()))
            return SimulatedResponse.Text(403, "text/plain", "Request has expired");
        SimulatedResponse answer = SimulatedResponse.OfClip(job.Clip, ClipVariant.Video);
        return faults.After(job.Has("content", "truncated") ? answer with { Wire = WireFault.Truncate } : answer);
    }

    private SimulatedResponse Faulty(SimulatedCall call, string? account, string? prompt, Func<CallFaults, SimulatedResponse> answer)
    {
        CallFaults faults = _sandbox.Faults.Take(call, Id, account, prompt);
        return faults.Before(ViduSimulatorReply.OfStatus) ?? Stranger(account) ?? faults.After(answer(faults));
    }

    private SimulatedJob? Find(string id, string? account) => _sandbox.Store.FindJob(Id, id) is { } job && job.Credential == account ? job : null;

    // The scheme is theirs; a bearer token is a stranger.
    private string? Account(SimulatedRequest request) => _sandbox.Options.CredentialsOf(Id, DefaultKey)
        .FirstOrDefault(key => request.Headers.GetValueOrDefault("Authorization") == "Token " + key);

    private static SimulatedResponse? Stranger(string? account) =>
        account is null ? ViduSimulatorReply.Error(401, "Unauthorized", "the token is not known") : null;

    private static SimulatedResponse? Refused(CallFaults faults) => faults.All.FirstOrDefault(fault => fault.Name == "refuse")?.Argument switch
    {
        null => null,
        "quota" => ViduSimulatorReply.Error(400, "CreditInsufficient", "the account has not enough credits"),
        _ => ViduSimulatorReply.Error(400, "TaskPromptPolicyViolation", "the prompt was refused"),
    };

    // Eighteen digits: too many for a JavaScript number.
    private string NewId()
    {
        ulong number = ulong.Parse(_sandbox.Random.Hex(8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return $"9{(number % 100_000_000_000_000_000).ToString("D17", CultureInfo.InvariantCulture)}";
    }
}

/// <summary>Vidu alone: one simulator.</summary>
public sealed class ViduSimulators : ISimulatorSet
{
    /// <inheritdoc/>
    public IEnumerable<ISimulator> Create(SandboxCore sandbox) => [new ViduSimulator(sandbox)];
}
