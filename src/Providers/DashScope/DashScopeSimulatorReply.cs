using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.DashScope;

/// <summary>Bodies as DashScope writes them.</summary>
internal static class DashScopeSimulatorReply
{
    private static readonly TimeSpan _beijing = TimeSpan.FromHours(8);

    /// <summary>An error, or a mere word of success where there is no code.</summary>
    public static SimulatedResponse Error(SandboxCore sandbox, int status, string code, string message) => SimulatedResponse.Json(
        status, new JsonObject { ["code"] = code, ["message"] = message, ["request_id"] = NewId(sandbox) });

    /// <summary>The documented error of a status.</summary>
    public static SimulatedResponse OfStatus(SandboxCore sandbox, int status) => status switch
    {
        400 => Error(sandbox, 400, "InvalidParameter", "told by the sandbox"),
        401 => Error(sandbox, 401, "InvalidApiKey", "Invalid API-key provided."),
        403 => Error(sandbox, 403, "AccessDenied", "Access denied."),
        404 => Error(sandbox, 404, "ModelNotFound", "Model not exist."),
        429 => Error(sandbox, 429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later."),
        _ => Error(sandbox, status, "InternalError", "An internal error has occurred, please try again later."),
    };

    /// <summary>A page of the object store.</summary>
    public static SimulatedResponse Store(int status, string code, string message) => SimulatedResponse.Text(
        status, "application/xml", $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <Code>{code}</Code>\n  <Message>{message}</Message>\n</Error>\n");

    /// <summary>A new id, as requests and tasks have.</summary>
    public static string NewId(SandboxCore sandbox) => Guid.ParseExact(sandbox.Random.Hex(16), "N").ToString();

    /// <summary>A moment as tasks show it: Beijing's clock, without an offset.</summary>
    public static string Clock(DateTimeOffset moment) => moment.ToOffset(_beijing).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
