using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Reelay.Providers.Kling;

/// <summary>What a call authenticates with: an API key as it is, or a token signed with the account's key pair.</summary>
internal static class KlingTokens
{
    // As in the vendor's samples; the five seconds forgive a clock of ours that is a little ahead.
    private const long LifeSeconds = 1800;
    private const long SlackSeconds = 5;

    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The header for one call. A token is made for every call: it costs microseconds, and no call goes out with an old one.</summary>
    /// <exception cref="ProviderException">The account has no credential of these two kinds; nothing was sent.</exception>
    public static AuthenticationHeaderValue Of(ProviderAccount account) => account.Credential switch
    {
        ProviderCredential.ApiKey key => new("Bearer", key.Value),
        ProviderCredential.KeyPair pair => new("Bearer", Sign(pair, account.Time.GetUtcNow())),
        _ => throw new ProviderException(
            ProviderErrorKind.Unauthorized, $"channel {account.ChannelId} needs a key pair or an API key, not {account.Credential}"),
    };

    /// <summary>The header for one call in the new generation, which refuses key pairs.</summary>
    /// <exception cref="ProviderException">The account has no API key; nothing was sent.</exception>
    public static AuthenticationHeaderValue KeyOf(ProviderAccount account) => account.Credential is ProviderCredential.ApiKey key
        ? new("Bearer", key.Value)
        : throw new ProviderException(
            ProviderErrorKind.Unauthorized,
            $"channel {account.ChannelId}: Kling's new API takes an API key only, not {account.Credential}; set api_key, or dialect to legacy and models to its names");

    /// <summary>A JWT (HS256) for one key pair; the HMAC key is the secret's own UTF-8, not decoded.</summary>
    internal static string Sign(ProviderCredential.KeyPair pair, DateTimeOffset now)
    {
        using var claims = new MemoryStream();
        using (var writer = new Utf8JsonWriter(claims, Relaxed))
        {
            writer.WriteStartObject();
            writer.WriteString("iss", pair.AccessKey);
            writer.WriteNumber("exp", now.ToUnixTimeSeconds() + LifeSeconds);
            writer.WriteNumber("nbf", now.ToUnixTimeSeconds() - SlackSeconds);
            writer.WriteEndObject();
        }

        var signed = $"{Header}.{Base64Url.EncodeToString(claims.ToArray())}";
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(pair.SecretKey), Encoding.ASCII.GetBytes(signed));
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }
}
