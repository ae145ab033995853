using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Providers.Google;

/// <summary>What a service account's JSON key file says; the rest of it is not looked at.</summary>
internal sealed record GoogleServiceAccount
{
    public string? ClientEmail { get; init; }

    /// <summary>PKCS#8 in PEM.</summary>
    public string? PrivateKey { get; init; }

    public string? PrivateKeyId { get; init; }

    public string? ProjectId { get; init; }

    /// <summary>Where tokens are fetched; Google's own place if the file does not say.</summary>
    public string? TokenUri { get; init; }

    /// <summary>Reads a key file; null if it is not one.</summary>
    public static GoogleServiceAccount? Read(string json)
    {
        try
        {
            var account = JsonSerializer.Deserialize(json, GoogleJson.Default.GoogleServiceAccount);
            return account is { ClientEmail.Length: > 0, PrivateKey.Length: > 0 } ? account : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(GoogleServiceAccount))]
internal sealed partial class GoogleJson : JsonSerializerContext;
