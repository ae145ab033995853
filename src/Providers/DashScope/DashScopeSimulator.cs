using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.DashScope;

/// <summary>Plays DashScope's video protocol: creates, polls, cancels and lists tasks, takes uploads and gives results by signed link.</summary>
public sealed class DashScopeSimulator : ISimulator
{
    private readonly SandboxCore _sandbox;
    private readonly DashScopeSimulatorStore _store;

    /// <summary>Takes what all simulators share.</summary>
    public DashScopeSimulator(SandboxCore sandbox)
    {
        _sandbox = sandbox;
        _store = new(sandbox, Id);
    }

    /// <inheritdoc/>
    public string Id => "dashscope";

    /// <inheritdoc/>
    public async ValueTask<SimulatedResponse> HandleAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        string? account = _sandbox.Options.CredentialsOf(Id, "sk-sandbox-dashscope").FirstOrDefault(key => request.BearerToken == key);
        return (request.Method, request.Path.Split('/')) switch
        {
            ("POST", ["api", "v1", "services", "aigc", "video-generation", "video-synthesis"]) => await CreateAsync(request, account, cancellationToken),
            ("GET", ["api", "v1", "tasks"]) => Faulty(SimulatedCall.List, account, null, _ => List(request, account!)),
            ("GET", ["api", "v1", "tasks", var id]) => Retrieve(request, id, account),
            ("POST", ["api", "v1", "tasks", var id, "cancel"]) => Cancel(id, account),
            ("GET", ["api", "v1", "uploads"]) => Faulty(SimulatedCall.Upload, account, null, _ => _store.Policy(request, account!)),
            ("POST", ["oss"]) => await _store.UploadAsync(request, cancellationToken),
            ("GET" or "HEAD", ["results", var file]) => File(request, file),
            _ => Error(404, "NotFound", "there is nothing here"),
        };
    }

    private async ValueTask<SimulatedResponse> CreateAsync(SimulatedRequest request, string? account, CancellationToken cancellationToken)
    {
        (OrderBody? read, _) = await OrderBody.ReadAsync(request, cancellationToken);
        OrderBody body = read is { IsForm: false } ? read : OrderBody.Empty;
        SubmissionRow submission = new()
        {
            Provider = Id,
            Time = _sandbox.Time.GetUtcNow(),
            Model = body.Text("model"),
            Prompt = body.Fields["input"] is JsonObject input && input["prompt"] is JsonValue value && value.TryGetValue(out string? prompt) ? prompt : null,
            Credential = account,
        };
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Create, Id, account, submission.Prompt);
        DashScopeSimulatorOrder? order = null;
        SimulatedResponse? refusal = faults.Before(OfStatus) ?? Stranger(account) ?? Header(request) ?? Refused(faults)
            ?? Read(request, body, account, out order)
            ?? (_sandbox.IsFull(Id, account) ? OfStatus(429) : null);
        if (refusal is not null)
        {
            _sandbox.Refuse(submission);
            return refusal;
        }

        SimulatedJob job = NewJob(submission, order!, faults);
        _sandbox.Accept(submission, job);
        return faults.After(Answer(new JsonObject { ["task_status"] = "PENDING", ["task_id"] = job.Id }));
    }

    private SimulatedResponse? Read(SimulatedRequest request, OrderBody body, string? account, out DashScopeSimulatorOrder? order)
    {
        order = null;
        if (body.Text("model") is not { Length: > 0 } name)
            return Error(400, "BadRequest.EmptyModel", "Required parameter \"model\" missing or invalid, please check the request parameters.");
        if (DashScopeSimulatorModel.All.FirstOrDefault(model => model.Name == name) is not { } model)
            return Error(404, "ModelNotFound", $"Model {name} not exist.");
        if (body.Fields["input"] is not JsonObject)
            return Error(400, "BadRequest.EmptyInput", "Required input parameter missing from request.");

        // Addresses in the store are followed only if a header asks for it.
        bool resolves = request.Headers.GetValueOrDefault("X-DashScope-OssResourceResolve") == "enable";
        (order, string? mistake) = new DashScopeSimulatorRules(body.Fields, url => resolves ? _store.Find(url, account, name) : null).Read(model);
        return mistake is null ? null : Error(400, "InvalidParameter", mistake);
    }

    private SimulatedJob NewJob(SubmissionRow submission, DashScopeSimulatorOrder order, CallFaults faults)
    {
        string id = DashScopeSimulatorReply.NewId(_sandbox);
        return new SimulatedJob
        {
            Provider = Id,
            Id = id,
            Credential = submission.Credential,
            CreatedAt = submission.Time,
            Model = order.Model.Name,
            Prompt = order.Prompt,
            WorkSeconds = faults.WorkSeconds(_sandbox.Speed.DurationSeconds),
            Faults = order.Problem is null ? faults.All : [.. faults.All, new Fault("fail", "generation")],
            Clip = new ClipOrder
            {
                Key = $"{Id}-{id}",
                WidthPixels = order.WidthPixels,
                HeightPixels = order.HeightPixels,
                Seconds = order.Seconds,
                HasSound = order.HasSound,
                Model = $"{Id} / {order.Model.Name}",
                Prompt = order.Prompt,
                Parameters = string.Create(
                    CultureInfo.InvariantCulture, $"{order.Resolution} {order.Ratio}  {order.Seconds:0.##} s{(order.IsMarked ? "  Happy Horse" : "")}"),
            },
            Details = new JsonObject
            {
                ["seconds"] = order.Seconds, ["input_seconds"] = order.InputSeconds, ["resolution"] = order.Resolution, ["ratio"] = order.Ratio,
                ["problem"] = order.Problem, ["is_marked"] = order.IsMarked,
            },
        };
    }

    private SimulatedResponse Retrieve(SimulatedRequest request, string id, string? account)
    {
        SimulatedJob? job = Find(id, account);
        return Faulty(SimulatedCall.Retrieve, account, job?.Prompt, faults =>
        {
            if (job is null)
                return Answer(new JsonObject { ["task_id"] = id, ["task_status"] = "UNKNOWN" });
            JobReading reading = _sandbox.Read(job);
            DashScopeSimulatorTask task = new(job);
            JsonObject output = task.Output(reading, request.Root);
            if (faults.Has("unknown-status") || (job.Has("unknown-status") && !reading.IsTerminal))
                output["task_status"] = "PONDERING";
            return Answer(output, reading.State == JobState.Completed ? task.Usage() : null);
        });
    }

    // Only what still waits can be cancelled.
    private SimulatedResponse Cancel(string id, string? account)
    {
        SimulatedJob? job = Find(id, account);
        return Faulty(SimulatedCall.Delete, account, job?.Prompt, _ =>
        {
            if (job is null || _sandbox.Read(job).State != JobState.Queued)
                return Error(400, "UnsupportedOperation", "Failed to cancel the task, please confirm if the task is in PENDING status.");
            _sandbox.Store.Update(job with { CancelledAt = _sandbox.Time.GetUtcNow() });
            return SimulatedResponse.Json(200, new JsonObject { ["request_id"] = DashScopeSimulatorReply.NewId(_sandbox) });
        });
    }

    private SimulatedResponse List(SimulatedRequest request, string account)
    {
        int page = int.TryParse(request.Query.GetValueOrDefault("page_no"), out int number) && number > 0 ? number : 1;
        int size = int.TryParse(request.Query.GetValueOrDefault("page_size"), out int count) && count is > 0 and <= 100 ? count : 10;
        List<JsonNode> rows = [.. _sandbox.Store.Jobs(Id).Where(job => Find(job.Id, account) is not null).Select(job => (job, reading: _sandbox.Read(job)))
            .Where(row => Fits("model_name", row.job.Model) && Fits("status", DashScopeSimulatorTask.Word(row.reading.State)))
            .Select(row => new JsonObject
            {
                ["task_id"] = row.job.Id,
                ["status"] = DashScopeSimulatorTask.Word(row.reading.State),
                ["model_name"] = row.job.Model,
                ["gmt_create"] = row.job.CreatedAt.ToUnixTimeMilliseconds(),
                ["end_time"] = row.reading.EndedAt?.ToUnixTimeMilliseconds(),
            })];
        return SimulatedResponse.Json(200, new JsonObject
        {
            ["request_id"] = DashScopeSimulatorReply.NewId(_sandbox), ["total"] = rows.Count, ["page_no"] = page, ["page_size"] = size,
            ["total_page"] = (rows.Count + size - 1) / size, ["data"] = new JsonArray([.. rows.Skip((page - 1) * size).Take(size)]),
        });

        bool Fits(string name, string own) => request.Query.GetValueOrDefault(name) is not { Length: > 0 } asked || asked == own;
    }

    private SimulatedResponse File(SimulatedRequest request, string name)
    {
        SimulatedJob? job = _sandbox.Store.FindJob(Id, Path.GetFileNameWithoutExtension(name));
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Content, Id, job?.Credential, job?.Prompt);
        if (faults.Before(status => DashScopeSimulatorReply.Store(status, "InternalError", "told by the sandbox")) is { } refusal)
            return refusal;

        // A signed link that comes with a credential as well is refused by object stores.
        if (request.Headers.ContainsKey("Authorization"))
            return DashScopeSimulatorReply.Store(400, "InvalidArgument", "Authorization and a signature were given.");
        if (job is null || !new DashScopeSimulatorTask(job).Takes(request.Query, _sandbox.Time.GetUtcNow()))
            return DashScopeSimulatorReply.Store(403, "AccessDenied", "Request has expired.");
        if (job.Has("redirect") || faults.Has("redirect"))
            return new SimulatedResponse { Status = 302 }.WithHeader("Location", "/_sandbox/moved");
        if (_sandbox.Read(job).State != JobState.Completed || job.Has("content", "404"))
            return DashScopeSimulatorReply.Store(404, "NoSuchKey", "The specified key does not exist.");
        SimulatedResponse answer = SimulatedResponse.OfClip(job.Clip, ClipVariant.Video);
        return faults.After(job.Has("content", "truncated") ? answer with { Wire = WireFault.Truncate } : answer);
    }

    private SimulatedJob? Find(string id, string? account) => _sandbox.Store.FindJob(Id, id) is { } job && job.Credential == account
        && _sandbox.Time.GetUtcNow() < job.CreatedAt + DashScopeSimulatorTask.Life ? job : null;

    private SimulatedResponse Faulty(SimulatedCall call, string? account, string? prompt, Func<CallFaults, SimulatedResponse> answer)
    {
        CallFaults faults = _sandbox.Faults.Take(call, Id, account, prompt);
        return faults.Before(OfStatus) ?? Stranger(account) ?? faults.After(answer(faults));
    }

    private SimulatedResponse Answer(JsonObject output, JsonObject? usage = null)
    {
        JsonObject body = new() { ["request_id"] = DashScopeSimulatorReply.NewId(_sandbox), ["output"] = output };
        if (usage is not null)
            body["usage"] = usage;
        return SimulatedResponse.Json(200, body);
    }

    private SimulatedResponse? Stranger(string? account) => account is null ? OfStatus(401) : null;

    private SimulatedResponse? Header(SimulatedRequest request) => request.Headers.GetValueOrDefault("X-DashScope-Async") == "enable"
        ? null
        : Error(403, "AccessDenied", "current user api does not support synchronous calls.");

    private SimulatedResponse? Refused(CallFaults faults) => faults.All.FirstOrDefault(fault => fault.Name == "refuse")?.Argument switch
    {
        null => null,
        "quota" => Error(400, "Arrearage", "Access denied, please make sure your account is in good standing."),
        _ => Error(400, "DataInspectionFailed", "Input data may contain inappropriate content."),
    };

    private SimulatedResponse OfStatus(int status) => DashScopeSimulatorReply.OfStatus(_sandbox, status);

    private SimulatedResponse Error(int status, string code, string message) => DashScopeSimulatorReply.Error(_sandbox, status, code, message);
}

/// <summary>DashScope alone: one simulator.</summary>
public sealed class DashScopeSimulators : ISimulatorSet
{
    /// <inheritdoc/>
    public IEnumerable<ISimulator> Create(SandboxCore sandbox) => [new DashScopeSimulator(sandbox)];
}
