using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Hailuo;

/// <summary>Plays both video protocols of MiniMax: creates, reads, files by link, and for the second the list and the delete.</summary>
public sealed class HailuoSimulator : ISimulator, ICallsBack
{
    private readonly SandboxCore _sandbox;
    private readonly HailuoOutbox _outbox;

    /// <summary>Takes up what the store has kept.</summary>
    public HailuoSimulator(SandboxCore sandbox)
    {
        _sandbox = sandbox;
        _outbox = new(sandbox, Id);
    }

    /// <inheritdoc/>
    public string Id => "hailuo";

    /// <inheritdoc/>
    public IReadOnlyList<CallbackBatch> DueCallbacks() => _outbox.Due();

    /// <inheritdoc/>
    public void Sent(CallbackBatch batch) => _outbox.Sent(batch);

    /// <inheritdoc/>
    public void Unproved(CallbackBatch batch) => _outbox.Unproved(batch);

    /// <inheritdoc/>
    public async ValueTask<SimulatedResponse> HandleAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        string[] path = request.Path.TrimEnd('/').Split('/');
        SimulatedResponse answer = (request.Method, path) switch
        {
            ("POST", ["v1" or "v2", "video_generation"]) => await CreateAsync(request, path[0] == "v2", cancellationToken),
            ("GET", ["v1", "query", "video_generation"]) => QueryFirst(request),
            ("GET", ["v1", "files", "retrieve"]) => Retrieve(request),
            ("GET", ["v2", "query", "video_generation"]) => List(request),
            ("GET", ["v2", "query", "video_generation", var id]) => QuerySecond(request, id),
            ("DELETE", ["v2", "video_generation", var id]) => Delete(request, id),
            ("GET" or "HEAD", ["cdn", var file]) => Download(request, file),
            _ => SimulatedResponse.Text(404, "text/plain", "404 page not found"),
        };
        return answer.WithHeader("Trace-Id", _sandbox.Random.Hex(16));
    }

    private async ValueTask<SimulatedResponse> CreateAsync(SimulatedRequest request, bool isSecond, CancellationToken cancellationToken)
    {
        (string? account, HailuoRefusal? stranger) = Account(request);
        (OrderBody? read, _) = await OrderBody.ReadAsync(request, cancellationToken);
        OrderBody body = read is { IsForm: false } ? read : OrderBody.Empty;
        (HailuoOrder? order, HailuoRefusal? mistake) = isSecond ? new HailuoSecondRules().Read(body.Fields) : new HailuoFirstRules().Read(body.Fields);
        SubmissionRow submission = new()
        {
            Provider = Id, Time = _sandbox.Time.GetUtcNow(), Model = body.Text("model"), Prompt = order?.Prompt ?? body.Text("prompt"), Credential = account,
        };
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Create, Id, account, submission.Prompt);
        SimulatedResponse? refusal = faults.Before(status => HailuoReply.OfStatus(status, isSecond));
        if ((stranger ?? Refused(faults) ?? mistake ?? Full(account)) is { } wrong)
            refusal ??= HailuoReply.Refuse(wrong, isSecond);
        if (refusal is not null)
        {
            _sandbox.Refuse(submission);
            return refusal;
        }

        SimulatedJob job = NewJob(order!, submission, faults, request.Root);
        _sandbox.Accept(submission, job);
        _outbox.Watch(job);
        JsonObject accepted = new() { ["task_id"] = job.Id };
        return faults.After(SimulatedResponse.Json(200, isSecond ? accepted : HailuoReply.With(accepted)));
    }

    private SimulatedJob NewJob(HailuoOrder order, SubmissionRow submission, CallFaults faults, string root)
    {
        string id = NewId(order.IsSecond, submission.Time);
        return new SimulatedJob
        {
            Provider = Id,
            Id = id,
            Credential = submission.Credential,
            CreatedAt = submission.Time,
            Model = order.Model,
            Prompt = order.Prompt,
            WorkSeconds = faults.WorkSeconds(_sandbox.Speed.DurationSeconds),
            Faults = faults.All,
            Clip = new ClipOrder
            {
                Key = $"{Id}-{id}",
                WidthPixels = order.WidthPixels,
                HeightPixels = order.HeightPixels,
                Seconds = order.Seconds,
                HasSound = order.IsSecond,
                Model = $"{Id} / {order.Model}",
                Prompt = order.Prompt,
                Parameters = $"{order.Resolution}  {order.WidthPixels}x{order.HeightPixels}  {order.Seconds} s",
            },
            Details = new JsonObject
            {
                ["second"] = order.IsSecond, ["resolution"] = order.Resolution, ["ratio"] = order.Ratio, ["images"] = order.ImageCount,
                ["callback_url"] = order.CallbackUrl, ["root"] = root,
            },
        };
    }

    private SimulatedResponse QueryFirst(SimulatedRequest request) =>
        OfJob(SimulatedCall.Retrieve, request, request.Query.GetValueOrDefault("task_id"), isSecond: false, (job, faults) =>
            SimulatedResponse.Json(200, new HailuoJob(job).First(_sandbox.Read(job), IsUnknown(job, faults))));

    private SimulatedResponse QuerySecond(SimulatedRequest request, string id) =>
        OfJob(SimulatedCall.Retrieve, request, id, isSecond: true, (job, faults) => SimulatedResponse.Json(
            200, new JsonObject { ["task"] = new HailuoJob(job).Second(_sandbox.Read(job), IsUnknown(job, faults), _sandbox.Time.GetUtcNow()) }));

    private SimulatedResponse Retrieve(SimulatedRequest request)
    {
        string id = HailuoJob.IdOfFile(request.Query.GetValueOrDefault("file_id"));
        return OfJob(SimulatedCall.Content, request, id, isSecond: false, (job, _) => _sandbox.Read(job) is { State: JobState.Completed, EndedAt: { } ended }
            ? SimulatedResponse.Json(200, new HailuoJob(job).File(ended, _sandbox.Time.GetUtcNow()))
            : HailuoReply.Refuse(HailuoReply.Invalid("file not found"), isSecond: false));
    }

    private SimulatedResponse List(SimulatedRequest request)
    {
        (string? account, HailuoRefusal? stranger) = Account(request);
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.List, Id, account, null);
        if ((faults.Before(status => HailuoReply.OfStatus(status, isSecond: true)) ?? Refuse(stranger, isSecond: true)) is { } refusal)
            return refusal;
        List<SimulatedJob> jobs = [.. _sandbox.Store.Jobs(Id).Where(job => job.Credential == account && job.DeletedAt is null && new HailuoJob(job).IsSecond)];
        int number = Page(request, "page_num", 1), size = Page(request, "page_size", 10);
        return faults.After(SimulatedResponse.Json(200, new JsonObject
        {
            ["tasks"] = new JsonArray([.. jobs.Skip((number - 1) * size).Take(size)
                .Select(job => new HailuoJob(job).Second(_sandbox.Read(job), isUnknown: false, _sandbox.Time.GetUtcNow()))]),
            ["total"] = jobs.Count,
        }));
    }

    // What waits is cancelled, what has ended loses its record, what runs or is cancelled stays as it is.
    private SimulatedResponse Delete(SimulatedRequest request, string id) => OfJob(SimulatedCall.Delete, request, id, isSecond: true, (job, _) =>
    {
        DateTimeOffset now = _sandbox.Time.GetUtcNow();
        switch (_sandbox.Read(job).State)
        {
            case JobState.Queued:
                _sandbox.Store.Update(job with { CancelledAt = now });
                return Done("cancel", "cancelled");
            case JobState.Completed or JobState.Failed:
                _sandbox.Store.Update(job with { DeletedAt = now });
                return Done("delete", "deleted");
            default:
                return HailuoReply.Refuse(HailuoReply.Invalid("the task can not be deleted in its status"), isSecond: true);
        }

        SimulatedResponse Done(string action, string status) =>
            SimulatedResponse.Json(200, new JsonObject { ["task_id"] = id, ["action"] = action, ["status"] = status });
    });

    // The link carries its own signature; a client that sends its key along is caught here.
    private SimulatedResponse Download(SimulatedRequest request, string file)
    {
        if (_sandbox.Store.FindJob(Id, Path.GetFileNameWithoutExtension(file)) is not { DeletedAt: null } job)
            return SimulatedResponse.Text(404, "text/plain", "not found");
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Content, Id, job.Credential, job.Prompt);
        if (faults.Before(status => SimulatedResponse.Text(status, "text/plain", "refused by the sandbox")) is { } fault)
            return fault;
        if (request.Headers.ContainsKey("Authorization"))
            return SimulatedResponse.Text(400, "text/plain", "only one way of authentication is allowed");
        bool isFresh = long.TryParse(request.Query.GetValueOrDefault("Expires"), NumberStyles.None, CultureInfo.InvariantCulture, out long until)
            && _sandbox.Time.GetUtcNow().ToUnixTimeSeconds() < until;
        if (!isFresh)
            return SimulatedResponse.Text(403, "text/plain", "the link has expired");
        if (_sandbox.Read(job).State != JobState.Completed || job.Has("content", "404"))
            return SimulatedResponse.Text(404, "text/plain", "not found");
        if ((job.Has("redirect") || faults.Has("redirect")) && !request.Query.ContainsKey("moved"))
        {
            return new SimulatedResponse { Status = 302 }
                .WithHeader("Location", $"{request.Root}/cdn/{file}?Expires={until}&Signature=sandbox&moved=1");
        }

        SimulatedResponse answer = SimulatedResponse.OfClip(job.Clip, ClipVariant.Video);
        return faults.After(job.Has("content", "truncated") ? answer with { Wire = WireFault.Truncate } : answer);
    }

    private SimulatedResponse OfJob(
        SimulatedCall call, SimulatedRequest request, string? id, bool isSecond, Func<SimulatedJob, CallFaults, SimulatedResponse> answer)
    {
        (string? account, HailuoRefusal? stranger) = Account(request);
        SimulatedJob? job = _sandbox.Store.FindJob(Id, id ?? "") is { DeletedAt: null } found && found.Credential == account
            && new HailuoJob(found).IsSecond == isSecond ? found : null;
        CallFaults faults = _sandbox.Faults.Take(call, Id, account, job?.Prompt);
        return faults.Before(status => HailuoReply.OfStatus(status, isSecond)) ?? Refuse(stranger, isSecond)
            ?? (job is null ? HailuoReply.Refuse(HailuoReply.Invalid("task not found"), isSecond) : faults.After(answer(job, faults)));
    }

    private (string? Account, HailuoRefusal? Stranger) Account(SimulatedRequest request)
    {
        if (request.BearerToken is not { Length: > 0 } token)
            return (null, new(1004, "login fail: Please carry the API secret key in the 'Authorization' field of the request header"));
        return _sandbox.Options.CredentialsOf(Id, "sk-sandbox-hailuo").Contains(token) ? (token, null) : (null, new(2049, "invalid api key"));
    }

    private HailuoRefusal? Full(string? account) => _sandbox.IsFull(Id, account) ? new(1002, "rate limit exceeded(RPM)") : null;

    private static bool IsUnknown(SimulatedJob job, CallFaults faults) => job.Has("unknown-status") || faults.Has("unknown-status");

    private static SimulatedResponse? Refuse(HailuoRefusal? refusal, bool isSecond) => refusal is null ? null : HailuoReply.Refuse(refusal, isSecond);

    private static HailuoRefusal? Refused(CallFaults faults) => faults.All.FirstOrDefault(fault => fault.Name == "refuse")?.Argument switch
    {
        null => null,
        "quota" => new(1008, "insufficient balance"),
        _ => new(1026, "input new_sensitive"),
    };

    private static int Page(SimulatedRequest request, string name, int usual) =>
        int.TryParse(request.Query.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? Math.Clamp(number, 1, 1000) : usual;

    private string NewId(bool isSecond, DateTimeOffset now)
    {
        string random = _sandbox.Random.Hex(8);
        ulong number = ulong.Parse(random, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return isSecond
            ? $"h3-{now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}-{random}"
            : $"2{(number % 100_000_000_000_000).ToString("D14", CultureInfo.InvariantCulture)}";
    }
}

/// <summary>MiniMax alone: one simulator for both protocols.</summary>
public sealed class HailuoSimulators : ISimulatorSet
{
    /// <inheritdoc/>
    public IEnumerable<ISimulator> Create(SandboxCore sandbox) => [new HailuoSimulator(sandbox)];
}
