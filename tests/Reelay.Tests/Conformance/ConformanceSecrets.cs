using Reelay.Providers;

namespace Reelay.Tests.Conformance;

/// <summary>What of a credential may never be seen.</summary>
internal static class ConformanceSecrets
{
    /// <summary>Its secrets.</summary>
    public static IEnumerable<string> Of(ProviderCredential credential) => credential switch
    {
        ProviderCredential.ApiKey key => [key.Value],
        ProviderCredential.KeyPair pair => [pair.AccessKey, pair.SecretKey],
        ProviderCredential.ServiceAccount account => [account.Json],
        _ => [],
    };

    /// <summary>Looks for secrets in everything an operator can read of an exception.</summary>
    public static void AssertAbsent(IEnumerable<string> secrets, ProviderException exception)
    {
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(secret, exception.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(secret, exception.RawBody ?? "", StringComparison.Ordinal);
        }
    }
}
