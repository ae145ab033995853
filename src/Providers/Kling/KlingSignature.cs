using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Reelay.Providers.Kling;

/// <summary>Checks the optional signature of a callback; the scheme is Standard Webhooks.</summary>
internal static class KlingSignature
{
    private const string Prefix = "whsec_";

    /// <summary>The key in a secret as the console shows it; null if it is none.</summary>
    public static byte[]? Key(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal) || secret.Length == Prefix.Length)
            return null;
        var bytes = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[Prefix.Length..], bytes, out var count) && count > 0 ? bytes[..count] : null;
    }

    /// <summary>Whether the headers carry a fresh signature of this body.</summary>
    public static bool IsValid(
        KlingOptions options, DateTimeOffset now, IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body)
    {
        if (options.CallbackSecret is null || Key(options.CallbackSecret) is not { } key
            || Header(headers, "webhook-id") is not { } id
            || Header(headers, "webhook-timestamp") is not { } timestamp
            || Header(headers, "webhook-signature") is not { } signatures
            || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs((decimal)now.ToUnixTimeSeconds() - seconds) > (decimal)options.CallbackToleranceSeconds)
            return false;

        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body.Span];
        var expected = Encoding.ASCII.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)));

        // For seven days after a change of the secret there are several, by the old and the new one.
        return signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Any(signature => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), expected));
    }

    private static string? Header(IReadOnlyDictionary<string, string> headers, string name) =>
        headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
