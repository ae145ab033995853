using System.Text.Json;
using Reelay.Tests.Api;

namespace Reelay.Tests.Contract.Answers;

/// <summary>Rule 23 on the routes and words that the tests of keys do not go through: new videos from old ones, estimates, files, messages.</summary>
public sealed class DialectAnswerTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    private static readonly string[] All = ["pending", "flat_errors", "nulls"];

    private static readonly string[] Thirteen =
    [
        "id", "object", "model", "status", "progress", "created_at", "completed_at", "expires_at", "prompt", "size", "seconds",
        "remixed_from_video_id", "error",
    ];

    /// <summary>Orders, by route. {id} is a finished video's.</summary>
    public static TheoryData<string, string> Orders => new()
    {
        { "/v1/videos", """{"model": "gpt-image-2", "prompt": "x"}""" },
        { "/v1/video/generations", """{"prompt": "x"}""" },
        { "/v1/videos/{id}/remix", """{"prompt": "x"}""" },
        { "/v1/videos/edits", """{"prompt": "x", "video": {"id": "{id}"}}""" },
        { "/v1/videos/extensions", """{"prompt": "x", "seconds": "4", "video": {"id": "{id}"}}""" },
    };

    /// <summary>Refusals, by route. {live} is a video that waits.</summary>
    public static TheoryData<string, string, string?, string> Refusals => new()
    {
        { "POST", "/v1/videos", """{"prompt": "x", "seconds": 5}""", "invalid_seconds" },
        { "POST", "/v1/videos/estimate", """{"prompt": "x", "seconds": 5}""", "invalid_seconds" },
        { "POST", "/v1/videos/estimate", "{", "invalid_json" },
        { "POST", "/v1/videos/estimate?explain=true", """{"prompt": "x"}""", "admin_key_required" },
        { "POST", "/v1/videos/edits", """{"prompt": "x"}""", "input_reference_required" },
        { "POST", "/v1/videos/extensions", """{"prompt": "x", "seconds": "4", "video": {"id": "task_none"}}""", "video_not_found" },
        { "POST", "/v1/videos/{live}/remix", """{"prompt": "x"}""", "video_not_completed" },
        { "POST", "/v1/video/generations", "{}", "prompt_required" },
        { "GET", "/v1/video/generations/task_none", null, "video_not_found" },
        { "GET", "/v1/videos/{live}/content", null, "video_not_ready" },
        { "GET", "/v1/videos/{live}?wait=x", null, "invalid_wait" },
        { "GET", "/v1/models/nobody", null, "model_not_found" },
        { "GET", "/v1/files/file_none", null, "file_not_found" },
        { "DELETE", "/v1/files/file_none", null, "file_not_found" },
        { "GET", "/v1/videos/characters/char_none", null, "character_not_found" },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task An_order_on_any_route_is_answered_in_all_dialects_at_once(string path, string body)
    {
        using var caller = await KeyDialectTests.CallerAsync(gateway.Host, All);
        var id = await OrderAsync(caller, "a red boat");
        await gateway.Host.SendAsync(HttpMethod.Get, $"/v1/videos/{id}?wait=60", client: caller);
        var (status, video) = await gateway.Host.SendAsync(HttpMethod.Post, path.Replace("{id}", id), body.Replace("{id}", id), caller);
        Assert.Equal((200, "pending"), (status, video.GetProperty("status").GetString()));
        Assert.All(Thirteen, key => Assert.True(video.TryGetProperty(key, out _), key));
        Assert.Equal(JsonValueKind.Null, video.GetProperty("error").ValueKind);
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_on_any_route_is_flat_as_well(string method, string path, string? body, string code)
    {
        using var caller = await KeyDialectTests.CallerAsync(gateway.Host, All);
        var live = await OrderAsync(caller, "[stuck]");
        var (status, answer) = await gateway.Host.SendAsync(new HttpMethod(method), path.Replace("{live}", live), body, caller);
        Assert.InRange(status, 400, 404);
        Assert.Equal(["error", "code", "message"], answer.EnumerateObject().Select(member => member.Name));
        var error = answer.GetProperty("error");
        Assert.Equal((code, code), (error.GetProperty("code").GetString(), answer.GetProperty("code").GetString()));
        Assert.Equal(error.GetProperty("message").GetString(), answer.GetProperty("message").GetString());
    }

    // The sandbox's own key has another account.
    private async Task<string> OrderAsync(HttpClient caller, string prompt) =>
        (await gateway.Host.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt }, caller)).Body.GetProperty("id").GetString()!;
}

/// <summary>Rule 23: a state is called the same in messages as on the task.</summary>
public sealed class DialectMessageTests(WaitingGateway gateway) : IClassFixture<WaitingGateway>
{
    [Theory]
    [InlineData("", "queued")]
    [InlineData("pending", "pending")]
    public async Task Messages_call_a_state_what_the_task_calls_it(string dialect, string word)
    {
        using var caller = await KeyDialectTests.CallerAsync(gateway.Host, dialect.Length == 0 ? [] : [dialect]);
        var id = (await gateway.Host.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" }, caller)).Body.GetProperty("id").GetString();
        foreach (var (method, path, body) in new (string, string, object?)[]
        {
            ("GET", $"/v1/videos/{id}/content", null),
            ("POST", $"/v1/videos/{id}/remix", new { prompt = "x" }),
            ("POST", "/v1/videos/edits", new { prompt = "x", video = new { id } }),
        })
        {
            var (_, answer) = await gateway.Host.SendAsync(new HttpMethod(method), path, body, caller);
            Assert.Contains($"Video {id} is {word}", answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }
}
