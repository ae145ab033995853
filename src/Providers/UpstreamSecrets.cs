namespace Reelay.Providers;

/// <summary>Takes what authenticates a call out of texts that operators will read.</summary>
internal static class UpstreamSecrets
{
    private const string Mask = "***";

    // Shorter values would blot out ordinary words.
    private const int MinLength = 6;

    /// <summary>The text without the account's secrets and without what this request authenticated with (signed tokens).</summary>
    public static string Hide(string text, ProviderAccount account, HttpRequestMessage? request = null)
    {
        foreach (var secret in Of(account.Credential).Append(request?.Headers.Authorization?.Parameter))
        {
            if (secret is { Length: >= MinLength })
                text = text.Replace(secret, Mask, StringComparison.Ordinal);
        }

        return text;
    }

    private static IEnumerable<string?> Of(ProviderCredential credential) => credential switch
    {
        ProviderCredential.ApiKey key => [key.Value],
        ProviderCredential.KeyPair pair => [pair.SecretKey, pair.AccessKey],
        ProviderCredential.ServiceAccount account => [account.Json],
        _ => [],
    };
}
