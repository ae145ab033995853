namespace Reelay.Providers.Vidu;

/// <summary>How Vidu is reached at the sandbox and by its own variables.</summary>
internal static class ViduChannels
{
    public static readonly IReadOnlyList<SandboxChannel> Sandbox = [new("/vidu", new ProviderCredential.ApiKey("vda_sandbox_vidu"))];

    public static IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => variable("VIDU_API_KEY") is { } key
        ? [new("vidu", variable("VIDU_BASE_URL") ?? "https://api.vidu.com", new ProviderCredential.ApiKey(key))]
        : [];
}
