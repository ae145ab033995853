using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Seedance;

/// <summary>
/// Plays the video tasks of Ark: creates, reads, lists and deletes them, calls back, and gives files by signed link. Refuses what a model
/// does not document, and obeys flags in a prompt as the real one does.
/// </summary>
public sealed class SeedanceSimulator : ISimulator, ICallsBack
{
    private const int MaxPage = 500;
    private static readonly string[] _tasks = ["api", "v3", "contents", "generations", "tasks"];

    private readonly SandboxCore _sandbox;
    private readonly SeedanceOutbox _outbox;
    private readonly Lock _creating = new();

    /// <summary>Takes up what the store has kept.</summary>
    public SeedanceSimulator(SandboxCore sandbox)
    {
        _sandbox = sandbox;
        _outbox = new(sandbox, Id);
    }

    /// <inheritdoc/>
    public string Id => "seedance";

    private DateTimeOffset Now => _sandbox.Time.GetUtcNow();

    /// <inheritdoc/>
    public IReadOnlyList<CallbackBatch> DueCallbacks() => _outbox.Due();

    /// <inheritdoc/>
    public void Sent(CallbackBatch batch) => _outbox.Sent(batch);

    /// <inheritdoc/>
    public async ValueTask<SimulatedResponse> HandleAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        string[] path = request.Path.Split('/');
        if (path is ["files", var file])
            return request.Method is "GET" or "HEAD" ? File(request, file) : SimulatedResponse.Text(405, "text/plain", "");
        string? account = Account(request);
        string[] rest = path.Length >= _tasks.Length && path.AsSpan(0, _tasks.Length).SequenceEqual(_tasks) ? path[_tasks.Length..] : ["", ""];
        return (request.Method, rest) switch
        {
            ("POST", []) => await CreateAsync(request, account, cancellationToken),
            ("GET", []) => Faulty(SimulatedCall.List, account, null, _ => List(request, account)),
            ("GET", [var id]) => Retrieve(id, account),
            ("DELETE", [var id]) => Delete(id, account),
            _ => SeedanceReply.Error(_sandbox, 404, "NotFound.Path", "The specified path does not exist."),
        };
    }

    private async ValueTask<SimulatedResponse> CreateAsync(SimulatedRequest request, string? account, CancellationToken cancellationToken)
    {
        (OrderBody? read, BodyProblem problem) = await OrderBody.ReadAsync(request, cancellationToken);
        JsonObject body = read is { IsForm: false } ? read.Fields : [];
        SubmissionRow submission = new()
        {
            Provider = Id,
            Time = Now,
            Model = SeedanceFields.TextOf(body["model"]),
            Prompt = SeedanceContentRules.PromptOf(body),
            Credential = account,
        };
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Create, Id, account, submission.Prompt);
        SimulatedResponse? refusal = faults.Before(status => SeedanceReply.OfStatus(_sandbox, status, isCreate: true))
            ?? Stranger(account) ?? Refused(faults)
            ?? (problem == BodyProblem.None && read is { IsForm: false }
                ? null
                : SeedanceReply.Error(_sandbox, 400, "InvalidParameter", $"the request body is no JSON object ({problem})"));
        SimulatedJob job;

        // One after the other, so that the last place in the queue is not given away twice.
        lock (_creating)
        {
            SeedanceReading order = refusal is null ? SeedanceRules.Read(body) : new(null, null);
            SeedanceRefusal? full = order.Order is not null && _sandbox.IsFull(Id, account)
                ? new(429, "QuotaExceeded", "The account has reached its limit of queued tasks. Please try again later.")
                : null;
            if ((order.Refusal ?? full) is { } mistake)
                refusal = SeedanceReply.Error(_sandbox, mistake);
            if (refusal is not null)
            {
                _sandbox.Refuse(submission);
                return refusal;
            }

            job = NewJob(order.Order!, submission, faults, request.Root);
            _sandbox.Accept(submission, job);
        }

        _outbox.Watch(job);
        return faults.After(SimulatedResponse.Json(200, new JsonObject { ["id"] = job.Id }));
    }

    private SimulatedJob NewJob(SeedanceOrder order, SubmissionRow submission, CallFaults faults, string root)
    {
        string id = SeedanceReply.NewId(_sandbox);
        return new SimulatedJob
        {
            Provider = Id,
            Id = id,
            Credential = submission.Credential,
            CreatedAt = submission.Time,
            Model = submission.Model!,
            Prompt = submission.Prompt ?? "",
            WorkSeconds = faults.WorkSeconds(_sandbox.Speed.DurationSeconds),
            Faults = faults.All,
            Clip = new ClipOrder
            {
                Key = $"{Id}-{id}",
                WidthPixels = order.WidthPixels,
                HeightPixels = order.HeightPixels,
                Seconds = order.Seconds,
                HasSound = order.HasSound,
                Model = $"{Id} / {submission.Model}",
                Prompt = submission.Prompt ?? "",
                Parameters = string.Create(
                    CultureInfo.InvariantCulture, $"{order.Resolution} {order.Ratio}  {order.WidthPixels}x{order.HeightPixels}  {order.Seconds:0.##} s"),
            },
            Details = SeedanceJob.Details(order, root, _sandbox.Random),
        };
    }

    private SimulatedResponse Retrieve(string id, string? account)
    {
        SimulatedJob? job = Find(id, account);
        return Faulty(SimulatedCall.Retrieve, account, job?.Prompt, faults => job is null
            ? Unknown(id)
            : SimulatedResponse.Json(200, Shown(faults.Has("unknown-status") ? job with { Faults = [.. job.Faults, .. faults.All] } : job)));
    }

    private SimulatedResponse List(SimulatedRequest request, string? account)
    {
        if (Page(request, "page_num", 1) is not { } number || Page(request, "page_size", 20) is not { } size)
            return SeedanceReply.Error(_sandbox, 400, "InvalidParameter", $"page_num and page_size must be 1 to {MaxPage}", "page_size");
        string tier = request.Query.GetValueOrDefault("filter.service_tier", "default");
        string? status = request.Query.GetValueOrDefault("filter.status");
        string? model = request.Query.GetValueOrDefault("filter.model");
        HashSet<string> ids = [.. request.QueryLists["filter.task_ids"]];
        List<JsonObject> shown = [.. _sandbox.Store.Jobs(Id)
            .Where(job => job.Credential == account && (ids.Count == 0 || ids.Contains(job.Id)) && (model is null || job.Model == model))
            .Select(job => new SeedanceJob(job)).Where(job => job.ServiceTier == tier && job.IsVisible(_sandbox.Read(job.Job), Now))
            .Select(job => Shown(job.Job)).Where(job => status is null || (string?)job["status"] == status)];
        return SimulatedResponse.Json(200, new JsonObject
        {
            ["total"] = shown.Count, ["items"] = new JsonArray([.. shown.Skip((number - 1) * size).Take(size)]),
        });
    }

    // One call for two things: a queued task is cancelled, the record of one that is over is removed.
    private SimulatedResponse Delete(string id, string? account)
    {
        SimulatedJob? job = Find(id, account);
        return Faulty(SimulatedCall.Delete, account, job?.Prompt, _ =>
        {
            if (job is null)
                return Unknown(id);
            string status = new SeedanceJob(job).StatusOf(_sandbox.Read(job), Now);
            if (status is "running" or "cancelled")
                return SeedanceReply.Error(_sandbox, 409, "InvalidParameter", $"The task {id} is {status} and can not be deleted.", "id");
            _sandbox.Store.Update(status == "queued" ? job with { CancelledAt = Now } : job with { DeletedAt = Now });
            return SimulatedResponse.Json(200, new JsonObject());
        });
    }

    // The link carries its own signature; a client that sends its key along is caught here.
    private SimulatedResponse File(SimulatedRequest request, string file)
    {
        string id = Path.GetFileNameWithoutExtension(file);
        if (_sandbox.Store.FindJob(Id, id) is not { } job)
            return SimulatedResponse.Text(404, "application/xml", "<Error><Code>NoSuchKey</Code></Error>");
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Content, Id, job.Credential, job.Prompt);
        if (faults.Before(status => SimulatedResponse.Text(status, "text/plain", "refused by the sandbox")) is { } fault)
            return fault;
        JobReading reading = _sandbox.Read(job);
        SeedanceJob task = new(job);
        if (reading.State != JobState.Completed || job.Has("content", "404"))
            return SimulatedResponse.Text(404, "application/xml", "<Error><Code>NoSuchKey</Code></Error>");
        if (request.Headers.ContainsKey("Authorization") || !task.IsSigned(request.Query, reading, file, Now))
            return SimulatedResponse.Text(403, "application/xml", "<Error><Code>SignatureDoesNotMatch</Code></Error>");
        if (job.Has("redirect") || faults.Has("redirect"))
        {
            if (!request.Query.ContainsKey("again"))
                return new SimulatedResponse { Status = 302 }.WithHeader("Location", task.Link(reading, file) + "&again=1");
        }

        SimulatedResponse answer = SimulatedResponse.OfClip(file.EndsWith(".png", StringComparison.Ordinal) ? task.LastFrame : job.Clip, ClipVariant.Video);
        return faults.After(job.Has("content", "truncated") ? answer with { Wire = WireFault.Truncate } : answer);
    }

    private SimulatedJob? Find(string id, string? account) =>
        _sandbox.Store.FindJob(Id, id) is { } job && job.Credential == account && new SeedanceJob(job).IsVisible(_sandbox.Read(job), Now) ? job : null;

    private JsonObject Shown(SimulatedJob job) => new SeedanceJob(job).Shown(_sandbox.Read(job), Now);

    private SimulatedResponse Faulty(SimulatedCall call, string? account, string? prompt, Func<CallFaults, SimulatedResponse> answer)
    {
        CallFaults faults = _sandbox.Faults.Take(call, Id, account, prompt);
        return faults.Before(status => SeedanceReply.OfStatus(_sandbox, status, isCreate: false)) ?? Stranger(account) ?? faults.After(answer(faults));
    }

    private string? Account(SimulatedRequest request)
    {
        IReadOnlyList<string> keys = _sandbox.Options.CredentialsOf(Id, "ark-sandbox-seedance");
        return keys.Count == 0 ? "" : keys.FirstOrDefault(key => request.BearerToken == key);
    }

    private SimulatedResponse? Stranger(string? account) => account is null
        ? SeedanceReply.Error(_sandbox, 401, "AuthenticationError", "The API key or AK/SK in the request is missing or invalid.")
        : null;

    private SimulatedResponse? Refused(CallFaults faults) => faults.All.FirstOrDefault(fault => fault.Name == "refuse")?.Argument switch
    {
        null => null,
        "quota" => SeedanceReply.Error(_sandbox, 403, "AccountOverdueError", "The request failed because your account has an overdue balance."),
        _ => SeedanceReply.Error(
            _sandbox, 400, "InputTextSensitiveContentDetected", "The request failed because the input text may contain sensitive information."),
    };

    private SimulatedResponse Unknown(string id) => SeedanceReply.Error(_sandbox, 404, "NotFound.Task", $"The specified task {id} does not exist.", "id");

    private static int? Page(SimulatedRequest request, string name, int usual) =>
        !request.Query.TryGetValue(name, out string? text) ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= MaxPage ? number : null;
}

/// <summary>Seedance alone: one simulator.</summary>
public sealed class SeedanceSimulators : ISimulatorSet
{
    /// <inheritdoc/>
    public IEnumerable<ISimulator> Create(SandboxCore sandbox) => [new SeedanceSimulator(sandbox)];
}
