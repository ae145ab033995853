using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

public class InProcessTests
{
    [Fact]
    public void A_whole_life_runs_on_one_thread_without_waiting()
    {
        ManualTime time = new();
        SandboxCore sandbox = SandboxCore.InMemory(World.Options(time));
        using Caller caller = Caller.InProcess(sandbox);

        // Every task is complete when the call returns: nothing has left the thread.
        string id = Done(caller.CreateAsync("a fox"));
        time.Advance(6);
        Assert.Equal("completed", Done(caller.GetAsync($"videos/{id}")).Word("status"));
        Assert.Equal(StandInClipStore.Clip.ToArray(), Done(caller.GetAsync($"videos/{id}/content")).Bytes);
        Assert.Equal("completed", Assert.Single(sandbox.Submissions()).State);
    }

    [Fact]
    public async Task A_dropped_call_throws_as_a_reset_connection_does()
    {
        SandboxCore sandbox = SandboxCore.InMemory(World.Options(new ManualTime()));
        using Caller caller = Caller.InProcess(sandbox);
        HttpRequestException dropped = await Assert.ThrowsAsync<HttpRequestException>(() => caller.CreateAsync("x [drop:after-accept]"));
        Assert.Equal(HttpRequestError.ResponseEnded, dropped.HttpRequestError);
        Assert.True(Assert.Single(sandbox.Submissions()).Row.Accepted);
    }

    [Fact]
    public async Task A_truncated_body_breaks_while_it_is_read()
    {
        ManualTime time = new();
        SandboxCore sandbox = SandboxCore.InMemory(World.Options(time));
        using Caller caller = Caller.InProcess(sandbox);
        string id = await caller.CreateAsync("x [content:truncated]");
        time.Advance(6);
        using HttpMessageInvoker invoker = new(new SimulatorHandler(sandbox));
        using HttpRequestMessage request = new(HttpMethod.Get, $"http://any/openai/v1/videos/{id}/content");
        request.Headers.Add("Authorization", "Bearer sk-sandbox-openai");
        using HttpResponseMessage response = await invoker.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(StandInClipStore.Clip.Length, response.Content.Headers.ContentLength);
        await using Stream body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using MemoryStream got = new();
        await Assert.ThrowsAsync<HttpIOException>(() => body.CopyToAsync(got, TestContext.Current.CancellationToken));
        Assert.Equal(StandInClipStore.Clip.Length / 2, got.Length);
    }

    [Fact]
    public async Task A_hanging_call_waits_for_the_caller()
    {
        SandboxCore sandbox = SandboxCore.InMemory(World.Options(new ManualTime()));
        using HttpMessageInvoker invoker = new(new SimulatorHandler(sandbox));
        using HttpRequestMessage request = new(HttpMethod.Post, "http://any/openai/v1/videos");
        request.Headers.Add("Authorization", "Bearer sk-sandbox-openai");
        request.Content = new MultipartFormDataContent { { new StringContent("x [hang:after-accept]"), "prompt" } };
        using CancellationTokenSource patience = new();
        Task<HttpResponseMessage> call = invoker.SendAsync(request, patience.Token);
        Assert.False(call.IsCompleted);
        Assert.True(Assert.Single(sandbox.Submissions()).Row.Accepted);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public void The_same_seed_gives_the_same_ids()
    {
        using Caller one = Caller.InProcess(SandboxCore.InMemory(World.Options(new ManualTime())));
        using Caller two = Caller.InProcess(SandboxCore.InMemory(World.Options(new ManualTime())));
        Assert.Equal(Done(one.CreateAsync("x")), Done(two.CreateAsync("x")));
    }

    private static T Done<T>(Task<T> task)
    {
        Assert.True(task.IsCompleted, "the call left the thread");
        return task.GetAwaiter().GetResult();
    }
}
