using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Simulators;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.Kling;

/// <summary>The simulator's new generation by itself: bodies, refusals, lists of ids.</summary>
public sealed class KlingNewSimulatorTests
{
    private const string Key = "api-key-kling-sandbox";
    private const string Frame = """{"type":"first_frame","url":"https://a.example/a.png"}""";
    private const string Last = """{"type":"last_frame","url":"https://a.example/b.png"}""";
    private const string Words = """{"type":"prompt","text":"x"}""";

    private readonly ManualTime _time = new();

    [Theory]
    [InlineData("text-to-video/kling-3.0", "{}", "prompt can not be null")]
    [InlineData("text-to-video/kling-3.0", """{"prompt":"x","negative_prompt":"y"}""", "negative_prompt is not a known parameter")]
    [InlineData("text-to-video/kling-3.0", """{"prompt":"x","model_name":"kling-v3"}""", "model_name is not a known parameter")]
    [InlineData("text-to-video/kling-3.0", """{"contents":[]}""", "contents is not a known parameter")]
    [InlineData("text-to-video/kling-3.0", """{"prompt":"x","settings":{"mode":"std"}}""", "mode is not a known parameter")]
    [InlineData("text-to-video/kling-3.0", """{"prompt":"x","settings":{"duration":"5"}}""", "duration value '5' is invalid")]
    [InlineData("text-to-video/kling-3.0", """{"prompt":"x","settings":{"duration":16}}""", "duration value '16' is invalid")]
    [InlineData("text-to-video/kling-3.0", """{"prompt":"x","settings":{"resolution":"std"}}""", "resolution value 'std' is invalid")]
    [InlineData("text-to-video/kling-3.0", """{"prompt":"x","settings":{"audio":"original"}}""", "audio value 'original' is invalid")]
    [InlineData("text-to-video/kling-3.0", """{"prompt":"x","settings":{"multi_shot":"yes"}}""", "multi_shot value 'yes' is invalid")]
    [InlineData("text-to-video/kling-3.0", """{"prompt":"shot 1, 2, a; shot 2, 2, b;","settings":{"multi_shot":true}}""", "the shots of the prompt are invalid")]
    [InlineData("text-to-video/kling-3.0", """{"prompt":"x","options":{"callback_url":"inbox"}}""", "callback_url value 'inbox' is invalid")]
    [InlineData("text-to-video/kling-3.0", """{"prompt":"x","options":{"watermark_info":true}}""", "watermark_info value 'true' is invalid")]
    [InlineData("text-to-video/kling-3.0", """{"prompt":"x","callback_url":"https://a.example/"}""", "callback_url is not a known parameter")]
    [InlineData("text-to-video/kling-2.6", """{"prompt":"x","settings":{"audio":"native"}}""", "audio value 'native' is invalid")]
    [InlineData("text-to-video/kling-2.6", """{"prompt":"x","settings":{"resolution":"4k"}}""", "resolution value '4k' is invalid")]
    [InlineData("text-to-video/kling-2.5-turbo", """{"prompt":"x","settings":{"audio":"off"}}""", "audio is not a known parameter")]
    [InlineData("text-to-video/kling-3.0-turbo", """{"prompt":"x","settings":{"multi_shot":false}}""", "multi_shot is not a known parameter")]
    [InlineData("image-to-video/kling-3.0", $$"""{"contents":[{{Words}}]}""", "first_frame can not be null")]
    [InlineData("image-to-video/kling-3.0", $$"""{"contents":[{{Frame}}]}""", "prompt can not be null")]
    [InlineData("image-to-video/kling-3.0", $$"""{"contents":[{{Words}},{{Last}}]}""", "first_frame can not be null")]
    [InlineData("image-to-video/kling-3.0", $$"""{"contents":[{{Words}},{{Frame}},{{Frame}}]}""", "type value 'first_frame' is invalid")]
    [InlineData("image-to-video/kling-3.0", $$"""{"contents":[{{Words}},{{Frame}}],"settings":{"aspect_ratio":"1:1"} }""", "aspect_ratio is not a known parameter")]
    [InlineData("image-to-video/kling-3.0", $$"""{"contents":[{{Words}},{"type":"first_frame","url":"data:image/png;base64,AAAA"}]}""", "File is not in a valid base64 format")]
    [InlineData("image-to-video/kling-3.0", $$"""{"contents":[{{Words}},{{Frame}},{"type":"element","element_id":"1"}]}""", "id can not be null")]
    [InlineData("image-to-video/kling-3.0-turbo", $$"""{"contents":[{{Words}},{{Frame}},{{Last}}]}""", "type value 'last_frame' is invalid")]
    [InlineData("image-to-video/kling-2.5-turbo", $$"""{"contents":[{{Words}},{{Frame}},{{Last}}]}""", "last_frame is not supported at the current resolution")]
    [InlineData("image-to-video/kling-2.6", $$"""{"contents":[{{Words}},{{Frame}},{"type":"voice","voice_id":"a","id":"v"}],"settings":{"resolution":"1080p"} }""", "audio value 'off' is invalid")]
    [InlineData("omni-video/kling-3.0-omni", $$"""{"contents":[{{Words}}]}""", "aspect_ratio can not be null")]
    [InlineData("omni-video/kling-3.0-omni", $$"""{"contents":[{{Words}},{{Last}}],"settings":{"aspect_ratio":"1:1"} }""", "last_frame needs a first_frame")]
    [InlineData("omni-video/kling-3.0-omni", $$"""{"contents":[{{Words}},{"type":"base_video","url":"AAAA"}]}""", "url value 'AAAA' is invalid")]
    [InlineData("omni-video/kling-3.0-omni", $$"""{"contents":[{{Words}},{"type":"base_video","url":"https://a.example/a.mp4"},{{Frame}}]}""", "frames can not be used when a video is edited")]
    [InlineData("omni-video/kling-3.0-omni", $$"""{"contents":[{{Words}},{"type":"feature_video","url":"https://a.example/a.mp4"}],"settings":{"multi_shot":false} }""", "multi_shot value 'false' is invalid")]
    [InlineData("omni-video/kling-3.0-omni", $$"""{"contents":[{{Words}},{"type":"feature_video","url":"https://a.example/a.mp4"}],"settings":{"audio":"native"} }""", "audio value 'native' is invalid")]
    [InlineData("omni-video/kling-o1", $$"""{"contents":[{{Words}}],"settings":{"aspect_ratio":"1:1","duration":7} }""", "Duration only supports 5 or 10 seconds when no refer_image is provided")]
    [InlineData("omni-video/kling-o1", $$"""{"contents":[{{Words}},{"type":"refer_image","url":"https://a.example/a.png","id":"a"},{"type":"refer_image","url":"https://a.example/b.png","id":"a"}],"settings":{"aspect_ratio":"1:1"} }""", "id value 'a' is invalid")]
    public async Task A_wrong_value_or_an_unknown_field_is_refused_by_name(string path, string body, string message)
    {
        var sandbox = SandboxCore.InMemory(World.Options(_time));
        using var caller = Caller.InProcess(sandbox, "kling", Key);
        var answer = await caller.PostJsonAsync(path, body);
        Assert.Equal((400, 1201), (answer.Status, (int)answer.Json["code"]!));
        Assert.Contains(message, answer.Word("message"), StringComparison.Ordinal);
        Assert.False(Assert.Single(sandbox.Submissions()).Row.Accepted);
    }

