namespace Reelay.Server.Api;

/// <summary>What links begin with: the configured address, else the request's own scheme and host.</summary>
internal sealed class BaseUrls(ServerOptions options)
{
    private readonly string? configured = options.PublicUrl?.TrimEnd('/');
    private Made? last;

    /// <summary>The base for a request's answers, without a trailing slash.</summary>
    public string Of(HttpRequest request)
    {
        if (configured is { Length: > 0 }) return configured;

        // Nearly all requests come by one name; keeping the last one made saves the text and lets cached bodies compare by reference.
        var host = request.Host.Value ?? "localhost";
        if (Volatile.Read(ref last) is { } made && made.Scheme == request.Scheme && made.Host == host) return made.Url;
        var url = request.Scheme + "://" + host;
        Volatile.Write(ref last, new Made(request.Scheme, host, url));
        return url;
    }

    private sealed record Made(string Scheme, string Host, string Url);
}
