using System.Net;
using System.Net.Sockets;
using Reelay.Server.Assets.Fetching;
using Reelay.Tests.Assets;
using Reelay.Tests.Support;

namespace Reelay.Tests.Hardening;

/// <summary>The operator's network cannot be read through this server: a corpus of addresses against every kind of trust, with a canary that listens.</summary>
public sealed class SsrfCorpusTests : IDisposable
{
    private readonly Canary _canary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _canary.Dispose();

    [Fact]
    public void The_corpus_is_large_and_says_nothing_twice()
    {
        var urls = SsrfCorpus.Read(8080);
        Assert.True(urls.Count >= 150, urls.Count.ToString());
        Assert.Equal(urls.Count, urls.Distinct().Count());
    }

    [Theory]
    [InlineData("caller")]
    [InlineData("webhook")]
    [InlineData("upstream")]
    public async Task No_address_of_the_corpus_reaches_the_inside_as_given_or_through_redirects(string who)
    {
        var urls = SsrfCorpus.Read(_canary.Port);
        await using var internet = await LoopbackServer.StartAsync(context => RedirectAsync(context, urls));
        using var world = Named(new FetchWorld(internet));
        foreach (var (url, index) in urls.Select((url, index) => (url, index)))
        {
            if (Uri.TryCreate(url, UriKind.RelativeOrAbsolute, out var parsed)) await AssertRefusedAsync(world, parsed, Trust(who), url);
            foreach (var status in new[] { 301, 302, 303, 307, 308 }) await AssertRefusedAsync(world, new Uri($"http://media.test/{status}/{index}"), Trust(who), url);
            await AssertRefusedAsync(world, new Uri($"http://media.test/chain/{index}"), Trust(who), url);
        }

        Assert.All(world.Dialled, address => Assert.True(PublicAddress.IsPublic(address.Address), $"dialled {address}"));
        Assert.Equal(0, _canary.Count);
    }

    [Theory]
    [InlineData("caller")]
    [InlineData("webhook")]
    public void Nobodys_redirect_leads_from_https_to_http(string who)
    {
        var refused = Assert.Throws<FetchException>(() => FetchUrl.Follow(new Uri("https://media.test/"), new Uri("http://media.test/"), Trust(who)));
        Assert.Equal(FetchFailure.BadRedirect, refused.Failure);
        Assert.Equal(new Uri("https://media.test/b"), FetchUrl.Follow(new Uri("https://media.test/a"), new Uri("/b", UriKind.Relative), Trust(who)));
    }

