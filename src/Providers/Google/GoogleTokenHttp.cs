using Google.Apis.Http;
using Google.Apis.Util;

namespace Reelay.Providers.Google;

/// <summary>Lets Google's library fetch tokens through a channel's own HTTP, once and without retries, redirects or a time-out of its own.</summary>
internal sealed class GoogleTokenHttp(HttpMessageInvoker http) : IHttpClientFactory
{
    /// <inheritdoc/>
    public ConfigurableHttpClient CreateHttpClient(CreateHttpClientArgs args)
    {
        var handler = new ConfigurableMessageHandler(new Bridge(http))
        {
            NumTries = 1, FollowRedirect = false, IsLoggingEnabled = false, ApplicationName = args.ApplicationName,
        };
        var client = new ConfigurableHttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        foreach (var initializer in args.Initializers)
            initializer.Initialize(client);
        return client;
    }

    private sealed class Bridge(HttpMessageInvoker http) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            http.SendAsync(request, cancellationToken);
    }
}

/// <summary>The injected time in the words of Google's library.</summary>
internal sealed class GoogleClock(TimeProvider time) : IClock
{
    /// <inheritdoc/>
    public DateTime Now => time.GetLocalNow().DateTime;

    /// <inheritdoc/>
    public DateTime UtcNow => time.GetUtcNow().UtcDateTime;
}
