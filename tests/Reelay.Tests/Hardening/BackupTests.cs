using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Hardening;

/// <summary>The backup of <c>docs/operating.md</c>, taken while the server works, starts a server that has everything.</summary>
public sealed class BackupTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_copy_that_was_made_while_orders_came_in_is_a_whole_server()
    {
        using var backup = new TemporaryFolder();
        string id, key;
        byte[] content;
        await using (var gateway = await GatewayHost.StartAsync())
        {
            using var admin = gateway.NewClient(gateway.AdminKey);
            key = (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", new { name = "kept" }, admin)).Body.GetProperty("secret").GetString()!;
            await gateway.SendAsync(HttpMethod.Post, "/admin/v1/channels", new { id = "mine", base_url = "http://127.0.0.1:1/v1", api_key = "sk-kept-secret", models = new[] { "m=sora-2" } }, admin);
            id = await gateway.OrderAsync("kept words");
            await gateway.FinishAsync(id);
            content = await gateway.Client.GetByteArrayAsync($"/v1/videos/{id}/content", Cancellation);

            // Orders go on while the copy is made.
            var orders = Task.WhenAll(Enumerable.Range(0, 20).Select(i => gateway.OrderAsync($"order {i}")));
            gateway.Database(connection => connection.Execute($"VACUUM INTO '{backup.File("reelay.db")}'"));
            Copy(Path.Combine(gateway.Folder, "assets"), backup.File("assets"));
            foreach (var name in new[] { "master.key", "link.keys", "admin.key" }) File.Copy(Path.Combine(gateway.Folder, name), backup.File(name));
            await orders;
        }

        await using var restored = await GatewayHost.StartAsync(folder: backup.Path);
        Assert.Equal("ok", restored.Database(connection => connection.Scalar<string>("PRAGMA integrity_check")));
        var (status, video) = await restored.SendAsync(HttpMethod.Get, "/v1/videos/" + id);
        Assert.Equal((200, "completed", "kept words"), (status, video.GetProperty("status").GetString(), video.GetProperty("prompt").GetString()));
        Assert.Equal(content, await restored.Client.GetByteArrayAsync($"/v1/videos/{id}/content", Cancellation));
        using var caller = restored.NewClient(key);
        Assert.Equal(200, (await restored.SendAsync(HttpMethod.Get, "/v1/models", client: caller)).Status);
        using var operators = restored.NewClient(restored.AdminKey);
        var channel = (await restored.SendAsync(HttpMethod.Get, "/admin/v1/channels/mine", client: operators)).Body;
        Assert.Equal("…cret", channel.GetProperty("credential").GetProperty("hint").GetString());
        await restored.FinishAsync(await restored.OrderAsync("after the restore"));
    }

    // A file that is being written is none yet: it has another name until it is whole, and may go while it is looked at.
    internal static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            if (file.EndsWith(".part", StringComparison.Ordinal)) continue;
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            try
            {
                File.Copy(file, target);
            }
            catch (FileNotFoundException)
            {
                // Renamed to what it is to be called; the row that names it is not in this backup.
            }
        }
    }
}
