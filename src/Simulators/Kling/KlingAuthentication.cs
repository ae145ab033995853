using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>Checks the <c>Authorization</c> header: an API key, or a token (JWT, HS256) that a key pair has signed.</summary>
/// <param name="credentials">Accepted credentials: <c>access|secret</c> is a pair, anything else an API key; none lets everybody in.</param>
internal sealed class KlingAuthentication(IReadOnlyList<string> credentials)
{
    private static readonly KlingRefusal _unknown = new(1002, "api key not found");
    private static readonly KlingRefusal _malformed = new(1002, "Authorization is invalid");

    /// <summary>Finds the account of a call: the API key or the access key; or the refusal.</summary>
    public (string? Account, KlingRefusal? Refusal) Check(SimulatedRequest request, DateTimeOffset now)
    {
        if (credentials.Count == 0)
            return (null, null);
        if (request.BearerToken is not { Length: > 0 } token)
            return (null, new KlingRefusal(1001, "Authorization is empty"));
        if (credentials.Contains(token) && !token.Contains('|', StringComparison.Ordinal))
            return (token, null);
        return token.Split('.') is [var header, var claims, var signature]
            ? CheckToken(header, claims, signature, now.ToUnixTimeSeconds())
            : (null, _unknown);
    }

    private (string? Account, KlingRefusal? Refusal) CheckToken(string header, string claims, string signature, long now)
    {
        if (Json(header) is not { } head || Json(claims) is not { } body || Bytes(signature) is not { } signed
            || Text(head, "alg") != "HS256")
            return (null, _malformed);
        string? access = Text(body, "iss");
        if (access is null || credentials.FirstOrDefault(pair => pair.StartsWith(access + "|", StringComparison.Ordinal)) is not { } found)
            return (null, _unknown);

        byte[] secret = Encoding.UTF8.GetBytes(found[(access.Length + 1)..]);
        byte[] expected = HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes($"{header}.{claims}"));
        if (!CryptographicOperations.FixedTimeEquals(expected, signed))
            return (null, _malformed);
        if (Number(body, "nbf") is not { } from || Number(body, "exp") is not { } until)
            return (null, _malformed);
        if (from > now)
            return (access, new KlingRefusal(1003, "Authorization is not yet valid"));
        return (access, until <= now ? new KlingRefusal(1004, "Authorization has expired") : null);
    }

    private static JsonObject? Json(string part)
    {
        try
        {
            return Bytes(part) is { } bytes ? JsonNode.Parse(bytes) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? Bytes(string part)
    {
        try
        {
            return Base64Url.DecodeFromChars(part);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static double? Number(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue(out double number) ? number : null;
}
