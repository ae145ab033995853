using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>Plays Kling's legacy API: creates, reads and lists by path, slots, callbacks, files by link, and the account's packs.</summary>
public sealed class KlingSimulator : ISimulator, ICallsBack
{
    private static readonly string[] _families = ["text2video", "image2video", "multi-image2video", "video-extend", "omni-video"];

    private readonly SandboxCore _sandbox;
    private readonly KlingAuthentication _authentication;
    private readonly KlingOutbox _outbox;
    private readonly KlingCosts _costs;
    private readonly Lock _creating = new();
    private readonly ConcurrentDictionary<(string? Account, string ExternalId), string> _externalIds = [];

    /// <summary>Takes up what the store has kept.</summary>
    public KlingSimulator(SandboxCore sandbox)
    {
        _sandbox = sandbox;
        _authentication = new(sandbox.Options.CredentialsOf(Id, "ak-sandbox-kling|sk-sandbox-kling", "api-key-kling-sandbox"));
        _outbox = new(sandbox, Id);
        _costs = new(sandbox, Id);
        foreach (SimulatedJob job in sandbox.Store.Jobs(Id))
        {
            if (new KlingJob(job).ExternalId is { } externalId)
                _externalIds[(job.Credential, externalId)] = job.Id;
        }
    }

    /// <inheritdoc/>
    public string Id => "kling";

    private IReadOnlyList<string> Served => _sandbox.Options.ModelsOf(Id, [.. KlingModel.All.Select(model => model.Name)]);

    /// <inheritdoc/>
    public IReadOnlyList<CallbackBatch> DueCallbacks() => _outbox.Due();

    /// <inheritdoc/>
    public void Sent(CallbackBatch batch) => _outbox.Sent(batch);

    /// <inheritdoc/>
    public async ValueTask<SimulatedResponse> HandleAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        string[] path = request.Path.Split('/');
        if (path is ["cdn", var file])
            return request.Method is "GET" or "HEAD" ? File(request, file) : Error(1202, "method not allowed");
        (string? account, KlingRefusal? stranger) = _authentication.Check(request, _sandbox.Time.GetUtcNow());
        if (path is ["v1", "videos", var family, ..] && _families.Contains(family))
        {
            return (request.Method, path) switch
            {
                ("POST", { Length: 3 }) => await CreateAsync(request, family, account, stranger, cancellationToken),
                ("GET", { Length: 3 }) => Faulty(SimulatedCall.List, account, stranger, null, () => List(request, family, account)),
                ("GET", { Length: 4 }) => Read(family, path[3], account, stranger),
                _ => Refused(stranger) ?? Error(1202, "method not allowed"),
            };
        }

