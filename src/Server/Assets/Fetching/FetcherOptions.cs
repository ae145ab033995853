namespace Reelay.Server.Assets.Fetching;

/// <summary>What the operator allows beyond public addresses, and how long connecting may take.</summary>
internal sealed record FetcherOptions
{
    /// <summary>Origins whose addresses are not checked when a caller or an upstream names them.</summary>
    /// <value>Default none. <c>make run</c> lists the sandbox's.</value>
    public IReadOnlyCollection<WebOrigin> MediaOrigins { get; init; } = [];

    /// <summary>Origins whose addresses are not checked when a webhook goes there.</summary>
    /// <value>Default none. <c>make run</c> lists the sandbox's.</value>
    public IReadOnlyCollection<WebOrigin> WebhookOrigins { get; init; } = [];

    /// <summary>Hosts that are replaced before anything is checked; the replacement is checked like any other address.</summary>
    /// <value>Default none. With the sandbox on: <c>example.com</c> by the sandbox's samples.</value>
    public IReadOnlyCollection<HostRewrite> Rewrites { get; init; } = [];

    /// <summary>Longest wait for one address to accept a connection; then the host's next address is tried.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan MaxConnectTime { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Replaces <c>http://host</c> and <c>https://host</c>, at their usual ports, by another address.</summary>
/// <param name="Host">The host, in lower case.</param>
/// <param name="Target">Absolute; path and query of the original follow its path.</param>
internal sealed record HostRewrite(string Host, Uri Target)
{
    /// <summary>Gives the replacement, or the address itself if it is on another host.</summary>
    public Uri Apply(Uri url) =>
        url.IsDefaultPort && url.IdnHost.Equals(Host, StringComparison.OrdinalIgnoreCase)
            ? new Uri(Target.AbsoluteUri.TrimEnd('/') + url.PathAndQuery)
            : url;
}
