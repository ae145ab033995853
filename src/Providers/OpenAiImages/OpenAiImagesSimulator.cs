using System.Text.Json.Nodes;
using Reelay.Simulators.OpenAi;

namespace Reelay.Simulators.OpenAiImages;

/// <summary>
/// Plays OpenAI's Images API: the answer to a call is held until the work is done and carries the pictures. What the caller hears of it
/// changes nothing of the work.
/// </summary>
public sealed class OpenAiImagesSimulator(SandboxCore sandbox) : ISimulator
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc/>
    public string Id => "openai-images";

    private IReadOnlyList<string> Credentials => sandbox.Options.CredentialsOf(Id, "sk-sandbox-openai-images");

    /// <inheritdoc/>
    public async ValueTask<SimulatedResponse> HandleAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        SimulatedResponse answer = await AnswerAsync(request, cancellationToken);
        return answer
            .WithHeader("x-request-id", $"req_{sandbox.Random.Hex(16)}")
            .WithHeader("openai-version", "2020-10-01")
            .WithHeader("openai-organization", "reelay-sandbox");
    }

    private async ValueTask<SimulatedResponse> AnswerAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        string[] path = request.Path.Split('/');
        string? account = Credentials.FirstOrDefault(credential => credential == request.BearerToken);
        return (request.Method, path) switch
        {
            ("POST", ["v1", "images", "generations"]) => await CreateAsync(request, account, isEdit: false, cancellationToken),
            ("POST", ["v1", "images", "edits"]) => await CreateAsync(request, account, isEdit: true, cancellationToken),
            ("GET", ["cdn", var file]) => Link(file),
            _ when Credentials.Count > 0 && account is null => Unauthorized(request),
            ("GET", ["v1", "models"]) => SimulatedResponse.Json(200, ModelList()),
            _ => OpenAiErrors.OfStatus(404),
        };
    }

    private async ValueTask<SimulatedResponse> CreateAsync(
        SimulatedRequest request, string? account, bool isEdit, CancellationToken cancellationToken)
    {
        (OrderBody? body, BodyProblem problem) = await OrderBody.ReadAsync(request, cancellationToken);
        SubmissionRow submission = new()
        {
            Provider = Id,
            Time = sandbox.Time.GetUtcNow(),
            Model = body?.Text("model"),
            Prompt = body?.Text("prompt"),
            Credential = account,
            ClientReference = request.Headers.GetValueOrDefault("Idempotency-Key")
                ?? request.Headers.GetValueOrDefault("X-Client-Request-Id"),
        };
        CallFaults faults = sandbox.Faults.Take(SimulatedCall.Create, Id, account, submission.Prompt);
        (OpenAiImagesOrder? order, SimulatedResponse? refusal) = Check(request, account, body, problem, isEdit, faults);
        if (order is null)
        {
            sandbox.Refuse(submission);
            return refusal!;
        }

        SimulatedJob job = NewJob(order, submission, faults);
        sandbox.Accept(submission, job);
        return faults.Has("stuck")
            ? new SimulatedResponse { Status = 0, Wire = WireFault.Hang }
            : faults.After(await WorkAsync(request, job, order, cancellationToken));
    }

    private (OpenAiImagesOrder? Order, SimulatedResponse? Refusal) Check(
        SimulatedRequest request, string? account, OrderBody? body, BodyProblem problem, bool isEdit, CallFaults faults)
    {
        if (faults.Before(OpenAiErrors.OfStatus) is { } fault)
            return (null, fault);
        if (Credentials.Count > 0 && account is null)
            return (null, Unauthorized(request));
        if (body is null)
            return (null, OpenAiImagesAnswers.Unreadable(problem));
        if (faults.All.FirstOrDefault(word => word.Name == "refuse") is { } refused)
            return (null, refused.Argument == "quota" ? OpenAiImagesAnswers.NoQuota() : OpenAiImagesAnswers.Blocked("input"));
        (OpenAiImagesOrder? order, SimulatedResponse? refusal) = OpenAiImagesRules.Read(body, isEdit);
        return order is not null && sandbox.IsFull(Id, account) ? (null, OpenAiErrors.OfStatus(429)) : (order, refusal);
    }

    private SimulatedJob NewJob(OpenAiImagesOrder order, SubmissionRow submission, CallFaults faults)
    {
        string id = $"img_{sandbox.Random.Hex(16)}";
        string parameters = $"{order.WidthPixels}x{order.HeightPixels}  {order.Quality}  {order.Format}";
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
            Clip = new ClipOrder
            {
                Key = $"{Id}-{id}",
                WidthPixels = order.WidthPixels,
                HeightPixels = order.HeightPixels,
                Seconds = order.FrameCount * order.FrameMilliseconds / 1000.0,
                Fps = Math.Max(1, 1000 / order.FrameMilliseconds),
                Picture = order.Format,
                Model = $"{Id} / {order.Model}",
                Prompt = order.Prompt,
                Parameters = order.InputCount == 0 ? parameters : $"{parameters}  edit of {order.InputCount}",
            },
        };
    }

    // The state of the work is a matter of time alone: a caller that goes away does not end it.
    private async ValueTask<SimulatedResponse> WorkAsync(
        SimulatedRequest request, SimulatedJob job, OpenAiImagesOrder order, CancellationToken cancellationToken)
    {
        List<ClipOrder> pictures = [.. Enumerable.Range(0, order.Count).Select(index => PictureOf(job, index))];
        if (!job.Faults.Any(fault => fault.Name == "fail"))
            pictures.ForEach(sandbox.Clips.Prepare);
        while (!sandbox.Read(job).IsTerminal)
            await Task.Delay(_look, sandbox.Time, cancellationToken);
        if (job.Has("fail", "content_policy"))
            return OpenAiImagesAnswers.Blocked("output");
        if (job.Has("fail", "generation"))
            return OpenAiErrors.OfStatus(500);

        JsonArray data = [];
        for (int index = 0; index < order.Count; index++)
        {
            data.Add(job.Has("url")
                ? new JsonObject { ["url"] = $"{request.Root}/cdn/{job.Id}-{index}.{order.Format}" }
                : new JsonObject { ["b64_json"] = await Base64Async(pictures[index], cancellationToken) });
        }

        return SimulatedResponse.Json(200, OpenAiImagesAnswers.Pictures(order, job.CreatedAt, data));
    }

    private static ClipOrder PictureOf(SimulatedJob job, int index) => index == 0
        ? job.Clip
        : job.Clip with { Key = $"{job.Clip.Key}-{index}", Parameters = $"{job.Clip.Parameters}  no. {index + 1}" };

    private async ValueTask<string> Base64Async(ClipOrder picture, CancellationToken cancellationToken)
    {
        ClipFile file = (await sandbox.Clips.OpenAsync(picture, ClipVariant.Video, cancellationToken))!;
        await using Stream content = file.Content;
        byte[] bytes = new byte[content.Length];
        await content.ReadExactlyAsync(bytes, cancellationToken);
        return Convert.ToBase64String(bytes);
    }

    private SimulatedResponse Link(string file)
    {
        string[] name = Path.GetFileNameWithoutExtension(file).Split('-');
        return name.Length == 2 && int.TryParse(name[1], out int index) && sandbox.Store.FindJob(Id, name[0]) is { } job
            ? SimulatedResponse.OfClip(PictureOf(job, index), ClipVariant.Video)
            : SimulatedResponse.Text(404, "application/xml", "<Error><Code>NoSuchKey</Code></Error>");
    }

    private static SimulatedResponse Unauthorized(SimulatedRequest request) => request.BearerToken is null
        ? OpenAiErrors.Envelope(401, "You didn't provide an API key.", "invalid_request_error", null, null)
        : OpenAiErrors.OfStatus(401);

    private JsonObject ModelList() => new()
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. OpenAiImagesRules.Models.Select(model => new JsonObject
        {
            ["id"] = model, ["object"] = "model", ["created"] = 1_776_729_600, ["owned_by"] = Id, ["shutdown_date"] = null,
        })]),
    };
}

/// <summary>OpenAI's Images API under a path of its own, since its account, models and time are not those of the videos.</summary>
public sealed class OpenAiImagesSimulators : ISimulatorSet
{
    /// <inheritdoc/>
    public IEnumerable<ISimulator> Create(SandboxCore sandbox) => [new OpenAiImagesSimulator(sandbox)];
}
