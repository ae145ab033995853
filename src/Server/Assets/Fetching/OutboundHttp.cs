namespace Reelay.Server.Assets.Fetching;

/// <summary>
/// Sends requests to addresses that others named. Knows no proxy, cookie, credential, redirect or decompression, and connects only where
/// the trust allows it. One instance serves the whole server.
/// </summary>
internal sealed class OutboundHttp : IDisposable
{
    private readonly FetcherOptions _options;

    // Two pools that never mix: every connection of the first went to a checked address; every connection of the second goes to an origin
    // that was exempt for the request at hand, which is looked up for each request, so trust cannot leak through reuse.
    private readonly HttpMessageInvoker _public;
    private readonly HttpMessageInvoker _exempt;

    /// <summary>Makes the two pools.</summary>
    public OutboundHttp(FetcherOptions options, CheckedDialer dialer)
    {
        _options = options;
        _public = new HttpMessageInvoker(NewHandler((context, ct) => dialer.ConnectPublicAsync(context.DnsEndPoint, ct)));
        _exempt = new HttpMessageInvoker(NewHandler((context, ct) => dialer.ConnectExemptAsync(context.DnsEndPoint, ct)));
    }

    /// <summary>Sends everything through one handler, which sees to what may be reached: for simulations without sockets.</summary>
    internal OutboundHttp(FetcherOptions options, HttpMessageHandler handler) =>
        (_options, _public, _exempt) = (options, new HttpMessageInvoker(handler), new HttpMessageInvoker(handler));

    /// <summary>Sends one request and gives its answer as soon as the headers are there; follows nothing.</summary>
    /// <param name="request">To an absolute address; the caller sets no credentials and no Host header.</param>
    /// <param name="trust">Who named the address.</param>
    /// <param name="cancellationToken">Must have a deadline: there is no time-out here except for connecting.</param>
    /// <exception cref="FetchException">The address is refused or there was no answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, FetchTrust trust, CancellationToken cancellationToken)
    {
        var url = request.RequestUri ?? throw new ArgumentException("The request has no address.", nameof(request));
        FetchUrl.Check(url);
        try
        {
            return await (IsExempt(url, trust) ? _exempt : _public).SendAsync(request, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw FetchException.From(e, url.IdnHost);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _public.Dispose();
        _exempt.Dispose();
    }

    private bool IsExempt(Uri url, FetchTrust trust)
    {
        var origin = WebOrigin.Of(url);
        return trust switch
        {
            FetchTrust.CallerUrl => _options.MediaOrigins.Contains(origin),
            FetchTrust.Webhook => _options.WebhookOrigins.Contains(origin),
            FetchTrust.UpstreamResult upstream => upstream.ChannelOrigin == origin || _options.MediaOrigins.Contains(origin),
            _ => throw new ArgumentOutOfRangeException(nameof(trust), trust, "no rule for this trust"),
        };
    }

    private static SocketsHttpHandler NewHandler(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect) => new()
    {
        ConnectCallback = connect,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        MaxResponseDrainSize = 0,
        MaxResponseHeadersLength = 32,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    };
}
