using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.OpenAi;

/// <summary>Plays OpenAI's Videos API and the self-hosted servers of its protocol, each by its <see cref="OpenAiDialect"/>.</summary>
public sealed class OpenAiSimulator(OpenAiDialect dialect, SandboxCore sandbox) : ISimulator
{
    private const int DefaultListLimit = 20;
    private const int MaxListLimit = 100;

    /// <inheritdoc/>
    public string Id => dialect.Id;

    /// <inheritdoc/>
    public async ValueTask<SimulatedResponse> HandleAsync(SimulatedRequest request, CancellationToken cancellationToken) =>
        dialect.Decorate(await AnswerAsync(request, cancellationToken));

    private async ValueTask<SimulatedResponse> AnswerAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        string[] path = request.Path.Split('/');
        if (path is ["cdn", var file] && request.Method == "GET")
            return Link(request, Path.GetFileNameWithoutExtension(file));

        string? account = dialect.Credentials.FirstOrDefault(credential => credential == request.BearerToken);
        if (request.Method == "POST" && OrderOf(path) is var (kind, sourceId) && (kind == OrderKind.Create || dialect.TakesSources))
            return await OrderAsync(request, account, kind, sourceId, cancellationToken);
        if (dialect.Credentials.Count > 0 && account is null)
            return dialect.Unauthorized(isMissing: request.BearerToken is null);
        if (dialect.Characters is { } characters && path is ["v1", "videos", "characters", ..])
            return await OfCharactersAsync(request, path[3..], account, characters, cancellationToken);

