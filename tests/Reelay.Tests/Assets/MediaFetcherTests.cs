using System.Net;
using System.Text;
using Reelay.Server.Assets.Fetching;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

public sealed class MediaFetcherTests
{
    private const string Media = "http://media.test/a.png?sig=secret";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_public_address_is_read_with_its_type_and_length_and_without_anything_of_ours()
    {
        var seen = new List<string>();
        await using var internet = await LoopbackServer.StartAsync(async context =>
        {
            seen.AddRange(context.Request.Headers.Keys);
            seen.Add($"{context.Request.Host}{context.Request.Path}{context.Request.QueryString}");
            context.Response.ContentType = "image/png; x=y";
            context.Response.ContentLength = 3;
            context.Response.Headers.SetCookie = "a=b";
            await context.Response.Body.WriteAsync(new byte[] { 1, 2, 3 });
        });
        using var world = World(internet);

        await using var content = await world.OpenAsync(Media, cancellationToken: Cancellation);
        var bytes = new byte[4];

        Assert.Equal(("image/png", 3L), (content.ContentType, content.LengthBytes));
        Assert.Equal(3, await content.Stream.ReadAtLeastAsync(bytes, 4, throwOnEndOfStream: false, Cancellation));
        string[] expected = ["Accept", "Accept-Encoding", "Host", "User-Agent", "media.test/a.png?sig=secret"];
        Assert.Equal(expected, seen.Order(StringComparer.Ordinal));
        await world.ReadAsync(Media);
        Assert.DoesNotContain("Cookie", seen);
    }

    [Theory]
    [InlineData(401, nameof(FetchFailure.Forbidden), true)]
    [InlineData(403, nameof(FetchFailure.Forbidden), true)]
    [InlineData(404, nameof(FetchFailure.NotFound), true)]
    [InlineData(410, nameof(FetchFailure.Gone), true)]
    [InlineData(429, nameof(FetchFailure.Status), false)]
    [InlineData(500, nameof(FetchFailure.Status), false)]
    [InlineData(503, nameof(FetchFailure.Status), false)]
    [InlineData(204, nameof(FetchFailure.Status), false)]
    [InlineData(206, nameof(FetchFailure.Status), false)]
    [InlineData(304, nameof(FetchFailure.Status), false)]
    public async Task Dead_links_are_told_from_those_worth_another_try(int status, string failureName, bool isDead)
    {
        await using var internet = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        using var world = World(internet);

        var thrown = await world.FailAsync(Media);

        Assert.Equal((failureName, isDead, (HttpStatusCode?)status), (thrown.Failure.ToString(), thrown.IsLinkDead, thrown.StatusCode));
    }

    [Fact]
    public async Task Redirects_are_followed_up_to_the_bound()
    {
        await using var internet = await LoopbackServer.StartAsync(context =>
        {
            var left = int.Parse(context.Request.Path.Value![1..]);
            if (left == 0) return context.Response.Body.WriteAsync("end"u8.ToArray()).AsTask();
            context.Response.StatusCode = left % 2 == 0 ? 307 : 302;
            context.Response.Headers.Location = left % 2 == 0 ? $"/{left - 1}" : $"http://other.test/{left - 1}#part";
            return Task.CompletedTask;
        });
        using var world = World(internet).Name("other.test", "8.8.8.8");

        Assert.Equal("end"u8.ToArray(), await world.ReadAsync("http://media.test/5"));
        var failure = await world.FailAsync("http://media.test/6");

        Assert.Equal(FetchFailure.TooManyRedirects, failure.Failure);
        Assert.Equal(5 + 1 + 6, internet.RequestCount);
    }

    [Theory]
    [InlineData("https://a.test/x", "http://a.test/y", false)]
    [InlineData("https://a.test/x", "https://b.test/y", true)]
    [InlineData("https://a.test/x", "//b.test/y", true)]
    [InlineData("http://a.test/x", "https://b.test/y", true)]
    [InlineData("http://a.test/x", "http://b.test/y", true)]
    public void Only_an_upstream_may_lead_from_https_to_http(string from, string to, bool isAllowed)
    {
        var location = new Uri(to, UriKind.RelativeOrAbsolute);

        Assert.NotNull(FetchUrl.Follow(new Uri(from), location, new FetchTrust.UpstreamResult(null)));
        foreach (FetchTrust trust in new FetchTrust[] { new FetchTrust.CallerUrl(), new FetchTrust.Webhook() })
        {
            var thrown = Record.Exception(() => FetchUrl.Follow(new Uri(from), location, trust));
            Assert.Equal(isAllowed ? null : FetchFailure.BadRedirect, (thrown as FetchException)?.Failure);
        }
    }

