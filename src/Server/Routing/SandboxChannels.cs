using Reelay.Providers;
using Reelay.Server.Api;

namespace Reelay.Server.Routing;

/// <summary>The sandbox's channels, as each provider describes them.</summary>
internal static class SandboxChannels
{
    /// <summary>Longest time a sandbox channel waits for an answer beside the work itself, in seconds.</summary>
    private const int CallSeconds = 10;

    /// <summary>The channels by id, <c>sandbox_</c> and the provider. No hyphen: shells drop environment variables with one in the name.</summary>
    public static Dictionary<string, ChannelConfig> Of(SandboxSettings sandbox, ProviderSet providers)
    {
        var channels = new Dictionary<string, ChannelConfig>(StringComparer.Ordinal);
        foreach (var provider in providers.All)
        {
            foreach (var channel in (provider as IDescribesChannels)?.SandboxChannels ?? [])
            {
                channels.Add(channel.Id ?? $"sandbox_{provider.Id}{(channel.Suffix is null ? "" : "_" + channel.Suffix)}", Channel(sandbox, provider, channel));
            }
        }

        return channels;
    }

    /// <summary>Successors that the sandbox's channels stand for, by old name.</summary>
    public static Dictionary<string, string> SuccessorsOf(ProviderSet providers) =>
        providers.All.OfType<IDescribesChannels>().SelectMany(provider => provider.SandboxChannels).SelectMany(channel => channel.Successors)
            .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);

    // The sandbox's speed decides what to expect of it and how often to ask. An answer that is the result itself takes as long as the work.
    private static ChannelConfig Channel(SandboxSettings sandbox, IVideoProvider provider, SandboxChannel channel)
    {
        var config = new ChannelConfig
        {
            Provider = provider.Id,
            Models = channel.Models,
            Priority = channel.Priority,
            BaseUrl = $"http://127.0.0.1:{sandbox.Port}{channel.Path}",
            CallSeconds = provider.IsSynchronous ? (int)Math.Clamp(sandbox.Duration + 60, 60, 600) : CallSeconds,
            ExpectedSeconds = Math.Max(sandbox.Duration, 0.1),
            MinPollMilliseconds = (int)Math.Clamp(sandbox.Duration * 100, 50, 1000),
            Options = new(channel.Options),
        };
        config.Take(channel.Credential);
        return config;
    }
}
