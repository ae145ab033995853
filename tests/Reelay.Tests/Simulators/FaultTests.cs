using System.Net;
using System.Text.Json;
using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

public class FaultTests
{
    [Theory]
    [InlineData("[fail:content_policy]", "moderation_blocked")]
    [InlineData("[fail:generation]", "video_generation_failed")]
    public async Task A_failing_job_says_why(string word, string code)
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller caller = Caller.To(sandbox);
        string id = await caller.CreateAsync($"x {word}");
        time.Advance(6);
        Answer answer = await caller.GetAsync($"videos/{id}");
        Assert.Equal(200, answer.Status);
        Assert.Equal("failed", answer.Word("status"));
        Assert.Equal(code, (string?)answer.Error["code"]);
        Assert.Equal(404, (await caller.GetAsync($"videos/{id}/content")).Status);
    }

    [Fact]
    public async Task A_slow_job_takes_the_seconds_it_names_and_a_stuck_one_never_ends()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller caller = Caller.To(sandbox);
        string slow = await caller.CreateAsync("x [slow:120]");
        string stuck = await caller.CreateAsync("x [stuck]");
        time.Advance(119);
        Assert.Equal("in_progress", (await caller.GetAsync($"videos/{slow}")).Word("status"));
        time.Advance(1);
        Assert.Equal("completed", (await caller.GetAsync($"videos/{slow}")).Word("status"));
        time.Advance(1_000_000);
        Assert.Equal("in_progress", (await caller.GetAsync($"videos/{stuck}")).Word("status"));
    }

    [Theory]
    [InlineData("[drop:after-accept]", true)]
    [InlineData("[drop:before-accept]", false)]
    [InlineData("[drop]", false)]
    public async Task A_dropped_create_gets_no_answer_and_is_accepted_or_not(string word, bool isAccepted)
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        await Assert.ThrowsAsync<HttpRequestException>(() => caller.CreateAsync($"x {word}"));
        Assert.Equal(isAccepted, Assert.Single(sandbox.Submissions).Row.Accepted);
        Assert.Equal(isAccepted ? 1 : 0, (await caller.GetAsync("videos")).Json["data"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("[hang]", false)]
    [InlineData("[hang:after-accept]", true)]
    public async Task A_hanging_create_is_not_answered_until_the_caller_gives_up(string word, bool isAccepted)
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using HttpClient http = new(new SocketsHttpHandler());
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(sandbox.BaseUrl, "openai/v1/videos"));
        request.Headers.Add("Authorization", "Bearer sk-sandbox-openai");
        request.Content = new StringContent($$"""{"prompt":"x {{word}}"}""", System.Text.Encoding.UTF8, "application/json");
        using CancellationTokenSource patience = new();
        Task<HttpResponseMessage> call = http.SendAsync(request, patience.Token);
        while (sandbox.Submissions.Count == 0)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.False(call.IsCompleted);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(isAccepted, sandbox.Submissions[0].Row.Accepted);
    }

    [Theory]
    [InlineData(429, "rate_limit_exceeded", "1")]
    [InlineData(503, "server_is_overloaded", "1")]
    [InlineData(500, "server_error", null)]
    [InlineData(502, "server_error", null)]
    [InlineData(400, "invalid_value", null)]
    public async Task A_status_comes_with_its_documented_body_and_nothing_is_accepted(int status, string code, string? retryAfter)
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        Answer answer = await caller.PostFormAsync("videos", ("prompt", $"x [http:{status}]"));
        Assert.Equal(status, answer.Status);
        Assert.Equal(code, (string?)answer.Error["code"]);
        Assert.Equal(retryAfter, answer.Headers.GetValueOrDefault("Retry-After"));
        Assert.False(Assert.Single(sandbox.Submissions).Row.Accepted);
    }

    [Theory]
    [InlineData("[refuse:quota]", 429, "insufficient_quota")]
    [InlineData("[refuse:content_policy]", 400, "moderation_blocked")]
    public async Task A_refusal_is_answered_at_once(string word, int status, string code)
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        Answer answer = await caller.PostFormAsync("videos", ("prompt", $"x {word}"));
        Assert.Equal(status, answer.Status);
        Assert.Equal(code, (string?)answer.Error["code"]);
        Assert.False(answer.Headers.ContainsKey("Retry-After"));
    }

    [Fact]
    public async Task A_bare_status_has_a_body_nobody_can_read()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        Answer answer = await caller.PostFormAsync("videos", ("prompt", "x [bare:503]"));
        Assert.Equal(503, answer.Status);
        Assert.Equal("text/html", answer.Headers["Content-Type"]);
        Assert.ThrowsAny<JsonException>(() => answer.Json);
    }

    [Fact]
    public async Task Garbage_and_a_truncated_answer_come_after_the_order_is_accepted()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        Answer garbage = await caller.PostFormAsync("videos", ("prompt", "x [garbage]"));
        Assert.Equal(200, garbage.Status);
        Assert.ThrowsAny<JsonException>(() => garbage.Json);
        await Assert.ThrowsAnyAsync<Exception>(() => caller.PostFormAsync("videos", ("prompt", "x [truncate]")));
        Assert.Equal([true, true], sandbox.Submissions.Select(submission => submission.Row.Accepted));
    }

    [Fact]
    public async Task An_unknown_status_is_told_until_the_job_ends()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller caller = Caller.To(sandbox);
        string id = await caller.CreateAsync("x [unknown-status]");
        time.Advance(3);
        Assert.Equal("reticulating", (await caller.GetAsync($"videos/{id}")).Word("status"));
        time.Advance(3);
        Assert.Equal("completed", (await caller.GetAsync($"videos/{id}")).Word("status"));
    }

    [Fact]
    public async Task Content_can_be_missing_expired_or_break_off()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller caller = Caller.To(sandbox);
        string missing = await caller.CreateAsync("x [content:404]");
        string expired = await caller.CreateAsync("x [expired]");
        string truncated = await caller.CreateAsync("x [content:truncated]");
        time.Advance(6);
        Assert.Equal(404, (await caller.GetAsync($"videos/{missing}/content")).Status);
        Assert.Equal("video_expired", (string?)(await caller.GetAsync($"videos/{expired}/content")).Error["code"]);
        Exception broken = await Assert.ThrowsAsync<HttpRequestException>(() => caller.GetAsync($"videos/{truncated}/content"));
        Assert.IsType<IOException>(broken.InnerException, exactMatch: false);
    }

    [Fact]
    public async Task Content_can_redirect_to_a_link_that_takes_no_key()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller caller = Caller.To(sandbox);
        string id = await caller.CreateAsync("x [redirect]");
        time.Advance(6);
        Answer redirect = await caller.GetAsync($"videos/{id}/content");
        Assert.Equal(302, redirect.Status);
        string location = redirect.Headers["Location"];
        Assert.Equal(400, (await caller.GetAsync(location)).Status);
        using Caller without = Caller.To(sandbox, key: null);
        Assert.Equal(StandInClipStore.Clip.ToArray(), (await without.GetAsync(location)).Bytes);
    }

    [Fact]
    public async Task A_rule_meets_as_many_calls_as_it_says()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        string id = await caller.CreateAsync("x");
        sandbox.Faults.Add("openai", SimulatedCall.Retrieve, "http:503", count: 2);
        sandbox.Faults.Add("openai", SimulatedCall.List, "garbage", count: 1);
        sandbox.Faults.Add("openai", SimulatedCall.Delete, "drop");
        Assert.Equal(503, (await caller.GetAsync($"videos/{id}")).Status);
        Assert.Equal(503, (await caller.GetAsync($"videos/{id}")).Status);
        Assert.Equal(200, (await caller.GetAsync($"videos/{id}")).Status);
        Assert.ThrowsAny<JsonException>(() => caller.GetAsync("videos").GetAwaiter().GetResult().Json);
        await Assert.ThrowsAsync<HttpRequestException>(() => caller.DeleteAsync($"videos/{id}"));
        await Assert.ThrowsAsync<HttpRequestException>(() => caller.DeleteAsync($"videos/{id}"));
        sandbox.Faults.Clear();
        Assert.Equal(200, (await caller.DeleteAsync($"videos/{id}")).Status);
    }

    [Fact]
    public async Task A_rule_may_put_any_word_on_a_create_and_name_an_account_or_a_prompt()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller caller = Caller.To(sandbox);
        sandbox.Faults.Add(new FaultRule
        {
            Provider = "openai",
            Call = SimulatedCall.Create,
            Fault = Fault.Parse("fail:generation")!,
            Prompt = "fox",
        });
        string fox = await caller.CreateAsync("a fox");
        string cat = await caller.CreateAsync("a cat");
        time.Advance(6);
        Assert.Equal("failed", (await caller.GetAsync($"videos/{fox}")).Word("status"));
        Assert.Equal("completed", (await caller.GetAsync($"videos/{cat}")).Word("status"));
    }

    [Fact]
    public async Task An_account_may_have_only_so_many_unfinished_jobs()
    {
        ManualTime time = new();
        SandboxOptions options = World.Options(time);
        options.MaxRunning = 1;
        await using SandboxHost sandbox = await SandboxHost.StartAsync(options);
        using Caller caller = Caller.To(sandbox);
        await caller.CreateAsync("x");
        Assert.Equal(429, (await caller.PostFormAsync("videos", ("prompt", "x"))).Status);
        time.Advance(6);
        await caller.CreateAsync("x");
    }

    [Theory]
    [InlineData("[cat]")]
    [InlineData("[http:99]")]
    [InlineData("[fail:everything]")]
    [InlineData("[slow:soon]")]
    public async Task Brackets_around_anything_else_are_plain_text(string words)
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        Assert.Equal(HttpStatusCode.OK, (HttpStatusCode)(await caller.PostFormAsync("videos", ("prompt", words))).Status);
    }
}
