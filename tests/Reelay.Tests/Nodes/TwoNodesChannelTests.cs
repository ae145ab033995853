using Reelay.Server.Routing;
using Reelay.Tests.Support;

namespace Reelay.Tests.Nodes;

/// <summary>Nodes that do not have the same account yet, as while an operator replaces it on one after the other.</summary>
public sealed class TwoNodesChannelTests
{
    [Fact]
    public async Task What_a_node_has_sent_with_an_account_of_its_own_is_finished_by_the_other()
    {
        await using var nodes = await TwoNodes.StartAsync(
            another: port => ("Reelay:Channels:sandbox_openai:BaseUrl", $"http://localhost:{port}/openai/v1"));
        Assert.Equal((1, 2), (VersionOf(nodes.First), VersionOf(nodes.Second)));
        nodes.First.Sandbox.Speed.Factor = 0;
        List<string> ids = [];
        for (var n = 0; n < 4; n++) ids.Add(await nodes.Second.OrderAsync($"order {n}"));
        foreach (var id in ids) await nodes.First.AdminUntilAsync(id, "submitted");

        await nodes.StopSecondAsync();
        nodes.First.Sandbox.Speed.Factor = 1;

        foreach (var id in ids) Assert.Equal("completed", (await nodes.First.FinishAsync(id)).GetProperty("status").GetString());
        Assert.Equal(1, VersionOf(nodes.First));
    }

    private static int VersionOf(GatewayHost node) => node.Services.GetRequiredService<ChannelSet>().Find("sandbox_openai")!.CredentialVersion;
}
