using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Simulators;

/// <summary>Routes that steer and watch the sandbox.</summary>
internal static class ControlEndpoints
{
    /// <summary>Maps health, submissions, faults, speed and reset.</summary>
    public static void MapControl(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/_sandbox/health", (SandboxCore sandbox) => Answer(new JsonObject
        {
            ["status"] = "ok",
            ["simulators"] = new JsonArray([.. sandbox.Simulators.Keys.Select(id => JsonValue.Create(id))]),
            ["render"] = sandbox.Options.Render.ToString().ToLowerInvariant(),
        }));
        routes.MapGet("/_sandbox/submissions", (HttpRequest request, SandboxCore sandbox) => Submissions(request.Query, sandbox));
        routes.MapGet("/_sandbox/faults", (SandboxCore sandbox) => Answer(Rules(sandbox)));
        routes.MapPost("/_sandbox/faults", async (HttpRequest request, SandboxCore sandbox) => AddFault(await ReadAsync(request), sandbox));
        routes.MapDelete("/_sandbox/faults", (SandboxCore sandbox) =>
        {
            sandbox.Faults.Clear();
            return Answer(Rules(sandbox));
        });
        routes.MapGet("/_sandbox/speed", (SandboxCore sandbox) => Answer(SpeedOf(sandbox)));
        routes.MapPost("/_sandbox/speed", async (HttpRequest request, SandboxCore sandbox) => SetSpeed(await ReadAsync(request), sandbox));
        routes.MapPost("/_sandbox/reset", (SandboxCore sandbox, Inbox inbox) =>
        {
            sandbox.Reset();
            inbox.Clear();
            return Answer(new JsonObject { ["status"] = "ok" });
        });
    }

    /// <summary>A refusal of a control request.</summary>
    public static IResult Refuse(string field, string message) => Results.Text(
        JsonText.Of(new JsonObject { ["error"] = new JsonObject { ["field"] = field, ["message"] = message } }),
        "application/json",
        statusCode: StatusCodes.Status400BadRequest);

    private static IResult Answer(JsonObject body) => Results.Text(JsonText.Of(body), "application/json");

    private static async Task<JsonObject?> ReadAsync(HttpRequest request)
    {
        try
        {
            return await JsonNode.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IResult Submissions(IQueryCollection query, SandboxCore sandbox)
    {
        int limit = SubmissionFilter.MaxLimit;
        if (query.TryGetValue("limit", out var asked)
            && (!int.TryParse(asked, NumberStyles.None, null, out limit) || limit is < 1 or > SubmissionFilter.MaxLimit))
            return Refuse("limit", $"limit must be 1 to {SubmissionFilter.MaxLimit}.");
        if (query.TryGetValue("provider", out var provider) && !sandbox.Simulators.ContainsKey(provider.ToString()))
            return Refuse("provider", $"provider must be one of: {Names(sandbox)}.");
        SubmissionFilter filter = new()
        {
            Prompt = query.TryGetValue("prompt", out var prompt) ? prompt.ToString() : null,
            Provider = query.ContainsKey("provider") ? provider.ToString() : null,
            Limit = limit,
        };
        return Answer(new JsonObject { ["data"] = new JsonArray([.. sandbox.Submissions(filter).Select(Row)]) });
    }

    private static JsonObject Row(SubmissionReport report) => new()
    {
        ["provider"] = report.Row.Provider,
        ["time"] = report.Row.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        ["model"] = report.Row.Model,
        ["prompt"] = report.Row.Prompt,
        ["credential"] = report.Row.Credential,
        ["client_reference"] = report.Row.ClientReference,
        ["upstream_id"] = report.Row.UpstreamId,
        ["state"] = report.State,
        ["accepted"] = report.Row.Accepted,
    };

    private static JsonObject Rules(SandboxCore sandbox) => new()
    {
        ["data"] = new JsonArray([.. sandbox.Faults.Rules.Select(rule => new JsonObject
        {
            ["provider"] = rule.Provider,
            ["call"] = rule.Call.ToString().ToLowerInvariant(),
            ["fault"] = rule.Fault.ToString(),
            ["count"] = rule.Count,
            ["credential"] = rule.Credential,
            ["prompt"] = rule.Prompt,
        })]),
    };

    private static IResult AddFault(JsonObject? body, SandboxCore sandbox)
    {
        if (!ControlBody.TryOpen(body, ["provider", "call", "fault", "count", "credential", "prompt"], out IResult? refusal))
            return refusal;
        string? provider = ControlBody.Text(body, "provider");
        if (provider is null || !sandbox.Simulators.ContainsKey(provider))
            return Refuse("provider", $"provider must be one of: {Names(sandbox)}.");
        string[] calls = [.. Enum.GetNames<SimulatedCall>().Select(name => name.ToLowerInvariant())];
        int index = Array.IndexOf(calls, ControlBody.Text(body, "call"));
        if (index < 0)
            return Refuse("call", $"call must be one of: {string.Join(", ", calls)}.");
        SimulatedCall call = Enum.GetValues<SimulatedCall>()[index];
        Fault? fault = Fault.Parse(ControlBody.Text(body, "fault") ?? "");
        if (fault is null || !fault.AppliesTo(call))
            return Refuse("fault", $"fault of a {calls[index]} call must be one of: {string.Join(", ", Fault.WordsFor(call))}.");
        double? count = ControlBody.Number(body, "count");
        if (body.ContainsKey("count") && count is not (>= 1 and <= 1_000_000) || count != (int?)count)
            return Refuse("count", "count must be a whole number from 1 to 1000000, or left out for every call.");
        if (sandbox.Faults.Rules.Count >= FaultBook.MaxRules)
            return Refuse("fault", $"there are {FaultBook.MaxRules} rules already; DELETE /_sandbox/faults removes them.");
        sandbox.Faults.Add(new FaultRule
        {
            Provider = provider,
            Call = call,
            Fault = fault,
            Count = (int?)count,
            Credential = ControlBody.Text(body, "credential"),
            Prompt = ControlBody.Text(body, "prompt"),
        });
        return Answer(Rules(sandbox));
    }

    private static IResult SetSpeed(JsonObject? body, SandboxCore sandbox)
    {
        if (!ControlBody.TryOpen(body, ["factor", "duration_seconds"], out IResult? refusal))
            return refusal;
        double? factor = ControlBody.Number(body, "factor");
        double? seconds = ControlBody.Number(body, "duration_seconds");
        if (body.ContainsKey("factor") && factor is not (>= 0 and <= 1_000_000))
            return Refuse("factor", "factor must be a number from 0 to 1000000.");
        if (body.ContainsKey("duration_seconds") && seconds is not (>= 0 and <= 86_400))
            return Refuse("duration_seconds", "duration_seconds must be a number from 0 to 86400.");
        if (factor is null && seconds is null)
            return Refuse("factor", "factor or duration_seconds must be given.");
        sandbox.SetSpeed(factor, seconds);
        return Answer(SpeedOf(sandbox));
    }

    private static JsonObject SpeedOf(SandboxCore sandbox) =>
        new() { ["factor"] = sandbox.Speed.Factor, ["duration_seconds"] = sandbox.Speed.DurationSeconds };

    private static string Names(SandboxCore sandbox) => string.Join(", ", sandbox.Simulators.Keys);
}
