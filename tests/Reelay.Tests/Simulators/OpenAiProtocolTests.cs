using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

public class OpenAiProtocolTests
{
    [Fact]
    public async Task A_video_goes_from_queued_to_completed_and_its_bytes_can_be_had()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller caller = Caller.To(sandbox);

        Answer created = await caller.PostFormAsync(
            "videos", ("prompt", "a fox"), ("model", "sora-2"), ("seconds", "8"), ("size", "1280x720"));
        Assert.Equal(200, created.Status);
        string id = created.Word("id")!;
        Assert.StartsWith("video_", id);
        Assert.Equal("queued", created.Word("status"));
        Assert.Equal("8", created.Word("seconds"));
        Assert.Equal("1280x720", created.Word("size"));
        Assert.Equal(13, created.Json.AsObject().Count);

        time.Advance(3);
        Answer halfway = await caller.GetAsync($"videos/{id}");
        Assert.Equal("in_progress", halfway.Word("status"));
        Assert.InRange((int)halfway.Json["progress"]!, 1, 99);
        Assert.Equal(404, (await caller.GetAsync($"videos/{id}/content")).Status);

        time.Advance(3);
        Answer done = await caller.GetAsync($"videos/{id}");
        Assert.Equal("completed", done.Word("status"));
        Assert.Equal(100, (int)done.Json["progress"]!);
        Assert.Equal((long)created.Json["created_at"]! + 6, (long)done.Json["completed_at"]!);
        Assert.Equal((long)done.Json["completed_at"]! + 3600, (long)done.Json["expires_at"]!);

        Answer content = await caller.GetAsync($"videos/{id}/content");
        Assert.Equal("video/mp4", content.Headers["Content-Type"]);
        Assert.Equal(StandInClipStore.Clip.ToArray(), content.Bytes);
        Assert.StartsWith("req_", content.Headers["x-request-id"]);
    }

    [Fact]
    public async Task Progress_never_falls_while_time_passes()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller caller = Caller.To(sandbox);
        string id = await caller.CreateAsync("a fox");
        int last = -1;
        for (int step = 0; step < 14; step++)
        {
            int progress = (int)(await caller.GetAsync($"videos/{id}")).Json["progress"]!;
            Assert.True(progress >= last, $"{progress} after {last}");
            last = progress;
            time.Advance(0.5);
        }

        Assert.Equal(100, last);
    }

    [Fact]
    public async Task A_list_is_newest_first_and_paged_by_its_last_id()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        string[] ids = [await caller.CreateAsync("one"), await caller.CreateAsync("two"), await caller.CreateAsync("three")];

        Answer first = await caller.GetAsync("videos?limit=2");
        Assert.Equal([ids[2], ids[1]], Ids(first));
        Assert.Equal(ids[2], first.Word("first_id"));
        Assert.Equal(ids[1], first.Word("last_id"));
        Assert.True((bool)first.Json["has_more"]!);

        Answer second = await caller.GetAsync($"videos?limit=2&after={first.Word("last_id")}");
        Assert.Equal([ids[0]], Ids(second));
        Assert.False((bool)second.Json["has_more"]!);
        Assert.Equal(ids, Ids(await caller.GetAsync("videos?order=asc")));

        Answer none = await caller.GetAsync("videos?limit=0");
        Assert.Empty(Ids(none));
        Assert.Null(none.Json["last_id"]);
        Assert.False((bool)none.Json["has_more"]!);
    }

    [Theory]
    [InlineData("videos?limit=101", "limit")]
    [InlineData("videos?limit=-1", "limit")]
    [InlineData("videos?order=up", "order")]
    public async Task A_list_with_a_bad_query_is_refused(string path, string param)
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        Answer answer = await caller.GetAsync(path);
        Assert.Equal(400, answer.Status);
        Assert.Equal(param, (string?)answer.Error["param"]);
    }

    [Fact]
    public async Task A_deleted_video_is_gone()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        string id = await caller.CreateAsync("a fox");
        Answer deleted = await caller.DeleteAsync($"videos/{id}");
        Assert.Equal("video.deleted", deleted.Word("object"));
        Assert.Equal(id, deleted.Word("id"));
        Assert.True((bool)deleted.Json["deleted"]!);
        Assert.Equal(404, (await caller.GetAsync($"videos/{id}")).Status);
        Assert.Empty(Ids(await caller.GetAsync("videos")));
        Assert.Equal("deleted", Assert.Single(sandbox.Submissions).State);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("sk-wrong")]
    public async Task A_call_without_an_accepted_key_is_refused_and_written_down(string? key)
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox, key: key);
        Answer answer = await caller.PostFormAsync("videos", ("prompt", "a fox"));
        Assert.Equal(401, answer.Status);
        Assert.Equal(["message", "type", "param", "code"], answer.Error.AsObject().Select(field => field.Key));
        Assert.Equal(401, (await caller.GetAsync("videos")).Status);
        SubmissionReport submission = Assert.Single(sandbox.Submissions);
        Assert.False(submission.Row.Accepted);
        Assert.Null(submission.Row.Credential);
    }

    [Fact]
    public async Task Accounts_do_not_see_each_other()
    {
        SandboxOptions options = World.Options(new ManualTime());
        options.Credentials["openai"] = ["sk-one", "sk-two"];
        await using SandboxHost sandbox = await SandboxHost.StartAsync(options);
        using Caller one = Caller.To(sandbox, key: "sk-one");
        using Caller two = Caller.To(sandbox, key: "sk-two");
        string id = await one.CreateAsync("a fox");
        Assert.Equal(200, (await one.GetAsync($"videos/{id}")).Status);
        Assert.Equal(404, (await two.GetAsync($"videos/{id}")).Status);
        Assert.Empty(Ids(await two.GetAsync("videos")));
    }

    [Fact]
    public async Task Models_are_listed_and_what_only_OpenAI_had_is_unknown_elsewhere()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        Assert.Contains("sora-2-pro", Ids(await caller.GetAsync("models")));
        using Caller selfHosted = Caller.To(sandbox, "vllm/v1", key: null);
        foreach (string path in new[] { "videos/edits", "videos/extensions", "videos/characters", "videos/video_1/remix" })
            Assert.Equal(404, (await selfHosted.PostFormAsync(path, ("prompt", "a fox"))).Status);
        Assert.Empty(sandbox.Submissions);
    }

    [Fact]
    public async Task One_range_of_the_content_is_served()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller caller = Caller.To(sandbox);
        string id = await caller.CreateAsync("a fox");
        time.Advance(6);
        Answer part = await caller.SendAsync(HttpMethod.Get, $"videos/{id}/content", null, ("Range", "bytes=4-7"));
        Assert.Equal(206, part.Status);
        Assert.Equal("ftyp", part.Text);
        Assert.Equal($"bytes 4-7/{StandInClipStore.Clip.Length}", part.Headers["Content-Range"]);
        Answer beyond = await caller.SendAsync(HttpMethod.Get, $"videos/{id}/content", null, ("Range", "bytes=9999999-"));
        Assert.Equal(416, beyond.Status);
    }

    private static IEnumerable<string> Ids(Answer list) => list.Json["data"]!.AsArray().Select(row => (string)row!["id"]!);
}