    [Fact]
    public async Task The_documented_sample_is_taken_and_read_back_by_either_id()
    {
        using var caller = Caller.InProcess(SandboxCore.InMemory(World.Options(_time)), "kling", Key);
        const string body = """
            {"contents":[{"type":"prompt","text":"@cat walks over the bridge"},{"type":"refer_image","id":"cat","url":"https://cdn.example/cat.png"}],
             "settings":{"resolution":"1080p","aspect_ratio":"9:16","duration":8,"audio":"native","multi_shot":false},
             "options":{"external_task_id":"job-78","callback_url":"https://gw.example/hooks/kling"}}
            """;
        var created = (await caller.PostJsonAsync("omni-video/kling-3.0-omni", body)).Json["data"]!.AsObject();
        Assert.Equal(["id", "status", "create_time", "update_time", "external_id"], created.Select(pair => pair.Key));
        Assert.Equal(("submitted", "job-78"), ((string?)created["status"], (string?)created["external_id"]));
        _time.Advance(6);

        var byOwn = (await caller.GetAsync("tasks?external_task_ids=job-78,nobody")).Json["data"]!.AsArray();
        var byId = (await caller.GetAsync($"tasks?task_ids=1,{created["id"]},{created["id"]}")).Json["data"]!.AsArray();
        var task = Assert.Single(byOwn)!;
        Assert.True(JsonNode.DeepEquals(task, Assert.Single(byId)));
        Assert.Equal(("succeeded", "8"), ((string?)task["status"], (string?)task["outputs"]![0]!["duration"]));
        Assert.Equal("""[{"charge_type":"unit","amount":"8","package_type":"video"}]""", task["billing"]!.ToJsonString());
    }

