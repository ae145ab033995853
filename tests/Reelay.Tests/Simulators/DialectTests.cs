using System.Text.Json;
using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

public class DialectTests
{
    [Fact]
    public async Task Vllm_takes_forms_only_and_checks_the_model()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox, "vllm/v1", key: null);
        Answer json = await caller.PostJsonAsync("videos", """{"prompt":"x"}""");
        Assert.Equal(422, json.Status);
        Assert.Equal("prompt", (string?)json.Json["detail"]![0]!["loc"]![1]);
        Answer mismatch = await caller.PostFormAsync("videos", ("prompt", "x"), ("model", "other"));
        Assert.Equal(400, mismatch.Status);
        Assert.Contains("mismatch", mismatch.Word("detail"));
        Answer dropped = await caller.PostFormAsync(
            "videos", ("prompt", "x"), ("model", "wan2.2-t2v"), ("nonsense", "1"), ("seconds", "5"));
        Assert.Equal(200, dropped.Status);
        Assert.Matches("^video_gen_[0-9a-f]{32}$", dropped.Word("id"));
        Assert.Equal("5", dropped.Word("seconds"));
        Assert.Equal(422, (await caller.PostFormAsync("videos", ("prompt", "x"), ("seconds", "4.5"))).Status);
    }

    [Fact]
    public async Task Vllm_answers_a_failed_job_with_an_error_status_around_the_job()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller caller = Caller.To(sandbox, "vllm/v1", key: null);
        string failing = await caller.CreateAsync("x [fail:generation]");
        string refused = await caller.CreateAsync("x [fail:content_policy]");
        time.Advance(6);
        Answer answer = await caller.GetAsync($"videos/{failing}");
        Assert.Equal(500, answer.Status);
        Assert.Equal("video", answer.Word("object"));
        Assert.Equal("failed", answer.Word("status"));
        Assert.Equal(500, (int)answer.Error["code"]!);
        Assert.Equal(400, (await caller.GetAsync($"videos/{refused}")).Status);
        Assert.Equal(422, (await caller.GetAsync($"videos/{failing}/content")).Status);
    }

    [Fact]
    public async Task Vllm_stops_a_running_job_on_delete()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox, "vllm/v1", key: null);
        string id = await caller.CreateAsync("x");
        Assert.Equal("video.deleted", (await caller.DeleteAsync($"videos/{id}")).Word("object"));
        Assert.Equal("Video not found", (await caller.GetAsync($"videos/{id}")).Word("detail"));
    }

    [Fact]
    public async Task Sglang_knows_numbers_three_states_and_a_bare_list()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller caller = Caller.To(sandbox, "sglang/v1", key: null);
        Answer created = await caller.PostJsonAsync("videos", """{"prompt":"x","seconds":5,"model":"any","extra":{"a":1}}""");
        Assert.Equal(JsonValueKind.Number, created.Json["seconds"]!.GetValueKind());
        Assert.Equal("any", created.Word("model"));
        string id = created.Word("id")!;
        time.Advance(3);
        Assert.Equal("queued", (await caller.GetAsync($"videos/{id}")).Word("status"));
        time.Advance(3);
        Assert.Equal("completed", (await caller.GetAsync($"videos/{id}")).Word("status"));
        Assert.Equal(404, (await caller.GetAsync($"videos/{id}/content?variant=video")).Status);
        Assert.Equal(200, (await caller.GetAsync($"videos/{id}/content")).Status);
        Answer list = await caller.GetAsync("videos");
        Assert.Equal(["data", "object"], list.Json.AsObject().Select(field => field.Key));
        Assert.Equal(422, (await caller.GetAsync("videos?limit=0")).Status);
        Assert.Equal("deleted", (await caller.DeleteAsync($"videos/{id}")).Word("status"));
        Answer asObject = await caller.PostJsonAsync("videos", """{"prompt":"x","input_reference":{"image_url":"https://a/b"}}""");
        Assert.Equal(400, asObject.Status);
        Assert.Equal(422, (await caller.PostJsonAsync("videos", """{"prompt":"x","seconds":"5"}""")).Status);
    }

    [Fact]
    public async Task Sglang_with_cloud_storage_names_a_link_and_refuses_content()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller caller = Caller.To(sandbox, "sglang/v1", key: null);
        string id = await caller.CreateAsync("x [url]");
        string failed = await caller.CreateAsync("x [fail:generation]");
        time.Advance(6);
        string url = (await caller.GetAsync($"videos/{id}")).Word("url")!;
        Assert.Equal(400, (await caller.GetAsync($"videos/{id}/content")).Status);
        Assert.Equal(StandInClipStore.Clip.ToArray(), (await caller.GetAsync(url)).Bytes);
        Answer error = await caller.GetAsync($"videos/{failed}");
        Assert.Equal(["message"], error.Error.AsObject().Select(field => field.Key));
    }

    [Fact]
    public async Task Trtllm_has_words_of_its_own()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller caller = Caller.To(sandbox, "trtllm/v1", key: null);
        Answer created = await caller.PostJsonAsync(
            "videos", """{"prompt":"x","seconds":2.5,"fps":16,"size":"640x352","model":"ignored"}""");
        Assert.Equal(202, created.Status);
        Assert.Equal(2.5, (double)created.Json["duration"]!);
        Assert.Equal(16, (int)created.Json["fps"]!);
        Assert.False(created.Json.AsObject().ContainsKey("seconds"));
        Assert.Equal("ltx-video", created.Word("model"));
        string id = created.Word("id")!;
        time.Advance(2);
        Answer running = await caller.GetAsync($"videos/{id}");
        Assert.Equal("generating", running.Word("status"));
        Assert.Null(running.Json["progress"]);
        Assert.Equal(400, (await caller.GetAsync($"videos/{id}/content")).Status);
        time.Advance(3.5);
        Assert.Equal("postprocessing", (await caller.GetAsync($"videos/{id}")).Word("status"));
        Answer unknown = await caller.PostJsonAsync("videos", """{"prompt":"x","metadata":{}}""");
        Assert.Equal(422, unknown.Status);
        Assert.Contains("metadata", unknown.Word("message"));
        Assert.Equal("""{"deleted":true}""", (await caller.DeleteAsync($"videos/{id}")).Text);
        string failing = await caller.CreateAsync("x [fail:generation]");
        time.Advance(6);
        Assert.Equal(JsonValueKind.String, (await caller.GetAsync($"videos/{failing}")).Error.GetValueKind());
    }

    [Fact]
    public async Task Served_models_and_keys_are_settings()
    {
        SandboxOptions options = World.Options(new ManualTime());
        options.Models["vllm"] = ["my-model"];
        options.Credentials["vllm"] = ["sk-local"];
        await using SandboxHost sandbox = await SandboxHost.StartAsync(options);
        using Caller stranger = Caller.To(sandbox, "vllm/v1", key: null);
        using Caller caller = Caller.To(sandbox, "vllm/v1", "sk-local");
        Assert.Equal(401, (await stranger.PostFormAsync("videos", ("prompt", "x"))).Status);
        Assert.Equal(200, (await caller.PostFormAsync("videos", ("prompt", "x"), ("model", "my-model"))).Status);
    }
}
