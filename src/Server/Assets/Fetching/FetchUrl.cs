namespace Reelay.Server.Assets.Fetching;

/// <summary>Which addresses may be fetched at all, whatever they resolve to, and where a redirect leads.</summary>
internal static class FetchUrl
{
    /// <summary>Longest address; signed links reach 2,000 characters.</summary>
    public const int MaxLength = 8_192;

    /// <summary>Gives what is wrong with an address, or null.</summary>
    public static string? FindFault(Uri url)
    {
        if (!url.IsAbsoluteUri) return "The address is not absolute.";
        if (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps) return "Only http and https addresses are fetched.";
        if (url.UserInfo.Length > 0) return "The address holds a user name or password.";
        if (url.IdnHost.Length == 0 || url.Port is < 1 or > 65_535) return "The address has no usable host and port.";
        return url.OriginalString.Length > MaxLength ? $"The address is longer than {MaxLength} characters." : null;
    }

    /// <summary>Throws unless the address may be fetched.</summary>
    /// <exception cref="FetchException"><see cref="FetchFailure.BadUrl"/>.</exception>
    public static void Check(Uri url)
    {
        if (FindFault(url) is { } fault) throw new FetchException(FetchFailure.BadUrl, fault);
    }

    /// <summary>Gives the address that a redirect leads to; it is still to be checked like the first.</summary>
    /// <exception cref="FetchException"><see cref="FetchFailure.BadRedirect"/>.</exception>
    public static Uri Follow(Uri from, Uri? location, FetchTrust trust)
    {
        if (location is null || !Uri.TryCreate(from, location, out var to))
            throw new FetchException(FetchFailure.BadRedirect, $"{from.IdnHost} redirects to no address.");

        // What a caller asked to be fetched privately is not fetched in the open because somebody in between says so.
        var isDowngrade = from.Scheme == Uri.UriSchemeHttps && to.Scheme == Uri.UriSchemeHttp;
        if (isDowngrade && trust is not FetchTrust.UpstreamResult)
            throw new FetchException(FetchFailure.BadRedirect, $"{from.IdnHost} redirects from https to http.");
        return to;
    }
}
