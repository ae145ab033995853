using System.Net;
using System.Net.Sockets;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Storage;
using Reelay.Tests.Engine;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Links that look right and lead nowhere good: the order is accepted, ends as <c>reference_unavailable</c>, and costs nothing.</summary>
public sealed class BadLinkTests
{
    // A name that leads to this machine, one that leads inside somebody's network beside a public address, and one that nobody has.
    private static readonly Dictionary<string, string[]> Addresses = new(StringComparer.Ordinal)
    {
        ["inside.test"] = ["127.0.0.1"], ["inside6.test"] = ["::1"], ["both.test"] = ["93.184.216.34", "10.0.0.1"],
    };

    [Theory]
    [InlineData("https://127.0.0.1:{0}/a.png", "leads to an address that is not public")]
    [InlineData("https://127.1:{0}/a.png", "leads to an address that is not public")]
    [InlineData("https://2130706433:{0}/a.png", "leads to an address that is not public")]
    [InlineData("https://[::1]:{0}/a.png", "leads to an address that is not public")]
    [InlineData("https://[::ffff:127.0.0.1]:{0}/a.png", "leads to an address that is not public")]
    [InlineData("https://0.0.0.0:{0}/a.png", "leads to an address that is not public")]
    [InlineData("https://169.254.169.254/latest/meta-data", "leads to an address that is not public")]
    [InlineData("https://inside.test:{0}/a.png", "leads to an address that is not public")]
    [InlineData("https://inside6.test:{0}/a.png", "leads to an address that is not public")]
    [InlineData("https://both.test:{0}/a.png", "leads to an address that is not public")]
    [InlineData("https://nowhere.test/a.png", "nowhere.test could not be fetched")]
    public async Task An_address_inside_is_never_opened(string url, string why)
    {
        using var canary = new TcpListener(IPAddress.Loopback, 0);
        canary.Start();
        var dialled = new List<IPEndPoint>();
        await using var gateway = await GatewayHost.StartAsync(services: services => services.AddSingleton(Dialer(dialled)));
        gateway.Database(connection => connection.Execute("UPDATE accounts SET is_unlimited = 0, balance_micros = 1000000 WHERE id = 'acct_sandbox'"));

        var link = url.Replace("{0}", ((IPEndPoint)canary.LocalEndpoint).Port.ToString());
        await AssertFailsAsync(gateway, new { prompt = "x", image_url = link }, why);

        Assert.Empty(dialled);
        Assert.False(canary.Pending());
        Assert.Equal((1_000_000, 0), gateway.Database(connection => (
            connection.Scalar<long>("SELECT balance_micros FROM accounts WHERE id = 'acct_sandbox'"), connection.Scalar<long>("SELECT sum(reserved_micros) FROM accounts"))));
    }

    [Theory]
    [InlineData("bomb", "it has 40000x40000 pixels")]
    [InlineData("text", "it is no picture, video or sound")]
    [InlineData("clip", "it is video/mp4")]
    [InlineData("empty", "it is no picture, video or sound")]
    [InlineData("gone", "404")]
    public async Task A_file_that_no_model_takes_ends_the_order(string path, string why)
    {
        await using var host = await CallerHost.StartAsync();
        host.Serve("bomb", Uploads.Claim(40_000, 40_000)).Serve("text", "hello"u8.ToArray()).Serve("clip", Uploads.Clip()).Serve("empty", Array.Empty<byte>()).Serve("gone", 404);
        var trusted = new FetcherOptions { MediaOrigins = [WebOrigin.Of(host.Url)] };
        await using var gateway = await GatewayHost.StartAsync(services: services => services.AddSingleton(trusted));
        await AssertFailsAsync(gateway, new { prompt = "x", image_url = host.Url + path }, why);
        Assert.Equal(["/" + path], host.Asked);
    }

    private static async Task AssertFailsAsync(GatewayHost gateway, object order, string why)
    {
        var id = await gateway.OrderAsync(body: order);
        var video = await gateway.FinishAsync(id);
        Assert.Equal("reference_unavailable", video.GetProperty("error").Text("code"));
        Assert.Contains(why, video.GetProperty("error").Text("message"), StringComparison.Ordinal);
        Assert.Empty(gateway.Sandbox.Submissions);
        Assert.Empty(Directory.GetFiles(Path.Combine(gateway.Folder, "assets"), "*", SearchOption.AllDirectories));
        Assert.Equal(["reserve", "release"], gateway.Database(connection => connection.Query(row => row.GetString(0), "SELECT kind FROM ledger_entries ORDER BY id")));
    }

    private static CheckedDialer Dialer(List<IPEndPoint> dialled) => new(TimeProvider.System, TimeSpan.FromSeconds(10))
    {
        ResolveAsync = (host, _) => Addresses.TryGetValue(host, out var found)
            ? Task.FromResult<IPAddress[]>([.. found.Select(IPAddress.Parse)])
            : throw new SocketException((int)SocketError.HostNotFound),
        DialAsync = (address, _) =>
        {
            dialled.Add(address);
            throw new SocketException((int)SocketError.NetworkUnreachable);
        },
    };
}
