using System.Net;

namespace Reelay.Server.Api;

/// <summary>What links begin with: the configured address, else the request's own scheme and host.</summary>
internal sealed class BaseUrls(ServerOptions options)
{
    // As Uri writes it: links that come back to us are compared in that form.
    private readonly string? _configured = options.PublicUrl is { Length: > 0 } url ? new Uri(url).AbsoluteUri.TrimEnd('/') : null;
    private Made? _last;

    /// <summary>The base for a request's answers, without a trailing slash.</summary>
    public string Of(HttpRequest request)
    {
        if (_configured is not null) return _configured;

        // Nearly all requests come by one name; keeping the last one made saves the text and lets cached bodies compare by reference.
        var host = request.Host.Value ?? "localhost";
        if (Volatile.Read(ref _last) is { } made && made.Scheme == request.Scheme && made.Host == host) return made.Url;
        var url = request.Scheme + "://" + host;
        if (!Uri.TryCreate(url, UriKind.Absolute, out _)) return ArrivedAt(request);
        Volatile.Write(ref _last, new Made(request.Scheme, host, url));
        return url;
    }

    /// <summary>The base where no request is at hand: that of the request which made the task, if none is configured.</summary>
    public string Of(Tasks.GenerationTask task) => _configured ?? task.BaseUrl;

    // A Host that no address can be made of, an empty one for example: links then begin with where the request came in.
    private static string ArrivedAt(HttpRequest request)
    {
        var connection = request.HttpContext.Connection;
        return $"{request.Scheme}://{new IPEndPoint(connection.LocalIpAddress ?? IPAddress.Loopback, connection.LocalPort)}";
    }

    private sealed record Made(string Scheme, string Host, string Url);
}
