namespace Reelay.Tests.Support;

/// <summary>A real Kestrel on 127.0.0.1, port 0, that answers everything with one handler and counts what reached it.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requestCount;

    private LoopbackServer(WebApplication app) => _app = app;

    /// <summary>Base address with a slash at the end.</summary>
    public Uri Url => new(_app.Urls.First() + "/");

    /// <summary>Requests that reached the server.</summary>
    public int RequestCount => _requestCount;

    /// <summary>Starts a server.</summary>
    public static async Task<LoopbackServer> StartAsync(RequestDelegate handler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.UseShutdownTimeout(TimeSpan.Zero);
        var server = new LoopbackServer(builder.Build());
        server._app.Run(context =>
        {
            Interlocked.Increment(ref server._requestCount);
            return handler(context);
        });
        await server._app.StartAsync();
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
