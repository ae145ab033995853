using System.Text.Json;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>What keys with dialects are answered, everywhere.</summary>
public sealed class KeyDialectTests
{
    private static readonly Dictionary<string, string?> Waiting = new() { ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0" };

    // OpenAI's own list, on purpose not the code's.
    private static readonly string[] Thirteen =
    [
        "completed_at", "created_at", "error", "expires_at", "id", "model", "object", "progress", "prompt", "remixed_from_video_id", "seconds",
        "size", "status",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData]
    [InlineData("pending")]
    [InlineData("flat_errors")]
    [InlineData("nulls")]
    [InlineData("pending", "flat_errors")]
    [InlineData("nulls", "pending")]
    [InlineData("flat_errors", "nulls")]
    [InlineData("pending", "flat_errors", "nulls")]
    public async Task Every_answer_is_in_the_dialects_of_its_key(params string[] dialects)
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        using var caller = await CallerAsync(gateway, dialects);
        using var plain = await CallerAsync(gateway, []);
        var created = await SendAsync("POST", "/v1/videos", """{"prompt": "x"}""");
        AssertVideo(created, "queued");
        var id = created.GetProperty("id").GetString()!;
        AssertVideo(await SendAsync("POST", "/v1/video/generations", """{"prompt": "x"}"""), "queued");
        foreach (var path in new[] { "/v1/videos/" + id, $"/v1/videos/{id}?wait=0", "/v1/video/generations/" + id })
        {
            AssertVideo((await gateway.SendAsync(HttpMethod.Get, path, client: plain)).Body, "queued", []);
            AssertVideo(await SendAsync("GET", path), "queued");
            AssertVideo((await gateway.SendAsync(HttpMethod.Get, path, client: plain)).Body, "queued", []);
        }

        var page = await SendAsync("GET", "/v1/videos");
        Assert.Equal(["data", "first_id", "has_more", "last_id", "object"], Keys(page));
        Assert.Equal(2, page.GetProperty("data").GetArrayLength());
        Assert.All(page.GetProperty("data").EnumerateArray(), video => AssertVideo(video, "queued"));
        using (var stream = await EventReader.OpenAsync(caller, id))
        {
            await stream.NextAsync();
            var first = (await stream.NextAsync())!;
            AssertVideo(first.Video, "queued");
            Assert.Equal("video." + Said("queued", dialects), first.Name);
            await gateway.ProgressAsync(id, 50);
            var second = (await stream.NextAsync())!;
            AssertVideo(second.Video, "in_progress");
            Assert.Equal("video.in_progress", second.Name);
        }

        AssertVideo(await SendAsync("POST", $"/v1/videos/{id}/cancel"), "in_progress", dialects);
        var ended = await SendAsync("GET", $"/v1/videos/{id}?wait=60");
        AssertVideo(ended, "failed");
        Assert.Equal(JsonValueKind.Object, ended.GetProperty("error").ValueKind);

        AssertError(await SendAsync("GET", "/v1/videos/task_none"), "video_not_found");
        AssertError(await SendAsync("GET", "/v1/videos/task_none/events"), "video_not_found");
        AssertError(await SendAsync("POST", "/v1/videos", "{}"), "prompt_required");
        AssertError(await SendAsync("GET", "/v1/videos?limit=x"), "invalid_limit");
        AssertError(await SendAsync("GET", "/v1/unheard-of"), "unknown_url");
        AssertError(await SendAsync("PUT", "/v1/videos"), "method_not_allowed");
        AssertError(await SendAsync("GET", "/admin/v1/keys"), "admin_key_required");
        AssertError(await SendAsync("GET", $"/v1/videos/{id}/content"), "cancelled");
        AssertVideo((await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id, client: plain)).Body, "failed", []);

        void AssertVideo(JsonElement video, string status, string[]? said = null)
        {
            said ??= dialects;
            Assert.Equal(Said(status, said), video.GetProperty("status").GetString());
            var absent = Thirteen.Except(Keys(video)).ToList();
            if (said.Contains("nulls")) Assert.Empty(absent);
            else Assert.Contains("remixed_from_video_id", absent);
            foreach (var member in video.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.Null) Assert.Contains(member.Name, said.Contains("nulls") ? Thirteen : []);
            }
        }

        void AssertError(JsonElement body, string code)
        {
            var error = body.GetProperty("error");
            Assert.Equal(code, error.GetProperty("code").GetString());
            Assert.Equal(["code", "message", "param", "type"], Keys(error));
            string[] keys = dialects.Contains("flat_errors") ? ["code", "error", "message"] : ["error"];
            Assert.Equal(keys, Keys(body));
            if (keys.Length == 1) return;
            Assert.Equal(code, body.GetProperty("code").GetString());
            Assert.Equal(error.GetProperty("message").GetString(), body.GetProperty("message").GetString());
        }

        async Task<JsonElement> SendAsync(string method, string path, string? body = null) =>
            (await gateway.SendAsync(new HttpMethod(method), path, body, caller)).Body;
    }

    [Fact]
    public async Task A_finished_video_has_the_thirteen_keys_and_its_own()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var caller = await CallerAsync(gateway, ["nulls"]);
        var (_, video) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" }, caller);
        (_, video) = await gateway.SendAsync(HttpMethod.Get, $"/v1/videos/{video.GetProperty("id").GetString()}?wait=60", client: caller);
        Assert.Equal("completed", video.GetProperty("status").GetString());
        Assert.Empty(Thirteen.Except(Keys(video)));
        Assert.Equal(JsonValueKind.Null, video.GetProperty("error").ValueKind);
        Assert.Equal(JsonValueKind.Number, video.GetProperty("expires_at").ValueKind);
        Assert.NotNull(video.GetProperty("output_url").GetString());
    }

    [Fact]
    public async Task Before_a_key_is_known_errors_are_openais()
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        using var nobody = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.BaseUrl };
        var body = JsonDocument.Parse(await (await nobody.GetAsync("/v1/videos", Cancellation)).Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(["error"], Keys(body.RootElement));
    }

    internal static async Task<HttpClient> CallerAsync(GatewayHost gateway, string[] dialects, string[]? withheld = null) => gateway.NewClient(
        (await KeyTests.CreateKeyAsync(gateway, new { name = "caller", dialects, withheld_routes = withheld ?? [] })).GetProperty("secret").GetString()!);

    private static string Said(string status, string[] dialects) => status == "queued" && dialects.Contains("pending") ? "pending" : status;

    private static string[] Keys(JsonElement element) => [.. element.EnumerateObject().Select(member => member.Name).Order()];
}
