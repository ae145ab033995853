using Reelay.Tests.Support;

namespace Reelay.Tests.Nodes;

/// <summary>One intent of a caller becomes one task, whichever nodes its tries reach.</summary>
public sealed class TwoNodesIntentTests
{
    [Fact]
    public async Task A_marked_retry_that_reaches_the_other_node_finds_its_order()
    {
        await using var nodes = await TwoNodes.StartAsync();
        var (first, _) = await TwoNodes.OrderAsync(nodes.First, "a fox", TwoNodes.Try(0));
        Assert.Equal((first, true), await TwoNodes.OrderAsync(nodes.Second, "a fox", TwoNodes.Try(1)));

        // Each order is claimed by one retry per count, on whichever node.
        var (second, isReplayed) = await TwoNodes.OrderAsync(nodes.First, "a fox", TwoNodes.Try(1));
        Assert.False(isReplayed);
        Assert.NotEqual(first, second);
        Assert.Equal((second, true), await TwoNodes.OrderAsync(nodes.Second, "a fox", TwoNodes.Try(2)));
        Assert.Equal((first, true), await TwoNodes.OrderAsync(nodes.First, "a fox", TwoNodes.Try(2)));
    }

    [Fact]
    public async Task An_order_that_was_read_on_one_node_is_no_match_on_the_other()
    {
        await using var nodes = await TwoNodes.StartAsync();
        var (first, _) = await TwoNodes.OrderAsync(nodes.First, "a fox", TwoNodes.Try(0));
        Assert.Equal(200, (await nodes.Second.SendAsync(HttpMethod.Get, "/v1/videos/" + first)).Status);
        while (IsRead(nodes, first) == 0) await GatewayHost.PauseAsync();
        Assert.NotEqual(first, (await TwoNodes.OrderAsync(nodes.First, "a fox", TwoNodes.Try(1))).Id);
        Assert.NotEqual(first, (await TwoNodes.OrderAsync(nodes.Second, "a fox", TwoNodes.Try(2))).Id);
    }

    [Fact]
    public async Task Equal_orders_that_all_retry_at_once_over_both_nodes_make_as_many_tasks()
    {
        await using var nodes = await TwoNodes.StartAsync();
        const int Count = 8;
        var orders = await Task.WhenAll(Enumerable.Range(0, Count).Select(index => TwoNodes.OrderAsync(Node(nodes, index), "a fox", TwoNodes.Try(0))));
        var retries = await Task.WhenAll(Enumerable.Range(0, Count).Select(index => TwoNodes.OrderAsync(Node(nodes, index + 1), "a fox", TwoNodes.Try(1))));
        Assert.Equal(Count, orders.Select(order => order.Id).Distinct().Count());
        Assert.All(retries, retry => Assert.True(retry.IsReplayed));
        Assert.Equal(orders.Select(order => order.Id).Order(), retries.Select(retry => retry.Id).Order());
    }

    [Fact]
    public async Task An_idempotency_key_sent_to_both_nodes_at_once_makes_one_task()
    {
        await using var nodes = await TwoNodes.StartAsync();
        for (var round = 0; round < 5; round++)
        {
            var key = ("Idempotency-Key", $"k-{round}");
            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(index => TwoNodes.OrderAsync(Node(nodes, index), "a fox", key)));
            Assert.Single(answers.Select(answer => answer.Id).Distinct());
            Assert.Single(answers, answer => !answer.IsReplayed);
        }

        Assert.Equal(5, (await nodes.First.SendAsync(HttpMethod.Get, "/v1/videos?limit=100")).Body.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task A_cancel_on_the_other_node_ends_the_task()
    {
        await using var nodes = await TwoNodes.StartAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 6).Select(index => TwoNodes.OrderAsync(Node(nodes, index), $"boat {index} [stuck]")));
        foreach (var (id, _) in ids)
        {
            Assert.Equal(200, (await nodes.First.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel")).Status);
            Assert.Equal("cancelled", (await nodes.Second.FinishAsync(id)).GetProperty("error").GetProperty("code").GetString());
        }
    }

    private static GatewayHost Node(TwoNodes nodes, int index) => index % 2 == 0 ? nodes.First : nodes.Second;

    private static long IsRead(TwoNodes nodes, string id)
    {
        using var connection = nodes.First.Connect();
        return Server.Storage.SqlMapper.Scalar<long>(connection, "SELECT is_read FROM order_intents WHERE task_id = @id", ("@id", id));
    }
}
