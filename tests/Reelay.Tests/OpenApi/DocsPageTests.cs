using System.Net;
using Reelay.Server.OpenApi;
using Reelay.Tests.Support;

namespace Reelay.Tests.OpenApi;

/// <summary>The page that shows the document, with and without its viewer.</summary>
public sealed class DocsPageTests
{
    private static readonly string Viewer = Path.Combine(AppContext.BaseDirectory, DocsEndpoints.ViewerFolder);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_and_its_files_come_from_here_and_may_use_nothing_else()
    {
        RequireViewer();
        await using var gateway = await GatewayHost.StartAsync();
        using var stranger = Stranger(gateway);
        using var page = await stranger.GetAsync("/docs", Cancellation);
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType!.ToString());
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy);
        Assert.DoesNotContain("http", policy);
        Assert.DoesNotContain("unsafe", policy);
        var html = await page.Content.ReadAsStringAsync(Cancellation);
        Assert.DoesNotContain("//", html);
        Assert.Equal(html.Replace("\"docs/", "\"../docs/").Replace("\"openapi/", "\"../openapi/"), await stranger.GetStringAsync("/docs/", Cancellation));
        foreach (var (name, type) in new[]
        {
            ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"), ("swagger-ui.css", "text/css; charset=utf-8"), ("favicon-32x32.png", "image/png"),
            ("start.js", "text/javascript; charset=utf-8"), ("LICENSE", "text/plain; charset=utf-8"), ("NOTICE", "text/plain; charset=utf-8"),
        })
        {
            using var file = await stranger.GetAsync("/docs/" + name, Cancellation);
            Assert.Equal((HttpStatusCode.OK, type, "no-cache"), (file.StatusCode, file.Content.Headers.ContentType!.ToString(), file.Headers.CacheControl!.ToString()));
            Assert.Equal("nosniff", file.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.True(file.Content.Headers.ContentLength > 10);
            if (file.Headers.ETag is not { } tag) continue;
            using var again = new HttpRequestMessage(HttpMethod.Get, "/docs/" + name);
            again.Headers.IfNoneMatch.Add(tag);
            using var same = await stranger.SendAsync(again, Cancellation);
            Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        }

        foreach (var name in new[] { "VERSION", "..%2fReelay.Server.dll", "swagger-ui.css.map", "page.html" })
        {
            using var none = await stranger.GetAsync("/docs/" + name, Cancellation);
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
            Assert.Contains("unknown_url", await none.Content.ReadAsStringAsync(Cancellation));
        }
    }

    [Fact]
    public async Task Without_its_viewer_the_page_is_plain_and_leads_to_the_document()
    {
        using var folder = new TemporaryFolder();
        await using var gateway = await GatewayHost.StartAsync(services: services => services.AddSingleton(new DocsEndpoints(folder.Path)));
        using var stranger = Stranger(gateway);
        var html = await stranger.GetStringAsync("/docs", Cancellation);
        Assert.Contains("<a href=\"openapi/v1.json\">", html);
        Assert.Contains("tools/fetch-docs-viewer", html);
        Assert.DoesNotContain("<script", html);
        using var none = await stranger.GetAsync("/docs/swagger-ui-bundle.js", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task A_browser_shows_every_operation_and_asks_nobody_else()
    {
        RequireViewer();
        Assert.SkipUnless(Tool.Exists("chromium"), "chromium is not installed");
        await using var gateway = await GatewayHost.StartAsync();
        var environment = new Dictionary<string, string> { ["REELAY_URL"] = gateway.BaseUrl.ToString().TrimEnd('/') };
        var seen = await NodeScripts.RunAsync(environment, "docs-page");
        Assert.Equal("[]", seen.GetProperty("said").GetRawText());
        var own = gateway.BaseUrl.GetLeftPart(UriPartial.Authority) + "/";
        var asked = seen.GetProperty("asked").EnumerateArray().Select(url => url.GetString()!).ToList();
        Assert.Contains(own + "openapi/v1.json", asked);
        Assert.All(asked, url => Assert.True(url.StartsWith(own, StringComparison.Ordinal) || url.StartsWith("data:", StringComparison.Ordinal), url));
        var document = (await gateway.SendAsync(HttpMethod.Get, "/openapi/v1.json")).Body;
        var count = new[] { "paths", "webhooks" }.Sum(part =>
            document.GetProperty(part).EnumerateObject().Sum(path => path.Value.EnumerateObject().Count(member => member.Name != "parameters")));
        Assert.Equal(count, seen.GetProperty("operations").GetInt32());
        Assert.Equal("POST /v1/videos", seen.GetProperty("create").GetString());

        // Tried out in the page: the list, with the sandbox's key.
        Assert.Equal("200", seen.GetProperty("tried").GetString());
    }

    private static void RequireViewer() => Assert.SkipUnless(
        File.Exists(Path.Combine(Viewer, "swagger-ui-bundle.js")), "The viewer is not there; tools/fetch-docs-viewer fetches it before a build.");

    private static HttpClient Stranger(GatewayHost gateway) => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        BaseAddress = gateway.BaseUrl,
    };
}
