using System.Text.Json.Nodes;

namespace Reelay.Simulators.Vidu;

/// <summary>Vidu's error body: <c>{code, reason, message, metadata}</c>.</summary>
internal static class ViduSimulatorReply
{
    /// <summary>An error; <c>code</c> is the status, <c>reason</c> the word.</summary>
    public static SimulatedResponse Error(int status, string reason, string message) => SimulatedResponse.Json(status, new JsonObject
    {
        ["code"] = status, ["reason"] = reason, ["message"] = message, ["metadata"] = new JsonObject { ["trace_id"] = "sandbox" },
    });

    /// <summary>The documented error of a status.</summary>
    public static SimulatedResponse OfStatus(int status) => Error(status, status switch
    {
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        409 => "Conflict",
        429 => "TooManyRequests",
        499 => "Canceled",
        >= 500 => "InternalServiceFailure",
        _ => "BadRequest",
    }, "told by the sandbox");
}
