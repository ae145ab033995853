namespace Reelay.Server.Assets.Fetching;

/// <summary>Scheme, host and port of an address: what an operator allows as a whole.</summary>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Host">In lower case, non-ASCII names in their ASCII form, IPv6 without brackets.</param>
/// <param name="Port">1 to 65535.</param>
internal readonly record struct WebOrigin(string Scheme, string Host, int Port)
{
    /// <summary>Gives the origin of an absolute http or https address.</summary>
    public static WebOrigin Of(Uri url) => new(url.Scheme, url.IdnHost.ToLowerInvariant(), url.Port);

    /// <summary>Reads an origin as an operator writes it: <c>http://127.0.0.1:8090</c>, and nothing behind host and port.</summary>
    public static bool TryParse(string text, out WebOrigin origin)
    {
        origin = default;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || FetchUrl.FindFault(url) is not null) return false;
        if (url.PathAndQuery != "/" || url.Fragment.Length > 0) return false;
        origin = Of(url);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':') ? $"{Scheme}://[{Host}]:{Port}" : $"{Scheme}://{Host}:{Port}";
}
