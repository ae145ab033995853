using System.Net;
using System.Net.Sockets;
using Reelay.Server.Assets.Fetching;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

/// <summary>Addresses that must never be reached, in every spelling; a canary on loopback listens at the port they name.</summary>
public sealed class FetchBlockingTests : IDisposable
{
    private readonly TcpListener _canary = new(IPAddress.Loopback, 0);

    public FetchBlockingTests() => _canary.Start();

    private int Port => ((IPEndPoint)_canary.LocalEndpoint).Port;

    public void Dispose() => _canary.Dispose();

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://127.0.0.1.:{0}/")]
    [InlineData("http://127.1:{0}/")]
    [InlineData("http://127.0.1:{0}/")]
    [InlineData("http://127.127.127.127:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://017700000001:{0}/")]
    [InlineData("http://0x7f000001:{0}/")]
    [InlineData("http://0x7F.0x0.0x0.0x1:{0}/")]
    [InlineData("http://0177.0.0.1:{0}/")]
    [InlineData("http://0177.0.0x1:{0}/")]
    [InlineData("http://00000177.0.0.1:{0}/")]
    [InlineData("http://0:{0}/")]
    [InlineData("http://0.0.0.0:{0}/")]
    [InlineData("http://%31%32%37.0.0.1:{0}/")]
    [InlineData("http://①②⑦.⓪.⓪.①:{0}/")]
    [InlineData("http://１２７.０.０.１:{0}/")]
    [InlineData("http://127。0。0。1:{0}/")]
    [InlineData("http://[::1]:{0}/")]
    [InlineData("http://[0:0:0:0:0:0:0:1]:{0}/")]
    [InlineData("http://[::]:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://[::ffff:7f00:1]:{0}/")]
    [InlineData("http://[0:0:0:0:0:ffff:127.0.0.1]:{0}/")]
    [InlineData("http://[::127.0.0.1]:{0}/")]
    [InlineData("http://[64:ff9b::127.0.0.1]:{0}/")]
    [InlineData("http://[2002:7f00:1::]:{0}/")]
    [InlineData("http://[fe80::1%25lo]:{0}/")]
    [InlineData("http://[fec0::1]:{0}/")]
    [InlineData("http://[fd00:ec2::254]:{0}/")]
    [InlineData("http://[ff02::1]:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://LOCALHOST:{0}/")]
    [InlineData("http://localhost.:{0}/")]
    [InlineData("http://sub.localhost:{0}/")]
    [InlineData("http://loopback.test:{0}/")]
    [InlineData("http://loopback6.test:{0}/")]
    [InlineData("http://mapped.test:{0}/")]
    [InlineData("http://nat64.test:{0}/")]
    [InlineData("http://mixed.test:{0}/")]
    [InlineData("http://mixed-last.test:{0}/")]
    [InlineData("http://metadata.test/latest/meta-data/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://2852039166/latest/meta-data/")]
    [InlineData("http://0xa9fea9fe/latest/meta-data/")]
    [InlineData("http://0251.0376.0251.0376/latest/meta-data/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://100.100.100.200/latest/meta-data/")]
    [InlineData("http://192.168.1.1/")]
    [InlineData("http://3232235777/")]
    [InlineData("http://10.0.0.1:22/")]
    [InlineData("http://012.0.0.1/")]
    [InlineData("http://172.16.0.1/")]
    [InlineData("https://127.0.0.1:{0}/")]
    [InlineData("https://loopback.test:{0}/")]
    [InlineData("http://user@127.0.0.1:{0}/")]
    [InlineData("http://user:password@media.test:{0}/")]
    [InlineData("http://media.test@127.0.0.1:{0}/")]
    [InlineData("http://127.0.0.1:{0}#@media.test/")]
    [InlineData("http://127.0.0.1:{0}\\@media.test/")]
    [InlineData("http:\\\\127.0.0.1:{0}\\")]
    [InlineData("http://127.0.0.1\t:{0}/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1:{0}/")]
    [InlineData("gopher://127.0.0.1:{0}/_x")]
    [InlineData("ws://127.0.0.1:{0}/")]
    [InlineData("dict://127.0.0.1:{0}/")]
    [InlineData("ldap://127.0.0.1:{0}/")]
    [InlineData("jar:http://127.0.0.1:{0}!/")]
    [InlineData("data:image/png;base64,AAAA")]
    [InlineData("//127.0.0.1:{0}/")]
    [InlineData("/etc/passwd")]
    [InlineData("http://nowhere.test:{0}/")]
    public async Task No_spelling_reaches_the_inside_as_given_or_through_a_redirect(string pattern)
    {
        var url = pattern.Replace("{0}", Port.ToString(), StringComparison.Ordinal);
        await using var internet = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = EncodeForHeader(url);
            return Task.CompletedTask;
        });
        var channel = new FetchTrust.UpstreamResult(new WebOrigin("http", "channel.test", 80));
        FetchTrust[] trusts = [new FetchTrust.CallerUrl(), new FetchTrust.Webhook(), channel];
        foreach (var trust in trusts)
        {
            using var world = Names(new FetchWorld(internet));

            // What cannot even be written as an address never gets to the fetcher.
            if (Uri.TryCreate(url, UriKind.RelativeOrAbsolute, out var parsed)) await AssertRefusedAsync(world, parsed, trust);
            await AssertRefusedAsync(world, new Uri("http://media.test/start"), trust);
            Assert.All(world.Dialled, address => Assert.True(PublicAddress.IsPublic(address.Address), $"dialled {address}"));
        }

        Assert.False(_canary.Pending(), "the canary was reached");
    }

    [Fact]
    public async Task A_name_that_changes_its_answer_is_dialled_where_it_was_checked()
    {
        await using var internet = await LoopbackServer.StartAsync(context => context.Response.WriteAsync("public"));
        using var world = new FetchWorld(internet).Name("rebind.test", FetchWorld.PublicAddressText, "127.0.0.1");

        Assert.Equal("public"u8.ToArray(), await world.ReadAsync($"http://rebind.test:{Port}/"));

        Assert.Equal(["rebind.test"], world.Asked);
        Assert.Equal([new IPEndPoint(IPAddress.Parse(FetchWorld.PublicAddressText), Port)], world.Dialled);
    }

    [Fact]
    public async Task A_name_that_turns_inside_between_two_connections_is_refused_at_the_second()
    {
        await using var internet = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Headers.Connection = "close";
            return context.Response.WriteAsync("public");
        });
        using var world = new FetchWorld(internet).Name("rebind.test", FetchWorld.PublicAddressText, "127.0.0.1");
        await world.ReadAsync($"http://rebind.test:{Port}/");

        var failure = await world.FailAsync($"http://rebind.test:{Port}/");

        Assert.Equal(FetchFailure.BlockedAddress, failure.Failure);
        Assert.True(failure.IsRefused);
        Assert.False(_canary.Pending());
    }

    [Fact]
    public async Task A_connection_opened_for_a_channel_is_not_lent_to_a_caller()
    {
        await using var inside = await LoopbackServer.StartAsync(context => context.Response.WriteAsync("inside"));
        using var world = new FetchWorld();
        var url = inside.Url.AbsoluteUri;
        var channel = new FetchTrust.UpstreamResult(WebOrigin.Of(inside.Url));
        Assert.Equal("inside"u8.ToArray(), await world.ReadAsync(url, channel));

        Assert.Equal(FetchFailure.BlockedAddress, (await world.FailAsync(url)).Failure);
        Assert.Equal(FetchFailure.BlockedAddress, (await world.FailAsync(url, new FetchTrust.UpstreamResult(null))).Failure);
        Assert.Equal("inside"u8.ToArray(), await world.ReadAsync(url, channel));

        Assert.Equal(2, inside.RequestCount);
    }

    private static async Task AssertRefusedAsync(FetchWorld world, Uri url, FetchTrust trust)
    {
        await Assert.ThrowsAsync<FetchException>(
            () => world.Fetcher.OpenAsync(url, trust, new FetchBounds(1_000), TestContext.Current.CancellationToken));
    }

    private static FetchWorld Names(FetchWorld world) => world
        .Name("media.test", FetchWorld.PublicAddressText)
        .Name("localhost", "127.0.0.1 ::1")
        .Name("localhost.", "127.0.0.1")
        .Name("sub.localhost", "127.0.0.1")
        .Name("127.0.0.1.", "127.0.0.1")
        .Name("loopback.test", "127.0.0.1")
        .Name("loopback6.test", "::1")
        .Name("mapped.test", "::ffff:127.0.0.1")
        .Name("nat64.test", "64:ff9b::7f00:1")
        .Name("mixed.test", $"127.0.0.1 {FetchWorld.PublicAddressText}")
        .Name("mixed-last.test", $"{FetchWorld.PublicAddressText} 127.0.0.1")
        .Name("metadata.test", "169.254.169.254");

    // A header holds ASCII only; a server would send other characters percent-encoded.
    private static string EncodeForHeader(string url) =>
        string.Concat(url.EnumerateRunes().Select(rune => rune.ToString()).Select(
            rune => rune[0] is > ' ' and < '\x7F' ? rune : Uri.EscapeDataString(rune)));
}
