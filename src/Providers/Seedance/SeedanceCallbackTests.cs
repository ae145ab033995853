using System.Net;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Seedance;

/// <summary>
/// Callbacks over real HTTP to a server that has said where it is reached, and polls so rarely that what ends in a test was told by one. None
/// is signed: each only makes the server look.
/// </summary>
public sealed class SeedanceCallbackTests
{
    [Fact]
    public async Task Callbacks_wake_the_poller_settle_a_lost_answer_and_end_nothing_by_themselves()
    {
        // The address must be known before the server listens.
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        probe.Stop();
        await using var gateway = await GatewayHost.StartAsync(
            new()
            {
                ["urls"] = url,
                ["Reelay:PublicUrl"] = url,
                ["Reelay:Channels:sandbox_seedance:ExpectedSeconds"] = "80000",
                ["Reelay:Channels:sandbox_seedance:CallSeconds"] = "60",
            },
            new SandboxOptions { Duration = 0.3, Render = RenderMode.StandIn });

        foreach (var words in new[] { "", "[drop:after-accept]", "[garbage]", "[callback:forged]", "[callback:twice]", "[callback:reversed]" })
        {
            var id = await gateway.OrderAsync(body: new { model = "doubao-seedance-1-0-pro-250528", prompt = $"a boat {words}" });
            var video = await gateway.FinishAsync(id);
            Assert.True(video.GetProperty("status").GetString() == "completed", $"{words}: {video.GetRawText()}");
            var attempt = Assert.Single((await gateway.AdminTaskAsync(id)).GetProperty("attempts").EnumerateArray());
            Assert.Single(gateway.Sandbox.Submissions, report => report.Row.UpstreamId == attempt.GetProperty("upstream_id").GetString());
        }
    }
}