        return (request.Method, path) switch
        {
            ("GET", ["v1", "models"]) => SimulatedResponse.Json(200, ModelList()),
            ("GET", ["v1", "videos"]) => Faulty(SimulatedCall.List, account, null, () => List(request, account)),
            ("GET", ["v1", "videos", var id]) =>
                OfJob(SimulatedCall.Retrieve, id, account, (job, faults) => Retrieve(request, job, faults)),
            ("DELETE", ["v1", "videos", var id]) => OfJob(SimulatedCall.Delete, id, account, (job, _) => Delete(request, job)),
            ("GET", ["v1", "videos", var id, "content"]) =>
                OfJob(SimulatedCall.Content, id, account, (job, faults) => Content(request, job, faults)),
            _ => dialect.Error(404),
        };
    }

    // The fixed words win over ids; no id is ever one of them.
    private static (OrderKind Kind, string? SourceId)? OrderOf(string[] path) => path switch
    {
        ["v1", "videos"] => (OrderKind.Create, null),
        ["v1", "videos", "edits"] => (OrderKind.Edit, null),
        ["v1", "videos", "extensions"] => (OrderKind.Extend, null),
        ["v1", "videos", not "characters" and var id, "remix"] => (OrderKind.Remix, id),
        _ => null,
    };

    private async ValueTask<SimulatedResponse> OfCharactersAsync(
        SimulatedRequest request, string[] path, string? account, OpenAiCharacters characters, CancellationToken cancellationToken)
    {
        switch (request.Method, path)
        {
            case ("POST", []):
                (OrderBody? body, BodyProblem problem) = await OrderBody.ReadAsync(request, cancellationToken);
                return Faulty(SimulatedCall.Upload, account, null, () => characters.Create(body, problem, account));
            case ("GET", [var id]):
                return Faulty(SimulatedCall.Retrieve, account, null, () => characters.Retrieve(id, account));
            default:
                return dialect.Error(404);
        }
    }

    private async ValueTask<SimulatedResponse> OrderAsync(
        SimulatedRequest request, string? account, OrderKind kind, string? sourceId, CancellationToken cancellationToken)
    {
        (OrderBody? read, BodyProblem problem) = await OrderBody.ReadAsync(request, cancellationToken);
        OrderBody body = read ?? OrderBody.Empty;
        SubmissionRow submission = new()
        {
            Provider = Id,
            Time = sandbox.Time.GetUtcNow(),
            Model = body.Text("model"),
            Prompt = body.Text("prompt"),
            Credential = account,
            ClientReference = request.Headers.GetValueOrDefault("Idempotency-Key")
                ?? request.Headers.GetValueOrDefault("X-Client-Request-Id"),
        };
        CallFaults faults = sandbox.Faults.Take(SimulatedCall.Create, Id, account, submission.Prompt);
        OrderReading order = Check(
            request, new OrderCall(kind, body, account, sourceId), read is null ? problem : BodyProblem.None, faults);
        if (order.Refusal is { } refusal)
        {
            sandbox.Refuse(submission);
            return refusal;
        }

        SimulatedJob job = NewJob(order.Order!, submission, faults);
        sandbox.Accept(submission with { Model = job.Model }, job);
        return faults.After(dialect.Created(dialect.Video(job, new JobReading(JobState.Queued, 0, null), request.Root)));
    }

    private OrderReading Check(SimulatedRequest request, OrderCall call, BodyProblem problem, CallFaults faults)
    {
        if (faults.Before(dialect.Error) is { } fault)
            return fault;
        if (dialect.Credentials.Count > 0 && call.Account is null)
            return dialect.Unauthorized(isMissing: request.BearerToken is null);
        if (problem != BodyProblem.None)
            return dialect.Unreadable(problem);
        if (faults.All.FirstOrDefault(word => word.Name == "refuse") is { } refused)
            return dialect.Refuse(refused.Argument);
        OrderReading order = dialect.Read(call);
        return order.Order is not null && sandbox.IsFull(Id, call.Account) ? dialect.Error(429) : order;
    }

    private SimulatedJob NewJob(OpenAiOrder order, SubmissionRow submission, CallFaults faults)
    {
        string id = dialect.NewId();
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
            Details = OpenAiSources.DetailsOf(order),
            Clip = new ClipOrder
            {
                Key = $"{Id}-{id}",
                WidthPixels = order.WidthPixels,
                HeightPixels = order.HeightPixels,
                Seconds = order.Seconds,
                Fps = order.Fps,
                Model = $"{Id} / {order.Model}",
                Prompt = order.Prompt,
                Parameters = string.Create(
                    CultureInfo.InvariantCulture, $"{order.WidthPixels}x{order.HeightPixels}  {order.Seconds} s  {order.Fps} fps"),
            },
        };
    }

    private SimulatedResponse Faulty(SimulatedCall call, string? account, string? prompt, Func<SimulatedResponse> answer)
    {
        CallFaults faults = sandbox.Faults.Take(call, Id, account, prompt);
        return faults.Before(dialect.Error) ?? faults.After(answer());
    }

    private SimulatedResponse OfJob(
        SimulatedCall call, string id, string? account, Func<SimulatedJob, CallFaults, SimulatedResponse> answer)
    {
        SimulatedJob? job = sandbox.Store.FindJob(Id, id);
        CallFaults faults = sandbox.Faults.Take(call, Id, account, job?.Prompt);
        if (faults.Before(dialect.Error) is { } fault)
            return fault;
        return job is null || job.DeletedAt is not null || job.Credential != account
            ? dialect.NotFound(id)
            : faults.After(answer(job, faults));
    }

    private SimulatedResponse Retrieve(SimulatedRequest request, SimulatedJob job, CallFaults faults)
    {
        SimulatedJob seen = faults.Has("unknown-status") ? job with { Faults = [.. job.Faults, .. faults.All] } : job;
        JobReading reading = sandbox.Read(job);
        return dialect.Retrieved(seen, reading, dialect.Video(seen, reading, request.Root));
    }

    private SimulatedResponse List(SimulatedRequest request, string? account)
    {
        int limit = DefaultListLimit;
        if (request.Query.TryGetValue("limit", out string? asked)
            && (!int.TryParse(asked, NumberStyles.None, null, out limit) || limit < dialect.MinListLimit || limit > MaxListLimit))
            return dialect.BadQuery("limit", $"Invalid 'limit': expected {dialect.MinListLimit} to {MaxListLimit}, but got '{asked}'.");
        string order = request.Query.GetValueOrDefault("order", "desc");
        if (order is not ("asc" or "desc"))
            return dialect.BadQuery("order", $"Invalid value: '{order}'. Supported values are: 'asc' and 'desc'.");

        IEnumerable<SimulatedJob> jobs = sandbox.Store.Jobs(Id).Where(job => job.Credential == account && job.DeletedAt is null);
        if (order == "asc")
            jobs = jobs.Reverse();
        if (request.Query.TryGetValue("after", out string? after))
            jobs = jobs.SkipWhile(job => job.Id != after).Skip(1);
        SimulatedJob[] page = [.. jobs.Take(limit + 1)];
        JsonArray rows = [.. page.Take(limit).Select(job => dialect.Video(job, sandbox.Read(job), request.Root))];
        return SimulatedResponse.Json(200, dialect.List(rows, page.Length > limit));
    }

    private SimulatedResponse Delete(SimulatedRequest request, SimulatedJob job)
    {
        JobReading before = sandbox.Read(job);
        sandbox.Store.Update(job with { DeletedAt = sandbox.Time.GetUtcNow() });
        return SimulatedResponse.Json(200, dialect.Deleted(job, before, request.Root));
    }

    private SimulatedResponse Content(SimulatedRequest request, SimulatedJob job, CallFaults faults)
    {
        SimulatedResponse answer = dialect.Content(job, sandbox.Read(job), request.Query.GetValueOrDefault("variant"), request.Root);
        if (answer.Clip is null)
            return answer;
        if (job.Has("content", "404"))
            return dialect.Error(404);
        if (job.Has("redirect") || faults.Has("redirect"))
            return new SimulatedResponse { Status = 302 }.WithHeader("Location", $"{request.Root}/cdn/{job.Id}.mp4");
        return job.Has("content", "truncated") ? answer with { Wire = WireFault.Truncate } : answer;
    }

    // Signed links of object stores refuse a second way of authentication; a client that carries its key along is caught here.
    private SimulatedResponse Link(SimulatedRequest request, string id)
    {
        if (request.Headers.ContainsKey("Authorization"))
            return SimulatedResponse.Text(
                400, "application/xml", "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>");
        SimulatedJob? job = sandbox.Store.FindJob(Id, id);
        return job is not null && sandbox.Read(job).State == JobState.Completed
            ? SimulatedResponse.OfClip(job.Clip, ClipVariant.Video)
            : SimulatedResponse.Text(404, "application/xml", "<Error><Code>NoSuchKey</Code></Error>");
    }

    private JsonObject ModelList() => new()
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. dialect.Models.Select(model => new JsonObject
        {
            ["id"] = model,
            ["object"] = "model",
            ["created"] = 1_759_708_800,
            ["owned_by"] = Id,
        })]),
    };
}

/// <summary>The servers that speak OpenAI's video protocol.</summary>
public sealed class OpenAiSimulators : ISimulatorSet
{
    /// <inheritdoc/>
    public IEnumerable<ISimulator> Create(SandboxCore sandbox) =>
        new OpenAiDialect[] { new OpenAiPlatform(sandbox), new VllmOmni(sandbox), new Sglang(sandbox), new TensorRtLlm(sandbox) }
            .Select(dialect => new OpenAiSimulator(dialect, sandbox));
}
