using System.Globalization;
using System.Text.Json.Nodes;
using Reelay.Simulators.Google;

namespace Reelay.Simulators.GoogleVeo;

/// <summary>
/// Plays Veo at both its surfaces: Vertex with its token endpoint, operations and Cloud Storage, and the Gemini API with its files.
/// </summary>
public sealed class GoogleVeoSimulator : ISimulator
{
    /// <summary>Links to files begin with Google's own address, as Google's client insists; below this path with the caller's.</summary>
    private const string OwnOrigin = "own-origin";
    private const string GoogleOrigin = "https://generativelanguage.googleapis.com";

    private readonly SandboxCore _sandbox;
    private readonly GoogleAccounts _accounts;

    /// <summary>Takes the configured accounts.</summary>
    public GoogleVeoSimulator(SandboxCore sandbox)
    {
        _sandbox = sandbox;
        _accounts = new(sandbox.Options.CredentialsOf(Id, GoogleAccounts.Usual), sandbox.Time);
    }

    /// <inheritdoc/>
    public string Id => "google-veo";

    /// <inheritdoc/>
    public async ValueTask<SimulatedResponse> HandleAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        string[] path = request.Path.Split('/');
        if (path is ["token"])
            return await _accounts.TokenAsync(request, cancellationToken);
        string origin = GoogleOrigin;
        if (path is [OwnOrigin, ..])
            (origin, path) = ($"{request.Root}/{OwnOrigin}", path[1..]);
        return (request.Method, path) switch
        {
            ("POST", ["v1" or "v1beta", "models", var verb]) => await OfModelAsync(request, GoogleVeoCall.Gemini(verb), cancellationToken),
            ("POST", ["v1" or "v1beta1", "projects", var project, "locations", var location, "publishers", "google", "models", var verb]) =>
                await OfModelAsync(request, GoogleVeoCall.Vertex(verb, project, location), cancellationToken),
            ("POST", ["v1" or "v1beta1", "publishers", "google", "models", var verb]) =>
                await OfModelAsync(request, GoogleVeoCall.Vertex(verb, "express", "global"), cancellationToken),
            ("GET", ["v1" or "v1beta", "models", _, "operations", _]) =>
                await ReadAsync(request, string.Join('/', path[1..]), true, origin, cancellationToken),
            ("GET" or "HEAD", ["v1" or "v1beta", "files", var file]) => File(request, file),
            ("GET" or "HEAD", ["download", "storage", "v1", "b", var bucket, "o", ..]) =>
                Object(request, $"gs://{bucket}/{Uri.UnescapeDataString(string.Join('/', path[6..]))}"),
            _ => GoogleReply.Error(404, "Method not found."),
        };
    }

    private async ValueTask<SimulatedResponse> OfModelAsync(SimulatedRequest request, GoogleVeoCall call, CancellationToken cancellationToken)
    {
        switch (call.Verb)
        {
            case "predictLongRunning":
                return await CreateAsync(request, call, cancellationToken);
            case "fetchPredictOperation" when !call.IsGemini:
                (OrderBody? body, _) = await OrderBody.ReadAsync(request, cancellationToken);
                if (body?.Text("operationName") is not { } name || body.Fields.Count != 1)
                    return GoogleReply.Error(400, "Invalid JSON payload received: only `operationName` is expected.");

                // Known only under the model it was ordered from.
                bool isHere = name.Contains($"/models/{call.Model}/operations/", StringComparison.Ordinal);
                return await ReadAsync(request, isHere ? name : "", false, GoogleOrigin, cancellationToken);
            default:
                return GoogleReply.Error(404, $"{call.Verb} is not a method of models/{call.Model}.");
        }
    }

    private async ValueTask<SimulatedResponse> CreateAsync(SimulatedRequest request, GoogleVeoCall call, CancellationToken cancellationToken)
    {
        (string? account, SimulatedResponse? stranger) = _accounts.Check(request, !call.IsGemini);
        (OrderBody? read, _) = await OrderBody.ReadAsync(request, cancellationToken);
        OrderBody body = read is { IsForm: false } ? read : OrderBody.Empty;
        SubmissionRow submission = new()
        {
            Provider = Id,
            Time = _sandbox.Time.GetUtcNow(),
            Model = call.Model,
            Prompt = ((body.Fields["instances"] as JsonArray)?.FirstOrDefault() as JsonObject)?["prompt"]?.ToString(),
            Credential = account,
        };
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Create, Id, account, submission.Prompt);
        (GoogleVeoOrder? order, SimulatedResponse? refusal) = Check(call, body, account, stranger, faults);
        if (order is null)
        {
            _sandbox.Refuse(submission);
            return refusal!;
        }

        SimulatedJob job = NewJob(call, order, submission, faults);
        _sandbox.Accept(submission, job);
        return faults.After(SimulatedResponse.Json(200, new JsonObject { ["name"] = job.Id }));
    }

    private (GoogleVeoOrder? Order, SimulatedResponse? Refusal) Check(
        GoogleVeoCall call, OrderBody body, string? account, SimulatedResponse? stranger, CallFaults faults)
    {
        if ((faults.Before(GoogleReply.OfStatus) ?? stranger) is { } refusal)
            return (null, refusal);
        GoogleVeoModel? model = GoogleVeoModel.All.FirstOrDefault(known => known.Name == call.Model && (call.IsGemini ? known.IsGemini : known.IsVertex));
        if (model is null || !_sandbox.Options.ModelsOf(Id, model.Name).Contains(model.Name))
            return (null, GoogleReply.Error(404, $"This model models/{call.Model} is no longer available. Please update your code to use a newer model."));
        (GoogleVeoOrder? order, string? mistake) = new GoogleVeoRules(model, call.IsGemini).Read(body.Fields);
        string? word = faults.All.FirstOrDefault(fault => fault.Name == "refuse")?.Argument;
        return (order, word) switch
        {
            (null, _) => (null, GoogleReply.Error(400, mistake!)),
            (_, "quota") => (null, GoogleReply.Error(429, "You exceeded your current quota. Quota exceeded for metric: free_tier_requests, limit: 0")),
            (_, not null) => (null, GoogleReply.Error(400, GoogleReply.Refusal(order.HasPictures))),
            _ when _sandbox.IsFull(Id, account) => (null, GoogleReply.Error(429, "Resource has been exhausted (e.g. check quota).")),
            _ => (order, null),
        };
    }

    private SimulatedJob NewJob(GoogleVeoCall call, GoogleVeoOrder order, SubmissionRow submission, CallFaults faults)
    {
        string hex = _sandbox.Random.Hex(16);
        string id = call.IsGemini ? hex[..12] : $"{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..]}";
        return new SimulatedJob
        {
            Provider = Id,
            Id = $"{call.Parent}/operations/{id}",
            Credential = submission.Credential,
            CreatedAt = submission.Time,
            Model = order.Model.Name,
            Prompt = order.Prompt,
            WorkSeconds = faults.WorkSeconds(_sandbox.Speed.DurationSeconds),
            Faults = faults.All,
            Clip = new ClipOrder
            {
                Key = $"{Id}-{id}",
                WidthPixels = order.WidthPixels,
                HeightPixels = order.HeightPixels,
                Seconds = order.Seconds,
                HasSound = order.HasSound,
                Model = $"{Id} / {order.Model.Name}",
                Prompt = order.Prompt,
                Parameters = string.Create(CultureInfo.InvariantCulture, $"{order.WidthPixels}x{order.HeightPixels}  {order.Seconds} s"),
            },
            Details = new JsonObject { ["gemini"] = call.IsGemini, ["samples"] = order.Samples, ["storage"] = order.StorageUri },
        };
    }

    private async ValueTask<SimulatedResponse> ReadAsync(
        SimulatedRequest request, string name, bool isGemini, string origin, CancellationToken cancellationToken)
    {
        (string? account, SimulatedResponse? stranger) = _accounts.Check(request, !isGemini);
        SimulatedJob? job = _sandbox.Store.FindJob(Id, name) is { } found && found.Credential == account && new GoogleVeoJob(found).IsGemini == isGemini ? found : null;
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Retrieve, Id, account, job?.Prompt);
        if ((faults.Before(GoogleReply.OfStatus) ?? stranger) is { } refusal)
            return refusal;
        if (job is null)
        {
            return isGemini
                ? GoogleReply.Error(403, $"You do not have permission to access the operation {name.Split('/')[^1]} or it may not exist.")
                : GoogleReply.Error(404, "The operation was not found.");
        }

        SimulatedJob seen = faults.Has("unknown-status") ? job with { Faults = [.. job.Faults, .. faults.All] } : job;
        JobReading reading = _sandbox.Read(job);
        GoogleVeoJob operation = new(seen);
        byte[]? video = reading.State == JobState.Completed && operation.HasBytesInside ? await BytesAsync(job, cancellationToken) : null;
        SimulatedResponse answer = SimulatedResponse.Json(200, operation.Operation(reading, origin, video));
        return faults.After(video is not null && job.Has("content", "truncated") ? answer with { Wire = WireFault.Truncate } : answer);
    }

    private async ValueTask<byte[]> BytesAsync(SimulatedJob job, CancellationToken cancellationToken)
    {
        if (await _sandbox.Clips.OpenAsync(job.Clip, ClipVariant.Video, cancellationToken) is not { } file)
            return [];
        await using Stream content = file.Content;
        using MemoryStream whole = new();
        await content.CopyToAsync(whole, cancellationToken);
        return whole.ToArray();
    }

    private SimulatedResponse File(SimulatedRequest request, string file)
    {
        (string? account, SimulatedResponse? stranger) = _accounts.Check(request, takesTokens: false);
        string id = file.Split(':')[0];
        SimulatedJob? job = _sandbox.Store.Jobs(Id).FirstOrDefault(job => new GoogleVeoJob(job) is { IsGemini: true } own && own.ShortId == id);
        bool isRight = file == $"{id}:download" && request.Query.GetValueOrDefault("alt") == "media" && job?.Credential == account;
        return Content(request, isRight ? job : null, account, stranger);
    }

    private SimulatedResponse Object(SimulatedRequest request, string link)
    {
        (string? account, SimulatedResponse? stranger) = _accounts.Check(request, takesTokens: true);
        SimulatedJob? job = _sandbox.Store.Jobs(Id).FirstOrDefault(job => job.Credential == account && new GoogleVeoJob(job).IsObject(link));
        return Content(request, job, account, stranger);
    }

    private SimulatedResponse Content(SimulatedRequest request, SimulatedJob? job, string? account, SimulatedResponse? stranger)
    {
        CallFaults faults = _sandbox.Faults.Take(SimulatedCall.Content, Id, account, job?.Prompt);
        if ((faults.Before(GoogleReply.OfStatus) ?? stranger) is { } refusal)
            return refusal;
        if (job is null || new GoogleVeoJob(job).IsGone(_sandbox.Read(job), _sandbox.Time.GetUtcNow()))
            return GoogleReply.Error(404, "The file was not found.");
        if (job.Has("redirect") || faults.Has("redirect"))
            return new SimulatedResponse { Status = 302 }.WithHeader("Location", "/_sandbox/moved");
        SimulatedResponse answer = SimulatedResponse.OfClip(job.Clip, ClipVariant.Video);
        return faults.After(job.Has("content", "truncated") ? answer with { Wire = WireFault.Truncate } : answer);
    }
}

/// <summary>A verb on a model, and where its operations are.</summary>
internal sealed record GoogleVeoCall(string Model, string Verb, string Parent, bool IsGemini)
{
    public static GoogleVeoCall Gemini(string verb) => Of(verb, "models/", isGemini: true);

    public static GoogleVeoCall Vertex(string verb, string project, string location) =>
        Of(verb, $"projects/{project}/locations/{location}/publishers/google/models/", isGemini: false);

    private static GoogleVeoCall Of(string text, string parent, bool isGemini)
    {
        string[] parts = text.Split(':', 2);
        return new(parts[0], parts.Length > 1 ? parts[1] : "", parent + parts[0], isGemini);
    }
}

/// <summary>Veo alone: one simulator for both surfaces.</summary>
public sealed class GoogleVeoSimulators : ISimulatorSet
{
    /// <inheritdoc/>
    public IEnumerable<ISimulator> Create(SandboxCore sandbox) => [new GoogleVeoSimulator(sandbox)];
}
