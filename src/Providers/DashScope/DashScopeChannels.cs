namespace Reelay.Providers.DashScope;

/// <summary>How DashScope is reached at the sandbox and by the variables of its own SDK and of the AI SDK.</summary>
internal static class DashScopeChannels
{
    /// <summary>The vendor's hosts by region, and the domain of those that are made for one workspace.</summary>
    public static readonly IReadOnlyList<string> Hosts =
        ["dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com", "dashscope-us.aliyuncs.com", "maas.aliyuncs.com"];

    /// <summary>The sandbox's only one.</summary>
    public static readonly IReadOnlyList<SandboxChannel> Sandbox = [new("/dashscope", new ProviderCredential.ApiKey("sk-sandbox-dashscope"))];

    /// <summary>A key belongs to one region; without a host it is taken for one of Singapore.</summary>
    public static IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) =>
        (variable("DASHSCOPE_API_KEY") ?? variable("ALIBABA_API_KEY")) is { } key
            ? [new("dashscope", BaseUrl(variable), new ProviderCredential.ApiKey(key))]
            : [];

    private static string BaseUrl(Func<string, string?> variable) =>
        variable("DASHSCOPE_BASE_URL") ?? variable("DASHSCOPE_HTTP_BASE_URL") ?? "https://dashscope-intl.aliyuncs.com";
}
