using System.Text.Json.Nodes;

namespace Reelay.Simulators.Hailuo;

/// <summary>A refusal in the words of both protocols: the first has the code under status 200, the second a status and the code in its message.</summary>
internal sealed record HailuoRefusal(int Code, string Message);

/// <summary>MiniMax's answers: <c>base_resp</c> beside everything in the first protocol, an error object with a real status in the second.</summary>
internal static class HailuoReply
{
    /// <summary>A wrong value.</summary>
    public static HailuoRefusal Invalid(string message) => new(2013, "invalid params, " + message);

    /// <summary>The documented answer to a status.</summary>
    public static SimulatedResponse OfStatus(int status, bool isSecond) => Refuse(
        status switch
        {
            400 => Invalid("told by the sandbox"),
            401 => new(1004, "login fail: Please carry the API secret key in the 'Authorization' field of the request header"),
            402 => new(1008, "insufficient balance"),
            422 => new(1026, "input new_sensitive"),
            429 => new(1002, "rate limit exceeded(RPM)"),
            503 => new(1033, "system error"),
            504 => new(1001, "request timeout"),
            529 => new(2064, "the server is overloaded"),
            _ => new(1000, "unknown error"),
        },
        isSecond,
        status);

    /// <summary>A refusal; of the second protocol the status follows from the code unless it is given.</summary>
    public static SimulatedResponse Refuse(HailuoRefusal refusal, bool isSecond, int? status = null)
    {
        if (!isSecond)
            return SimulatedResponse.Json(200, With(new JsonObject { ["task_id"] = "" }, refusal));
        int real = status ?? StatusOf(refusal.Code);
        return SimulatedResponse.Json(real, new JsonObject
        {
            ["type"] = "error",
            ["error"] = new JsonObject { ["type"] = TypeOf(real), ["message"] = $"{refusal.Message} ({refusal.Code})", ["http_code"] = $"{real}" },
            ["request_id"] = "sandbox",
        });
    }

    /// <summary>A body of the first protocol with its code.</summary>
    public static JsonObject With(JsonObject body, HailuoRefusal? refusal = null)
    {
        body["base_resp"] = new JsonObject { ["status_code"] = refusal?.Code ?? 0, ["status_msg"] = refusal?.Message ?? "success" };
        return body;
    }

    private static int StatusOf(int code) => code switch
    {
        1004 or 2049 => 401,
        1008 => 402,
        1026 or 1027 => 422,
        1002 => 429,
        2013 => 400,
        _ => 500,
    };

    private static string TypeOf(int status) => status switch
    {
        400 or 404 => "bad_request_error",
        401 or 403 => "authorized_error",
        402 => "insufficient_balance_error",
        422 => "unprocessable_entity_error",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        _ => "server_error",
    };
}
