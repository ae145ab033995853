namespace Reelay.Providers.Kling;

/// <summary>How Kling is reached at the sandbox and by its own variables.</summary>
internal static class KlingChannels
{
    public static readonly IReadOnlyList<SandboxChannel> Sandbox =
        [new("/kling", new ProviderCredential.KeyPair("ak-sandbox-kling", "sk-sandbox-kling"))];

    public static IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable)
    {
        ProviderCredential? credential =
            variable("KLING_API_KEY") is { } key ? new ProviderCredential.ApiKey(key)
            : (variable("KLING_ACCESS_KEY"), variable("KLING_SECRET_KEY")) is var (access, secret) && (access ?? secret) is not null
                ? new ProviderCredential.KeyPair(access ?? "", secret ?? "")
            : null;
        return credential is null ? [] : [new("kling", variable("KLING_BASE_URL") ?? "https://api-singapore.klingai.com", credential)];
    }
}
