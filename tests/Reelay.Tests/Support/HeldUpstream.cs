namespace Reelay.Tests.Support;

/// <summary>Stands between a gateway and its upstream, passes everything on, and slows calls or keeps answers back when told to.</summary>
internal sealed class HeldUpstream : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient target;
    private volatile Hold? hold;

    private HeldUpstream(WebApplication app, Uri target)
    {
        this.app = app;
        this.target = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = target };
        app.Run(PassAsync);
    }

    /// <summary>How long a call is on its way, drawn once for the way there and once for the way back.</summary>
    public Func<TimeSpan> Latency { get; set; } = () => TimeSpan.Zero;

    public Uri BaseUrl => new(app.Urls.First());

    public static async Task<HeldUpstream> StartAsync(Uri target)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var upstream = new HeldUpstream(builder.Build(), target);
        await upstream.app.StartAsync(TestContext.Current.CancellationToken);
        return upstream;
    }

    /// <summary>The next calls of a method are passed on at once; their answers wait until the hold is released.</summary>
    public Hold HoldAnswers(HttpMethod method) => hold = new Hold(method.Method);

    public async ValueTask DisposeAsync()
    {
        hold?.Release();
        await app.DisposeAsync();
        target.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        // What was sent whole arrives, though its sender may be dead by then.
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        await Task.Delay(Latency(), TimeProvider.System, CancellationToken.None);
        var path = context.Request.Path + context.Request.QueryString;
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), path);
        request.Headers.TryAddWithoutValidation("Authorization", context.Request.Headers.Authorization.ToString());
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        HttpResponseMessage response;
        try
        {
            response = await target.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
        }
        catch (HttpRequestException)
        {
            // The upstream cut the connection, and so do we.
            context.Abort();
            return;
        }

        using var answer = response;
        await Task.Delay(Latency(), TimeProvider.System, CancellationToken.None);
        if (hold is { } held && held.Method == context.Request.Method) await held.WaitAsync(context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        context.Response.ContentLength = response.Content.Headers.ContentLength;
        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>Answers that are kept back.</summary>
    internal sealed class Hold(string method)
    {
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Method => method;

        /// <summary>The upstream has answered the first of them; the gateway does not know yet.</summary>
        public Task Reached => reached.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, TestContext.Current.CancellationToken);

        public void Release() => released.TrySetResult();

        internal Task WaitAsync(CancellationToken cancellationToken)
        {
            reached.TrySetResult();
            return released.Task.WaitAsync(cancellationToken);
        }
    }
}
