namespace Reelay.Providers.Hailuo;

/// <summary>How MiniMax is reached at the sandbox and by the variables of its own tools.</summary>
internal static class HailuoChannels
{
    /// <summary>Both protocols at one address: the model's name chooses.</summary>
    public static readonly IReadOnlyList<SandboxChannel> Sandbox = [new("/hailuo", new ProviderCredential.ApiKey("sk-sandbox-hailuo"))];

    /// <summary>The MCP server reads MINIMAX_API_HOST, the command line MINIMAX_BASE_URL. A key works in its own region alone.</summary>
    public static IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => variable("MINIMAX_API_KEY") is { } key
        ? [new("hailuo", variable("MINIMAX_API_HOST") ?? variable("MINIMAX_BASE_URL") ?? "https://api.minimax.io", new ProviderCredential.ApiKey(key))]
        : [];
}