    [Fact]
    public async Task A_redirect_without_address_is_refused()
    {
        await using var internet = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 302;
            return Task.CompletedTask;
        });
        using var world = World(internet);

        Assert.Equal(FetchFailure.BadRedirect, (await world.FailAsync(Media)).Failure);
    }

    [Fact]
    public async Task Allowed_origins_are_open_by_scheme_host_and_port_and_for_their_own_trust_only()
    {
        await using var inside = await LoopbackServer.StartAsync(context => context.Response.Body.WriteAsync(new byte[] { 7 }).AsTask());
        Assert.True(WebOrigin.TryParse(inside.Url.AbsoluteUri, out var origin));
        using var media = new FetchWorld(options: new FetcherOptions { MediaOrigins = [origin] });
        using var webhooks = new FetchWorld(options: new FetcherOptions { WebhookOrigins = [origin] });

        Assert.Equal([7], await media.ReadAsync(inside.Url.AbsoluteUri));
        Assert.Equal([7], await media.ReadAsync(inside.Url.AbsoluteUri, new FetchTrust.UpstreamResult(null)));
        Assert.Equal([7], await webhooks.ReadAsync(inside.Url.AbsoluteUri, new FetchTrust.Webhook()));

        Assert.Equal(FetchFailure.BlockedAddress, (await media.FailAsync(inside.Url.AbsoluteUri, new FetchTrust.Webhook())).Failure);
        Assert.Equal(FetchFailure.BlockedAddress, (await webhooks.FailAsync(inside.Url.AbsoluteUri)).Failure);
        Assert.Equal(FetchFailure.BlockedAddress, (await media.FailAsync($"http://127.0.0.1:{origin.Port - 1}/")).Failure);
        Assert.Equal(FetchFailure.BlockedAddress, (await media.FailAsync($"https://127.0.0.1:{origin.Port}/")).Failure);
        media.Name("alias.test", "127.0.0.1");
        Assert.Equal(FetchFailure.BlockedAddress, (await media.FailAsync($"http://alias.test:{origin.Port}/")).Failure);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8090", "http://127.0.0.1:8090")]
    [InlineData("https://Media.Example/", "https://media.example:443")]
    [InlineData("http://[::1]:9", "http://[::1]:9")]
    [InlineData("http://127.0.0.1:8090/path", null)]
    [InlineData("http://127.0.0.1:8090/?x", null)]
    [InlineData("http://user@127.0.0.1:8090", null)]
    [InlineData("ftp://127.0.0.1", null)]
    [InlineData("127.0.0.1:8090", null)]
    [InlineData("*", null)]
    public void An_operator_names_origins_exactly(string text, string? origin)
    {
        Assert.Equal(origin is not null, WebOrigin.TryParse(text, out var parsed));
        if (origin is not null) Assert.Equal(origin, parsed.ToString());
    }

    [Fact]
    public async Task A_rewritten_host_leads_to_its_target_and_the_target_is_checked()
    {
        await using var samples = await LoopbackServer.StartAsync(
            context => context.Response.Body.WriteAsync(
                Encoding.ASCII.GetBytes($"{context.Request.Path}{context.Request.QueryString}")).AsTask());
        var rewrite = new HostRewrite("example.com", new Uri(samples.Url, "/_sandbox/samples/"));
        using var open = new FetchWorld(options: new FetcherOptions { Rewrites = [rewrite], MediaOrigins = [WebOrigin.Of(samples.Url)] });
        using var closed = new FetchWorld(options: new FetcherOptions { Rewrites = [rewrite] });

        Assert.Equal("/_sandbox/samples/a/b.jpg?x=1"u8.ToArray(), await open.ReadAsync("https://example.com/a/b.jpg?x=1"));
        Assert.Equal("/_sandbox/samples/"u8.ToArray(), await open.ReadAsync("http://EXAMPLE.com"));
        Assert.Equal(FetchFailure.NameNotFound, (await open.FailAsync("https://www.example.com/")).Failure);
        Assert.Equal(FetchFailure.NameNotFound, (await open.FailAsync("https://example.com:8443/")).Failure);
        Assert.Equal(FetchFailure.BadUrl, (await open.FailAsync("https://user@example.com/")).Failure);
        Assert.Equal(FetchFailure.BlockedAddress, (await closed.FailAsync("https://example.com/a")).Failure);
    }

    [Fact]
    public async Task Failures_on_the_way_are_transport_and_never_show_the_signature()
    {
        using var world = World(null);

        var failure = await world.FailAsync(Media);

        Assert.Equal(FetchFailure.Transport, failure.Failure);
        Assert.False(failure.IsLinkDead || failure.IsRefused);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.Contains("media.test", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_address_is_tried_when_one_does_not_answer()
    {
        await using var internet = await LoopbackServer.StartAsync(context => context.Response.Body.WriteAsync(new byte[] { 1 }).AsTask());
        var world = new FetchWorld(internet) { DeadAddress = IPAddress.Parse("8.8.4.4") };
        using var _ = world.Name("media.test", "2606:4700:4700::1111 8.8.4.4 8.8.8.8");

        Assert.Equal([1], await world.ReadAsync(Media));
        Assert.Equal(["8.8.4.4", "8.8.8.8"], world.Dialled.Select(address => address.Address.ToString()));
    }

    [Fact]
    public async Task A_request_of_our_own_goes_out_under_the_same_checks()
    {
        await using var internet = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Method == "POST" ? 302 : 500;
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        });
        using var world = World(internet);
        using var post = new HttpRequestMessage(HttpMethod.Post, Media) { Content = new StringContent("{}") };
        using var inside = new HttpRequestMessage(HttpMethod.Post, "http://127.0.0.1/");

        using var response = await world.Http.SendAsync(post, new FetchTrust.Webhook(), Cancellation);

        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.Equal(1, internet.RequestCount);
        await Assert.ThrowsAsync<FetchException>(() => world.Http.SendAsync(inside, new FetchTrust.Webhook(), Cancellation));
    }

    private static FetchWorld World(LoopbackServer? internet) => new FetchWorld(internet).Name("media.test", FetchWorld.PublicAddressText);
}
