using System.Text.Json;
using Reelay.Tests.Api;
using Reelay.Server.Storage;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Routing;

/// <summary>Channels through the admin API of a real server with a sandbox.</summary>
public sealed class AdminChannelTests
{
    private const string Secret = "whsec_bm90LXRvLWJlLXNlZW4tNDcxMQ==";

    [Fact]
    public async Task A_channel_is_made_used_changed_and_removed_while_the_server_runs()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);
        var url = gateway.Sandbox.BaseUrl + "openai/v1";
        var (status, made) = await gateway.SendAsync(
            HttpMethod.Post, "/admin/v1/channels", new { id = "mine", base_url = url, api_key = "sk-sandbox-openai", models = new[] { "my-video=sora-2" }, priority = 5, expected_seconds = 0.3, min_poll_milliseconds = 50 }, admin);
        Assert.Equal((200, "mine", "admin", "active"), (status, Text(made, "id"), Text(made, "source"), Text(made, "state")));
        Assert.Equal(("api_key", "…enai", 1), (
            made.GetProperty("credential").GetProperty("kind").GetString(), made.GetProperty("credential").GetProperty("hint").GetString(),
            made.GetProperty("credential").GetProperty("version").GetInt32()));

        var id = await gateway.OrderAsync(body: new { prompt = "a red boat", model = "my-video" });
        Assert.Equal("completed", Text(await gateway.FinishAsync(id), "status"));
        Assert.Equal("mine", (await gateway.AdminTaskAsync(id)).GetProperty("attempts")[0].GetProperty("channel").GetString());

        var changed = await gateway.SendAsync(HttpMethod.Put, "/admin/v1/channels/mine", new { priority = 7, api_key = "sk-sandbox-openai-2", expected_seconds = (double?)null }, admin);
        Assert.Equal((200, 7, 0, 50, 2), (
            changed.Status, changed.Body.GetProperty("priority").GetInt32(), changed.Body.GetProperty("expected_seconds").GetDouble(),
            changed.Body.GetProperty("min_poll_milliseconds").GetInt32(), changed.Body.GetProperty("credential").GetProperty("version").GetInt32()));

        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/admin/v1/channels/mine", client: admin)).Status);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Get, "/v1/models/my-video")).Status);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/channels/mine", client: admin)).Status);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Delete, "/admin/v1/channels/mine", client: admin)).Status);
    }

    [Fact]
    public async Task A_removed_channel_finishes_what_it_has_and_orders_that_wait_go_elsewhere()
    {
        using var folder = new TemporaryFolder();
        var slow = new SandboxOptions { Duration = 5000, Render = RenderMode.StandIn };
        var settings = new Dictionary<string, string?> { ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "1", ["Reelay:Channels:sandbox_openai:MinPollMilliseconds"] = "50", ["Reelay:Channels:sandbox_openai:ExpectedSeconds"] = "1" };
        await using var gateway = await GatewayHost.StartAsync(settings, slow, folder.Path);
        using var admin = gateway.NewClient(gateway.AdminKey);
        var open = await gateway.OrderAsync();
        await gateway.AdminUntilAsync(open, "submitted");
        var waiting = await gateway.OrderAsync("a blue boat");

        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/admin/v1/channels/sandbox_openai", client: admin)).Status);
        var left = (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/channels/sandbox_openai", client: admin)).Body;
        Assert.Equal(("draining", "removed", 1), (Text(left, "state"), Text(left, "source"), left.GetProperty("open_attempts").GetInt32()));
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "nobody makes it", model = "sora-2-pro" })).Status);

        var second = await gateway.SendAsync(
            HttpMethod.Post, "/admin/v1/channels",
            new { id = "second", base_url = gateway.Sandbox.BaseUrl + "openai/v1", api_key = "sk-sandbox-openai", min_poll_milliseconds = 50, expected_seconds = 1 }, admin);
        Assert.Equal(200, second.Status);
        await gateway.AdminUntilAsync(waiting, "submitted");
        Assert.Equal("second", (await gateway.AdminTaskAsync(waiting)).GetProperty("attempts")[0].GetProperty("channel").GetString());

        gateway.Sandbox.Speed.Factor = 100_000;
        Assert.Equal("completed", Text(await gateway.FinishAsync(open), "status"));
        Assert.Equal("completed", Text(await gateway.FinishAsync(waiting), "status"));
    }

    [Fact]
    public async Task Each_provider_of_the_sandbox_can_be_tried_out_and_says_what_is_wrong()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);
        foreach (var id in new[] { "sandbox_openai", "sandbox_openai_images", "sandbox_kling", "sandbox_google_veo", "sandbox_google_veo_gemini", "sandbox_google_omni", "sandbox_google_omni_vertex" })
        {
            var tried = await gateway.SendAsync(HttpMethod.Post, $"/admin/v1/channels/{id}/test", client: admin);
            Assert.True(tried.Body.GetProperty("ok").GetBoolean(), tried.Body.GetRawText());
            Assert.True(tried.Body.GetProperty("latency_ms").GetInt64() >= 0);
        }

        await gateway.SendAsync(HttpMethod.Put, "/admin/v1/channels/sandbox_kling", new { access_key = "ak-sandbox-kling", secret_key = Secret }, admin);
        var refused = await gateway.SendAsync(HttpMethod.Post, "/admin/v1/channels/sandbox_kling/test", client: admin);
        Assert.Equal((200, false, "unauthorized"), (refused.Status, refused.Body.GetProperty("ok").GetBoolean(), Text(refused.Body, "kind")));

        await gateway.SendAsync(HttpMethod.Put, "/admin/v1/channels/sandbox_openai", new { base_url = "http://127.0.0.1:1/v1", enabled = false }, admin);
        var away = await gateway.SendAsync(HttpMethod.Post, "/admin/v1/channels/sandbox_openai/test", client: admin);
        Assert.Equal((200, false, "unavailable"), (away.Status, away.Body.GetProperty("ok").GetBoolean(), Text(away.Body, "kind")));
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/channels/nobody/test", client: admin)).Status);
    }

    [Fact]
    public async Task Secrets_are_in_no_answer_and_no_line_of_the_log()
    {
        using var log = new WholeLog();
        await using var gateway = await GatewayHost.StartAsync(services: services => services.AddSingleton<ILoggerProvider>(log));
        using var admin = gateway.NewClient(gateway.AdminKey);
        object Settings(string id) => new
        {
            id,
            base_url = "http://127.0.0.1:1/v1",
            api_key = Secret,
            proxy = $"http://me:{Secret}@127.0.0.1:2",
            headers = new Dictionary<string, string> { ["x-gateway-token"] = Secret },
        };
        List<JsonElement> answers = [];
        async Task SendAsync(HttpMethod method, string path, object? body = null, int expected = 200)
        {
            var (status, answer) = await gateway.SendAsync(method, "/admin/v1/channels" + path, body, admin);
            Assert.True(expected == status, answer.GetRawText());
            answers.Add(answer);
        }

        await SendAsync(HttpMethod.Post, "", Settings("hidden"));
        await SendAsync(HttpMethod.Post, "", Settings("hidden"), 400);
        await SendAsync(HttpMethod.Put, "/sandbox_kling", new { options = new { callback_secret = Secret } });
        await SendAsync(HttpMethod.Put, "/hidden", new { api_key = new[] { Secret } }, 400);
        await SendAsync(HttpMethod.Put, "/hidden", new { headers = new { authorization = Secret } }, 400);
        await SendAsync(HttpMethod.Put, "/hidden", $$"""{"api_key": "{{Secret}}", "api_key": {{Secret}}}""", 400);
        await SendAsync(HttpMethod.Put, "/hidden", new { proxy = $"ftp://{Secret}@x" }, 400);
        await SendAsync(HttpMethod.Put, "/hidden", new { base_url = $"http://me:{Secret}@10.0.0.1/" }, 400);
        await SendAsync(HttpMethod.Post, "/hidden/test");
        await SendAsync(HttpMethod.Get, "/hidden");
        await SendAsync(HttpMethod.Get, "");

        Assert.All(answers, answer => Assert.DoesNotContain("bm90LXRv", answer.GetRawText()));
        Assert.All(log.Lines, line => Assert.DoesNotContain("bm90LXRv", line));
        var shown = answers.Single(answer => answer.TryGetProperty("data", out _)).GetProperty("data").EnumerateArray().Single(channel => Text(channel, "id") == "hidden");
        Assert.Equal(("…MQ==", "http://127.0.0.1:2", "…MQ=="), (
            shown.GetProperty("credential").GetProperty("hint").GetString(), Text(shown, "proxy"), shown.GetProperty("headers").GetProperty("x-gateway-token").GetString()));
        Assert.Equal(0, gateway.Database(database => database.Scalar<long>("SELECT count(*) FROM admin_channels WHERE settings_json LIKE '%bm90LXRv%'")));
    }

    [Theory]
    [InlineData("""{"id": "x", "base_url": "http://8.8.8.8/v1"}""", "invalid_channel", "base_url")]
    [InlineData("""{"id": "x", "base_url": "https://up.example.com", "wieght": 1}""", "invalid_channel", "wieght")]
    [InlineData("""{"id": "x", "base_url": "https://up.example.com", "wieght": null}""", "invalid_channel", "wieght")]
    [InlineData("""{"id": "x", "base_url": "https://up.example.com", "weight": 0}""", "invalid_channel", "weight")]
    [InlineData("""{"id": "x", "base_url": "https://up.example.com", "weight": 1.5}""", "invalid_channel", "weight")]
    [InlineData("""{"id": "x", "base_url": "https://up.example.com", "weight": 99999999999}""", "invalid_channel", "weight")]
    [InlineData("""{"id": "x", "base_url": "https://up.example.com", "models": [1]}""", "invalid_channel", "models")]
    [InlineData("""{"id": "x", "base_url": "https://up.example.com", "provider": "nobody"}""", "invalid_channel", "provider")]
    [InlineData("""{"id": "x", "base_url": "https://up.example.com", "options": {"profile": "unheard-of"}}""", "invalid_channel", "options")]
    [InlineData("""{"id": "x", "base_url": "https://up.example.com", "api_key_env": "PATH"}""", "invalid_channel", "api_key_env")]
    [InlineData("""{"id": "a/b", "base_url": "https://up.example.com"}""", "invalid_channel", null)]
    [InlineData("""{"id": 7, "base_url": "https://up.example.com"}""", "invalid_channel", "id")]
    [InlineData("""{"base_url": "https://up.example.com"}""", "invalid_channel", "id")]
    [InlineData("""{"id": "sandbox_kling"}""", "channel_exists", "id")]
    [InlineData("""[]""", "invalid_json", null)]
    [InlineData("""{"id": "x", """, "invalid_json", null)]
    [InlineData("", "invalid_json", null)]
    public async Task A_mistake_names_the_setting_and_changes_nothing(string body, string code, string? param)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);
        var (status, answer) = await gateway.SendAsync(HttpMethod.Post, "/admin/v1/channels", body, admin);
        var error = answer.GetProperty("error");
        Assert.Equal((400, code, param), (status, Text(error, "code"), error.GetProperty("param").GetString()));
        Assert.Equal(0, gateway.Database(database => database.Scalar<long>("SELECT count(*) FROM admin_channels")));
    }

    [Fact]
    public async Task Only_administrators_see_and_change_channels()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var caller = gateway.NewClient((await KeyTests.CreateKeyAsync(gateway, new { name = "caller" })).GetProperty("secret").GetString()!);
        (HttpMethod Method, string Path)[] calls =
        [
            (HttpMethod.Get, ""), (HttpMethod.Post, ""), (HttpMethod.Get, "/sandbox_kling"), (HttpMethod.Put, "/sandbox_kling"),
            (HttpMethod.Delete, "/sandbox_kling"), (HttpMethod.Post, "/sandbox_kling/test"),
        ];
        foreach (var (method, path) in calls)
        {
            Assert.Equal(403, (await gateway.SendAsync(method, "/admin/v1/channels" + path, client: caller)).Status);
        }
    }

    [Fact]
    public async Task Another_master_key_or_a_bad_file_stops_the_start_with_one_message()
    {
        using var folder = new TemporaryFolder();
        var right = new string('1', 64);
        await using (await GatewayHost.StartAsync(new() { ["REELAY_MASTER_KEY"] = right }, folder: folder.Path))
        {
        }

        var wrong = await FailedStartAsync(folder, ("REELAY_MASTER_KEY", new string('2', 64)));
        Assert.Contains("REELAY_MASTER_KEY holds the one of id", wrong);
        Assert.Contains("REELAY_MASTER_KEY is not set", await FailedStartAsync(folder));
        Assert.False(File.Exists(folder.File("master.key")));

        var path = folder.File("channels.yaml");
        File.WriteAllText(path, "channels:\n  one: {base_url: http://8.8.8.8, wieght: 1}");
        var bad = await FailedStartAsync(folder, ("REELAY_MASTER_KEY", right), ("Reelay__ChannelsFile", path));
        Assert.Contains(path + ":2: one.wieght", bad);
        Assert.Contains(path + ":2: one.base_url", bad);
        await using var again = await GatewayHost.StartAsync(new() { ["REELAY_MASTER_KEY"] = right }, folder: folder.Path);
    }

    [Fact]
    public async Task The_file_is_followed_while_the_server_runs()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("channels.yaml");
        File.WriteAllText(path, "channels: {}");
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:ChannelsFile"] = path });
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Get, "/v1/models/from-file")).Status);
        File.WriteAllText(path, "channels:\n  filed: {base_url: http://10.0.0.5/v1, models: from-file=wan2.2}");
        while ((await gateway.SendAsync(HttpMethod.Get, "/v1/models/from-file")).Status != 200) await GatewayHost.PauseAsync();
    }

    private static async Task<string> FailedStartAsync(TemporaryFolder folder, params (string Name, string Value)[] settings)
    {
        var all = settings.ToDictionary(pair => pair.Name, pair => pair.Value);
        (all["REELAY_DATA"], all["ASPNETCORE_URLS"]) = (folder.Path, $"http://127.0.0.1:{ServerProcess.FreePort()}");
        await using var server = ServerProcess.Start("Reelay.Server", all);
        Assert.Equal(2, await server.ExitAsync());
        Assert.DoesNotContain("   at ", server.Output);
        return server.Output;
    }

    private static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();
}
