using System.Text.Json;
using Microsoft.Data.Sqlite;
using Reelay.Server.Storage;
using Reelay.Server.Api.Callbacks;
using Reelay.Server.Engine.Callbacks;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Callbacks over real HTTP, from the sandbox's Kling to a server that has said where it is reached.</summary>
public sealed class CallbackFlowTests(CallbackFlowTests.World world) : IClassFixture<CallbackFlowTests.World>
{
    private const string Secret = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=";
    private const string Order = "/v1/videos";

    /// <summary>A server whose Kling channel polls an hour apart: what ends in a test was told by a callback.</summary>
    public sealed class World : IAsyncLifetime
    {
        internal GatewayHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await StartAsync();

        public async ValueTask DisposeAsync() => await Host.DisposeAsync();
    }

    private static async Task<GatewayHost> StartAsync(string? secret = null, string minPoll = "50")
    {
        // The address must be known before the server listens.
        var url = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        var settings = new Dictionary<string, string?>
        {
            ["urls"] = url,
            ["Reelay:PublicUrl"] = url,
            ["Reelay:Channels:sandbox_kling:ExpectedSeconds"] = "80000",
            ["Reelay:Channels:sandbox_kling:MinPollMilliseconds"] = minPoll,
            ["Reelay:Channels:sandbox_kling:CallSeconds"] = "60",
        };
        var sandbox = new SandboxOptions { Duration = 0.3, Render = RenderMode.StandIn };
        if (secret is not null)
        {
            settings["Reelay:Channels:sandbox_kling:Options:callback_secret"] = secret;
            sandbox.CallbackSecrets["kling"] = secret;
        }

        return await GatewayHost.StartAsync(settings, sandbox);
    }

    [Theory]
    [InlineData("a boat")]
    [InlineData("a boat [callback:wrapped]")]
    [InlineData("a boat [callback:twice]")]
    [InlineData("a boat [callback:reversed]")]
    [InlineData("a boat [callback:forged]")]
    [InlineData("a boat [callback:early]")]
    [InlineData("a boat [callback:early] [callback:twice] [slow:1]")]
    public async Task A_result_is_there_long_before_the_first_poll_would_be_due(string prompt)
    {
        var id = await world.Host.OrderAsync(body: new { model = "kling-v2-5-turbo", prompt });
        Assert.Equal("completed", (await world.Host.FinishAsync(id)).GetProperty("status").GetString());
        Assert.Single(Accepted(world.Host, id));
    }

    [Theory]
    [InlineData("a boat [drop:after-accept]")]
    [InlineData("a boat [hang:after-accept]")]
    [InlineData("a boat [garbage]")]
    public async Task A_lost_answer_is_settled_by_the_callback(string prompt)
    {
        var id = await world.Host.OrderAsync(body: new { model = "kling-v2-5-turbo", prompt });
        Assert.Equal("completed", (await world.Host.FinishAsync(id)).GetProperty("status").GetString());
        Assert.Single(Accepted(world.Host, id));
    }

