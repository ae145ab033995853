using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Intents;

/// <summary>Callers' own keys, and the SDKs' retries, over HTTP: one intent, one task.</summary>
public sealed class IdempotencyTests
{
    [Fact]
    public async Task A_key_stands_for_one_task_and_shows_it_as_it_is_now()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (first, isReplayed) = await CreateAsync(gateway, "a fox", key: "k-1");
        Assert.False(isReplayed);
        await gateway.FinishAsync(Id(first));

        var (second, isSecondReplayed) = await CreateAsync(gateway, "a fox", key: "k-1");
        Assert.True(isSecondReplayed);
        Assert.Equal((Id(first), "completed"), (Id(second), second.GetProperty("status").GetString()));
        var other = Id((await CreateAsync(gateway, "a fox", key: "k-2")).Video);
        Assert.NotEqual(Id(first), other);
        await gateway.FinishAsync(other);
        Assert.Equal(2, gateway.Sandbox.Submissions.Count);
    }

    [Fact]
    public async Task Another_order_under_the_same_key_is_refused()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await CreateAsync(gateway, "a fox", key: "k");
        var error = await RefusedAsync(gateway, "a hare", ("Idempotency-Key", "k"));
        Assert.Equal(("idempotency_key_reused", "Idempotency-Key"), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
    }

    [Theory]
    [InlineData(300)]
    [InlineData(256)]
    [InlineData(0)]
    public async Task A_key_of_another_length_is_refused(int length)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var error = await RefusedAsync(gateway, "a fox", ("Idempotency-Key", new string('k', length)));
        Assert.Equal("invalid_idempotency_key", error.GetProperty("code").GetString());
        Assert.Contains($"has {length}", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(gateway.Sandbox.Submissions);
    }

    [Fact]
    public async Task Only_orders_that_became_tasks_are_remembered()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var bad = Request(new { prompt = "a fox", seconds = "99" }, ("Idempotency-Key", "k"));
        using var refused = await gateway.Client.SendAsync(bad, TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)refused.StatusCode);
        Assert.False((await CreateAsync(gateway, "a fox", key: "k")).IsReplayed);
    }

    [Fact]
    public async Task Twenty_at_once_make_one_task()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CreateAsync(gateway, "a fox", key: "k")));
        Assert.Single(answers.Select(answer => Id(answer.Video)).Distinct());
        Assert.Single(answers, answer => !answer.IsReplayed);
    }

    [Fact]
    public async Task Files_are_compared_by_what_is_in_them_and_a_replay_leaves_none_behind()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var png = Convert.ToBase64String(Engine.CallerHost.Png(1280, 720));
        var body = new { prompt = "a fox", model = "sora-2", size = "1280x720", input_reference = png };
        var first = await SendAsync(gateway, body, ("Idempotency-Key", "k"));
        var second = await SendAsync(gateway, body, ("Idempotency-Key", "k"));
        Assert.Equal((Id(first.Video), true), (Id(second.Video), second.IsReplayed));
        Assert.Single(Directory.GetFiles(Path.Combine(gateway.Folder, "assets", "inputs"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_key_outlives_a_restart()
    {
        using var folder = new TemporaryFolder();
        string id;
        await using (var gateway = await GatewayHost.StartAsync(folder: folder.Path)) id = Id((await CreateAsync(gateway, "a fox", key: "k")).Video);
        await using var next = await GatewayHost.StartAsync(folder: folder.Path);
        var (video, isReplayed) = await CreateAsync(next, "a fox", key: "k");
        Assert.Equal((id, true), (Id(video), isReplayed));
    }

    [Fact]
    public async Task A_deleted_task_is_not_made_again_under_its_key()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (video, _) = await CreateAsync(gateway, "a fox", key: "k");
        await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + Id(video));
        var error = await RefusedAsync(gateway, "a fox", ("Idempotency-Key", "k"));
        Assert.Contains("deleted", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_may_say_that_the_callers_own_ids_are_unique()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);
        var (_, made) = await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", new { name = "app", idempotent_external_ids = true }, admin);
        Assert.True(made.GetProperty("idempotent_external_ids").GetBoolean());
        using var caller = gateway.NewClient(made.GetProperty("secret").GetString()!);
        var (_, first) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "a fox", external_task_id = "order-7" }, caller);
        var (_, again) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "a fox", external_task_id = "order-7" }, caller);
        var (status, other) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "a hare", external_task_id = "order-7" }, caller);
        Assert.Equal(Id(first), Id(again));
        Assert.Equal((400, "idempotency_key_reused", "external_task_id"), (status, other.GetProperty("error").GetProperty("code").GetString(), other.GetProperty("error").GetProperty("param").GetString()));

        // Other keys repeat theirs as they like.
        Assert.NotEqual(await gateway.OrderAsync(body: new { prompt = "x", external_task_id = "e" }), await gateway.OrderAsync(body: new { prompt = "x", external_task_id = "e" }));
    }

    [Fact]
    public async Task A_marked_retry_is_its_first_try_until_the_caller_has_read_it()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var first = await CreateAsync(gateway, "a fox");
        var retry = await SendAsync(gateway, new { prompt = "a fox" }, ("X-Stainless-Retry-Count", "1"));
        Assert.Equal((Id(first.Video), true), (Id(retry.Video), retry.IsReplayed));
        await gateway.FinishAsync(Id(first.Video));
        var later = await SendAsync(gateway, new { prompt = "a fox" }, ("X-Stainless-Retry-Count", "2"));
        Assert.NotEqual(Id(first.Video), Id(later.Video));
    }

    [Fact]
    public async Task A_retry_in_another_encoding_is_the_same_order()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var first = await SendAsync(gateway, new { prompt = "a fox", seconds = 8 });
        using var form = new FormUrlEncodedContent([new("prompt", "a fox"), new("duration", "8s")]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = form };
        request.Headers.Add("X-Stainless-Retry-Count", "1");
        using var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        using var video = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(Id(first.Video), Id(video.RootElement));
    }

    [Fact]
    public async Task A_retry_finds_its_order_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        string id;
        await using (var gateway = await GatewayHost.StartAsync(folder: folder.Path)) id = Id((await CreateAsync(gateway, "a fox")).Video);
        await using var next = await GatewayHost.StartAsync(folder: folder.Path);
        Assert.Equal(id, Id((await SendAsync(next, new { prompt = "a fox" }, ("X-Stainless-Retry-Count", "1"))).Video));
        Assert.NotEqual(id, Id((await SendAsync(next, new { prompt = "a fox" }, ("X-Stainless-Retry-Count", "1"))).Video));
    }

    [Fact]
    public async Task A_retry_of_what_a_stopping_server_refused_is_a_new_order_at_the_next()
    {
        using var folder = new TemporaryFolder();
        string id;
        await using (var gateway = await GatewayHost.StartAsync(folder: folder.Path))
        {
            id = Id((await CreateAsync(gateway, "a fox")).Video);
            _ = gateway.Services.GetRequiredService<Server.Engine.EngineGate>().DrainAsync();
            using var request = Request(new { prompt = "a fox" });
            using var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(503, (int)response.StatusCode);
        }

        await using var next = await GatewayHost.StartAsync(folder: folder.Path);
        Assert.NotEqual(id, Id((await SendAsync(next, new { prompt = "a fox" }, ("X-Stainless-Retry-Count", "1"))).Video));
    }

    [Fact]
    public async Task A_draining_server_still_replays_and_takes_nothing_new()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var first = await CreateAsync(gateway, "a fox", key: "k");
        _ = gateway.Services.GetRequiredService<Server.Engine.EngineGate>().DrainAsync();
        Assert.Equal(Id(first.Video), Id((await CreateAsync(gateway, "a fox", key: "k")).Video));
        using var request = Request(new { prompt = "a fox" }, ("Idempotency-Key", "k2"));
        using var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(503, (int)response.StatusCode);
    }

    [Fact]
    public async Task What_is_kept_is_forgotten_in_time()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await CreateAsync(gateway, "a fox", key: "k");
        await SendAsync(gateway, new { prompt = "a hare" }, ("X-Stainless-Retry-Count", "1"));
        var store = gateway.Services.GetRequiredService<ITaskStore>();
        var now = await store.GetTimeAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await store.ForgetIntentsAsync(now, now - 60_000, TestContext.Current.CancellationToken));
        Assert.Equal(2, await store.ForgetIntentsAsync(now + 86_400_001, now + 60_000, TestContext.Current.CancellationToken));
        Assert.False((await CreateAsync(gateway, "another fox", key: "k")).IsReplayed);
    }

    private static Task<(JsonElement Video, bool IsReplayed)> CreateAsync(GatewayHost gateway, string prompt, string? key = null) =>
        SendAsync(gateway, new { prompt }, key is null ? [] : [("Idempotency-Key", key)]);

    private static async Task<(JsonElement Video, bool IsReplayed)> SendAsync(GatewayHost gateway, object body, params (string Name, string Value)[] headers)
    {
        using var request = Request(body, headers);
        using var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode == 200, text);
        return (JsonDocument.Parse(text).RootElement, response.Headers.TryGetValues("idempotent-replayed", out var said) && said.Single() == "true");
    }

    private static async Task<JsonElement> RefusedAsync(GatewayHost gateway, string prompt, params (string Name, string Value)[] headers)
    {
        using var request = Request(new { prompt }, headers);
        using var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("error");
    }

    private static HttpRequestMessage Request(object body, params (string Name, string Value)[] headers)
    {
        var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = content };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private static string Id(JsonElement video) => video.GetProperty("id").GetString()!;
}
