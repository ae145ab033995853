using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Seedance;

/// <summary>Ark's error body and ids.</summary>
internal static class SeedanceReply
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static readonly TimeSpan _localTime = TimeSpan.FromHours(8);

    /// <summary>A refusal as an answer.</summary>
    public static SimulatedResponse Error(SandboxCore sandbox, SeedanceRefusal refusal) =>
        Error(sandbox, refusal.Status, refusal.Code, refusal.Message, refusal.Param);

    /// <summary>An error as an answer; its class follows from the status, and the words end in the number of the request.</summary>
    public static SimulatedResponse Error(SandboxCore sandbox, int status, string code, string message, string param = "") =>
        SimulatedResponse.Json(status, new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["code"] = code,
                ["message"] = $"{message} Request id: 0217{sandbox.Random.Hex(16)}",
                ["param"] = param,
                ["type"] = status switch
                {
                    401 => "Unauthorized",
                    403 => "Forbidden",
                    404 => "NotFound",
                    429 => "TooManyRequests",
                    >= 500 => "InternalServerError",
                    _ => "BadRequest",
                },
            },
        });

    /// <summary>The documented body of a status.</summary>
    public static SimulatedResponse OfStatus(SandboxCore sandbox, int status, bool isCreate) => Error(
        sandbox,
        status,
        status switch
        {
            401 => "AuthenticationError",
            403 => "AccessDenied",
            404 => isCreate ? "InvalidEndpointOrModel.NotFound" : "NotFound.Task",
            429 => "ModelAccountRpmRateLimitExceeded",
            >= 500 => "InternalServiceError",
            _ => "InvalidParameter",
        },
        "Told by the sandbox.");

    /// <summary>An id: the second in China, and five digits to the base 36.</summary>
    public static string NewId(SandboxCore sandbox)
    {
        string time = sandbox.Time.GetUtcNow().ToOffset(_localTime).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        BigInteger number = BigInteger.Parse("0" + sandbox.Random.Hex(8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Span<char> tail = stackalloc char[5];
        for (int index = 0; index < tail.Length; index++)
        {
            tail[index] = Digits[(int)(number % 36)];
            number /= 36;
        }

        return $"cgt-{time}-{tail}";
    }
}

/// <summary>Why a call is refused.</summary>
internal sealed record SeedanceRefusal(int Status, string Code, string Message, string Param = "")
{
    /// <summary>A parameter that is not right.</summary>
    public static SeedanceRefusal Parameter(string name, string why) =>
        new(400, "InvalidParameter", $"The parameter `{name}` specified in the request is not valid: {why}.", name);
}
