using System.Net;
using Microsoft.Data.Sqlite;
using Reelay.Server.Assets;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>What callers and load balancers are told while the database is locked or full, or the disk is.</summary>
public sealed class StoreAwayTests
{
    [Fact]
    public async Task A_locked_database_answers_503_and_is_ready_again_when_it_is_free()
    {
        Assert.SkipWhen(TestStore.IsPostgres, "A file that another process has locked.");
        await using var host = await GatewayHost.StartAsync(new() { ["Reelay:BusySeconds"] = "1" });
        using var admin = host.NewClient(host.AdminKey);
        using (var locker = new SqliteConnection($"Data Source={Path.Combine(host.Folder, "reelay.db")};Pooling=False"))
        {
            locker.Open();
            locker.Execute("BEGIN EXCLUSIVE");
            await RefusedAsync(host, host.Client, "/v1/videos", """{"prompt": "a boat"}""", "store_unavailable");
            await RefusedAsync(host, admin, "/admin/v1/keys", """{"name": "x"}""", "store_unavailable");
            Assert.Equal(503, (await host.SendAsync(HttpMethod.Get, "/readyz")).Status);
            Assert.Equal(200, (await host.SendAsync(HttpMethod.Get, "/healthz")).Status);
            Assert.Equal(200, (await host.SendAsync(HttpMethod.Get, "/v1/videos")).Status);
            locker.Execute("ROLLBACK");
        }

        while ((await host.SendAsync(HttpMethod.Get, "/readyz")).Status != 200) await GatewayHost.PauseAsync();
        var id = await host.OrderAsync();
        Assert.Equal("completed", (await host.FinishAsync(id)).GetProperty("status").GetString());
        Assert.Single(host.Sandbox.Submissions);
    }

    [Fact]
    public async Task A_full_database_answers_503_disk_full_until_there_is_room()
    {
        Assert.SkipWhen(TestStore.IsPostgres, "A file that may not grow.");
        await using var host = await GatewayHost.StartAsync(new() { ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0" });
        var writer = host.Services.GetRequiredService<SqliteDatabase>().Writer;
        writer.Execute("PRAGMA max_page_count = 1");
        var body = new { prompt = new string('x', 20_000) };
        var (status, answer) = (200, default(System.Text.Json.JsonElement));
        while (status == 200) (status, answer) = await host.SendAsync(HttpMethod.Post, "/v1/videos", body);
        var error = answer.GetProperty("error");
        Assert.Equal((503, "disk_full"), (status, error.GetProperty("code").GetString()));
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));

        writer.Execute("PRAGMA max_page_count = 1000000000");
        Assert.Equal(200, (await host.SendAsync(HttpMethod.Post, "/v1/videos", body)).Status);
    }

    [Fact]
    public async Task A_full_disk_answers_503_to_whoever_sends_a_file_and_keeps_nothing_of_it()
    {
        FullDisk? disk = null;
        await using var host = await GatewayHost.StartAsync(services: services => services.AddSingleton<IAssetStore>(provider =>
            disk = new FullDisk(provider.GetRequiredService<LocalAssetStore>())));
        disk!.IsFull = true;
        var picture = "data:image/png;base64," + Convert.ToBase64String(Engine.CallerHost.Png(720, 1280));
        var order = System.Text.Json.JsonSerializer.Serialize(new { prompt = "a boat", input_reference = picture });
        await RefusedAsync(host, host.Client, "/v1/videos", order, "disk_full");
        Assert.Equal(0, (await host.SendAsync(HttpMethod.Get, "/v1/videos")).Body.GetProperty("data").GetArrayLength());

        disk.IsFull = false;
        var (status, video) = await host.SendAsync(HttpMethod.Post, "/v1/videos", order);
        Assert.True(status == 200, video.GetRawText());
    }

    private static async Task RefusedAsync(GatewayHost host, HttpClient client, string path, string body, string code)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable, $"{path}: {text}");
        Assert.Contains($"\"code\":\"{code}\"", text.Replace(" ", "", StringComparison.Ordinal));
        Assert.NotNull(response.Headers.RetryAfter);
    }
}
