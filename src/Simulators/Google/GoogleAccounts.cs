using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Reelay.Simulators.Google;

/// <summary>
/// Who calls: API keys, service accounts with tokens that the token endpoint gave, and fixed tokens for clients that cannot be told where to
/// fetch one. Of the configured credentials those with an at sign are service accounts, those beginning with <c>ya29.</c> are tokens.
/// </summary>
internal sealed class GoogleAccounts(IReadOnlyList<string> credentials, TimeProvider time)
{
    private const string Grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private const string Audience = "https://oauth2.googleapis.com/token";
    private const long LifeSeconds = 3600;
    private const long SlackSeconds = 300;

    private static readonly byte[] _seal = "reelay sandbox tokens"u8.ToArray();

    // Belongs to the private key in the sandbox's key file.
    private static readonly byte[] _publicKey = Convert.FromBase64String(
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtfvg4Eg9Rxsdu30qrNoKPxLa+6CsEZotbcdFep2Za4hJrnEIipibSjp2Tn0N6qcBmr"
        + "1+9eIGuEqgkfSt/0992o2tJBRIHyyP9iwMWuDWHcmKbv0BjtTFfYPamAtDAcWUkW9u4P5lZsM1ddOeFu+wxAxtrJvM8NqBqRtNtqM+twh4gSq6"
        + "V5fg4XW+fcDYC6fhCFDpe7JJChP6/kAKOW7Ol5zZLzMTc6w7dB/v1FulyFcPFv2LAX7TaSvWw0WFWv9Vec32Rtk6zOy+LkvOplujs7nD2YvwkI"
        + "k68Y9TvXtjX8TkHEyPA0VClzrtqUyBLEhei8uVD+HNZF5xdSmOZ4JfQQIDAQAB");

    /// <summary>The accounts of the sandbox where nothing else is configured.</summary>
    public static string[] Usual =>
        ["AIzaSandboxGoogle0000000000000000000000", "video@reelay-sandbox.iam.gserviceaccount.com", "ya29.sandbox"];

    /// <summary>The account of a call, or why it is none.</summary>
    /// <param name="request">The call.</param>
    /// <param name="takesTokens">Whether the service takes access tokens beside API keys.</param>
    public (string? Account, SimulatedResponse? Refusal) Check(SimulatedRequest request, bool takesTokens)
    {
        string? key = request.Headers.GetValueOrDefault("x-goog-api-key") ?? request.Query.GetValueOrDefault("key");
        if (key is not null)
        {
            return credentials.Contains(key) && key.StartsWith("AIza", StringComparison.Ordinal)
                ? (key, null)
                : (null, GoogleReply.Error(400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID"));
        }

        if (!takesTokens)
            return (null, GoogleReply.Error(403, "Method doesn't allow unregistered callers (callers without established identity)."));
        return AccountOf(request.BearerToken) is { } account
            ? (account, null)
            : (null, GoogleReply.Error(401, "Request had invalid authentication credentials. Expected OAuth 2 access token.", "ACCESS_TOKEN_INVALID"));
    }

    /// <summary>Answers the token endpoint.</summary>
    public async ValueTask<SimulatedResponse> TokenAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        byte[] body = await request.ReadBodyAsync(cancellationToken) ?? [];
        var fields = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body));
        if (fields.GetValueOrDefault("grant_type") != Grant)
            return Refused("unsupported_grant_type", "Invalid grant_type: " + fields.GetValueOrDefault("grant_type"));
        if (Verified(fields.GetValueOrDefault("assertion").ToString()) is not { } claims)
            return Refused("invalid_grant", "Invalid JWT Signature.");
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        (string issuer, long from, long until) = (Text(claims, "iss"), Number(claims, "iat"), Number(claims, "exp"));
        if (!issuer.Contains('@', StringComparison.Ordinal) || !credentials.Contains(issuer))
            return Refused("invalid_grant", "Invalid grant: account not found");
        if (from > now + SlackSeconds || until < now - SlackSeconds || until - from > LifeSeconds)
            return Refused("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.");

        // Google's .NET library writes Google's own address here, whatever address it calls.
        if (Text(claims, "aud") != Audience && Text(claims, "aud") != $"{request.Root}/token")
            return Refused("invalid_grant", "Invalid JWT: Failed audience check.");
        return Text(claims, "scope").Length == 0 ? Refused("invalid_scope", "Empty or missing scope not allowed.") : Given(issuer, now);
    }

    private static SimulatedResponse Given(string issuer, long now)
    {
        string text = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(issuer))}.{now + LifeSeconds}";
        return SimulatedResponse.Json(200, new JsonObject
        {
            ["access_token"] = $"ya29.{text}.{Seal(text)}", ["expires_in"] = LifeSeconds - 1, ["token_type"] = "Bearer",
        });
    }

    private static SimulatedResponse Refused(string error, string description) => SimulatedResponse.Json(
        400, new JsonObject { ["error"] = error, ["error_description"] = description });

    // Tokens carry what they say, so that they outlive a restart of the sandbox.
    private string? AccountOf(string? token)
    {
        if (token is null || !token.StartsWith("ya29.", StringComparison.Ordinal))
            return null;
        if (credentials.Contains(token))
            return token;
        string[] parts = token.Split('.');
        bool isRight = parts.Length == 4 && Seal($"{parts[1]}.{parts[2]}") == parts[3]
            && long.Parse(parts[2], CultureInfo.InvariantCulture) > time.GetUtcNow().ToUnixTimeSeconds();
        return isRight && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])) is var account && credentials.Contains(account) ? account : null;
    }

    private static string Seal(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(_seal, Encoding.UTF8.GetBytes(text)));

    private static JsonObject? Verified(string assertion)
    {
        try
        {
            string[] parts = assertion.Split('.');
            using RSA key = RSA.Create();
            key.ImportSubjectPublicKeyInfo(_publicKey, out _);
            bool isRight = parts.Length == 3 && Text(Json(parts[0]), "alg") == "RS256" && key.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return isRight ? Json(parts[1]) : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonObject Json(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();

    private static string Text(JsonObject claims, string name) => claims[name] is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    private static long Number(JsonObject claims, string name) => claims[name] is JsonValue value && value.TryGetValue(out long number) ? number : 0;
}
