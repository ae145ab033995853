using System.Text.Json.Nodes;

namespace Reelay.Simulators.OpenAi;

/// <summary>OpenAI's error bodies.</summary>
internal static class OpenAiErrors
{
    /// <summary>The envelope with its four keys.</summary>
    public static SimulatedResponse Envelope(int status, string message, string type, string? param, string? code) =>
        SimulatedResponse.Json(status, new JsonObject
        {
            ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["param"] = param, ["code"] = code },
        });

    /// <summary>A refusal of what was asked.</summary>
    public static SimulatedResponse Invalid(string message, string? param, string? code) =>
        Envelope(400, message, "invalid_request_error", param, code);

    /// <summary>The documented body of a status; waiting is asked for where it can help.</summary>
    public static SimulatedResponse OfStatus(int status) => status switch
    {
        400 => Invalid("The request was refused by the sandbox.", null, "invalid_value"),
        401 => Envelope(401, "Incorrect API key provided.", "invalid_request_error", null, "invalid_api_key"),
        403 => Envelope(403, "You are not allowed to use this model.", "invalid_request_error", null, "permission_denied"),
        404 => Envelope(404, "The resource does not exist.", "invalid_request_error", null, "not_found"),
        429 => Envelope(429, "Rate limit reached for requests.", "rate_limit_error", null, "rate_limit_exceeded")
            .WithHeader("Retry-After", "1"),
        503 => Envelope(503, "The server is overloaded, please try again later.", "service_unavailable_error", null, "server_is_overloaded")
            .WithHeader("Retry-After", "1"),
        >= 500 => Envelope(status, "The server had an error while processing your request.", "server_error", null, "server_error"),
        _ => Envelope(status, "The request was refused by the sandbox.", "invalid_request_error", null, null),
    };
}
