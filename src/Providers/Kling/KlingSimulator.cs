using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>
/// Plays both of Kling's API generations; here the legacy one, with creates, reads and lists by path, and what they share: files by link, the
/// account's packs, callbacks.
/// </summary>
public sealed class KlingSimulator : ISimulator, ICallsBack
{
    private static readonly string[] _families = ["text2video", "image2video", "multi-image2video", "video-extend", "omni-video"];

    private readonly SandboxCore _sandbox;
    private readonly KlingAuthentication _authentication;
    private readonly KlingOutbox _outbox;
    private readonly KlingCosts _costs;
    private readonly KlingDesk _desk;
    private readonly KlingNewApi _newApi;

    /// <summary>Takes up what the store has kept.</summary>
    public KlingSimulator(SandboxCore sandbox)
    {
        _sandbox = sandbox;
        _authentication = new(sandbox.Options.CredentialsOf(Id, "ak-sandbox-kling|sk-sandbox-kling", "api-key-kling-sandbox"));
        _outbox = new(sandbox, Id);
        _costs = new(sandbox, Id);
        _desk = new(sandbox, Id, _outbox);
        _newApi = new(sandbox, _desk);
    }

    /// <inheritdoc/>
    public string Id => "kling";

    /// <inheritdoc/>
    public IReadOnlyList<CallbackBatch> DueCallbacks() => _outbox.Due();

    /// <inheritdoc/>
    public void Sent(CallbackBatch batch) => _outbox.Sent(batch);

    /// <inheritdoc/>
    public async ValueTask<SimulatedResponse> HandleAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        string[] path = request.Path.Split('/');
        if (path is ["cdn", var file])
            return request.Method is "GET" or "HEAD" ? File(request, file) : _desk.Error(1202, "method not allowed");
        (string? account, KlingRefusal? stranger) = _authentication.Check(request, _sandbox.Time.GetUtcNow());
        if (KlingNewApi.Owns(path))
            return await _newApi.HandleAsync(request, path, account, stranger, cancellationToken);
        if (path is ["v1", "videos", var family, ..] && _families.Contains(family))
        {
            return (request.Method, path) switch
            {
                ("POST", { Length: 3 }) => await CreateAsync(request, family, account, stranger, cancellationToken),
                ("GET", { Length: 3 }) => _desk.Faulty(SimulatedCall.List, account, stranger, null, _ => List(request, family, account)),
                ("GET", { Length: 4 }) => Read(family, path[3], account, stranger),
                _ => _desk.Refused(stranger) ?? _desk.Error(1202, "method not allowed"),
            };
        }

        return path is ["account", "costs"] && request.Method == "GET"
            ? _desk.Faulty(SimulatedCall.List, account, stranger, null, _ => _costs.Answer(request, account))
            : _desk.Refused(stranger) ?? _desk.Error(1203, "the requested resource does not exist");
    }

    private async ValueTask<SimulatedResponse> CreateAsync(
        SimulatedRequest request, string family, string? account, KlingRefusal? stranger, CancellationToken cancellationToken)
    {
        (OrderBody? read, BodyProblem problem) = await OrderBody.ReadAsync(request, cancellationToken);
        OrderBody body = read is { IsForm: false } ? read : OrderBody.Empty;
        KlingCreate create = new()
        {
            Family = family,
            Account = account,
            Stranger = stranger,
            Problem = read is null || read.IsForm ? $"the body is no JSON object ({problem})" : null,
            Model = body.Text("model_name"),
            Prompt = body.Text("prompt"),
            ExternalId = body.Text("external_task_id"),
            CallbackUrl = body.Text("callback_url"),
            Root = request.Root,
            HasWatermark = () => new KlingFields(body.Fields).Watermark(),
            Read = () => Check(new KlingFields(body.Fields), family, account),
        };
        return await _desk.CreateAsync(create, cancellationToken);
    }

    private KlingReading Check(KlingFields body, string family, string? account)
    {
        body.Watermark();
        if (body.Text("callback_url") is { Length: > 0 } callback && !KlingPictures.IsLink(callback))
            body.RefuseValue("callback_url");
        if (body.Mistake is { } mistake)
            return mistake;
        return family switch
        {
            "video-extend" => KlingExtendRules.Read(body, account, _sandbox, Id),
            "omni-video" => KlingOmniRules.Read(body, _desk.Served),
            _ => KlingRules.Read(family, body, _desk.Served),
        };
    }

    private SimulatedResponse Read(string family, string id, string? account, KlingRefusal? stranger)
    {
        SimulatedJob? job = _desk.Find(account, _desk.IdOf(account, id)) is { } found && new KlingJob(found).Family == family ? found : null;
        return _desk.Faulty(SimulatedCall.Retrieve, account, stranger, job?.Prompt, faults => job is null
            ? _desk.Error(1203, "the task does not exist")
            : _desk.Ok(new KlingJob(faults.Has("unknown-status") ? job with { Faults = [.. job.Faults, .. faults.All] } : job).Task(_sandbox.Read(job))));
    }

    private SimulatedResponse List(SimulatedRequest request, string family, string? account)
    {
        if (Page(request, "pageNum", 1, 1000) is not { } number || Page(request, "pageSize", 30, 500) is not { } size)
            return _desk.Error(1201, "pageNum must be 1 to 1000 and pageSize 1 to 500");
        IEnumerable<SimulatedJob> jobs = _sandbox.Store.Jobs(Id)
            .Where(job => job.Credential == account && new KlingJob(job).Family == family);
        return _desk.Ok(new JsonArray([.. jobs.Skip((number - 1) * size).Take(size).Select(job => new KlingJob(job).Task(_sandbox.Read(job)))]));
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

    private static int? Page(SimulatedRequest request, string name, int usual, int max) =>
        !request.Query.TryGetValue(name, out string? text) ? usual
        : int.TryParse(text, NumberStyles.None, null, out int number) && number >= 1 && number <= max ? number : null;
}

/// <summary>Kling alone: one simulator.</summary>
public sealed class KlingSimulators : ISimulatorSet
{
    /// <inheritdoc/>
    public IEnumerable<ISimulator> Create(SandboxCore sandbox) => [new KlingSimulator(sandbox)];
}
