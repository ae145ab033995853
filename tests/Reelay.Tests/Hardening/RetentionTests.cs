using System.Text;
using Reelay.Server.Retention;
using Reelay.Server.Storage;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Hardening;

/// <summary>What an account wants gone is gone: from the answers, from the tables, and from every byte of the data folder.</summary>
public sealed class RetentionTests
{
    // Words that nothing else of this test writes anywhere.
    private const string Words = "zeppelin-over-lake-constance";
    private const string Meta = "metadata-of-the-caller-4711";
    private const string Negative = "no-rain-and-no-thunder-4711";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(400)]
    public async Task After_its_period_a_prompt_is_in_no_file_and_the_task_stays_readable(int repeats)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var prompt = string.Join(' ', Enumerable.Repeat(Words, repeats));
        var ids = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            ids.Add(await gateway.OrderAsync(body: new { prompt = $"{prompt} {i}", metadata = new { note = Meta }, negative_prompt = Negative, user = "ada" }));
        }

        foreach (var id in ids) await gateway.FinishAsync(id);
        Assert.NotEmpty(FilesWith(gateway.Folder, Words));
        Assert.Equal(0, await SweepAsync(gateway));

        Keep(gateway, "prompts", 1);
        Assert.Equal(ids.Count, await SweepAsync(gateway));

        var (status, video) = await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + ids[0]);
        Assert.Equal((200, "completed", ""), (status, video.GetProperty("status").GetString(), video.GetProperty("prompt").GetString()));
        Assert.DoesNotContain(Meta, video.GetRawText());
        Assert.True(video.TryGetProperty("video_url", out _));
        Assert.Equal(200, (int)(await gateway.Client.GetAsync($"/v1/videos/{ids[0]}/content", Cancellation)).StatusCode);
        Assert.DoesNotContain(Words, (await gateway.AdminTaskAsync(ids[0])).GetRawText());
        Assert.DoesNotContain(Words, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos?limit=100")).Body.GetRawText());
        foreach (var words in new[] { Words, Meta, Negative }) Assert.Equal([], FilesWith(gateway.Folder, words));
        Assert.Equal(0, await SweepAsync(gateway));
    }

    [Fact]
    public async Task After_their_period_input_files_and_links_are_in_no_file_and_the_result_stays()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var picture = PngImage.Gradient(720, 1280);
        var marked = (byte[])[.. picture, .. Encoding.ASCII.GetBytes("marked-picture-4711")];
        var (_, made) = await gateway.PostAsync("/v1/videos", Uploads.Form(("prompt", "a red boat"), ("input_reference", marked)));
        var id = made.GetProperty("id").GetString()!;
        var linked = await gateway.OrderAsync(body: new { prompt = "a red boat", image_url = "https://example.com/picture.png?token=link-secret-4711" });
        var done = await gateway.FinishAsync(id);
        Assert.True(done.GetProperty("status").GetString() == "completed", done.GetRawText());
        await gateway.FinishAsync(linked);
        Assert.NotEmpty(FilesWith(gateway.Folder, "marked-picture-4711"));
        Assert.NotEmpty(FilesWith(gateway.Folder, "link-secret-4711"));

        Keep(gateway, "inputs", 1);
        Assert.Equal(2, await SweepAsync(gateway));
        Assert.Equal([], FilesWith(gateway.Folder, "marked-picture-4711"));
        Assert.Equal([], FilesWith(gateway.Folder, "link-secret-4711"));
        Assert.Equal(0, gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM task_inputs")));
        Assert.Equal(200, (int)(await gateway.Client.GetAsync($"/v1/videos/{id}/content", Cancellation)).StatusCode);
        Assert.Equal("a red boat", (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Body.GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task An_accounts_results_expire_after_its_own_period_and_their_bytes_go()
    {
        var clock = new MovedClock();
        await using var gateway = await GatewayHost.StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        Keep(gateway, "assets", 3_600_000);
        clock.Ahead += TimeSpan.FromSeconds(6);
        var id = await gateway.OrderAsync(Words);
        var video = await gateway.FinishAsync(id);
        Assert.Equal(3600, video.GetProperty("expires_at").GetInt64() - video.GetProperty("completed_at").GetInt64());
        var folder = Path.Combine(gateway.Folder, "assets");
        Assert.NotEmpty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));

        clock.Ahead += TimeSpan.FromHours(1.1);
        var (status, answer) = await gateway.SendAsync(HttpMethod.Get, $"/v1/videos/{id}/content");
        Assert.Equal((404, "asset_expired"), (status, answer.GetProperty("error").GetProperty("code").GetString()));
        await ((Server.Engine.AssetJanitor)gateway.Services.GetService(typeof(Server.Engine.AssetJanitor))!).CleanAsync(Cancellation);
        Assert.Empty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
        Assert.Equal(Words, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Body.GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task A_deleted_videos_files_go_at_once_and_its_words_a_day_later()
    {
        var clock = new MovedClock();
        await using var gateway = await GatewayHost.StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        var id = await gateway.OrderAsync(Words);
        await gateway.FinishAsync(id);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + id)).Status);
        await ((Server.Engine.AssetJanitor)gateway.Services.GetService(typeof(Server.Engine.AssetJanitor))!).CleanAsync(Cancellation);
        await SweepAsync(gateway);
        Assert.NotEmpty(FilesWith(gateway.Folder, Words));
        clock.Ahead += TimeSpan.FromHours(24.1);
        await SweepAsync(gateway);
        Assert.Equal([], FilesWith(gateway.Folder, Words));
        Assert.Empty(Directory.GetFiles(Path.Combine(gateway.Folder, "assets"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Only_the_account_whose_period_is_over_loses_anything_and_the_servers_default_is_for_all_others()
    {
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:Retention:Prompts"] = "00:00:01" });
        Keep(gateway, "prompts", 86_400_000);
        using var admin = gateway.NewClient(gateway.AdminKey);
        var kept = await gateway.OrderAsync("kept words");
        var (_, other) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "other words" }, admin);
        var id = other.GetProperty("id").GetString()!;
        await gateway.FinishAsync(kept);
        while ((await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id, client: admin)).Body.GetProperty("prompt").GetString() != "")
        {
            await SweepAsync(gateway);
            await GatewayHost.PauseAsync();
        }

        Assert.Equal("kept words", (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + kept)).Body.GetProperty("prompt").GetString());
    }

    private static void Keep(GatewayHost gateway, string what, long milliseconds) => Assert.Equal(1, gateway.Database(connection => connection.Execute(
        $"UPDATE accounts SET {what}_retention_ms = @ms WHERE id = 'acct_sandbox'", null, ("@ms", milliseconds))));

    private static Task<int> SweepAsync(GatewayHost gateway) =>
        ((RetentionSweep)gateway.Services.GetService(typeof(RetentionSweep))!).SweepAsync(Cancellation);

    private static List<string> FilesWith(string folder, string words)
    {
        var wanted = Encoding.UTF8.GetBytes(words);
        return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => Read(file).AsSpan().IndexOf(wanted) >= 0)
            .Select(file => Path.GetRelativePath(folder, file))];
    }

    // The server has its lock file for itself.
    private static byte[] Read(string file)
    {
        if (Path.GetFileName(file) == "server.lock") return [];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
