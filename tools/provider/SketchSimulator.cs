using System.Text.Json.Nodes;

namespace Reelay.Simulators.Sketch;

/// <summary>Plays Sketch: creates, reads and lists generations and gives files by link. Refuses what its upstream does not document.</summary>
public sealed class SketchSimulator(SandboxCore sandbox) : ISimulator
{
    private static readonly string[] _fields = ["model", "prompt", "seconds", "size", "client_reference", "image"];

    /// <inheritdoc/>
    public string Id => "sketch";

    /// <inheritdoc/>
    public async ValueTask<SimulatedResponse> HandleAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        string? account = Account(request);
        return (request.Method, request.Path.Split('/')) switch
        {
            ("POST", ["v1", "generations"]) => await CreateAsync(request, account, cancellationToken),
            ("GET", ["v1", "generations"]) => Faulty(SimulatedCall.List, account, null, _ => List(account)),
            ("GET", ["v1", "generations", var id]) => Retrieve(request, id, account),
            ("GET" or "HEAD", ["files", var id]) => File(id),
            _ => Error(404, "not_found", "there is nothing here"),
        };
    }

    private async ValueTask<SimulatedResponse> CreateAsync(SimulatedRequest request, string? account, CancellationToken cancellationToken)
    {
        (OrderBody? read, _) = await OrderBody.ReadAsync(request, cancellationToken);
        OrderBody body = read ?? OrderBody.Empty;
        SubmissionRow submission = new()
        {
            Provider = Id,
            Time = sandbox.Time.GetUtcNow(),
            Model = body.Text("model"),
            Prompt = body.Text("prompt"),
            Credential = account,
            ClientReference = body.Text("client_reference"),
        };
        CallFaults faults = sandbox.Faults.Take(SimulatedCall.Create, Id, account, submission.Prompt);
        if ((faults.Before(OfStatus) ?? Stranger(account) ?? Refused(faults) ?? Check(body)) is { } refusal)
        {
            sandbox.Refuse(submission);
            return refusal;
        }

        SimulatedJob job = NewJob(submission, body, faults);
        sandbox.Accept(submission, job);
        return faults.After(SimulatedResponse.Json(200, Shown(job, new JobReading(JobState.Queued, 0, null), request.Root, isUnknown: false)));
    }

    private SimulatedJob NewJob(SubmissionRow submission, OrderBody body, CallFaults faults)
    {
        string id = "gen_" + sandbox.Random.Hex(12);
        string[] size = body.Text("size")!.Split('x');
        return new SimulatedJob
        {
            Provider = Id,
            Id = id,
            Credential = submission.Credential,
            CreatedAt = submission.Time,
            Model = submission.Model!,
            Prompt = submission.Prompt!,
            WorkSeconds = faults.WorkSeconds(sandbox.Speed.DurationSeconds),
            Faults = faults.All,
            Clip = new ClipOrder
            {
                Key = $"{Id}-{id}",
                WidthPixels = int.Parse(size[0]),
                HeightPixels = int.Parse(size[1]),
                Seconds = (int)body.Fields["seconds"]!,
                HasSound = false,
                Model = $"{Id} / {submission.Model}",
                Prompt = submission.Prompt!,
                Parameters = $"{body.Text("size")}  {body.Fields["seconds"]} s",
            },
        };
    }

    private static SimulatedResponse? Check(OrderBody body)
    {
        string? mistake =
            body.IsForm || body.Fields.Count == 0 ? "the body must be a JSON object"
            : body.Fields.FirstOrDefault(field => !_fields.Contains(field.Key)).Key is { } unknown ? $"unknown field {unknown}"
            : body.Text("model") != "sketch-1" ? "model must be sketch-1"
            : body.Text("prompt") is not { Length: > 0 and <= 2000 } ? "prompt must have 1 to 2000 characters"
            : body.Text("size") is not ("1280x720" or "720x1280") ? "size must be 1280x720 or 720x1280"
            : body.Fields["seconds"] is not JsonValue seconds || !seconds.TryGetValue(out int length) || length is not (4 or 8) ? "seconds must be 4 or 8"
            : null;
        return mistake is null ? null : Error(400, "invalid_request", mistake);
    }

    private SimulatedResponse Retrieve(SimulatedRequest request, string id, string? account)
    {
        SimulatedJob? job = sandbox.Store.FindJob(Id, id) is { } found && found.Credential == account ? found : null;
        return Faulty(SimulatedCall.Retrieve, account, job?.Prompt, faults => job is null
            ? Error(404, "not_found", "the generation does not exist")
            : SimulatedResponse.Json(200, Shown(job, sandbox.Read(job), request.Root, faults.Has("unknown-status") || job.Has("unknown-status"))));
    }

    private SimulatedResponse List(string? account) => SimulatedResponse.Json(200, new JsonObject
    {
        ["data"] = new JsonArray([.. sandbox.Store.Jobs(Id).Where(job => job.Credential == account).Select(job => JsonValue.Create(job.Id))]),
    });

    private SimulatedResponse File(string name)
    {
        if (sandbox.Store.FindJob(Id, Path.GetFileNameWithoutExtension(name)) is not { } job
            || sandbox.Read(job).State != JobState.Completed || job.Has("content", "404"))
            return SimulatedResponse.Text(404, "text/plain", "not found");
        SimulatedResponse answer = SimulatedResponse.OfClip(job.Clip, ClipVariant.Video);
        return job.Has("content", "truncated") ? answer with { Wire = WireFault.Truncate } : answer;
    }

    private SimulatedResponse Faulty(SimulatedCall call, string? account, string? prompt, Func<CallFaults, SimulatedResponse> answer)
    {
        CallFaults faults = sandbox.Faults.Take(call, Id, account, prompt);
        return faults.Before(OfStatus) ?? Stranger(account) ?? faults.After(answer(faults));
    }

    private string? Account(SimulatedRequest request) => sandbox.Options.CredentialsOf(Id, "sk-sandbox-sketch")
        .FirstOrDefault(key => request.Headers.GetValueOrDefault("Authorization") == "Bearer " + key);

    private static JsonObject Shown(SimulatedJob job, JobReading reading, string root, bool isUnknown)
    {
        JsonObject shown = new()
        {
            ["id"] = job.Id,
            ["status"] = isUnknown ? "pondering" : reading.State switch
            {
                JobState.Queued => "queued",
                JobState.Running => "running",
                JobState.Completed => "succeeded",
                _ => "failed",
            },
            ["progress"] = reading.Progress,
        };
        if (reading.State == JobState.Completed)
            shown["url"] = $"{root}/files/{job.Id}.mp4";
        if (reading.State == JobState.Failed)
            shown["error"] = new JsonObject { ["code"] = job.Has("fail", "content_policy") ? "content_policy" : "internal", ["message"] = "it failed" };
        return shown;
    }

    private static SimulatedResponse? Stranger(string? account) => account is null ? Error(401, "unauthorized", "the key is not known") : null;

    private static SimulatedResponse? Refused(CallFaults faults) => faults.All.FirstOrDefault(fault => fault.Name == "refuse")?.Argument switch
    {
        null => null,
        "quota" => Error(402, "insufficient_balance", "the account is empty"),
        _ => Error(400, "content_policy", "the prompt was refused"),
    };

    private static SimulatedResponse OfStatus(int status) => Error(status, status switch
    {
        400 => "invalid_request",
        401 => "unauthorized",
        402 => "insufficient_balance",
        429 => "rate_limited",
        503 => "overloaded",
        _ => "internal",
    }, "told by the sandbox");

    private static SimulatedResponse Error(int status, string code, string message) =>
        SimulatedResponse.Json(status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } });
}

/// <summary>Sketch alone: one simulator.</summary>
public sealed class SketchSimulators : ISimulatorSet
{
    /// <inheritdoc/>
    public IEnumerable<ISimulator> Create(SandboxCore sandbox) => [new SketchSimulator(sandbox)];
}
