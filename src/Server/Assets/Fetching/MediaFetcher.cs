using System.Net;

namespace Reelay.Server.Assets.Fetching;

/// <summary>Opens media at addresses that callers and upstreams named: the only way by which such an address is read.</summary>
internal sealed class MediaFetcher(OutboundHttp http, FetcherOptions options, TimeProvider time)
{
    /// <summary>Opens an address, following redirects by hand so that each is checked like the first.</summary>
    /// <param name="url">The address.</param>
    /// <param name="trust">Who named it.</param>
    /// <param name="bounds">The most it may take; they go on to hold for the stream.</param>
    /// <param name="cancellationToken">Ends the opening; the stream's reads take their own.</param>
    /// <exception cref="FetchException">It is refused, or cannot be had.</exception>
    public async Task<FetchedContent> OpenAsync(Uri url, FetchTrust trust, FetchBounds bounds, CancellationToken cancellationToken)
    {
        var clock = new FetchClock(time, bounds.MaxTotalTime);
        try
        {
            return await OpenAsync(url, trust, bounds, clock, cancellationToken);
        }
        catch
        {
            clock.Dispose();
            throw;
        }
    }

    private async Task<FetchedContent> OpenAsync(
        Uri url, FetchTrust trust, FetchBounds bounds, FetchClock clock, CancellationToken cancellationToken)
    {
        for (var redirects = 0; redirects <= bounds.MaxRedirects; redirects++)
        {
            url = Rewrite(url);
            var response = await SendAsync(url, trust, bounds, clock, cancellationToken);
            var isOpen = false;
            try
            {
                if (IsRedirect(response.StatusCode))
                {
                    url = FetchUrl.Follow(url, response.Headers.Location, trust);
                    continue;
                }

                CheckAnswer(response, url.IdnHost, bounds);
                var body = await response.Content.ReadAsStreamAsync(cancellationToken);
                isOpen = true;
                return new FetchedContent(response, body, url.IdnHost, bounds, clock);
            }
            finally
            {
                if (!isOpen) response.Dispose();
            }
        }

        throw new FetchException(FetchFailure.TooManyRedirects, $"{url.IdnHost} is behind more than {bounds.MaxRedirects} redirects.");
    }

    private async Task<HttpResponseMessage> SendAsync(
        Uri url, FetchTrust trust, FetchBounds bounds, FetchClock clock, CancellationToken cancellationToken)
    {
        using var waiting = clock.Wait(bounds.MaxHeaderTime, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Add("User-Agent", "Reelay");
        request.Headers.Add("Accept", "*/*");
        request.Headers.Add("Accept-Encoding", "identity");
        try
        {
            return await http.SendAsync(request, trust, clock.Token);
        }
        catch (Exception) when (clock.HasExpired)
        {
            throw new FetchException(FetchFailure.TimedOut, $"{url.IdnHost} took too long to answer.");
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private Uri Rewrite(Uri url)
    {
        FetchUrl.Check(url);
        foreach (var rewrite in options.Rewrites)
        {
            if (rewrite.Apply(url) is var target && target != url) return target;
        }

        return url;
    }

    private static void CheckAnswer(HttpResponseMessage response, string host, FetchBounds bounds)
    {
        if (response.StatusCode != HttpStatusCode.OK) throw FetchException.ForStatus(response.StatusCode, host);
        if (response.Content.Headers.ContentLength > bounds.MaxBytes)
            throw new FetchException(FetchFailure.TooLarge, $"{host} announces more than {bounds.MaxBytes} bytes.");
        if (response.Content.Headers.ContentEncoding.Any(coding => !coding.Equals("identity", StringComparison.OrdinalIgnoreCase)))
            throw new FetchException(FetchFailure.Encoded, $"{host} sends its content compressed, which was not asked for.");
    }

    private static bool IsRedirect(HttpStatusCode status) =>
        status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
}
