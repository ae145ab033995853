using Reelay.Providers;

namespace Reelay.Server.Routing;

/// <summary>Channels from the variables that vendors' own tools use, as each provider reads them.</summary>
internal static class VendorVariables
{
    /// <summary>The channels by id.</summary>
    public static Dictionary<string, ChannelConfig> Read(IConfiguration environment, ProviderSet providers)
    {
        var channels = new Dictionary<string, ChannelConfig>(StringComparer.Ordinal);
        foreach (var provider in providers.All)
        {
            var described = (provider as IDescribesChannels)?.FromVariables(name => environment[name] is { Length: > 0 } value ? value : null);
            foreach (var channel in described ?? []) channels.Add(channel.Id, Channel(provider, channel));
        }

        return channels;
    }

    private static ChannelConfig Channel(IVideoProvider provider, VendorChannel channel)
    {
        var config = new ChannelConfig
        {
            Provider = provider.Id, BaseUrl = channel.BaseUrl.TrimEnd('/'), Models = channel.Models, Options = new(channel.Options),
        };
        if (channel.CallSeconds is { } seconds) config.CallSeconds = seconds;
        if (channel.SubmissionsPerSecond is { } rate) config.SubmissionsPerSecond = rate;
        if (channel.MinPollMilliseconds is { } pause) config.MinPollMilliseconds = pause;
        config.Take(channel.Credential);
        return config;
    }
}
