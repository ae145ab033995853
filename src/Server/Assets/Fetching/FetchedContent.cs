namespace Reelay.Server.Assets.Fetching;

/// <summary>An open download. Disposing it ends the download, read to its end or not.</summary>
internal sealed class FetchedContent : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly FetchClock _clock;

    public FetchedContent(HttpResponseMessage response, Stream body, string host, FetchBounds bounds, FetchClock clock)
    {
        _response = response;
        _clock = clock;
        LengthBytes = response.Content.Headers.ContentLength;
        ContentType = response.Content.Headers.ContentType?.MediaType;
        Stream = new FetchedStream(body, host, LengthBytes, bounds, clock);
    }

    /// <summary>The body, read once; throws <see cref="FetchException"/> when a bound passes or bytes are missing.</summary>
    public Stream Stream { get; }

    /// <summary>The type the sender gives, without parameters, or null. Not to be believed.</summary>
    public string? ContentType { get; }

    /// <summary>Announced length in bytes, or null; not above the bound.</summary>
    public long? LengthBytes { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _clock.Dispose();
        await Stream.DisposeAsync();
        _response.Dispose();
    }
}
