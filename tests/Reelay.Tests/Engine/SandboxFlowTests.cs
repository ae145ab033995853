using System.Text.Json;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>The whole gateway against the sandbox with something going wrong; the sandbox tells what was really ordered.</summary>
public sealed class SandboxFlowTests
{
    private static readonly Dictionary<string, string?> Quick = new()
    {
        ["Reelay:Channels:sandbox_openai:CallSeconds"] = "4",
        ["Reelay:Channels:sandbox_openai:Options:list_delay_seconds"] = "0",
        ["Reelay:Engine:MaxFetchCount"] = "2",
        ["Reelay:Engine:MaxUnreadableCount"] = "4",
        ["Reelay:Engine:DrainSeconds"] = "2",
    };

    [Fact]
    public async Task An_order_accepted_without_an_answer_is_adopted_and_delivered()
    {
        await using var gateway = await GatewayHost.StartAsync(Quick);
        var ids = new[] { await gateway.OrderAsync("a boat [drop:after-accept]"), await gateway.OrderAsync("a train [garbage]"), await gateway.OrderAsync("a car [truncate]") };

        foreach (var id in ids) Assert.Equal("completed", (await gateway.FinishAsync(id)).GetProperty("status").GetString());

        Assert.Equal(3, gateway.Sandbox.Submissions.Count);
        foreach (var id in ids)
        {
            var attempt = Assert.Single((await gateway.AdminTaskAsync(id)).GetProperty("attempts").EnumerateArray());
            Assert.Contains(gateway.Sandbox.Submissions, report => report.Row.UpstreamId == attempt.GetProperty("upstream_id").GetString());
        }
    }

    [Fact]
    public async Task An_order_that_may_have_arrived_is_not_sent_again()
    {
        await using var gateway = await GatewayHost.StartAsync(Quick);
        var ids = new[] { await gateway.OrderAsync("a boat [drop:before-accept]"), await gateway.OrderAsync("a car [bare:503]"), await gateway.OrderAsync("a train [http:500]") };

        foreach (var id in ids)
        {
            var video = await gateway.FinishAsync(id);
            Assert.Equal("submission_outcome_unknown", video.GetProperty("error").GetProperty("code").GetString());
            Assert.False((await gateway.AdminTaskAsync(id)).TryGetProperty("settled_micros", out _));
        }

        Assert.Equal(3, gateway.Sandbox.Submissions.Count);
        Assert.DoesNotContain(gateway.Sandbox.Submissions, report => report.Row.Accepted);
    }

    [Fact]
    public async Task An_overloaded_upstream_is_left_alone_for_a_while_and_gets_the_order_once()
    {
        await using var gateway = await GatewayHost.StartAsync(Quick);
        gateway.Sandbox.Faults.Add("openai", SimulatedCall.Create, "http:503", count: 1);
        gateway.Sandbox.Faults.Add("openai", SimulatedCall.Create, "http:429", count: 1);
        var id = await gateway.OrderAsync();

        Assert.Equal("completed", (await gateway.FinishAsync(id)).GetProperty("status").GetString());

        var attempts = (await gateway.AdminTaskAsync(id)).GetProperty("attempts").EnumerateArray().ToList();
        Assert.Equal(["not_accepted", "not_accepted", "completed"], attempts.Select(attempt => attempt.GetProperty("outcome").GetString()));
        Assert.Single(gateway.Sandbox.Submissions, report => report.Row.Accepted);
    }

    [Theory]
    [InlineData("[fail:content_policy]", "content_policy_violation")]
    [InlineData("[fail:generation]", "generation_failed")]
    [InlineData("[refuse:content_policy]", "content_policy_violation")]
    [InlineData("[http:400]", "upstream_rejected")]
    [InlineData("[unknown-status] [stuck]", "upstream_unreadable")]
    [InlineData("[content:404]", "result_lost")]
    [InlineData("[expired]", "result_lost")]
    public async Task What_goes_wrong_upstream_has_a_code_and_costs_nothing(string words, string code)
    {
        await using var gateway = await GatewayHost.StartAsync(Quick);
        var id = await gateway.OrderAsync("a boat " + words);
        var video = await gateway.FinishAsync(id);
        Assert.Equal(("failed", code), (video.GetProperty("status").GetString(), video.GetProperty("error").GetProperty("code").GetString()));
        Assert.False((await gateway.AdminTaskAsync(id)).TryGetProperty("settled_micros", out _));
        Assert.Single(gateway.Sandbox.Submissions);
    }

    [Fact]
    public async Task Content_that_breaks_off_is_fetched_again()
    {
        await using var gateway = await GatewayHost.StartAsync(Quick);
        gateway.Sandbox.Faults.Add("openai", SimulatedCall.Content, "truncate", count: 1);
        gateway.Sandbox.Faults.Add("openai", SimulatedCall.Retrieve, "bare:502", count: 2);
        var id = await gateway.OrderAsync();
        Assert.Equal("completed", (await gateway.FinishAsync(id)).GetProperty("status").GetString());
        Assert.Equal(
            StandInClipStore.Clip.ToArray(),
            await gateway.Client.GetByteArrayAsync($"/v1/videos/{id}/content", TestContext.Current.CancellationToken));
        Assert.Single(gateway.Sandbox.Submissions);
    }

    [Fact]
    public async Task A_redirected_result_is_fetched_without_the_key()
    {
        await using var gateway = await GatewayHost.StartAsync(Quick);
        var id = await gateway.OrderAsync("a boat [redirect]");
        Assert.Equal("completed", (await gateway.FinishAsync(id)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_upstream_never_has_more_orders_than_there_are_slots()
    {
        var settings = new Dictionary<string, string?>(Quick) { ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "2" };

        // The sandbox refuses a third at once, so a broken limit shows as an attempt that was not accepted.
        await using var gateway = await GatewayHost.StartAsync(
            settings, new SandboxOptions { Duration = 0.1, Render = RenderMode.StandIn, MaxRunning = 2 });
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => gateway.OrderAsync("order " + number)));
        foreach (var id in ids)
        {
            Assert.Equal("completed", (await gateway.FinishAsync(id)).GetProperty("status").GetString());
            Assert.Single((await gateway.AdminTaskAsync(id)).GetProperty("attempts").EnumerateArray());
        }

        Assert.Equal(8, gateway.Sandbox.Submissions.Count);
    }

    [Fact]
    public async Task A_caller_sees_states_and_progress_only_go_forward()
    {
        await using var gateway = await GatewayHost.StartAsync(Quick, new SandboxOptions { Duration = 1, Render = RenderMode.StandIn });
        var id = await gateway.OrderAsync();
        string[] order = ["queued", "in_progress", "completed"];
        var seen = new List<(int State, int Progress)>();
        JsonElement video;
        do
        {
            video = (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Body;
            seen.Add((Array.IndexOf(order, video.GetProperty("status").GetString()), video.GetProperty("progress").GetInt32()));
        }
        while (seen[^1].State < 2);

        Assert.Equal(seen.Order(), seen);
        Assert.All(seen, row => Assert.Equal(row.State == 2, row.Progress == 100));
        Assert.Contains(seen, row => row.State == 1);
    }
}