    [Fact]
    public async Task Signed_callbacks_end_a_task_and_forged_ones_do_not()
    {
        await using var host = await StartAsync(Secret);
        host.Sandbox.Faults.Add("kling", SimulatedCall.Retrieve, "http:500");
        var id = await host.OrderAsync(body: new { model = "kling-v2-5-turbo", prompt = "a boat [callback:forged]" });
        Assert.Equal("completed", (await host.FinishAsync(id)).GetProperty("status").GetString());
        var failed = await host.OrderAsync(body: new { model = "kling-v2-5-turbo", prompt = "a boat [fail:content_policy]" });
        Assert.Equal("content_policy_violation", (await host.FinishAsync(failed)).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task After_a_cancel_the_callback_closes_the_attempt()
    {
        var speed = world.Host.Sandbox.Speed;
        string id;
        speed.Factor = 0;
        try
        {
            id = await world.Host.OrderAsync(body: new { model = "kling-v2-5-turbo", prompt = "a boat" });
            await world.Host.AdminUntilAsync(id, "submitted");
            await world.Host.SendAsync(HttpMethod.Post, $"{Order}/{id}/cancel");
            Assert.Equal("cancelled", (await world.Host.FinishAsync(id)).GetProperty("error").GetProperty("code").GetString());
        }
        finally
        {
            // The other tests have the same sandbox.
            speed.Factor = 1;
        }

        while (!(await world.Host.AdminTaskAsync(id)).GetProperty("attempts")[0].TryGetProperty("ended_at", out _)) await GatewayHost.PauseAsync();
    }

    [Fact]
    public async Task A_locked_database_answers_503_and_the_vendor_tries_again()
    {
        Assert.SkipWhen(TestStore.IsPostgres, "A file that another process has locked.");
        var id = await world.Host.OrderAsync(body: new { model = "kling-v2-5-turbo", prompt = "a boat [stuck] [callback:never]" });
        await world.Host.AdminUntilAsync(id, "submitted");
        using var locker = new SqliteConnection($"Data Source={Path.Combine(world.Host.Folder, "reelay.db")};Pooling=False");
        locker.Open();
        using (var transaction = locker.BeginTransaction())
        {
            using var refused = await PostAsync(Token(id), "{}");
            Assert.Equal((503, true), ((int)refused.StatusCode, refused.Headers.RetryAfter is not null));
            transaction.Rollback();
        }

        using var taken = await PostAsync(Token(id), "{}");
        Assert.Equal(200, (int)taken.StatusCode);
    }

    [Fact]
    public async Task The_sandbox_sends_again_what_was_not_taken()
    {
        await using var sandbox = await SandboxHost.StartAsync(new SandboxOptions { Duration = 0, Render = RenderMode.StandIn });
        var answers = 0;
        await using var receiver = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref answers) <= 2 ? 503 : 200;
            return Task.CompletedTask;
        });
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(sandbox.BaseUrl, "kling/v1/videos/text2video"))
        {
            Content = new StringContent(JsonSerializer.Serialize(new { model_name = "kling-v2-5-turbo", prompt = "x", callback_url = receiver.Url + "hook" }), null, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer api-key-kling-sandbox");
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
        while (Volatile.Read(ref answers) < 5) await GatewayHost.PauseAsync();
    }

    [Fact]
    public async Task Whoever_does_not_know_the_address_finds_nothing_there()
    {
        var id = await world.Host.OrderAsync(body: new { model = "kling-v2-5-turbo", prompt = "a boat [stuck] [callback:never]" });
        await world.Host.AdminUntilAsync(id, "submitted");
        var token = Token(id);
        var last = token[^2] == 'A' ? 'B' : 'A';
        foreach (var wrong in new[] { "x", "hidden", token[..^2] + last + token[^1], token.Replace("-1-", "-2-"), token.Replace("-1-", "-01-"), token + "A", new string('a', 4000) })
        {
            using var answer = await PostAsync(wrong, "{}");
            var (status, body) = ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal(404, status);
            Assert.Contains("unknown_url", body);
        }

        using var elsewhere = await world.Host.Client.PostAsync($"/callbacks/openai/{token}", new StringContent("{}"), TestContext.Current.CancellationToken);
        Assert.Equal(404, (int)elsewhere.StatusCode);
        Assert.Equal("submitted", (await world.Host.AdminTaskAsync(id)).GetProperty("phase").GetString());
    }

    [Fact]
    public async Task Whatever_comes_to_the_right_address_is_bounded_and_ends_nothing()
    {
        var id = await world.Host.OrderAsync(body: new { model = "kling-v2-5-turbo", prompt = "a boat [stuck] [callback:never]" });
        await world.Host.AdminUntilAsync(id, "submitted");
        foreach (var body in new[] { "", "no json", "{", "\0\u00ff", """{"task_id":"1","task_status":"failed"}""", new string('x', CallbackEndpoint.MaxBodyBytes) })
        {
            using var answer = await PostAsync(Token(id), body);
            Assert.Equal(200, (int)answer.StatusCode);
        }

        using var large = await PostAsync(Token(id), new string('x', CallbackEndpoint.MaxBodyBytes + 1));
        Assert.Equal(413, (int)large.StatusCode);
        Assert.Equal("submitted", (await world.Host.AdminTaskAsync(id)).GetProperty("phase").GetString());
        while (world.Host.Database(connection => Rows(connection, id)) > 0) await GatewayHost.PauseAsync();
    }

    [Fact]
    public async Task After_the_end_a_callback_is_taken_and_leaves_nothing_behind()
    {
        var id = await world.Host.OrderAsync(body: new { model = "kling-v2-5-turbo", prompt = "a boat" });
        var before = await world.Host.FinishAsync(id);
        using var answer = await PostAsync(Token(id), """{"task_id":"1","task_status":"failed"}""");
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(0, world.Host.Database(connection => Rows(connection, id)));
        Assert.Equal(before.GetRawText(), (await world.Host.SendAsync(HttpMethod.Get, $"{Order}/{id}")).Body.GetRawText());
    }

    [Fact]
    public async Task The_preview_shows_that_there_is_an_address_and_not_which()
    {
        using var admin = world.Host.NewClient(world.Host.AdminKey);
        var (status, body) = await world.Host.SendAsync(
            HttpMethod.Post, Order + "/estimate?explain=true", new { model = "kling-v2-5-turbo", prompt = "x" }, admin);
        Assert.Equal(200, status);
        Assert.EndsWith("/callbacks/kling/hidden", body.GetProperty("explain").GetProperty("request").GetProperty("json").GetProperty("callback_url").GetString());
    }

    [Theory]
    [InlineData("Reelay:PublicUrl", "")]
    [InlineData("Reelay:Channels:sandbox_kling:Callbacks", "false")]
    public async Task Without_a_public_address_or_with_callbacks_off_none_is_asked_for(string setting, string value)
    {
        var settings = new Dictionary<string, string?> { ["Reelay:PublicUrl"] = "https://gw.example", [setting] = value };
        await using var host = await GatewayHost.StartAsync(settings);
        using var admin = host.NewClient(host.AdminKey);
        var (_, body) = await host.SendAsync(HttpMethod.Post, Order + "/estimate?explain=true", new { model = "kling-v2-5-turbo", prompt = "x" }, admin);
        Assert.False(body.GetProperty("explain").GetProperty("request").GetProperty("json").TryGetProperty("callback_url", out _));
    }

    private static long Rows(System.Data.Common.DbConnection connection, string id)
    {
        return connection.Scalar<long>("SELECT count(*) FROM task_inbox WHERE task_id = @id", ("@id", id));
    }

    private static IEnumerable<SubmissionReport> Accepted(GatewayHost host, string id)
    {
        var token = host.AdminTaskAsync(id).GetAwaiter().GetResult().GetProperty("attempts")[0].GetProperty("token").GetString();
        return host.Sandbox.Submissions.Where(report => report.Row.Accepted && report.Row.ClientReference == token);
    }

    private string Token(string id) =>
        ((CallbackTokens)world.Host.Services.GetService(typeof(CallbackTokens))!).Make("kling", id, 1);

    private Task<HttpResponseMessage> PostAsync(string token, string body) =>
        world.Host.Client.PostAsync($"/callbacks/kling/{token}", new StringContent(body), TestContext.Current.CancellationToken);
}
