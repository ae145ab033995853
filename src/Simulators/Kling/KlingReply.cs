using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>Kling's envelope: <c>{code, message, request_id, data}</c>; errors have no data.</summary>
internal static class KlingReply
{
    /// <summary>The answer to a call that was understood.</summary>
    public static SimulatedResponse Ok(IRandomSource random, JsonNode data) =>
        SimulatedResponse.Json(200, Envelope(random, 0, "SUCCEED", data));

    /// <summary>An answer around a task, as it stands in some callbacks too.</summary>
    public static JsonObject Envelope(IRandomSource random, int code, string message, JsonNode? data = null)
    {
        JsonObject body = new() { ["code"] = code, ["message"] = message, ["request_id"] = RequestId(random) };
        if (data is not null)
            body["data"] = data;
        return body;
    }

    /// <summary>A refusal; the status follows from the code.</summary>
    public static SimulatedResponse Error(IRandomSource random, int code, string message) =>
        SimulatedResponse.Json(StatusOf(code), Envelope(random, code, message));

    /// <summary>A field whose value is not allowed.</summary>
    public static KlingRefusal Invalid(string field, JsonNode? value)
    {
        string shown = value?.ToString() ?? "";
        return new KlingRefusal(1201, $"{field} value '{(shown.Length > 60 ? shown[..60] : shown)}' is invalid");
    }

    /// <summary>The documented body of a status.</summary>
    public static SimulatedResponse OfStatus(IRandomSource random, int status)
    {
        (int code, string message) = status switch
        {
            401 => (1002, "api key not found"),
            403 => (1103, "no permission to access the api or model"),
            404 => (1203, "the requested resource does not exist"),
            429 => (1303, "parallel task over resource pack limit"),
            503 => (5001, "the server is under maintenance"),
            504 => (5002, "internal timeout"),
            >= 500 => (5000, "internal server error"),
            _ => (1201, "the request was refused by the sandbox"),
        };
        return SimulatedResponse.Json(status, Envelope(random, code, message));
    }

    private static int StatusOf(int code) => code switch
    {
        >= 1000 and <= 1004 => 401,
        1103 => 403,
        1202 or 1203 => 404,
        (>= 1100 and <= 1102) or (>= 1302 and <= 1304) => 429,
        5000 => 500,
        5001 => 503,
        5002 => 504,
        _ => 400,
    };

    private static string RequestId(IRandomSource random)
    {
        string hex = random.Hex(16);
        return $"{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..]}";
    }
}

/// <summary>Why a call is refused.</summary>
internal sealed record KlingRefusal(int Code, string Message);
