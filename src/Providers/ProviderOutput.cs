namespace Reelay.Providers;

/// <summary>Where one finished file is. Closed set.</summary>
public abstract record ProviderOutput
{
    private ProviderOutput()
    {
    }

    /// <summary>A link in the upstream's answer that needs no credential; only the server's fetcher may open it.</summary>
    public sealed record AtUrl(UpstreamUrl Url) : ProviderOutput;

    /// <summary>The provider opens it, since it takes the account's credential. May be called again after a failure.</summary>
    /// <param name="OpenAsync">Starts the download; throws <see cref="ProviderException"/> when it cannot be had.</param>
    public sealed record Opened(Func<CancellationToken, Task<OutputContent>> OpenAsync) : ProviderOutput;

    /// <summary>The bytes came with the answer itself and can be read once.</summary>
    public sealed record Inline(Stream Content) : ProviderOutput;
}

/// <summary>What opening an output gave: the bytes, or a link that takes no credential.</summary>
public abstract record OutputContent
{
    private OutputContent()
    {
    }

    /// <summary>The bytes. Disposing the stream ends the download.</summary>
    /// <param name="Content">The body, read once.</param>
    /// <param name="LengthBytes">Announced length, or null.</param>
    public sealed record Bytes(Stream Content, long? LengthBytes) : OutputContent;

    /// <summary>The upstream sent us on to another address, to be opened by the fetcher without the credential.</summary>
    public sealed record Elsewhere(UpstreamUrl Url) : OutputContent;
}

/// <summary>A link found in an upstream's answer: not to be trusted. Only the server's fetcher, which checks host and redirects, opens it.</summary>
/// <param name="Value">The absolute link.</param>
public readonly record struct UpstreamUrl(Uri Value);
