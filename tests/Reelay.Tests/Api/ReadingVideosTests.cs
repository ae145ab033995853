using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Reading, listing, cancelling and deleting.</summary>
public sealed class ReadingVideosTests
{
    // Nothing leaves the queue: what is listed stands still.
    private static readonly Dictionary<string, string?> Waiting = new() { ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ids_of_others_answer_like_ids_that_never_were()
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        var mine = await gateway.OrderAsync();
        using var other = gateway.NewClient(gateway.AdminKey);
        var never = mine[..^4] + "zzzz";
        foreach (var (method, suffix) in new[] { ("GET", ""), ("DELETE", ""), ("POST", "/cancel"), ("GET", "/content") })
        {
            async Task<string> AskAsync(string id)
            {
                var (status, body) = await gateway.SendAsync(new HttpMethod(method), "/v1/videos/" + id + suffix, client: other);
                Assert.Equal(404, status);
                return body.GetRawText().Replace(id, "ID");
            }

            Assert.Equal(await AskAsync(never), await AskAsync(mine));
            Assert.Contains("video_not_found", await AskAsync(new string('x', 500)));
        }

        Assert.Equal("queued", (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + mine)).Body.GetProperty("status").GetString());
        var (found, video) = await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + mine.Replace("task_", "video_"));
        Assert.Equal((200, mine), (found, video.GetProperty("id").GetString()));
    }

    [Theory]
    [InlineData("limit=-1", "invalid_limit", "limit")]
    [InlineData("limit=101", "invalid_limit", "limit")]
    [InlineData("limit=many", "invalid_limit", "limit")]
    [InlineData("limit=2.5", "invalid_limit", "limit")]
    [InlineData("order=newest", "invalid_order", "order")]
    [InlineData("after=nonsense", "invalid_after", "after")]
    [InlineData("after=task_00000000000000000000000000", "invalid_after", "after")]
    public async Task A_bad_query_is_refused_by_name(string query, string code, string param)
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        var (status, body) = await gateway.SendAsync(HttpMethod.Get, "/v1/videos?" + query);
        var error = body.GetProperty("error");
        Assert.Equal((400, code, param), (status, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task Lists_are_walked_in_pages_both_ways()
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        using var other = gateway.NewClient(gateway.AdminKey);
        var ids = new List<string>();
        for (var i = 0; i < 25; i++)
        {
            ids.Add(await gateway.OrderAsync(body: new { prompt = "order " + i, external_task_id = i == 7 ? "mine-7" : null }));
        }

        Assert.Equal(0, (await ListAsync(gateway, "", other)).GetProperty("data").GetArrayLength());
        var usual = await ListAsync(gateway, "");
        Assert.Equal((20, true), (usual.GetProperty("data").GetArrayLength(), usual.GetProperty("has_more").GetBoolean()));
        Assert.Equal(Enumerable.Reverse(ids), await WalkAsync(gateway, "limit=10"));
        Assert.Equal(ids, await WalkAsync(gateway, "limit=5&order=asc"));
        var all = await ListAsync(gateway, "limit=25");
        Assert.Equal((ids[^1], ids[0], false), (
            all.GetProperty("first_id").GetString(), all.GetProperty("last_id").GetString(), all.GetProperty("has_more").GetBoolean()));
        var none = await ListAsync(gateway, "limit=0");
        Assert.Equal((0, false), (none.GetProperty("data").GetArrayLength(), none.GetProperty("has_more").GetBoolean()));
        Assert.Equal([ids[7]], Ids(await ListAsync(gateway, "external_task_id=mine-7")));
        var behind = await gateway.SendAsync(HttpMethod.Get, "/v1/videos?after=" + ids[3], client: other);
        Assert.Equal(400, behind.Status);
    }

    [Fact]
    public async Task A_list_goes_on_behind_a_row_that_was_deleted_meanwhile()
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        var ids = new List<string>();
        for (var i = 0; i < 4; i++) ids.Add(await gateway.OrderAsync());
        var page = await ListAsync(gateway, "limit=2");
        foreach (var id in Ids(page)) Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + id)).Status);

        var next = await ListAsync(gateway, "limit=2&after=" + page.GetProperty("last_id").GetString());

        Assert.Equal([ids[1], ids[0]], Ids(next));
    }

    [Fact]
    public async Task A_cancel_answers_with_the_task_and_a_delete_with_its_receipt()
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        var cancelled = await gateway.OrderAsync();
        var deleted = await gateway.OrderAsync();

        var (status, video) = await gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{cancelled}/cancel");
        Assert.Equal((200, cancelled), (status, video.GetProperty("id").GetString()));
        var ended = await gateway.FinishAsync(cancelled);
        Assert.Equal(("failed", "cancelled"), (ended.GetProperty("status").GetString(), ended.GetProperty("error").GetProperty("code").GetString()));
        var again = await gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{cancelled}/cancel");
        Assert.Equal((200, "failed"), (again.Status, again.Body.GetProperty("status").GetString()));

        var gone = await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + deleted.Replace("task_", "video_"));
        Assert.Equal((200, $$"""{"id":"{{deleted}}","deleted":true,"object":"video.deleted"}"""), (gone.Status, gone.Body.GetRawText()));
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + deleted)).Status);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + deleted)).Status);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{deleted}/cancel")).Status);
        Assert.Equal([cancelled], Ids(await ListAsync(gateway, "")));
    }

    [Fact]
    public async Task The_object_has_exactly_the_keys_that_are_set()
    {
        await using var gateway = await GatewayHost.StartAsync(new(Waiting) { ["Reelay:Channels:sandbox_openai:ExpectedSeconds"] = "600" });
        var created = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x", seconds = "8s", size = "1280x720", metadata = new { a = 1 } });
        var video = created.Body;
        Assert.Equal(
            ["cost", "created_at", "effective", "estimated_completion_at", "id", "metadata", "model", "object", "progress", "prompt", "seconds", "size", "status", "task_id"],
            video.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(("video", "sora-2", "queued", 0, "8", "1280x720"), (
            video.GetProperty("object").GetString(), video.GetProperty("model").GetString(), video.GetProperty("status").GetString(),
            video.GetProperty("progress").GetInt32(), video.GetProperty("seconds").GetString(), video.GetProperty("size").GetString()));
        Assert.Equal(video.GetProperty("id").GetString(), video.GetProperty("task_id").GetString());
        var read = await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + video.GetProperty("id").GetString());
        var later = JsonNode.Parse(read.Body.GetRawText())!.AsObject();
        later.Remove("queue_position");
        Assert.Equal(video.GetRawText(), later.ToJsonString());
    }

    [Fact]
    public async Task A_task_that_is_not_done_says_when_it_is_expected_as_long_as_something_is_known()
    {
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:Channels:sandbox_openai:ExpectedSeconds"] = "600" });
        var id = await gateway.OrderAsync("[stuck]");
        await gateway.AdminUntilAsync(id, "submitted");
        using var response = await gateway.Client.GetAsync("/v1/videos/" + id, Cancellation);
        var video = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        Assert.InRange(video.GetProperty("estimated_completion_at").GetInt64() - video.GetProperty("created_at").GetInt64(), 500, 700);
        Assert.Equal("5000", response.Headers.GetValues("openai-poll-after-ms").Single());
        var listed = Assert.Single((await ListAsync(gateway, "")).GetProperty("data").EnumerateArray());
        Assert.Equal(video.GetProperty("estimated_completion_at").GetRawText(), listed.GetProperty("estimated_completion_at").GetRawText());

        // It stands in line for longer than the work takes: nothing is known.
        await using var full = await GatewayHost.StartAsync(new(Waiting) { ["Reelay:Channels:sandbox_openai:ExpectedSeconds"] = "0.001" });
        var waiting = await full.SendAsync(HttpMethod.Get, "/v1/videos/" + await full.OrderAsync());
        Assert.Equal("queued", waiting.Body.GetProperty("status").GetString());
        Assert.False(waiting.Body.TryGetProperty("estimated_completion_at", out _));
    }

    [Fact]
    public async Task A_task_that_is_not_done_says_when_to_ask_again()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync("[stuck]");
        using (var response = await gateway.Client.GetAsync("/v1/videos/" + id, Cancellation))
        {
            Assert.InRange(int.Parse(response.Headers.GetValues("openai-poll-after-ms").Single()), 1000, 5000);
        }

        var done = await gateway.OrderAsync();
        await gateway.FinishAsync(done);
        using var terminal = await gateway.Client.GetAsync("/v1/videos/" + done, Cancellation);
        Assert.False(terminal.Headers.Contains("openai-poll-after-ms"));
    }

    [Fact]
    public async Task Models_are_listed_and_read()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (_, list) = await gateway.SendAsync(HttpMethod.Get, "/v1/models");
        var names = list.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("id").GetString()).ToList();
        Assert.Contains("sora-2", names);
        Assert.False(list.GetProperty("has_more").GetBoolean());
        foreach (var name in names)
        {
            var (status, model) = await gateway.SendAsync(HttpMethod.Get, "/v1/models/" + name);
            Assert.Equal((200, name, "model"), (status, model.GetProperty("id").GetString(), model.GetProperty("object").GetString()));
        }

        var unknown = await gateway.SendAsync(HttpMethod.Get, "/v1/models/nobody");
        Assert.Equal((404, "model_not_found"), (unknown.Status, unknown.Body.GetProperty("error").GetProperty("code").GetString()));
    }

    private static async Task<List<string>> WalkAsync(GatewayHost gateway, string query)
    {
        var ids = new List<string>();
        string? after = null;
        while (true)
        {
            var page = await ListAsync(gateway, query + (after is null ? "" : "&after=" + after));
            ids.AddRange(Ids(page));
            if (!page.GetProperty("has_more").GetBoolean()) return ids;
            after = page.GetProperty("last_id").GetString();
        }
    }

    private static async Task<JsonElement> ListAsync(GatewayHost gateway, string query, HttpClient? client = null)
    {
        var (status, page) = await gateway.SendAsync(HttpMethod.Get, "/v1/videos?" + query, client: client);
        Assert.Equal((200, "list"), (status, page.GetProperty("object").GetString()));
        return page;
    }

    private static IEnumerable<string> Ids(JsonElement page) =>
        page.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("id").GetString()!);
}
