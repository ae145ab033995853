namespace Reelay.Server.Assets.Fetching;

/// <summary>Who gave us an address, and so how far it is trusted. Closed set.</summary>
internal abstract record FetchTrust
{
    private FetchTrust()
    {
    }

    /// <summary>A caller's input: public addresses and the operator's allow-list for media; never from https to http.</summary>
    public sealed record CallerUrl : FetchTrust;

    /// <summary>A customer's webhook: public addresses and the operator's allow-list for webhooks; never from https to http.</summary>
    public sealed record Webhook : FetchTrust;

    /// <summary>
    /// A link in an upstream's answer: as a caller's, plus the origin that the operator configured for that channel, plus http behind
    /// https.
    /// </summary>
    /// <param name="ChannelOrigin">Origin of the channel's base URL, or null if it has none of its own.</param>
    public sealed record UpstreamResult(WebOrigin? ChannelOrigin) : FetchTrust;
}
