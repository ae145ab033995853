using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>Plays the new API generation: a path for each model, tasks read by lists of ids, API keys alone.</summary>
internal sealed class KlingNewApi(SandboxCore sandbox, KlingDesk desk)
{
    // Documented nowhere; a developer found more refused.
    private const int MaxIds = 20;

    private static readonly string[] _families = [KlingNewModels.Text, KlingNewModels.Image, KlingNewModels.Omni];

    /// <summary>Whether a path is of this generation.</summary>
    public static bool Owns(string[] path) => path is ["tasks"] || (path is [var family, _] && _families.Contains(family));

    /// <summary>Answers a call.</summary>
    public async ValueTask<SimulatedResponse> HandleAsync(
        SimulatedRequest request, string[] path, string? account, KlingRefusal? stranger, CancellationToken cancellationToken)
    {
        // An account that is not its own key has signed a token.
        if (account is not null && request.BearerToken != account)
            stranger = new KlingRefusal(1002, "The current API does not support AK/SK");
        return (request.Method, path) switch
        {
            ("POST", [var family, var model]) => await CreateAsync(request, family, model, account, stranger, cancellationToken),
            ("GET", ["tasks"]) => Read(request, account, stranger),
            _ => desk.Refused(stranger) ?? desk.Error(1202, "method not allowed"),
        };
    }

    private async ValueTask<SimulatedResponse> CreateAsync(
        SimulatedRequest request, string family, string model, string? account, KlingRefusal? stranger, CancellationToken cancellationToken)
    {
        (OrderBody? read, BodyProblem problem) = await OrderBody.ReadAsync(request, cancellationToken);
        JsonObject body = read is { IsForm: false } ? read.Fields : [];
        JsonObject options = body["options"] as JsonObject ?? [];
        KlingCreate create = new()
        {
            Family = "tasks",
            Account = account,
            Stranger = stranger,
            Problem = read is null || read.IsForm ? $"the body is no JSON object ({problem})" : null,
            Model = model,
            Prompt = PromptOf(body),
            ExternalId = TextOf(options["external_task_id"]),
            CallbackUrl = TextOf(options["callback_url"]),
            Root = request.Root,
            IsNew = true,
            HasWatermark = () => new KlingFields(options).Watermark(),
            Read = () => Find(family, model) is { } found
                ? KlingNewRules.Read(family, found, body)
                : new KlingRefusal(1203, $"model {model} does not exist"),
        };
        return await desk.CreateAsync(create, cancellationToken);
    }

    // Exactly one of the two lists; what is unknown is left out.
    private SimulatedResponse Read(SimulatedRequest request, string? account, KlingRefusal? stranger)
    {
        string[]? ids = Ids(request, "task_ids");
        string[]? externalIds = Ids(request, "external_task_ids");
        List<SimulatedJob> jobs =
        [
            .. (ids ?? []).Distinct().Select(id => desk.Find(account, id))
                .Concat((externalIds ?? []).Distinct().Select(id => desk.FindExternal(account, id))).OfType<SimulatedJob>(),
        ];
        return desk.Faulty(SimulatedCall.Retrieve, account, stranger, jobs.FirstOrDefault()?.Prompt, faults =>
        {
            if ((ids ?? externalIds) is not { } given)
                return desk.Error(1201, "task_ids or external_task_ids is required");
            if (ids is not null && externalIds is not null)
                return desk.Error(1201, "task_ids and external_task_ids can not be used together");
            if (given.Length > MaxIds)
                return desk.Error(1201, $"at most {MaxIds} tasks can be queried at a time");
            return desk.Ok(new JsonArray([.. jobs.Select(job =>
                new KlingJob(faults.Has("unknown-status") ? job with { Faults = [.. job.Faults, .. faults.All] } : job).NewTask(sandbox.Read(job)))]));
        });
    }

    private KlingModel? Find(string family, string name) =>
        KlingNewModels.All.FirstOrDefault(model => model.Name == name && model.Families.Contains(family) && desk.Served.Contains(name));

    private static string[]? Ids(SimulatedRequest request, string name) =>
        request.Query.GetValueOrDefault(name)?.Split(',', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } ids ? ids : null;

    private static string? PromptOf(JsonObject body) => TextOf(body["prompt"])
        ?? TextOf((body["contents"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(item => TextOf(item["type"]) == "prompt")?["text"]);

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
