using Reelay.Providers;

namespace Reelay.Server.Routing;

/// <summary>A channel as the engine uses it: what the operator wrote, and how it stands.</summary>
internal sealed class ProviderChannel
{
    /// <summary>Id in attempts and in the admin API.</summary>
    public required string Id { get; init; }

    /// <summary>What the operator wrote.</summary>
    public required ChannelConfig Config { get; init; }

    /// <summary>Its protocol.</summary>
    public required IVideoProvider Provider { get; init; }

    /// <summary>What an adapter needs for a call.</summary>
    public required ProviderAccount Account { get; init; }

    /// <summary>Names the vendor account behind it: a hash of host and credential. Upstream ids are unique within it.</summary>
    public required string VendorAccount { get; init; }

    /// <summary>Grows when the account behind the channel changes; noted with each attempt. Set at start.</summary>
    public int CredentialVersion { get; set; } = 1;

    /// <summary>
    /// First part of the names of its upstream models in orders: the provider's id, or that with the channel's (<c>openai@own</c>) where the
    /// channel's options make its models differ from those of other channels.
    /// </summary>
    public required string ModelKey { get; init; }

    /// <summary>Upstream models it serves.</summary>
    public required IReadOnlySet<string> UpstreamModels { get; init; }

    /// <summary>Groups of callers it is open to.</summary>
    public IReadOnlySet<string> Groups => field ??= GroupNames.OfChannel(Config.Groups);

    /// <summary>How it stands.</summary>
    public ChannelState State { get; init; } = new();
}