    [Fact]
    public async Task A_resolver_that_changes_its_mind_at_every_question_gains_nothing()
    {
        using var resolver = new RebindingResolver(IPAddress.Parse(FetchWorld.PublicAddressText), IPAddress.Loopback);
        var dialled = new List<IPAddress>();
        var dialer = new CheckedDialer(TimeProvider.System, TimeSpan.FromSeconds(10))
        {
            ResolveAsync = resolver.AskAsync,
            DialAsync = async (address, ct) =>
            {
                lock (dialled) dialled.Add(address.Address);
                if (PublicAddress.IsPublic(address.Address)) throw new SocketException((int)SocketError.NetworkUnreachable);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(address, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        var options = new FetcherOptions();
        using var http = new OutboundHttp(options, dialer);
        var fetcher = new MediaFetcher(http, options, TimeProvider.System);
        for (var i = 0; i < 20; i++)
        {
            var refused = await Assert.ThrowsAsync<FetchException>(
                () => fetcher.OpenAsync(new Uri($"http://rebind.test:{_canary.Port}/"), new FetchTrust.CallerUrl(), new FetchBounds(1000), Cancellation));
            Assert.Contains(refused.Failure, new[] { FetchFailure.Transport, FetchFailure.BlockedAddress });
        }

        // One question for each connection: what was checked is what was dialled.
        Assert.Equal(20, resolver.Count);
        Assert.Equal(10, dialled.Count);
        Assert.All(dialled, address => Assert.Equal(FetchWorld.PublicAddressText, address.ToString()));
        Assert.Equal(0, _canary.Count);
    }

    [Fact]
    public async Task Orders_with_links_of_the_corpus_fail_and_nothing_is_opened()
    {
        var dialer = new CheckedDialer(TimeProvider.System, TimeSpan.FromSeconds(10))
        {
            ResolveAsync = (host, _) => Task.FromResult(SsrfCorpus.Names.TryGetValue(host, out var addresses) && host != "media.test"
                ? addresses.Split(' ').Select(IPAddress.Parse).ToArray() : throw new SocketException((int)SocketError.HostNotFound)),
        };
        await using var gateway = await GatewayHost.StartAsync(services: services => services.AddSingleton(dialer));
        var (accepted, refused) = (new List<string>(), 0);
        foreach (var url in SsrfCorpus.Read(_canary.Port))
        {
            var link = url.StartsWith("http:", StringComparison.OrdinalIgnoreCase) ? "https" + url[4..] : url;
            var (status, answer) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "a red boat", image_url = link });
            Assert.True(status is 200 or 400, $"{link}: {answer.GetRawText()}");
            if (status == 200) accepted.Add(answer.GetProperty("id").GetString()!);
            else refused++;
        }

        // Most are well formed and fail when the engine looks where they lead; the others are refused at once.
        Assert.True(accepted.Count > 100 && refused > 20, $"{accepted.Count} accepted, {refused} refused");
        foreach (var id in accepted)
        {
            var video = await gateway.FinishAsync(id);
            Assert.True(video.GetProperty("status").GetString() == "failed", video.GetRawText());
            Assert.Equal("reference_unavailable", video.GetProperty("error").GetProperty("code").GetString());
        }

        Assert.Equal(0, _canary.Count);
    }

    [Fact]
    public async Task What_is_public_or_allowed_as_a_whole_is_opened_and_what_only_looks_like_it_is_not()
    {
        var hosts = new List<string>();
        await using var internet = await LoopbackServer.StartAsync(context =>
        {
            lock (hosts) hosts.Add(context.Request.Host.Value!);
            return context.Response.WriteAsync("content");
        });
        var own = $"http://127.0.0.1:{internet.Url.Port}";
        var options = new FetcherOptions { MediaOrigins = [WebOrigin.Of(new Uri(own))] };
        using var world = Named(new FetchWorld(internet, options)).Name("nat64-public.test", "64:ff9b::5db8:d822").Name("mapped-public.test", "::ffff:93.184.216.34");
        foreach (var good in new[] { own + "/a", own + "/a?b#c", "http://media.test/", "http://MEDIA.TEST:8080/", "http://93.184.216.34/", "http://nat64-public.test/", "http://mapped-public.test/", "http://0x5db8d822/" })
            Assert.Equal("content"u8.ToArray(), await world.ReadAsync(good));
        foreach (var bad in new[] { $"http://127.0.0.1:{_canary.Port}/", $"https://127.0.0.1:{internet.Url.Port}/", $"http://localhost:{internet.Url.Port}/", $"http://[::ffff:127.0.0.1]:{internet.Url.Port}/", $"http://user@127.0.0.1:{internet.Url.Port}/" })
            Assert.True((await world.FailAsync(bad)).IsRefused, bad);

        // Nobody but the address itself says which host is asked for.
        Assert.Contains("media.test", hosts);
        Assert.DoesNotContain(hosts, host => host.Contains("localhost", StringComparison.Ordinal));
        Assert.True((await world.FailAsync(own + "/", new FetchTrust.Webhook())).IsRefused);
        Assert.Equal(0, _canary.Count);
    }

    // Paths: /{status}/{line} redirects there at once; /chain/{line} by three hops of other kinds.
    private static Task RedirectAsync(HttpContext context, IReadOnlyList<string> urls)
    {
        var parts = context.Request.Path.Value!.Trim('/').Split('/');
        if (parts.Length != 2 || !int.TryParse(parts[1], out var index))
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        }

        var (status, next) = parts[0] switch
        {
            "chain" => (302, $"/chain2/{index}"),
            "chain2" => (307, $"http://MEDIA.test:8080/303/{index}"),
            _ => (int.Parse(parts[0]), urls[index]),
        };
        context.Response.StatusCode = status;
        context.Response.Headers.Location = string.Concat(next.EnumerateRunes().Select(rune => rune.Value is > ' ' and < 0x7F ? rune.ToString() : Uri.EscapeDataString(rune.ToString())));
        return Task.CompletedTask;
    }

    private static async Task AssertRefusedAsync(FetchWorld world, Uri url, FetchTrust trust, string line)
    {
        try
        {
            await using var content = await world.Fetcher.OpenAsync(url, trust, new FetchBounds(1_000), Cancellation);
        }
        catch (FetchException)
        {
            return;
        }

        Assert.Fail($"{line} was opened ({url}, {trust}).");
    }

    private static FetchWorld Named(FetchWorld world)
    {
        foreach (var (name, addresses) in SsrfCorpus.Names) world.Name(name, addresses);
        return world;
    }

    private static FetchTrust Trust(string who) => who switch
    {
        "caller" => new FetchTrust.CallerUrl(),
        "webhook" => new FetchTrust.Webhook(),
        _ => new FetchTrust.UpstreamResult(new WebOrigin("http", "channel.test", 80)),
    };
}
