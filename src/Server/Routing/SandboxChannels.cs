using Reelay.Server.Api;

namespace Reelay.Server.Routing;

/// <summary>One channel per provider at the sandbox. Its addresses and credentials are no secrets: it listens on this machine alone.</summary>
internal static class SandboxChannels
{
    /// <summary>Longest time a sandbox channel waits for an answer beside the work itself, in seconds.</summary>
    private const int CallSeconds = 10;

    /// <summary>The channels by id, <c>sandbox_</c> and the provider. No hyphen: shells drop environment variables with one in the name.</summary>
    public static Dictionary<string, ChannelConfig> Of(SandboxSettings sandbox) => new(StringComparer.Ordinal)
    {
        ["sandbox_openai"] = Channel(sandbox, "openai", "/openai/v1", config => config.ApiKey = "sk-sandbox-openai"),
        ["sandbox_openai_images"] = Channel(sandbox, "openai_images", "/openai-images/v1", config =>
        {
            config.ApiKey = "sk-sandbox-openai-images";
            config.CallSeconds = (int)Math.Clamp(sandbox.Duration + 60, 60, 600);
        }),
        ["sandbox_kling"] = Channel(sandbox, "kling", "/kling", config => (config.AccessKey, config.SecretKey) = ("ak-sandbox-kling", "sk-sandbox-kling")),
    };

    // The sandbox's speed decides what to expect of it and how often to ask.
    private static ChannelConfig Channel(SandboxSettings sandbox, string provider, string path, Action<ChannelConfig> configure)
    {
        var config = new ChannelConfig
        {
            Provider = provider,
            BaseUrl = $"http://127.0.0.1:{sandbox.Port}{path}",
            CallSeconds = CallSeconds,
            ExpectedSeconds = Math.Max(sandbox.Duration, 0.1),
            MinPollMilliseconds = (int)Math.Clamp(sandbox.Duration * 100, 50, 1000),
        };
        configure(config);
        return config;
    }
}
