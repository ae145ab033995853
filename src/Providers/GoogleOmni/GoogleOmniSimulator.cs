using System.Globalization;
using System.Text.Json.Nodes;
using Reelay.Simulators.Google;

namespace Reelay.Simulators.GoogleOmni;

/// <summary>Plays the Interactions API for Omni video at the Gemini API and at Vertex: blocking and in the background, inline and by link.</summary>
public sealed class GoogleOmniSimulator : ISimulator
{
    /// <summary>Links to files begin with Google's own address, as Google's client insists; below this path with the caller's.</summary>
    private const string OwnOrigin = "own-origin";
    private const string GoogleOrigin = "https://generativelanguage.googleapis.com";

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);

    private readonly SandboxCore _sandbox;
    private readonly GoogleAccounts _accounts;

    /// <summary>Takes the configured accounts.</summary>
    public GoogleOmniSimulator(SandboxCore sandbox)
    {
        _sandbox = sandbox;
        _accounts = new(sandbox.Options.CredentialsOf(Id, GoogleAccounts.Usual), sandbox.Time);
    }

    /// <inheritdoc/>
    public string Id => "google-omni";

    /// <inheritdoc/>
    public async ValueTask<SimulatedResponse> HandleAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        // Google's client writes the parent of interactions with its slashes escaped.
        string[] path = request.Path.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase).Split('/');
        if (path is ["token"])
            return await _accounts.TokenAsync(request, cancellationToken);
        string origin = GoogleOrigin;
        if (path is [OwnOrigin, ..])
            (origin, path) = ($"{request.Root}/{OwnOrigin}", path[1..]);
        return path switch
        {
            ["v1" or "v1beta", "interactions", .. var rest] => await RouteAsync(request, rest, false, origin, cancellationToken),
            ["v1beta1", "projects", _, "locations", "global", "interactions", .. var rest] =>
                await RouteAsync(request, rest, true, origin, cancellationToken),
            ["v1" or "v1beta", "files", var file] when request.Method is "GET" or "HEAD" => File(request, file),
            ["download", "storage", "v1", "b", var bucket, "o", ..] when request.Method is "GET" or "HEAD" =>
                Object(request, $"gs://{bucket}/{Uri.UnescapeDataString(string.Join('/', path[6..]))}"),
            _ => GoogleReply.Error(404, "Method not found."),
        };
    }

    private async ValueTask<SimulatedResponse> RouteAsync(
        SimulatedRequest request, string[] rest, bool isVertex, string origin, CancellationToken cancellationToken) => (request.Method, rest) switch
        {
            ("POST", []) => await CreateAsync(request, isVertex, origin, cancellationToken),
            ("GET", [var id]) => await OfJobAsync(SimulatedCall.Retrieve, request, isVertex, id, (job, faults) => ReadAsync(job, faults, origin, cancellationToken)),
            ("DELETE", [var id]) => await OfJobAsync(SimulatedCall.Delete, request, isVertex, id, (job, _) => new(Delete(job))),
            ("POST", [var id, "cancel"]) => await OfJobAsync(SimulatedCall.Delete, request, isVertex, id, (job, _) => new(Cancel(job, origin))),
            _ => GoogleReply.Error(404, "Method not found."),
        };

    private static SimulatedResponse Mistake(string message) => SimulatedResponse.Json(
        400, new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["code"] = "invalid_request" } });

    private static SimulatedResponse OfStatus(int status) => status == 400 ? Mistake("refused by the sandbox") : GoogleReply.OfStatus(status);

    private async ValueTask<SimulatedResponse> CreateAsync(SimulatedRequest request, bool isVertex, string origin, CancellationToken cancellationToken)
    {
        (string? account, SimulatedResponse? stranger) = _accounts.Check(request, isVertex);
        (OrderBody? read, _) = await OrderBody.ReadAsync(request, cancellationToken);
        OrderBody body = read is { IsForm: false } ? read : OrderBody.Empty;
        GoogleOmniRules rules = new(isVertex, id => _sandbox.Store.FindJob(Id, id) is { DeletedAt: null } job && job.Credential == account ? job : null);
        (GoogleOmniOrder? order, string? mistake) = rules.Read(body.Fields);
        SubmissionRow submission = new()
        {
            Provider = Id, Time = _sandbox.Time.GetUtcNow(), Model = body.Text("model"), Prompt = order?.Prompt ?? body.Text("input"), Credential = account,
        };
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Create, Id, account, submission.Prompt);
        SimulatedResponse? refusal = faults.Before(OfStatus) ?? stranger
            ?? (faults.Has("refuse", "quota") ? GoogleReply.Error(429, "You exceeded your current quota. Quota exceeded for metric: free_tier_requests, limit: 0") : null)
            ?? (order is null ? Mistake(mistake!) : null)
            ?? (_sandbox.IsFull(Id, account) ? GoogleReply.Error(429, "Resource has been exhausted (e.g. check quota).") : null);
        if (refusal is not null)
        {
            _sandbox.Refuse(submission);
            return refusal;
        }

        SimulatedJob job = NewJob(order!, submission, faults);
        _sandbox.Accept(submission, job);
        while (!order!.IsBackground && !_sandbox.Read(job).IsTerminal)
            await Task.Delay(_look, _sandbox.Time, cancellationToken);
        JobReading reading = order.IsBackground ? new JobReading(JobState.Running, 0, null) : _sandbox.Read(job);
        return faults.After(SimulatedResponse.Json(
            200, new GoogleOmniJob(job).Interaction(reading, origin, await VideoAsync(job, reading, cancellationToken), isCreate: true)));
    }

    private SimulatedJob NewJob(GoogleOmniOrder order, SubmissionRow submission, CallFaults faults)
    {
        string id = "v1_" + Convert.ToBase64String(Convert.FromHexString(_sandbox.Random.Hex(24))).Replace('+', '-').Replace('/', '_').TrimEnd('=');

        // There is no refusal of content at once: it is accepted and answered in words.
        IReadOnlyList<Fault> all = faults.Has("refuse", "content_policy") ? [.. faults.All, new Fault("fail", "content_policy")] : faults.All;
        string file = _sandbox.Random.Hex(6);
        return new SimulatedJob
        {
            Provider = Id,
            Id = id,
            Credential = submission.Credential,
            CreatedAt = submission.Time,
            Model = order.Model,
            Prompt = order.Prompt,
            WorkSeconds = faults.WorkSeconds(_sandbox.Speed.DurationSeconds),
            Faults = all,
            Clip = new ClipOrder
            {
                Key = $"{Id}-{file}",
                WidthPixels = order.WidthPixels,
                HeightPixels = order.HeightPixels,
                Seconds = order.Seconds,
                Model = $"{Id} / {order.Model}",
                Prompt = order.Prompt,
                Parameters = string.Create(CultureInfo.InvariantCulture, $"{order.WidthPixels}x{order.HeightPixels}  {order.Seconds} s  {order.Task}"),
            },
            Details = new JsonObject
            {
                ["file"] = file, ["delivery"] = order.Delivery, ["folder"] = order.Folder, ["task"] = order.Task, ["input"] = order.Input.DeepClone(),
                ["format"] = order.Format.DeepClone(),
            },
        };
    }

    private async ValueTask<SimulatedResponse> OfJobAsync(
        SimulatedCall call, SimulatedRequest request, bool isVertex, string id, Func<SimulatedJob, CallFaults, ValueTask<SimulatedResponse>> answer)
    {
        (string? account, SimulatedResponse? stranger) = _accounts.Check(request, isVertex);
        SimulatedJob? job = _sandbox.Store.FindJob(Id, id) is { DeletedAt: null } found && found.Credential == account ? found : null;
        CallFaults faults = _sandbox.Faults.Take(call, Id, account, job?.Prompt);
        if ((faults.Before(OfStatus) ?? stranger) is { } refusal)
            return refusal;
        return job is null ? Mistake($"Invalid interaction name: {id}") : faults.After(await answer(job, faults));
    }

    private async ValueTask<SimulatedResponse> ReadAsync(SimulatedJob job, CallFaults faults, string origin, CancellationToken cancellationToken)
    {
        SimulatedJob seen = faults.Has("unknown-status") ? job with { Faults = [.. job.Faults, .. faults.All] } : job;
        JobReading reading = _sandbox.Read(job);
        return SimulatedResponse.Json(200, new GoogleOmniJob(seen).Interaction(reading, origin, await VideoAsync(job, reading, cancellationToken)));
    }

    private async ValueTask<byte[]?> VideoAsync(SimulatedJob job, JobReading reading, CancellationToken cancellationToken)
    {
        if (reading.State != JobState.Completed || !new GoogleOmniJob(job).IsInline
            || await _sandbox.Clips.OpenAsync(job.Clip, ClipVariant.Video, cancellationToken) is not { } file)
            return null;
        await using Stream content = file.Content;
        using MemoryStream whole = new();
        await content.CopyToAsync(whole, cancellationToken);
        return whole.ToArray();
    }

    private SimulatedResponse Delete(SimulatedJob job)
    {
        _sandbox.Store.Update(job with { DeletedAt = _sandbox.Time.GetUtcNow() });
        return SimulatedResponse.Json(200, new JsonObject());
    }

    // Again is as good as once; what has ended by itself stays as it is.
    private SimulatedResponse Cancel(SimulatedJob job, string origin)
    {
        JobReading reading = _sandbox.Read(job);
        if (reading.State is JobState.Completed or JobState.Failed)
            return Mistake("Only interactions that are running in the background can be cancelled.");
        SimulatedJob cancelled = job with { CancelledAt = job.CancelledAt ?? _sandbox.Time.GetUtcNow() };
        _sandbox.Store.Update(cancelled);
        return SimulatedResponse.Json(200, new GoogleOmniJob(cancelled).Interaction(_sandbox.Read(cancelled), origin, null));
    }

    private SimulatedResponse File(SimulatedRequest request, string file)
    {
        (string? account, SimulatedResponse? stranger) = _accounts.Check(request, takesTokens: false);
        SimulatedJob? job = _sandbox.Store.Jobs(Id).FirstOrDefault(job => job.Credential == account && $"{new GoogleOmniJob(job).FileId}:download" == file);
        return Content(request.Query.GetValueOrDefault("alt") == "media" ? job : null, account, stranger);
    }

    private SimulatedResponse Object(SimulatedRequest request, string link)
    {
        (string? account, SimulatedResponse? stranger) = _accounts.Check(request, takesTokens: true);
        return Content(_sandbox.Store.Jobs(Id).FirstOrDefault(job => job.Credential == account && new GoogleOmniJob(job).ObjectLink == link), account, stranger);
    }

    private SimulatedResponse Content(SimulatedJob? job, string? account, SimulatedResponse? stranger)
    {
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Content, Id, account, job?.Prompt);
        if ((faults.Before(OfStatus) ?? stranger) is { } refusal)
            return refusal;
        if (job is null || new GoogleOmniJob(job).IsGone(_sandbox.Read(job), _sandbox.Time.GetUtcNow()))
            return GoogleReply.Error(404, "The file was not found.");
        if (job.Has("redirect") || faults.Has("redirect"))
            return new SimulatedResponse { Status = 302 }.WithHeader("Location", "/_sandbox/moved");
        SimulatedResponse answer = SimulatedResponse.OfClip(job.Clip, ClipVariant.Video);
        return faults.After(job.Has("content", "truncated") ? answer with { Wire = WireFault.Truncate } : answer);
    }
}

/// <summary>Omni alone: one simulator for both surfaces.</summary>
public sealed class GoogleOmniSimulators : ISimulatorSet
{
    /// <inheritdoc/>
    public IEnumerable<ISimulator> Create(SandboxCore sandbox) => [new GoogleOmniSimulator(sandbox)];
}
