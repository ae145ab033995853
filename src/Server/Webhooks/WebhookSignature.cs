using System.Security.Cryptography;
using System.Text;
using Reelay.Server.Tasks;

namespace Reelay.Server.Webhooks;

/// <summary>Secrets and signatures as Standard Webhooks has them (https://www.standardwebhooks.com, read 2026-11-21).</summary>
internal static class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int SecretBytes = 32;

    /// <summary>A new secret: <c>whsec_</c> and 256 random bits in base64.</summary>
    public static string Mint(Randomness randomness)
    {
        Span<byte> bytes = stackalloc byte[SecretBytes];
        randomness.Fill(bytes);
        return Prefix + Convert.ToBase64String(bytes);
    }

    /// <summary>What may be shown of a secret: its last four characters before the padding.</summary>
    public static string Hint(string secret) => secret.TrimEnd('=')[^4..];

    /// <summary>The value of <c>webhook-signature</c>: one signature for each secret, separated by blanks.</summary>
    /// <param name="secrets">Newest first.</param>
    /// <param name="id">Value of <c>webhook-id</c>.</param>
    /// <param name="timestamp">Value of <c>webhook-timestamp</c>, Unix seconds.</param>
    /// <param name="body">The bytes that are sent.</param>
    public static string Of(IEnumerable<string> secrets, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(Key(secret), signed))));
    }

    private static byte[] Key(string secret) => Convert.FromBase64String(secret[Prefix.Length..]);
}
