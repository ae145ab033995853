using Npgsql;
using Reelay.Server.Billing;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Hardening;

/// <summary>The backup of <c>docs/operating.md</c> on PostgreSQL, taken while orders come in, starts a server that has everything.</summary>
public sealed class PostgresBackupTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dump_that_was_made_while_orders_came_in_is_a_whole_server()
    {
        using var backup = new TemporaryFolder();
        var source = PostgresServer.Instance.NewDatabase();
        string id, key, link;
        byte[] content;
        await using (var gateway = await GatewayHost.StartAsync(TestStore.SettingsOf(source)))
        {
            using var admin = gateway.NewClient(gateway.AdminKey);
            key = (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", new { name = "kept", account = new { id = "acct_kept", name = "kept", balance_micros = 5_000_000, reason = "test" } }, admin)).Body.GetProperty("secret").GetString()!;
            await gateway.SendAsync(HttpMethod.Post, "/admin/v1/channels", new { id = "mine", base_url = "http://127.0.0.1:1/v1", api_key = "sk-kept-secret", models = new[] { "m=sora-2" } }, admin);
            using var caller = gateway.NewClient(key);
            id = (await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "kept words" }, caller)).Body.GetProperty("id").GetString()!;
            while ((await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id, client: caller)).Body.GetProperty("status").GetString() != "completed") await GatewayHost.PauseAsync();
            var video = (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id, client: caller)).Body;
            link = new Uri(video.GetProperty("video_url").GetString()!).PathAndQuery;
            content = await caller.GetByteArrayAsync($"/v1/videos/{id}/content", Cancellation);

            // Orders go on while the dump is made, before the files, so that each file that a row names is there.
            var orders = Task.WhenAll(Enumerable.Range(0, 20).Select(i => gateway.OrderAsync($"order {i}")));
            await Tool.RunAsync("pg_dump", "/", [.. Where(source), "-Fc", "-f", backup.File("reelay.dump")]);
            BackupTests.Copy(Path.Combine(gateway.Folder, "assets"), backup.File("assets"));
            await orders;
        }

        var target = PostgresServer.Instance.NewEmptyDatabase();
        await Tool.RunAsync("pg_restore", "/", [.. Where(target), "--exit-on-error", "--no-owner", backup.File("reelay.dump")]);
        await using (var restored = await GatewayHost.StartAsync(TestStore.SettingsOf(target), folder: backup.Path))
        {
            // The leases of the node of before are in the dump, and end four seconds after it was made.
            using var nobody = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = restored.BaseUrl };
            while ((await restored.SendAsync(HttpMethod.Get, "/readyz", client: nobody)).Status != 200) await GatewayHost.PauseAsync();

            // No administrator's key was made: the one of before is there, and works.
            Assert.False(File.Exists(backup.File("admin.key")));
            using var caller = restored.NewClient(key);
            var (status, video) = await restored.SendAsync(HttpMethod.Get, "/v1/videos/" + id, client: caller);
            Assert.Equal((200, "completed", "kept words"), (status, video.GetProperty("status").GetString(), video.GetProperty("prompt").GetString()));
            Assert.Equal(content, await caller.GetByteArrayAsync($"/v1/videos/{id}/content", Cancellation));
            Assert.Equal(content, await nobody.GetByteArrayAsync(link, Cancellation));

            var (before, after) = (Balances(source), Balances(target));
            Assert.Contains(before, row => row.Id == "acct_kept" && row.Balance is > 0 and < 5_000_000);
            Assert.Equal(before.Where(row => row.Id == "acct_kept"), after.Where(row => row.Id == "acct_kept"));
            Assert.Equal(1, Scalar(target, "SELECT count(*) FROM admin_channels WHERE id = 'mine' AND sealed IS NOT NULL"));

            // What was unfinished in that moment waits for an upstream that is no more; the books balance with it.
            await restored.FinishAsync(await restored.OrderAsync("after the restore"));
        }

        foreach (var database in new[] { source, target }) Assert.Empty(SqlLedgerAudit.OfPostgres(database).Violations);
    }

    private static string[] Where(string connection)
    {
        var parts = new NpgsqlConnectionStringBuilder(connection);
        return ["-h", parts.Host!, "-p", parts.Port.ToString(), "-U", parts.Username!, "-d", parts.Database!];
    }

    private static List<(string Id, long Balance, long Reserved)> Balances(string connection)
    {
        using var database = new NpgsqlConnection(connection);
        database.Open();
        return database.Query(row => (row.GetString(0), row.GetInt64(1), row.GetInt64(2)), "SELECT id, balance_micros, reserved_micros FROM accounts ORDER BY id");
    }

    private static long Scalar(string connection, string sql)
    {
        using var database = new NpgsqlConnection(connection);
        database.Open();
        return database.Scalar<long>(sql);
    }
}
