using System.Text.Json.Nodes;

namespace Reelay.Simulators.Google;

/// <summary>Google's error bodies.</summary>
internal static class GoogleReply
{
    private static readonly Dictionary<int, string> _words = new()
    {
        [400] = "INVALID_ARGUMENT", [401] = "UNAUTHENTICATED", [403] = "PERMISSION_DENIED", [404] = "NOT_FOUND", [409] = "ABORTED",
        [429] = "RESOURCE_EXHAUSTED", [499] = "CANCELLED", [500] = "INTERNAL", [501] = "UNIMPLEMENTED", [503] = "UNAVAILABLE",
        [504] = "DEADLINE_EXCEEDED",
    };

    /// <summary>The usual envelope; its status word follows from the status.</summary>
    public static SimulatedResponse Error(int status, string message, string? reason = null) => SimulatedResponse.Json(status, Body(status, message, reason));

    /// <summary>The envelope in a list, as what stands before the services answers.</summary>
    public static SimulatedResponse Listed(int status, string message, string? reason = null) =>
        SimulatedResponse.Json(status, new JsonArray(Body(status, message, reason)));

    /// <summary>The documented body of a status.</summary>
    public static SimulatedResponse OfStatus(int status) => status switch
    {
        403 => Listed(403, "Requests to this API method are blocked.", "API_KEY_SERVICE_BLOCKED"),
        503 => Error(503, "The service is currently unavailable."),
        _ => Error(status, "refused by the sandbox"),
    };

    /// <summary>A prompt or a picture that is refused at once.</summary>
    public static string Refusal(bool isPicture) => isPicture
        ? "The input image violates our usage guidelines. Support codes: 39322892"
        : "The prompt could not be submitted. It contains sensitive words that violate Google's Responsible AI practices. Support codes: 58061214";

    private static JsonObject Body(int status, string message, string? reason)
    {
        JsonObject error = new() { ["code"] = status, ["message"] = message, ["status"] = _words.GetValueOrDefault(status, "UNKNOWN") };
        if (reason is not null)
        {
            error["details"] = new JsonArray(new JsonObject
            {
                ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo", ["reason"] = reason, ["domain"] = "googleapis.com",
            });
        }

        return new JsonObject { ["error"] = error };
    }
}