    [Fact]
    public async Task A_list_of_ids_is_needed_one_kind_and_not_too_long_and_strangers_tasks_are_not_in_it()
    {
        var options = World.Options(_time);
        options.Credentials["kling"] = [Key, "api-key-kling-other"];
        var sandbox = SandboxCore.InMemory(options);
        using var caller = Caller.InProcess(sandbox, "kling", Key);
        using var other = Caller.InProcess(sandbox, "kling", "api-key-kling-other");
        foreach (var (query, message) in new[]
        {
            ("", "task_ids or external_task_ids is required"), ("?task_ids=", "is required"), ("?task_ids=1&external_task_ids=2", "can not be used together"),
            ("?task_ids=" + string.Join(',', Enumerable.Range(1, 21)), "at most 20"),
        })
        {
            var answer = await caller.GetAsync("tasks" + query);
            Assert.Equal((400, 1201), (answer.Status, (int)answer.Json["code"]!));
            Assert.Contains(message, answer.Word("message"), StringComparison.Ordinal);
        }

        var id = (string?)(await caller.PostJsonAsync("text-to-video/kling-2.6", """{"prompt":"x"}""")).Json["data"]!["id"];
        Assert.Single((await caller.GetAsync("tasks?task_ids=" + id)).Json["data"]!.AsArray());
        Assert.Empty((await other.GetAsync("tasks?task_ids=" + id)).Json["data"]!.AsArray());
        Assert.Equal(404, (await caller.GetAsync("v1/videos/text2video/" + id)).Status);
        Assert.Equal((404, 404), ((await caller.PostJsonAsync("tasks", "{}")).Status, (await caller.PostJsonAsync("text-to-video/kling-o1", """{"prompt":"x"}""")).Status));
        Assert.Equal(400, (await caller.PostJsonAsync("text-to-video/kling-2.6", "[]")).Status);
    }

    [Fact]
    public async Task Strangers_and_key_pairs_get_the_live_bodies()
    {
        var sandbox = SandboxCore.InMemory(World.Options(_time));
        var signed = await TokenAsync(new ProviderCredential.KeyPair("ak-sandbox-kling", "sk-sandbox-kling"));
        foreach (var (token, code, message) in new (string?, int, string)[]
        {
            (null, 1001, "Authorization is empty"), ("api-key-kling-other", 1002, "api key not found"),
            (signed, 1002, "The current API does not support AK/SK"),
        })
        {
            using var caller = Caller.InProcess(sandbox, "kling", token);
            foreach (var answer in new[] { await caller.GetAsync("tasks?task_ids=1"), await caller.PostJsonAsync("text-to-video/kling-3.0", """{"prompt":"x"}""") })
                Assert.Equal((401, code, message), (answer.Status, (int)answer.Json["code"]!, answer.Word("message")));
        }

        // The same token opens the legacy generation.
        using var legacy = Caller.InProcess(sandbox, "kling/v1/videos", signed);
        Assert.Equal(200, (await legacy.GetAsync("text2video")).Status);
    }

    [Fact]
    public async Task Models_that_are_not_served_do_not_exist()
    {
        var options = World.Options(_time);
        options.Models["kling"] = ["kling-3.0"];
        using var caller = Caller.InProcess(SandboxCore.InMemory(options), "kling", Key);
        var gone = await caller.PostJsonAsync("text-to-video/kling-2.6", """{"prompt":"x"}""");
        Assert.Equal((404, 1203), (gone.Status, (int)gone.Json["code"]!));
        Assert.Equal(200, (await caller.PostJsonAsync("text-to-video/kling-3.0", """{"prompt":"x"}""")).Status);
    }

    // A token as the adapter signs it for the legacy generation.
    private async Task<string> TokenAsync(ProviderCredential.KeyPair pair)
    {
        var test = new KlingCase();
        test.Upstream.Answer(500, "");
        await Assert.ThrowsAsync<ProviderException>(() =>
            test.Provider.TestAsync(test.Account(credential: pair, now: _time.GetUtcNow()), TestContext.Current.CancellationToken));
        return test.Upstream.Request.Headers["Authorization"]["Bearer ".Length..];
    }
}
