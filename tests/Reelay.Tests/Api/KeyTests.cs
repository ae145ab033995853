using System.Text;
using System.Text.Json;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Keys through the admin API, and what is kept of them.</summary>
public sealed class KeyTests
{
    internal static async Task<JsonElement> CreateKeyAsync(GatewayHost gateway, object body)
    {
        using var admin = gateway.NewClient(gateway.AdminKey);
        var (status, key) = await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", body, admin);
        Assert.Equal(200, status);
        return key;
    }

    [Fact]
    public async Task A_key_is_made_used_listed_without_its_secret_and_revoked_at_once()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var key = await CreateKeyAsync(gateway, new { name = "team a" });
        var (id, secret) = (key.GetProperty("id").GetString()!, key.GetProperty("secret").GetString()!);
        Assert.Equal(("key", "team a", false, false), (
            key.GetProperty("object").GetString(), key.GetProperty("name").GetString(), key.GetProperty("admin").GetBoolean(), key.GetProperty("strict").GetBoolean()));
        Assert.EndsWith(key.GetProperty("secret_hint").GetString()!, secret);
        using var caller = gateway.NewClient(secret);
        using var admin = gateway.NewClient(gateway.AdminKey);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/v1/models", client: caller)).Status);
        Assert.Equal(403, (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/keys", client: caller)).Status);

        var list = (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/keys", client: admin)).Body;
        var listed = Assert.Single(list.GetProperty("data").EnumerateArray(), row => row.GetProperty("id").GetString() == id);
        Assert.False(listed.TryGetProperty("secret", out _));
        Assert.DoesNotContain(secret, list.GetRawText());

        var revoked = await gateway.SendAsync(HttpMethod.Delete, "/admin/v1/keys/" + id, client: admin);
        Assert.Equal((200, "key.deleted", true), (
            revoked.Status, revoked.Body.GetProperty("object").GetString(), revoked.Body.GetProperty("deleted").GetBoolean()));
        Assert.Equal(401, (await gateway.SendAsync(HttpMethod.Get, "/v1/models", client: caller)).Status);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Delete, "/admin/v1/keys/" + id, client: admin)).Status);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Delete, "/admin/v1/keys/key_none", client: admin)).Status);
        list = (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/keys", client: admin)).Body;
        Assert.True(list.GetProperty("data").EnumerateArray().Single(row => row.GetProperty("id").GetString() == id).TryGetProperty("revoked_at", out _));
    }

    [Fact]
    public async Task An_administrator_cannot_saw_off_the_branch_it_sits_on()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);
        var keys = (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/keys", client: admin)).Body.GetProperty("data");
        var own = keys.EnumerateArray().Single(row => row.GetProperty("admin").GetBoolean()).GetProperty("id").GetString();
        var (status, answer) = await gateway.SendAsync(HttpMethod.Delete, "/admin/v1/keys/" + own, client: admin);
        Assert.Equal((400, "key_in_use"), (status, answer.GetProperty("error").GetProperty("code").GetString()));

        var second = await CreateKeyAsync(gateway, new { name = "second", admin = true });
        using var other = gateway.NewClient(second.GetProperty("secret").GetString()!);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/admin/v1/keys/" + own, client: other)).Status);
        Assert.Equal(401, (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/keys", client: admin)).Status);
    }

    [Theory]
    [InlineData("{}", "invalid_name")]
    [InlineData("null", "invalid_name")]
    [InlineData("""{"name": ""}""", "invalid_name")]
    [InlineData("""{"name": 5}""", "invalid_json")]
    [InlineData("""{"name": "x", "admin": "yes"}""", "invalid_json")]
    [InlineData("""{"name": "x", "lenient": 1}""", "invalid_json")]
    [InlineData("not json", "invalid_json")]
    [InlineData("", "invalid_json")]
    public async Task A_bad_key_request_is_refused(string body, string code)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);
        var (status, answer) = await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", body, admin);
        Assert.Equal((400, code), (status, answer.GetProperty("error").GetProperty("code").GetString()));
        var huge = await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", new { name = new string('x', 100_000) }, admin);
        Assert.Equal(413, huge.Status);
    }

    [Fact]
    public async Task Secrets_are_kept_as_hashes_and_the_administrators_file_is_private()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var secret = (await CreateKeyAsync(gateway, new { name = "hidden" })).GetProperty("secret").GetString()!;
        using var caller = gateway.NewClient(secret);
        await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" }, caller);

        foreach (var file in Directory.GetFiles(gateway.Folder, "reelay.db*"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
            foreach (var hidden in new[] { secret, gateway.AdminKey, "sk-reelay-sandbox" })
            {
                Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(hidden)) < 0, $"{Path.GetFileName(file)} holds a secret");
            }
        }

        Assert.Equal(3, gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM keys WHERE length(secret_sha256) = 32")));
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(gateway.Folder, "admin.key")));
    }
}
