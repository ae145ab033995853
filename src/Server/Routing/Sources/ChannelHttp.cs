using System.Net;

namespace Reelay.Server.Routing.Sources;

/// <summary>How the calls of one channel leave: directly or through its proxy, with its additional headers.</summary>
internal static class ChannelHttp
{
    /// <summary>What sends the calls of a channel.</summary>
    /// <param name="newHttp">Makes what sends directly.</param>
    public static HttpMessageInvoker For(ChannelConfig channel, Func<HttpMessageInvoker> newHttp)
    {
        var http = channel.Proxy.Length > 0 ? new HttpMessageInvoker(NewHandler(channel.Proxy)) : newHttp();
        return channel.Headers.Count > 0 ? new HttpMessageInvoker(new HeaderHandler(http, channel.Headers)) : http;
    }

    /// <summary>
    /// Neither redirects, cookies nor decompression, and no time-out of its own: a submission's fate must never be decided by a handler.
    /// </summary>
    /// <param name="proxy">Address of a proxy, or null for what the environment says.</param>
    public static SocketsHttpHandler NewHandler(string? proxy)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (proxy is not null)
        {
            var url = new Uri(proxy);
            var user = url.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString).ToArray();
            handler.Proxy = new WebProxy(new UriBuilder(url) { UserName = "", Password = "" }.Uri)
            {
                Credentials = url.UserInfo.Length > 0 ? new NetworkCredential(user[0], user.ElementAtOrDefault(1)) : null,
            };
        }

        return handler;
    }

    // What the provider has set stays: these are additions.
    private sealed class HeaderHandler(HttpMessageInvoker inner, Dictionary<string, string> headers) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            foreach (var (name, value) in headers)
            {
                if (!request.Headers.Contains(name)) request.Headers.TryAddWithoutValidation(name, value);
            }

            return inner.SendAsync(request, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
