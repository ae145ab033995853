using System.Text;
using Reelay.Server.Engine;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Starting and stopping.</summary>
public sealed class LifecycleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_it_drains_reads_go_on_creates_are_sent_away_and_calls_may_end()
    {
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:Channels:sandbox_openai:CallSeconds"] = "5" });
        var done = await gateway.OrderAsync();
        await gateway.FinishAsync(done);
        var calling = await gateway.OrderAsync("[hang:after-accept]");
        await gateway.AdminUntilAsync(calling, "submitting");

        var draining = gateway.Services.GetRequiredService<EngineHost>().StoppingAsync(Cancellation);
        Assert.False(draining.IsCompleted);

        Assert.Equal(503, (await gateway.SendAsync(HttpMethod.Get, "/readyz")).Status);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/healthz")).Status);
        using var refused = await gateway.Client.PostAsync(
            "/v1/videos", new StringContent("""{"prompt":"x"}""", Encoding.UTF8, "application/json"), Cancellation);
        Assert.Equal((503, "1"), ((int)refused.StatusCode, refused.Headers.GetValues("Retry-After").Single()));
        Assert.Contains("\"shutting_down\"", await refused.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("completed", (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + done)).Body.GetProperty("status").GetString());
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + done)).Status);

        await draining;
        Assert.NotEqual("submitting", (await gateway.AdminTaskAsync(calling)).GetProperty("phase").GetString());
        Assert.Single(gateway.Sandbox.Submissions, report => report.Row.Prompt!.Contains("hang"));
    }

    [Fact]
    public async Task A_folder_serves_one_server_and_the_second_is_told_which()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var exception = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => GatewayHost.StartAsync(folder: gateway.Folder));
        Assert.Contains(gateway.Folder, exception.Message);
        Assert.Contains($"process {Environment.ProcessId}", exception.Message);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/readyz")).Status);
    }

    [Fact]
    public async Task A_restart_keeps_keys_tasks_and_files()
    {
        using var folder = new TemporaryFolder();
        string id;
        string key;
        byte[] file;
        await using (var gateway = await GatewayHost.StartAsync(folder: folder.Path))
        {
            id = await gateway.OrderAsync();
            await gateway.FinishAsync(id);
            key = gateway.AdminKey;
            file = await gateway.Client.GetByteArrayAsync($"/v1/videos/{id}/content", Cancellation);
        }

        await using var next = await GatewayHost.StartAsync(folder: folder.Path);
        Assert.Equal(key, next.AdminKey);
        Assert.Equal("completed", (await next.AdminTaskAsync(id)).GetProperty("phase").GetString());
        Assert.Equal(file, await next.Client.GetByteArrayAsync($"/v1/videos/{id}/content", Cancellation));
    }

    [Fact]
    public async Task A_setting_out_of_its_range_stops_the_start()
    {
        var exception = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => GatewayHost.StartAsync(new() { ["Reelay:Engine:MaxFetchCount"] = "0" }));
        Assert.Contains("MaxFetchCount", exception.Message);
    }
}
