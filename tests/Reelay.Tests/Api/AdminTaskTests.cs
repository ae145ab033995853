using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Tasks as operators see them.</summary>
public sealed class AdminTaskTests
{
    [Fact]
    public async Task Operators_see_every_account_and_deleted_tasks_and_may_filter()
    {
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0" });
        using var admin = gateway.NewClient(gateway.AdminKey);
        var theirs = await gateway.OrderAsync();
        var deleted = await gateway.OrderAsync();
        await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + deleted);
        await gateway.AdminUntilAsync(deleted, "failed");
        var own = (await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" }, admin)).Body.GetProperty("id").GetString()!;
        async Task<IEnumerable<string?>> ListAsync(string query) =>
            (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/tasks?" + query, client: admin)).Body.GetProperty("data")
                .EnumerateArray().Select(row => row.GetProperty("id").GetString());

        Assert.Equal([own, deleted, theirs], await ListAsync(""));
        Assert.Equal([deleted, theirs], await ListAsync("account_id=acct_sandbox"));
        Assert.Equal([deleted], await ListAsync("phase=failed"));
        Assert.Equal([theirs], await ListAsync("limit=1&order=asc"));
        Assert.Equal([deleted], await ListAsync("limit=1&after=" + own));
        var (status, answer) = await gateway.SendAsync(HttpMethod.Get, "/admin/v1/tasks?phase=sleeping", client: admin);
        Assert.Equal((400, "phase"), (status, answer.GetProperty("error").GetProperty("param").GetString()));
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/tasks/none", client: admin)).Status);
    }

    [Fact]
    public async Task The_upstreams_own_words_are_for_operators_and_callers_get_clean_ones()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync("[refuse:content_policy]");

        var video = await gateway.FinishAsync(id);
        Assert.Equal("content_policy_violation", video.GetProperty("error").GetProperty("code").GetString());
        Assert.DoesNotContain("moderation_blocked", video.GetProperty("error").GetProperty("message").GetString());

        var task = await gateway.AdminTaskAsync(id);
        var attempt = Assert.Single(task.GetProperty("attempts").EnumerateArray());
        Assert.Equal(("failed", "ContentRejected", "sandbox_openai", "sora-2"), (
            attempt.GetProperty("outcome").GetString(), attempt.GetProperty("error_kind").GetString(), attempt.GetProperty("channel").GetString(),
            attempt.GetProperty("upstream_model").GetString()));
        Assert.Contains("\"moderation_blocked\"", attempt.GetProperty("error_raw").GetString());
        Assert.False(attempt.TryGetProperty("upstream_id", out _));
        Assert.Equal(video.GetProperty("error").GetRawText(), task.GetProperty("error").GetRawText());
    }

    [Fact]
    public async Task A_finished_task_tells_its_story()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync("a story");
        await gateway.FinishAsync(id);

        var task = await gateway.AdminTaskAsync(id);

        Assert.Equal(("completed", "measured", 400_000, 100), (
            task.GetProperty("phase").GetString(), task.GetProperty("settlement_basis").GetString(), task.GetProperty("price_micros").GetInt64(),
            task.GetProperty("progress").GetInt32()));

        // The clip that stands in has two of the four seconds, and only what was delivered is paid.
        Assert.Equal(200_000, task.GetProperty("settled_micros").GetInt64());
        Assert.Equal("a story", task.GetProperty("order").GetProperty("prompt").GetString());
        Assert.Equal(
            ["accepted", "submitting", "submitted", "attempt_completed", "completed"],
            task.GetProperty("timeline").EnumerateArray().Select(row => row.GetProperty("event").GetString()));
        var times = task.GetProperty("timeline").EnumerateArray().Select(row => row.GetProperty("at").GetInt64()).ToList();
        Assert.Equal(times.Order(), times);
        Assert.StartsWith(id + "/1/", Assert.Single(task.GetProperty("assets").EnumerateArray()).GetProperty("key").GetString());
        Assert.NotEmpty(Assert.Single(task.GetProperty("attempts").EnumerateArray()).GetProperty("upstream_id").GetString()!);
    }
}
