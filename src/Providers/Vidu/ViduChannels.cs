namespace Reelay.Providers.Vidu;

/// <summary>How Vidu is reached at the sandbox and by its own variables.</summary>
internal static class ViduChannels
{
    private static readonly ProviderCredential _sandboxKey = new ProviderCredential.ApiKey("vda_sandbox_vidu");

    /// <summary>The second stands for an account at a vendor that an operator turns to when a model's own vendor is gone.</summary>
    public static readonly IReadOnlyList<SandboxChannel> Sandbox =
    [
        new("/vidu", _sandboxKey),
        new("/vidu", _sandboxKey)
        {
            Id = "vendor", Models = "viduq3-pro", Priority = 1, Successors = new Dictionary<string, string> { ["sora-2"] = "viduq3-pro" },
        },
    ];

    public static IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => variable("VIDU_API_KEY") is { } key
        ? [new("vidu", variable("VIDU_BASE_URL") ?? "https://api.vidu.com", new ProviderCredential.ApiKey(key))]
        : [];
}
