using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Xai;

/// <summary>
/// Plays Grok Imagine: videos by a handle that is told once, pictures with the answer, files by links without a key. The second of its usual
/// keys has the limits of a real account, one video and five orders of pictures a second; the first has none, so that tests need not wait.
/// </summary>
public sealed class XaiSimulator(SandboxCore sandbox) : ISimulator
{
    /// <summary>The key whose requests are counted.</summary>
    public const string LimitedKey = "xai-sandbox-key-limited";

    private const string UsualKey = "xai-sandbox-key";

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _linkLife = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<(string Key, bool IsPicture), long[]> _taken = [];

    /// <inheritdoc/>
    public string Id => "xai";

    /// <inheritdoc/>
    public async ValueTask<SimulatedResponse> HandleAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        string? account = sandbox.Options.CredentialsOf(Id, UsualKey, LimitedKey).FirstOrDefault(key => key == request.BearerToken);
        return (request.Method, request.Path.Split('/')) switch
        {
            ("POST", ["v1", "videos", "generations" or "edits" or "extensions"]) => await CreateAsync(request, account, cancellationToken),
            ("POST", ["v1", "images", "generations" or "edits"]) => await CreateAsync(request, account, cancellationToken),
            ("GET", ["v1", "videos", var id]) => Retrieve(request, id, account),
            ("GET" or "HEAD", ["files", var file]) => File(request, file),
            (_, ["v1", "videos" or "images", ..]) => XaiSimulatorReply.OfStatus(405),
            _ => XaiSimulatorReply.OfStatus(404),
        };
    }

    private async ValueTask<SimulatedResponse> CreateAsync(SimulatedRequest request, string? account, CancellationToken cancellationToken)
    {
        (OrderBody? read, BodyProblem problem) = await OrderBody.ReadAsync(request, cancellationToken);
        OrderBody body = read is { IsForm: false } ? read : OrderBody.Empty;
        SubmissionRow submission = new()
        {
            Provider = Id, Time = sandbox.Time.GetUtcNow(), Model = body.Text("model"), Prompt = body.Text("prompt"), Credential = account,
        };
        CallFaults faults = sandbox.Faults.Take(SimulatedCall.Create, Id, account, submission.Prompt);
        XaiSimulatorRules rules = new(body.Fields);
        XaiSimulatorOrder order = rules.Read(request.Path["v1/".Length..]);
        SimulatedResponse? refusal = faults.Before(XaiSimulatorReply.OfStatus)
            ?? Stranger(request, account)
            ?? (problem == BodyProblem.UnknownType || read is { IsForm: true } ? XaiSimulatorReply.OfStatus(415) : null)
            ?? (read is null ? XaiSimulatorReply.Error(422, null, $"Failed to parse the request body as JSON ({problem})") : null)
            ?? (IsTooFast(account!, order.IsPicture) ? XaiSimulatorReply.OfStatus(429) : null)
            ?? Refused(faults)
            ?? rules.Refusal
            ?? (sandbox.IsFull(Id, account) ? XaiSimulatorReply.OfStatus(429) : null);
        if (refusal is not null)
        {
            sandbox.Refuse(submission);
            return refusal;
        }

        SimulatedJob job = NewJob(order, submission, faults);
        sandbox.Accept(submission, job);
        if (!order.IsPicture)
            return faults.After(SimulatedResponse.Json(200, new JsonObject { ["request_id"] = job.Id }));
        return faults.Has("stuck")
            ? new SimulatedResponse { Status = 0, Wire = WireFault.Hang }
            : faults.After(await PicturesAsync(job, order, request.Root, cancellationToken));
    }

    private SimulatedJob NewJob(XaiSimulatorOrder order, SubmissionRow submission, CallFaults faults)
    {
        string hex = sandbox.Random.Hex(16);
        string id = $"{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..]}";
        return new SimulatedJob
        {
            Provider = Id,
            Id = id,
            Credential = submission.Credential,
            CreatedAt = submission.Time,
            Model = order.Model,
            Prompt = order.Prompt,

            // Pictures take no time here, since their answer would have to be waited for.
            WorkSeconds = faults.WorkSeconds(order.IsPicture ? 0 : sandbox.Speed.DurationSeconds),

            // Without a prompt it is taken, and fails afterwards.
            Faults = order.Prompt.Length > 0 ? faults.All : [.. faults.All, new Fault("fail", "prompt")],
            Clip = new ClipOrder
            {
                Key = $"{Id}-{id}",
                WidthPixels = order.WidthPixels,
                HeightPixels = order.HeightPixels,
                Seconds = order.Seconds,
                Fps = order.IsPicture ? 1 : 24,
                Picture = order.IsPicture ? "jpeg" : null,
                HasSound = order.HasSound,
                Model = $"{Id} / {order.Model}",
                Prompt = order.Prompt,
                Parameters = order.Parameters,
            },
            Details = new JsonObject { ["ticks"] = order.CostTicks, ["path"] = order.Path },
        };
    }

    private async ValueTask<SimulatedResponse> PicturesAsync(
        SimulatedJob job, XaiSimulatorOrder order, string root, CancellationToken cancellationToken)
    {
        List<ClipOrder> pictures = [.. Enumerable.Range(0, order.Count).Select(index => PictureOf(job, index))];
        if (!job.Faults.Any(fault => fault.Name == "fail"))
            pictures.ForEach(sandbox.Clips.Prepare);
        while (!sandbox.Read(job).IsTerminal)
            await Task.Delay(_look, sandbox.Time, cancellationToken);
        if (job.Has("fail", "content_policy"))
            return XaiSimulatorReply.Moderated("Generated image rejected by content moderation.", order.CostTicks);
        if (job.Has("fail", "generation"))
            return XaiSimulatorReply.OfStatus(500);
        JsonArray data = [];
        for (int index = 0; index < order.Count; index++)
        {
            JsonObject item = new() { ["revised_prompt"] = "", ["respect_moderation"] = true };
            if (order.IsBase64)
                item["b64_json"] = await Base64Async(pictures[index], cancellationToken);
            else
                item["url"] = $"{root}/files/{job.Id}_{index}.jpeg";
            data.Add((JsonNode)item);
        }

        return SimulatedResponse.Json(200, new JsonObject { ["data"] = data, ["usage"] = XaiSimulatorReply.Usage(order.CostTicks) });
    }

    private async ValueTask<string> Base64Async(ClipOrder picture, CancellationToken cancellationToken)
    {
        ClipFile file = (await sandbox.Clips.OpenAsync(picture, ClipVariant.Video, cancellationToken))!;
        await using Stream content = file.Content;
        byte[] bytes = new byte[content.Length];
        await content.ReadExactlyAsync(bytes, cancellationToken);
        return Convert.ToBase64String(bytes);
    }

    private SimulatedResponse Retrieve(SimulatedRequest request, string id, string? account)
    {
        SimulatedJob? job = sandbox.Store.FindJob(Id, id) is { Clip.Picture: null } found && found.Credential == account ? found : null;
        CallFaults faults = sandbox.Faults.Take(SimulatedCall.Retrieve, Id, account, job?.Prompt);
        if ((faults.Before(XaiSimulatorReply.OfStatus) ?? Stranger(request, account)) is { } refusal)
            return refusal;
        if (job is null)
        {
            return Guid.TryParseExact(id, "D", out _)
                ? XaiSimulatorReply.OfStatus(404)
                : XaiSimulatorReply.Error(400, "invalid-argument", "Malformed request ID");
        }

        bool isUnknown = faults.Has("unknown-status") || job.Has("unknown-status");
        return faults.After(XaiSimulatorReply.State(job, sandbox.Read(job), request.Root, isUnknown));
    }

    // Links need no key, and whoever sends one along shows it to a stranger.
    private SimulatedResponse File(SimulatedRequest request, string file)
    {
        string[] name = Path.GetFileNameWithoutExtension(file).Split('_');
        if (sandbox.Store.FindJob(Id, name[0]) is not { } job)
            return SimulatedResponse.Text(404, "application/xml", "<Error><Code>NoSuchKey</Code></Error>");
        CallFaults faults = sandbox.Faults.Take(SimulatedCall.Content, Id, job.Credential, job.Prompt);
        if (faults.Before(status => SimulatedResponse.Text(status, "text/plain", "refused by the sandbox")) is { } fault)
            return fault;
        if (request.Headers.ContainsKey("Authorization"))
            return SimulatedResponse.Text(400, "text/plain", "a link takes no key");
        JobReading reading = sandbox.Read(job);
        if (reading.State != JobState.Completed || job.Has("content", "404"))
            return SimulatedResponse.Text(404, "application/xml", "<Error><Code>NoSuchKey</Code></Error>");
        if (reading.EndedAt + _linkLife <= sandbox.Time.GetUtcNow())
            return SimulatedResponse.Text(403, "application/xml", "<Error><Code>AccessDenied</Code></Error>");
        if (job.Has("redirect") || faults.Has("redirect"))
            return new SimulatedResponse { Status = 302 }.WithHeader("Location", "/_sandbox/moved");
        ClipOrder clip = name.Length == 2 && int.TryParse(name[1], out int index) ? PictureOf(job, index) : job.Clip;
        SimulatedResponse answer = SimulatedResponse.OfClip(clip, ClipVariant.Video);
        return faults.After(job.Has("content", "truncated") ? answer with { Wire = WireFault.Truncate } : answer);
    }

    private bool IsTooFast(string account, bool isPicture)
    {
        if (account != LimitedKey)
            return false;
        long now = sandbox.Time.GetUtcNow().ToUnixTimeMilliseconds();
        long[] times = _taken.GetOrAdd((account, isPicture), _ => new long[isPicture ? 5 : 1]);
        lock (times)
        {
            int oldest = Array.IndexOf(times, times.Min());
            if (now - times[oldest] < 1000)
                return true;
            times[oldest] = now;
            return false;
        }
    }

    private static ClipOrder PictureOf(SimulatedJob job, int index) => index == 0
        ? job.Clip
        : job.Clip with { Key = $"{job.Clip.Key}-{index}", Parameters = $"{job.Clip.Parameters}  no. {index + 1}" };

    // A wrong key is a wrong argument here, and only a missing one is no authentication.
    private static SimulatedResponse? Stranger(SimulatedRequest request, string? account) => account is not null
        ? null
        : request.BearerToken is { Length: > 4 } key
            ? XaiSimulatorReply.Error(
                400, "invalid-argument", $"Incorrect API key provided: {key[..2]}***{key[^2..]}. You can obtain an API key from https://console.x.ai.")
            : XaiSimulatorReply.OfStatus(401);

    private static SimulatedResponse? Refused(CallFaults faults) => faults.All.FirstOrDefault(fault => fault.Name == "refuse")?.Argument switch
    {
        null => null,
        "quota" => XaiSimulatorReply.Error(
            429, "resource-exhausted", "Your team 0f9c has either used all available credits or reached its monthly spending limit."),
        _ => XaiSimulatorReply.Error(400, "imagine:content-moderated", "The prompt was rejected by content moderation."),
    };
}

/// <summary>xAI alone: one simulator.</summary>
public sealed class XaiSimulators : ISimulatorSet
{
    /// <inheritdoc/>
    public IEnumerable<ISimulator> Create(SandboxCore sandbox) => [new XaiSimulator(sandbox)];
}
