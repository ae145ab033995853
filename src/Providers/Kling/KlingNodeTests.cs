using System.Text.Json;
using Reelay.Providers;
using Reelay.Simulators;
using Reelay.Tests.Docs;
using Reelay.Tests.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Kling;

/// <summary>Packages that others wrote, over real HTTP: they find in the sandbox what they find at Kling, and understand our tokens.</summary>
public sealed class KlingNodeTests
{
    private const string Client = "npm `kling-api`";
    private const string Access = "ak-sandbox-kling";
    private const string Secret = "sk-sandbox-kling";

    [Fact]
    public async Task The_npm_package_creates_reads_and_extends()
    {
        await using var sandbox = await NodeSandbox.StartAsync();

        var result = await RunAsync(sandbox.Host, "kling-videos", sandbox.Picture);

        var created = result.GetProperty("created").GetProperty("data");
        Assert.Equal(("submitted", "order-1"), (Text(created, "task_status"), Text(created.GetProperty("task_info"), "external_task_id")));
        Assert.Matches("^[0-9]{18}$", Text(created, "task_id"));
        Assert.True(created.GetProperty("created_at").GetInt64() > 1_700_000_000_000);
        foreach (var (name, seconds) in new[] { ("fox", "5.0"), ("image", "10.0"), ("many", "5.0"), ("longer", "9.5") })
        {
            var task = result.GetProperty(name);
            Assert.Equal("succeed", Text(task, "task_status"));
            Assert.Equal(seconds, Text(Video(task), "duration"));
        }

        Assert.Equal(Text(created, "task_id"), Text(result.GetProperty("byOwnId"), "task_id"));
        var parent = result.GetProperty("longer").GetProperty("task_info").GetProperty("parent_video");
        Assert.Equal(Text(Video(result.GetProperty("fox")), "id"), Text(parent, "id"));
        Assert.Equal((200, "video/mp4"), (result.GetProperty("file").GetProperty("status").GetInt32(), Text(result.GetProperty("file"), "type")));
        Assert.Equal(StandInClipStore.Clip.Length, result.GetProperty("file").GetProperty("bytes").GetInt32());
        Assert.Equal("online", Text(result.GetProperty("costs").GetProperty("resource_pack_subscribe_infos")[0], "status"));
    }

    [Fact]
    [Proves("kling", Client)]
    public async Task The_npm_package_makes_a_video_of_every_model_it_can_name()
    {
        await using var sandbox = await StartAsync(new() { Duration = 0.2, Render = RenderMode.StandIn });
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.File("frame.png"), PngImage.Gradient(640, 360), TestContext.Current.CancellationToken);
        ProofClaims.Check(sandbox, "kling", Client, await RunAsync(sandbox, "kling-every", ProofClaims.Prompt(Client), folder.File("frame.png")));
    }

    [Fact]
    public async Task Refusals_become_the_packages_own_errors()
    {
        await using var sandbox = await StartAsync(new() { Duration = 0.2, Render = RenderMode.StandIn });
        var result = await RunAsync(sandbox, "kling-errors");
        foreach (var (name, code) in new[] { ("secret", 1002), ("family", 1203), ("refused", 1301) })
        {
            Assert.Equal(("KlingAPIError", code), (Text(result.GetProperty(name), "class"), result.GetProperty(name).GetProperty("code").GetInt32()));
        }
    }

    [Fact]
    public async Task An_independent_library_verifies_our_token_and_the_sandbox_judges_its_tokens()
    {
        var time = new ManualTime();
        var test = new KlingCase();
        test.Upstream.Answer(200, KlingCase.Fixture("poll.submitted.json"));
        var account = test.Account(credential: new ProviderCredential.KeyPair(Access, Secret), now: time.GetUtcNow());
        await test.Provider.PollAsync(account, KlingCase.Reference(), TestContext.Current.CancellationToken);
        var token = test.Upstream.Request.Headers["Authorization"]["Bearer ".Length..];
        var now = time.GetUtcNow().ToUnixTimeSeconds();

        var result = await NodeScripts.RunAsync(new Dictionary<string, string>(), "jwt", token, Access, Secret, now.ToString());

        Assert.Equal(("HS256", "JWT"), (Text(result.GetProperty("header"), "alg"), Text(result.GetProperty("header"), "typ")));
        var payload = result.GetProperty("payload");
        Assert.Equal((Access, now + 1800, now - 5), (Text(payload, "iss"), payload.GetProperty("exp").GetInt64(), payload.GetProperty("nbf").GetInt64()));
        var sandbox = SandboxCore.InMemory(World.Options(time));
        foreach (var (name, status, code) in new[]
        {
            ("good", 200, 0), ("expired", 401, 1004), ("early", 401, 1003), ("algorithm", 401, 1002), ("sameSecretOtherAlgorithm", 401, 1002),
            ("secret", 401, 1002), ("issuer", 401, 1002), ("unsigned", 401, 1002),
        })
        {
            using var caller = Caller.InProcess(sandbox, "kling/v1/videos", Text(result, name));
            var answer = await caller.GetAsync("text2video");
            Assert.Equal((name, status, code), (name, answer.Status, (int)answer.Json["code"]!));
        }
    }

    [Fact]
    public async Task An_independent_library_verifies_the_signature_of_a_callback()
    {
        const string secret = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=";
        SandboxOptions options = new() { Duration = 0.2, Render = RenderMode.StandIn };
        options.CallbackSecrets["kling"] = secret;
        await using var sandbox = await StartAsync(options);
        using var caller = Caller.To(sandbox, "kling/v1/videos", "api-key-kling-sandbox");
        await caller.PostJsonAsync("text2video", $$"""{"prompt":"a fox","callback_url":"{{new Uri(sandbox.BaseUrl, "_sandbox/inbox/kling")}}"}""");
        while (sandbox.Inbox.Deliveries("kling").Count < 3) await GatewayHost.PauseAsync();

        var provider = new KlingCase();
        var account = provider.Account($$"""{"callback_secret":"{{secret}}"}""", now: TimeProvider.System.GetUtcNow());
        foreach (var delivery in sandbox.Inbox.Deliveries("kling"))
        {
            var result = await NodeScripts.RunAsync(
                new Dictionary<string, string>(), "standard-webhooks", secret, Convert.ToBase64String(delivery.Body.Span),
                delivery.Headers["webhook-id"], delivery.Headers["webhook-timestamp"], delivery.Headers["webhook-signature"]);
            Assert.True(result.GetProperty("real").GetBoolean());
            Assert.False(result.GetProperty("changed").GetBoolean());
            Assert.True(provider.Provider.ReadCallback(account, delivery.Headers, delivery.Body)!.IsSigned);
        }
    }

    private static Task<SandboxHost> StartAsync(SandboxOptions options) => SandboxHost.StartAsync(options);

    private static Task<JsonElement> RunAsync(SandboxHost sandbox, string scenario, params string[] arguments) => NodeScripts.RunAsync(
        new Dictionary<string, string>
        {
            ["KLING_BASE_URL"] = new Uri(sandbox.BaseUrl, "kling").ToString(), ["KLING_ACCESS_KEY"] = Access, ["KLING_SECRET_KEY"] = Secret,
            ["REELAY_ORDERS"] = ProofClaims.Orders("kling"),
        },
        scenario,
        arguments);

    private static JsonElement Video(JsonElement task) => task.GetProperty("task_result").GetProperty("videos")[0];

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
