using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Reelay.Providers.Vidu;

/// <summary>
/// Checks the signature of a callback: HMAC-SHA256 by the API key that made the task, over method, address, date and chosen headers. The body
/// is not in it.
/// </summary>
internal static class ViduSignature
{
    private const string Algorithm = "hmac-sha256";
    private const int MaxSignedHeaders = 16;

    /// <summary>Whether the headers carry a fresh signature of one of these addresses, or the channel does not ask for any.</summary>
    public static bool IsGenuine(
        ProviderAccount account, ViduOptions options, IReadOnlyList<Uri> addresses, IReadOnlyDictionary<string, string> headers)
    {
        if (!options.CheckCallbacks)
            return true;
        if (account.Credential is not ProviderCredential.ApiKey key
            || Header(headers, "X-HMAC-ALGORITHM") != Algorithm
            || Header(headers, "X-HMAC-ACCESS-KEY") is not { } accessKey
            || Header(headers, "X-HMAC-SIGNATURE") is not { } signature
            || Header(headers, "Date") is not { } date
            || !IsFresh(date, account.Time.GetUtcNow(), options)
            || SignedHeaders(headers) is not { } signed)
            return false;

        var given = Encoding.UTF8.GetBytes(signature);
        return addresses.Any(address => CryptographicOperations.FixedTimeEquals(
            given, Encoding.ASCII.GetBytes(Sign(key.Value, Text(address, accessKey, date, signed)))));
    }

    // Each part with a line end after it, the last one too.
    private static string Text(Uri address, string accessKey, string date, IEnumerable<KeyValuePair<string, string>> signedHeaders)
    {
        var text = new StringBuilder();
        text.Append("POST\n").Append(address.AbsolutePath).Append('\n').Append(address.Query.TrimStart('?')).Append('\n');
        text.Append(accessKey).Append('\n').Append(date).Append('\n');
        foreach (var (name, value) in signedHeaders)
            text.Append(name).Append(':').Append(value).Append('\n');
        return text.ToString();
    }

    private static string Sign(string key, string text) =>
        Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text)));

    // In the order and spelling in which they were signed; null if one is missing.
    private static List<KeyValuePair<string, string>>? SignedHeaders(IReadOnlyDictionary<string, string> headers)
    {
        var names = Header(headers, "X-HMAC-SIGNED-HEADERS")?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var signed = new List<KeyValuePair<string, string>>();
        foreach (var name in names)
        {
            if (signed.Count == MaxSignedHeaders || Header(headers, name) is not { } value)
                return null;
            signed.Add(new(name, value));
        }

        return signed;
    }

    private static bool IsFresh(string date, DateTimeOffset now, ViduOptions options) =>
        DateTimeOffset.TryParseExact(date, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var sent)
        && Math.Abs((now - sent).TotalSeconds) <= options.CallbackToleranceSeconds;

    private static string? Header(IReadOnlyDictionary<string, string> headers, string name) =>
        headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
