using System.Net;

namespace Reelay.Server.Assets.Fetching;

/// <summary>Why a fetch failed.</summary>
internal enum FetchFailure
{
    /// <summary>The address cannot be fetched by anyone: not http or https, with user and password, without host, too long.</summary>
    BadUrl,

    /// <summary>The host is at an address that is not public and not allowed by the operator.</summary>
    BlockedAddress,

    /// <summary>A redirect leads from https to http where the sender is not trusted, or names no address.</summary>
    BadRedirect,

    /// <summary>More redirects than the bound.</summary>
    TooManyRedirects,

    /// <summary>No host of that name.</summary>
    NameNotFound,

    /// <summary>401 or 403: for signed links the usual answer after their end.</summary>
    Forbidden,

    /// <summary>404.</summary>
    NotFound,

    /// <summary>410.</summary>
    Gone,

    /// <summary>Any other status than 200.</summary>
    Status,

    /// <summary>One of the time bounds passed.</summary>
    TimedOut,

    /// <summary>The body has, or announces, more bytes than the bound.</summary>
    TooLarge,

    /// <summary>The body ended before its announced length.</summary>
    Truncated,

    /// <summary>The body came compressed though that was not asked for.</summary>
    Encoded,

    /// <summary>Anything else on the way: connecting, TLS, a reset, an answer that is not HTTP.</summary>
    Transport,
}

/// <summary>A fetch failed. The message names the host but never path or query, which may hold a signature.</summary>
internal sealed class FetchException(FetchFailure failure, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>Why.</summary>
    public FetchFailure Failure { get; } = failure;

    /// <summary>The answer's status if there was an answer.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>The link itself is dead: trying it again gives nothing.</summary>
    public bool IsLinkDead => Failure is FetchFailure.Forbidden or FetchFailure.NotFound or FetchFailure.Gone;

    /// <summary>We will not open this address, whoever asks and however often.</summary>
    public bool IsRefused => Failure
        is FetchFailure.BadUrl or FetchFailure.BlockedAddress or FetchFailure.BadRedirect or FetchFailure.TooManyRedirects;

    /// <summary>Finds the reason in what the framework threw.</summary>
    public static FetchException From(Exception exception, string host)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is FetchException known) return new FetchException(known.Failure, known.Message, exception);
            if (e is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded })
                return new FetchException(FetchFailure.Truncated, $"{host} ended its answer early.", exception);
        }

        return new FetchException(FetchFailure.Transport, $"{host} could not be read: {exception.Message}", exception);
    }

    /// <summary>Gives the failure for an answer other than 200.</summary>
    public static FetchException ForStatus(HttpStatusCode status, string host)
    {
        var failure = status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => FetchFailure.Forbidden,
            HttpStatusCode.NotFound => FetchFailure.NotFound,
            HttpStatusCode.Gone => FetchFailure.Gone,
            _ => FetchFailure.Status,
        };
        return new FetchException(failure, $"{host} answered {(int)status}.") { StatusCode = status };
    }
}