        return path is ["account", "costs"] && request.Method == "GET"
            ? Faulty(SimulatedCall.List, account, stranger, null, () => _costs.Answer(request, account))
            : Refused(stranger) ?? Error(1203, "the requested resource does not exist");
    }

    private async ValueTask<SimulatedResponse> CreateAsync(
        SimulatedRequest request, string family, string? account, KlingRefusal? stranger, CancellationToken cancellationToken)
    {
        (OrderBody? read, BodyProblem problem) = await OrderBody.ReadAsync(request, cancellationToken);
        OrderBody body = read is { IsForm: false } ? read : OrderBody.Empty;
        SubmissionRow submission = new()
        {
            Provider = Id,
            Time = _sandbox.Time.GetUtcNow(),
            Model = body.Text("model_name"),
            Prompt = body.Text("prompt"),
            Credential = account,
            ClientReference = body.Text("external_task_id"),
        };
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Create, Id, account, submission.Prompt);
        string id = NewId();
        SimulatedResponse? refusal = faults.Before(status => KlingReply.OfStatus(_sandbox.Random, status))
            ?? Refused(stranger) ?? Refused(faults)
            ?? (read is null || read.IsForm ? Error(1200, $"the body is no JSON object ({problem})") : null);
        SimulatedJob job;

        // One after the other, so that neither the last slot nor an external id is given away twice.
        lock (_creating)
        {
            KlingReading order = refusal is null ? Check(new KlingFields(body.Fields), family, account, id) : new(null, null);
            refusal ??= Refused(order.Refusal);
            if (refusal is not null)
            {
                _sandbox.Refuse(submission);
                return refusal;
            }

            job = NewJob(id, family, order.Order!, body, submission, faults, request.Root);
            _sandbox.Accept(submission with { Model = job.Model }, job);
        }

        _outbox.Watch(job);
        if (job.Has("callback", "early"))
            await _outbox.UntilBegunAsync(job.Id, cancellationToken);
        return faults.After(Ok(new KlingJob(job).Task(new JobReading(JobState.Queued, 0, null), isCreate: true)));
    }

    private KlingReading Check(KlingFields body, string family, string? account, string id)
    {
        body.Watermark();
        if (body.Text("callback_url") is { Length: > 0 } callback && !KlingPictures.IsLink(callback))
            body.RefuseValue("callback_url");
        if (body.Mistake is { } mistake)
            return mistake;
        KlingReading order = family switch
        {
            "video-extend" => KlingExtendRules.Read(body, account, _sandbox, Id),
            "omni-video" => KlingOmniRules.Read(body, Served),
            _ => KlingRules.Read(family, body, Served),
        };
        if (order.Order is not { } right)
            return order;
        if (IsFull(account, right.Model))
            return new KlingRefusal(1303, "parallel task over resource pack limit");

        // Taken last: a call refused for another reason leaves the id free.
        return body.Text("external_task_id") is { Length: > 0 } externalId && !Claim(account, externalId, id)
            ? KlingReply.Invalid("external_task_id", externalId)
            : order;
    }

    // After a reset of the sandbox an id belongs to a job that is no more.
    private bool Claim(string? account, string externalId, string id)
    {
        string owner = _externalIds.GetOrAdd((account, externalId), id);
        return owner == id
            || (_sandbox.Store.FindJob(Id, owner) is null && _externalIds.TryUpdate((account, externalId), id, owner));
    }

    private SimulatedJob NewJob(
        string id, string family, KlingOrder order, OrderBody body, SubmissionRow submission, CallFaults faults, string root)
    {
        bool isAsked = body.Fields["watermark_info"] is JsonObject info && info["enabled"]?.GetValue<bool>() == true;
        return new SimulatedJob
        {
            Provider = Id,
            Id = id,
            Credential = submission.Credential,
            CreatedAt = submission.Time,
            Model = order.Model.Name,
            Prompt = order.Prompt,
            WorkSeconds = faults.WorkSeconds(_sandbox.Speed.DurationSeconds),
            Faults = order.HasBadPicture ? [.. faults.All, new Fault("fail", "picture")] : faults.All,
            Clip = new ClipOrder
            {
                Key = $"{Id}-{id}",
                WidthPixels = order.WidthPixels,
                HeightPixels = order.HeightPixels,
                Seconds = order.Seconds,
                Fps = order.Model.Fps,
                HasSound = order.HasSound,
                Model = $"{Id} / {order.Model.Name}",
                Prompt = order.Prompt,
                Parameters = string.Create(
                    CultureInfo.InvariantCulture, $"{order.WidthPixels}x{order.HeightPixels}  {order.Seconds} s  {order.Mode}"),
            },
            Details = new JsonObject
            {
                ["family"] = family,
                ["mode"] = order.Mode,
                ["external_task_id"] = submission.ClientReference,
                ["callback_url"] = body.Text("callback_url") is { Length: > 0 } url ? url : null,
                ["watermark"] = isAsked,
                ["units"] = order.Units.ToString("0.##", CultureInfo.InvariantCulture),
                ["parent"] = order.Parent is null ? null : new KlingJob(order.Parent).Video(),
                ["root"] = root,
            },
        };
    }

    private SimulatedResponse Read(string family, string id, string? account, KlingRefusal? stranger)
    {
        string jobId = _externalIds.GetValueOrDefault((account, id), id);
        SimulatedJob? job = _sandbox.Store.FindJob(Id, jobId) is { } found && found.Credential == account && new KlingJob(found).Family == family
            ? found
            : null;
        return Faulty(SimulatedCall.Retrieve, account, stranger, job?.Prompt, faults => job is null
            ? Error(1203, "the task does not exist")
            : Ok(new KlingJob(faults.Has("unknown-status") ? job with { Faults = [.. job.Faults, .. faults.All] } : job).Task(_sandbox.Read(job))));
    }

    private SimulatedResponse List(SimulatedRequest request, string family, string? account)
    {
        if (Page(request, "pageNum", 1, 1000) is not { } number || Page(request, "pageSize", 30, 500) is not { } size)
            return Error(1201, "pageNum must be 1 to 1000 and pageSize 1 to 500");
        IEnumerable<SimulatedJob> jobs = _sandbox.Store.Jobs(Id)
            .Where(job => job.Credential == account && new KlingJob(job).Family == family);
        return Ok(new JsonArray([.. jobs.Skip((number - 1) * size).Take(size).Select(job => new KlingJob(job).Task(_sandbox.Read(job)))]));
    }

    // The link carries its own token; a client that sends its key along is caught here.
    private SimulatedResponse File(SimulatedRequest request, string file)
    {
        string videoId = Path.GetFileNameWithoutExtension(file).Split('-')[0];
        if (_sandbox.Store.FindJob(Id, KlingJob.IdOfVideo(videoId)) is not { } job)
            return SimulatedResponse.Text(404, "text/plain", "not found");
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Content, Id, job.Credential, job.Prompt);
        if (faults.Before(status => SimulatedResponse.Text(status, "text/plain", "refused by the sandbox")) is { } fault)
            return fault;
        if (request.Headers.ContainsKey("Authorization"))
            return SimulatedResponse.Text(400, "text/plain", "only one way of authentication is allowed");
        JobReading reading = _sandbox.Read(job);
        bool isGone = reading.State != JobState.Completed || job.Has("content", "404")
            || new KlingJob(job).ExpiresAt(reading) <= _sandbox.Time.GetUtcNow();
        if (isGone)
            return SimulatedResponse.Text(404, "text/plain", "not found");
        if ((job.Has("redirect") || faults.Has("redirect")) && request.Query.GetValueOrDefault("x-kcdn-pid") == "1")
            return new SimulatedResponse { Status = 302 }.WithHeader("Location", $"{request.Root}/cdn/{file}?x-kcdn-pid=2");
        SimulatedResponse answer = SimulatedResponse.OfClip(job.Clip, ClipVariant.Video);
        return faults.After(job.Has("content", "truncated") ? answer with { Wire = WireFault.Truncate } : answer);
    }

    // Kling counts by account and model; an order that waits there takes a slot like one that runs.
    private bool IsFull(string? account, KlingModel model) => _sandbox.Options.MaxRunning is > 0 and var most
        && _sandbox.Store.Jobs(Id)
            .Where(job => job.Credential == account && job.Model == model.Name && !_sandbox.Read(job).IsTerminal)
            .Take(most).Count() == most;

    private SimulatedResponse Faulty(
        SimulatedCall call, string? account, KlingRefusal? stranger, string? prompt, Func<SimulatedResponse> answer) =>
        Faulty(call, account, stranger, prompt, _ => answer());

    private SimulatedResponse Faulty(
        SimulatedCall call, string? account, KlingRefusal? stranger, string? prompt, Func<CallFaults, SimulatedResponse> answer)
    {
        CallFaults faults = _sandbox.Faults.Take(call, Id, account, prompt);
        return faults.Before(status => KlingReply.OfStatus(_sandbox.Random, status)) ?? Refused(stranger) ?? faults.After(answer(faults));
    }

    private SimulatedResponse? Refused(KlingRefusal? refusal) => refusal is null ? null : Error(refusal.Code, refusal.Message);

    private SimulatedResponse? Refused(CallFaults faults) => faults.All.FirstOrDefault(fault => fault.Name == "refuse")?.Argument switch
    {
        null => null,
        "quota" => Error(1102, "Account balance not enough"),
        _ => Error(1301, "the request was refused by the content safety policy"),
    };

    private SimulatedResponse Ok(JsonNode data) => KlingReply.Ok(_sandbox.Random, data);

    private SimulatedResponse Error(int code, string message) => KlingReply.Error(_sandbox.Random, code, message);

    private static int? Page(SimulatedRequest request, string name, int usual, int max) =>
        !request.Query.TryGetValue(name, out string? text) ? usual
        : int.TryParse(text, NumberStyles.None, null, out int number) && number >= 1 && number <= max ? number : null;

    // Eighteen digits: too many for a JavaScript number.
    private string NewId()
    {
        ulong number = ulong.Parse(_sandbox.Random.Hex(8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return $"8{(number % 100_000_000_000_000_000).ToString("D17", CultureInfo.InvariantCulture)}";
    }
}

/// <summary>Kling alone: one simulator.</summary>
public sealed class KlingSimulators : ISimulatorSet
{
    /// <inheritdoc/>
    public IEnumerable<ISimulator> Create(SandboxCore sandbox) => [new KlingSimulator(sandbox)];
}
