using System.Text.Json.Nodes;

namespace Reelay.Simulators.UpstreamGateway;

/// <summary>Plays another gateway: creates, reads and serves tasks in one gateway's manner. Refuses what that one does not document.</summary>
public sealed class UpstreamGatewaySimulator(UpstreamGatewayManner manner, SandboxCore sandbox) : ISimulator
{
    private const string Key = "idempotency_key";
    private const string Order = "order";

    /// <inheritdoc/>
    public string Id => manner.Id;

    /// <inheritdoc/>
    public async ValueTask<SimulatedResponse> HandleAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        string? account = sandbox.Options.CredentialsOf(Id, "sk-sandbox-" + Id).FirstOrDefault(key => key == request.BearerToken);
        string[] path = request.Path.Split('/');
        return (request.Method, path) switch
        {
            ("POST", ["v1", "videos"]) => await CreateAsync(request, account, "create", cancellationToken),
            ("POST", ["v1", "videos", "edits"]) when manner.IsReelay => await CreateAsync(request, account, "edit", cancellationToken),
            ("POST", ["v1", "videos", "extensions"]) when manner.IsReelay => await CreateAsync(request, account, "extend", cancellationToken),
            ("GET", ["v1", "videos"]) when manner.IsReelay => Faulty(SimulatedCall.List, account, null, _ => List(request, account)),
            ("GET", ["v1", "models"]) => Faulty(SimulatedCall.List, account, null, _ => Models()),
            ("POST", ["v1", "videos", var id, "cancel"]) when manner.IsReelay => OfJob(SimulatedCall.Delete, id, account, (job, _) => Cancel(request, job)),
            ("GET", ["v1", "videos", var id]) => OfJob(SimulatedCall.Retrieve, id, account, (job, faults) => Retrieve(request, job, faults)),
            ("GET" or "HEAD", ["v1", "videos", var id, "content"]) => OfJob(SimulatedCall.Content, id, account, (job, _) => Content(job)),
            ("GET" or "HEAD", ["cdn", var file]) => Link(Path.GetFileNameWithoutExtension(file)),
            _ => manner.Error(404),
        };
    }

    private async ValueTask<SimulatedResponse> CreateAsync(SimulatedRequest request, string? account, string kind, CancellationToken cancellationToken)
    {
        (OrderBody? read, _) = await OrderBody.ReadAsync(request, cancellationToken);
        OrderBody body = read ?? OrderBody.Empty;
        string? key = request.Headers.GetValueOrDefault("Idempotency-Key");
        SubmissionRow submission = new()
        {
            Provider = Id,
            Time = sandbox.Time.GetUtcNow(),
            Model = body.Text("model"),
            Prompt = body.Text("prompt"),
            Credential = account,
            ClientReference = key,
        };
        CallFaults faults = sandbox.Faults.Take(SimulatedCall.Create, Id, account, submission.Prompt);
        if (manner.IsReelay && account is not null && Earlier(account, key) is { } earlier)
        {
            // It has been ordered; what is answered now is no new submission.
            return faults.After((string?)earlier.Details![Order] == Fingerprint(body, kind)
                ? SimulatedResponse.Json(200, manner.Shown(earlier, sandbox.Read(earlier), request.Root)).WithHeader("idempotent-replayed", "true")
                : manner.Refusal(400, "idempotency_key_reused", "This Idempotency-Key was sent with another order."));
        }

        SimulatedResponse? refusal = faults.Before(manner.Error) ?? (account is null ? manner.Error(401) : Refused(faults));
        (UpstreamGatewayOrder? order, string? mistake) = refusal is null ? manner.Read(body, kind, id => Source(id, account)) : default;
        if ((refusal ?? (order is null ? manner.Refusal(400, "invalid_request", mistake!) : null)) is { } answer)
        {
            sandbox.Refuse(submission);
            return answer;
        }

        SimulatedJob job = NewJob(submission, order!, faults, new JsonObject
        {
            [Key] = key, [Order] = Fingerprint(body, kind), ["external_task_id"] = body.Text("external_task_id"),
        });
        sandbox.Accept(submission with { Model = job.Model }, job);
        return faults.After(SimulatedResponse.Json(200, manner.Shown(job, new JobReading(JobState.Queued, 0, null), request.Root)));
    }

    private SimulatedJob NewJob(SubmissionRow submission, UpstreamGatewayOrder order, CallFaults faults, JsonObject details)
    {
        string id = "task_" + sandbox.Random.Hex(16);
        return new SimulatedJob
        {
            Provider = Id,
            Id = id,
            Credential = submission.Credential,
            CreatedAt = submission.Time,
            Model = order.Model,
            Prompt = order.Prompt,
            WorkSeconds = faults.WorkSeconds(sandbox.Speed.DurationSeconds),
            Faults = faults.All,
            Details = details,
            Clip = new ClipOrder
            {
                Key = $"{Id}-{id}",
                WidthPixels = order.WidthPixels,
                HeightPixels = order.HeightPixels,
                Seconds = order.Seconds,
                Model = $"{Id} / {order.Model}",
                Prompt = order.Prompt,
                Parameters = $"{order.WidthPixels}x{order.HeightPixels}  {order.Seconds} s",
            },
        };
    }

    private SimulatedJob? Earlier(string account, string? key) => key is null ? null
        : sandbox.Store.Jobs(Id).FirstOrDefault(job => job.Credential == account && (string?)job.Details?[Key] == key);

    private SimulatedJob? Source(string id, string? account) =>
        sandbox.Store.FindJob(Id, id) is { } job && job.Credential == account && sandbox.Read(job).State == JobState.Completed ? job : null;

    private static string Fingerprint(OrderBody body, string kind) =>
        $"{kind} {JsonText.Of(body.Fields)} {string.Join(',', body.FileList.Select(file => $"{file.Key}:{file.Value.Length}"))}";

    private SimulatedResponse? Refused(CallFaults faults) => faults.All.FirstOrDefault(fault => fault.Name == "refuse")?.Argument switch
    {
        null => null,
        "quota" => manner.Refusal(403, "insufficient_user_quota", "The balance does not pay for this video."),
        _ => manner.Refusal(400, "content_policy_violation", "The prompt was refused."),
    };

    private SimulatedResponse Retrieve(SimulatedRequest request, SimulatedJob job, CallFaults faults)
    {
        JobReading reading = sandbox.Read(job);
        JsonObject shown = manner.Shown(job, reading, request.Root);
        if ((job.Has("unknown-status") || faults.Has("unknown-status")) && !reading.IsTerminal)
            shown["status"] = "reticulating";
        return SimulatedResponse.Json(200, shown);
    }

    private SimulatedResponse List(SimulatedRequest request, string? account)
    {
        string? token = request.Query.GetValueOrDefault("external_task_id");
        JsonArray rows =
        [
            .. sandbox.Store.Jobs(Id).Where(job => job.Credential == account && (token is null || (string?)job.Details?["external_task_id"] == token))
                .Select(job => manner.Shown(job, sandbox.Read(job), request.Root)),
        ];
        return SimulatedResponse.Json(200, new JsonObject
        {
            ["object"] = "list",
            ["first_id"] = rows.Count > 0 ? rows[0]!["id"]!.DeepClone() : null,
            ["last_id"] = rows.Count > 0 ? rows[^1]!["id"]!.DeepClone() : null,
            ["has_more"] = false,
            ["data"] = rows,
        });
    }

    private SimulatedResponse Cancel(SimulatedRequest request, SimulatedJob job)
    {
        if (!sandbox.Read(job).IsTerminal)
            sandbox.Store.Update(job = job with { CancelledAt = sandbox.Time.GetUtcNow() });
        return SimulatedResponse.Json(200, manner.Shown(job, sandbox.Read(job), request.Root));
    }

    private SimulatedResponse Content(SimulatedJob job)
    {
        if (sandbox.Read(job).State != JobState.Completed)
            return manner.Refusal(400, "video_not_ready", "The video is not completed yet.");
        return File(job);
    }

    // Below the gateway's own address, where a key does no harm.
    private SimulatedResponse Link(string id) => sandbox.Store.FindJob(Id, id) is { } job && sandbox.Read(job).State == JobState.Completed
        ? File(job)
        : SimulatedResponse.Text(404, "application/xml", "<Error><Code>NoSuchKey</Code></Error>");

    private SimulatedResponse File(SimulatedJob job)
    {
        if (job.Has("content", "404"))
            return manner.Error(404);
        SimulatedResponse answer = SimulatedResponse.OfClip(job.Clip, ClipVariant.Video);
        return job.Has("content", "truncated") ? answer with { Wire = WireFault.Truncate } : answer;
    }

    private SimulatedResponse OfJob(SimulatedCall call, string id, string? account, Func<SimulatedJob, CallFaults, SimulatedResponse> answer)
    {
        SimulatedJob? job = sandbox.Store.FindJob(Id, id) is { } found && found.Credential == account ? found : null;
        return Faulty(call, account, job?.Prompt, faults => job is null ? manner.UnknownTask(id) : answer(job, faults));
    }

    private SimulatedResponse Faulty(SimulatedCall call, string? account, string? prompt, Func<CallFaults, SimulatedResponse> answer)
    {
        CallFaults faults = sandbox.Faults.Take(call, Id, account, prompt);
        return faults.Before(manner.Error) ?? (account is null ? manner.Error(401) : faults.After(answer(faults)));
    }

    private static SimulatedResponse Models() => SimulatedResponse.Json(200, new JsonObject
    {
        ["object"] = "list", ["data"] = new JsonArray(new JsonObject { ["id"] = UpstreamGatewayManner.Model, ["object"] = "model" }),
    });
}

/// <summary>The gateways that are played.</summary>
public sealed class UpstreamGatewaySimulators : ISimulatorSet
{
    /// <inheritdoc/>
    public IEnumerable<ISimulator> Create(SandboxCore sandbox) =>
        new UpstreamGatewayManner[] { new UpstreamGatewayReelay(), new UpstreamGatewayNewApi(), new UpstreamGatewayAurora() }
            .Select(manner => new UpstreamGatewaySimulator(manner, sandbox));
}
