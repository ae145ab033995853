using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Simulators;
using Reelay.Tests.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Kling;

/// <summary>The simulator by itself: bodies, lists, paths, restarts and callbacks.</summary>
public sealed class KlingSimulatorTests
{
    private const string Key = "api-key-kling-sandbox";

    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_call_without_a_known_key_gets_the_live_bodies()
    {
        var sandbox = SandboxCore.InMemory(World.Options(_time));
        using var nobody = Caller.InProcess(sandbox, "kling/v1/videos", null);
        using var stranger = Caller.InProcess(sandbox, "kling/v1/videos", "api-key-kling-other");
        foreach (var (caller, code, message) in new[] { (nobody, 1001, "Authorization is empty"), (stranger, 1002, "api key not found") })
        {
            foreach (var answer in new[] { await caller.GetAsync("text2video"), await caller.PostJsonAsync("text2video", """{"prompt":"x"}""") })
            {
                Assert.Equal((401, code, message), (answer.Status, (int)answer.Json["code"]!, answer.Word("message")));
                Assert.Matches("^[0-9a-f-]{36}$", answer.Word("request_id"));
            }
        }

        // Neither half of a pair is a key.
        using var half = Caller.InProcess(sandbox, "kling/v1/videos", "ak-sandbox-kling|sk-sandbox-kling");
        Assert.Equal(401, (await half.GetAsync("text2video")).Status);
    }

    [Theory]
    [InlineData("text2video", """{"prompt":"x","model_name":"kling-v3-0"}""", "model_name value 'kling-v3-0' is invalid")]
    [InlineData("text2video", """{"prompt":"x","model_name":"kling-v1-5"}""", "model_name value 'kling-v1-5' is invalid")]
    [InlineData("text2video", """{"prompt":"x","mode":"standard"}""", "mode value 'standard' is invalid")]
    [InlineData("text2video", """{"prompt":"x","mode":"4k"}""", "mode value '4k' is invalid")]
    [InlineData("text2video", """{"prompt":"x","duration":5}""", "duration value '5' is invalid")]
    [InlineData("text2video", """{"prompt":"x","duration":"7"}""", "duration value '7' is invalid")]
    [InlineData("text2video", """{"prompt":"x","aspect_ratio":"4:3"}""", "aspect_ratio value '4:3' is invalid")]
    [InlineData("text2video", """{"prompt":"x","sound":true}""", "sound value 'true' is invalid")]
    [InlineData("text2video", """{"prompt":"x","model_name":"kling-v2-6","sound":"on"}""", "sound value 'on' is invalid")]
    [InlineData("text2video", """{"prompt":"x","cfg_scale":2}""", "cfg_scale value '2' is invalid")]
    [InlineData("text2video", """{"prompt":"x","duration":"10","camera_control":{"type":"down_back"}}""", "camera_control is not supported by the current model")]
    [InlineData("text2video", """{"prompt":"x","camera_control":{"type":"simple","config":{"pan":1,"tilt":1}}}""", "camera_control value")]
    [InlineData("text2video", """{"prompt":"x","callback_url":"inbox"}""", "callback_url value 'inbox' is invalid")]
    [InlineData("text2video", "{}", "prompt can not be null")]
    [InlineData("text2video", """{"model_name":"kling-v3","multi_shot":true,"shot_type":"customize","multi_prompt":[{"prompt":"a","duration":"4"}]}""", "multi_prompt value")]
    [InlineData("image2video", """{"prompt":"x"}""", "image can not be null")]
    [InlineData("image2video", """{"image":"data:image/png;base64,AAAA"}""", "File is not in a valid base64 format")]
    [InlineData("image2video", """{"image":"https://a.example/a.png","image_tail":"https://a.example/b.png","duration":"10"}""", "image_tail is not supported by the current model")]
    [InlineData("image2video", """{"image":"https://a.example/a.png","image_tail":"https://a.example/b.png","static_mask":"https://a.example/c.png"}""", "can not be used together")]
    [InlineData("image2video", """{"image_tail":"https://a.example/b.png"}""", "image can not be null")]
    [InlineData("multi-image2video", """{"prompt":"x","image_list":[]}""", "image_list can not be null")]
    [InlineData("multi-image2video", """{"prompt":"x","model_name":"kling-v2-6","image_list":[{"image":"https://a.example/a.png"}]}""", "model_name value 'kling-v2-6' is invalid")]
    [InlineData("video-extend", "{}", "video_id can not be null")]
    [InlineData("video-extend", """{"video_id":"801234567890123456"}""", "video_id value '801234567890123456' is invalid")]
    [InlineData("omni-video", """{"prompt":"x"}""", "aspect_ratio can not be null")]
    [InlineData("omni-video", """{"prompt":"x","aspect_ratio":"1:1","duration":"7"}""", "Duration only supports 5 or 10 seconds when no refer_image is provided")]
    [InlineData("omni-video", """{"prompt":"x","image_list":[{"image_url":"https://a.example/a.png","type":"end_frame"}],"aspect_ratio":"1:1"}""", "end_frame needs one first_frame")]
    [InlineData("omni-video", """{"prompt":"x","video_list":[{"video_url":"AAAA"}]}""", "video_url value 'AAAA' is invalid")]
    [InlineData("omni-video", """{"model_name":"kling-v3-omni","prompt":"x","sound":"on","video_list":[{"video_url":"https://a.example/a.mp4"}]}""", "sound value 'on' is invalid")]
    public async Task A_wrong_value_is_refused_by_name(string family, string body, string message)
    {
        var sandbox = SandboxCore.InMemory(World.Options(_time));
        using var caller = Caller.InProcess(sandbox, "kling/v1/videos", Key);
        var answer = await caller.PostJsonAsync(family, body);
        Assert.Equal((400, 1201), (answer.Status, (int)answer.Json["code"]!));
        Assert.Contains(message, answer.Word("message"), StringComparison.Ordinal);
        Assert.False(Assert.Single(sandbox.Submissions()).Row.Accepted);
    }

    [Fact]
    public async Task What_nobody_knows_is_ignored_as_gateways_send_it()
    {
        using var caller = Caller.InProcess(SandboxCore.InMemory(World.Options(_time)), "kling/v1/videos", Key);
        const string body = """{"model":"kling-v2-1","model_name":"kling-v2-1","image":"https://a.example/a.png","prompt":"x","mode":"std","duration":"5","aspect_ratio":"1:1","cfg_scale":0.5}""";
        Assert.Equal(200, (await caller.PostJsonAsync("image2video", body)).Status);
        Assert.Equal(1200, (int)(await caller.PostJsonAsync("image2video", "[]")).Json["code"]!);
        Assert.Equal(1202, (int)(await caller.DeleteAsync("image2video/1")).Json["code"]!);
        Assert.Equal(1203, (int)(await caller.GetAsync("effects")).Json["code"]!);
    }

    [Fact]
    public async Task Models_that_are_not_served_are_refused_as_unknown()
    {
        var options = World.Options(_time);
        options.Models["kling"] = ["kling-v3"];
        using var caller = Caller.InProcess(SandboxCore.InMemory(options), "kling/v1/videos", Key);
        Assert.Equal("model_name value 'kling-v1' is invalid", (await caller.PostJsonAsync("text2video", """{"prompt":"x"}""")).Word("message"));
        Assert.Equal(200, (await caller.PostJsonAsync("text2video", """{"prompt":"x","model_name":"kling-v3"}""")).Status);
    }

    [Fact]
    public async Task Lists_have_pages_of_one_path_and_one_account()
    {
        var sandbox = SandboxCore.InMemory(World.Options(_time));
        using var caller = Caller.InProcess(sandbox, "kling/v1/videos", Key);
        var ids = new List<string>();
        for (var number = 0; number < 5; number++)
            ids.Add(await CreateAsync(caller, "x"));
        ids.Reverse();
        await caller.PostJsonAsync("image2video", """{"image":"https://a.example/a.png"}""");

        Assert.Equal(ids, Ids(await caller.GetAsync("text2video")));
        Assert.Equal(ids[2..4], Ids(await caller.GetAsync("text2video?pageNum=2&pageSize=2")));
        Assert.Empty(Ids(await caller.GetAsync("text2video?pageNum=9")));
        foreach (var query in new[] { "pageNum=0", "pageNum=1001", "pageSize=501", "pageSize=x" })
            Assert.Equal(1201, (int)(await caller.GetAsync("text2video?" + query)).Json["code"]!);
        Assert.Equal((404, 1203), await StatusAsync(caller, $"image2video/{ids[0]}"));
    }

    [Fact]
    public async Task Costs_need_a_span_and_show_what_is_left()
    {
        var sandbox = SandboxCore.InMemory(World.Options(_time));
        using var videos = Caller.InProcess(sandbox, "kling/v1/videos", Key);
        using var caller = Caller.InProcess(sandbox, "kling/account", Key);
        await videos.PostJsonAsync("text2video", """{"prompt":"x","model_name":"kling-v2-6","mode":"pro","sound":"on"}""");
        _time.Advance(6);

        Assert.Equal((400, 1201), await StatusAsync(caller, "costs?start_time=1"));
        var costs = await caller.GetAsync("costs?start_time=1&end_time=2");
        Assert.Equal(99_995m, (decimal)costs.Json["data"]!["resource_pack_subscribe_infos"]![0]!["remaining_quantity"]!);
        Assert.Equal((429, 1302), await StatusAsync(caller, "costs?start_time=1&end_time=2"));
    }

    [Fact]
    public async Task A_link_takes_no_key_and_may_lead_on()
    {
        var sandbox = SandboxCore.InMemory(World.Options(_time));
        using var caller = Caller.InProcess(sandbox, "kling/v1/videos", Key);
        var id = await CreateAsync(caller, "x [redirect]");
        _time.Advance(6);
        var task = (await caller.GetAsync($"text2video/{id}")).Json["data"]!;
        var link = (string)task["task_result"]!["videos"]![0]!["url"]!;

        using var plain = Caller.InProcess(sandbox, "kling", null);
        var moved = await plain.GetAsync(link);
        Assert.Equal(302, moved.Status);
        Assert.Equal(StandInClipStore.Clip.ToArray(), (await plain.GetAsync(moved.Headers["Location"])).Bytes);
        Assert.Equal(400, (await caller.GetAsync(link)).Status);
    }

    [Fact]
    public async Task Tasks_own_ids_and_owed_callbacks_survive_a_restart()
    {
        using var folder = new TemporaryFolder();
        string id;
        using (var store = new SqliteSandboxStore(folder.File("sandbox.db")))
        {
            var first = new SandboxCore(World.Options(_time), store, new StandInClipStore());
            using var caller = Caller.InProcess(first, "kling/v1/videos", Key);
            var created = await caller.PostJsonAsync(
                "text2video", """{"prompt":"x","external_task_id":"mine","callback_url":"http://127.0.0.1/hook"}""");
            id = (string)created.Json["data"]!["task_id"]!;
            var batch = Assert.Single(Due(first).DueCallbacks());
            Assert.Equal(["submitted"], States(batch));
            Due(first).Sent(batch);
            Assert.Empty(Due(first).DueCallbacks());
        }

        _time.Advance(6);
        using var reopened = new SqliteSandboxStore(folder.File("sandbox.db"));
        var second = new SandboxCore(World.Options(_time), reopened, new StandInClipStore());
        using var again = Caller.InProcess(second, "kling/v1/videos", Key);
        Assert.Equal(id, (string?)(await again.GetAsync("text2video/mine")).Json["data"]!["task_id"]);
        Assert.Equal((400, 1201), await StatusAsync(again, "text2video", """{"prompt":"x","external_task_id":"mine"}"""));
        var owed = Assert.Single(Due(second).DueCallbacks());
        Assert.Equal(["processing", "succeed"], States(owed));
        Due(second).Sent(owed);
        Assert.Empty(Due(second).DueCallbacks());

        second.Reset();
        Assert.Equal((200, 0), await StatusAsync(again, "text2video", """{"prompt":"x","external_task_id":"mine"}"""));
    }

    [Theory]
    [InlineData("x", "submitted processing succeed")]
    [InlineData("x [callback:twice]", "submitted submitted processing processing succeed succeed")]
    [InlineData("x [callback:reversed]", "succeed processing submitted")]
    [InlineData("x [callback:wrapped]", "submitted processing succeed")]
    [InlineData("x [fail:content_policy]", "submitted processing failed")]
    public async Task A_task_calls_back_at_each_change(string prompt, string states)
    {
        await using var sandbox = await StartAsync();
        using var caller = Caller.To(sandbox, "kling/v1/videos", Key);
        var created = await caller.PostJsonAsync("text2video", Order(sandbox, "box", prompt, "mine"));
        var id = (string)created.Json["data"]!["task_id"]!;
        if (!prompt.Contains("reversed", StringComparison.Ordinal))
            await DeliveredAsync(sandbox, "box", prompt.Contains("twice", StringComparison.Ordinal) ? 2 : 1);
        _time.Advance(6);

        var expected = states.Split(' ');
        await DeliveredAsync(sandbox, "box", expected.Length);

        var deliveries = sandbox.Inbox.Deliveries("box");
        Assert.Equal(expected, deliveries.Select(delivery => (string?)Task(delivery)["task_status"]));
        Assert.All(deliveries, delivery => Assert.Equal((id, "mine"), ((string?)Task(delivery)["task_id"], (string?)Task(delivery)["task_info"]!["external_task_id"])));
        var test = new KlingCase();
        Assert.All(deliveries, delivery => Assert.Equal(
            new CallbackReading(id, null, IsSigned: false), test.Provider.ReadCallback(test.Account(), delivery.Headers, delivery.Body)));
    }

    [Fact]
    public async Task A_callback_signed_with_the_channels_secret_carries_its_result()
    {
        const string secret = "whsec_c2FuZGJveC1jYWxsYmFjay1zZWNyZXQ=";
        var options = World.Options(_time);
        options.CallbackSecrets["kling"] = secret;
        await using var sandbox = await SandboxHost.StartAsync(options);
        using var caller = Caller.To(sandbox, "kling/v1/videos", Key);
        await caller.PostJsonAsync("text2video", Order(sandbox, "box", "x", "mine"));
        _time.Advance(6);
        await DeliveredAsync(sandbox, "box", 3);

        var test = new KlingCase();
        var account = test.Account($$"""{"callback_secret":"{{secret}}"}""", now: _time.GetUtcNow());
        var last = sandbox.Inbox.Deliveries("box")[^1];
        var reading = test.Provider.ReadCallback(account, last.Headers, last.Body);
        Assert.True(reading!.IsSigned);
        Assert.Single(Assert.IsType<PollResult.Succeeded>(reading.Result).Outputs);
    }

    private static JsonNode Task(InboxDelivery delivery)
    {
        var json = JsonNode.Parse(delivery.Text)!;
        return json["data"] ?? json;
    }

    private static string Order(SandboxHost sandbox, string inbox, string prompt, string mark) => new JsonObject
    {
        ["prompt"] = prompt, ["external_task_id"] = mark, ["callback_url"] = new Uri(sandbox.BaseUrl, $"_sandbox/inbox/{inbox}").ToString(),
    }.ToJsonString();

    private static async Task DeliveredAsync(SandboxHost sandbox, string inbox, int count)
    {
        while (sandbox.Inbox.Deliveries(inbox).Count < count) await GatewayHost.PauseAsync();
    }

    private static ICallsBack Due(SandboxCore sandbox) => (ICallsBack)sandbox.Simulators["kling"];

    private static IEnumerable<string?> States(CallbackBatch batch) =>
        batch.Messages.Select(message => (string?)JsonNode.Parse(message.Body.Span)!["task_status"]);

    private static async Task<string> CreateAsync(Caller caller, string prompt) =>
        (string)(await caller.PostJsonAsync("text2video", new JsonObject { ["prompt"] = prompt }.ToJsonString())).Json["data"]!["task_id"]!;

    private static List<string> Ids(Answer answer) => [.. answer.Json["data"]!.AsArray().Select(task => (string)task!["task_id"]!)];

    private static async Task<(int Status, int Code)> StatusAsync(Caller caller, string path, string? body = null)
    {
        var answer = body is null ? await caller.GetAsync(path) : await caller.PostJsonAsync(path, body);
        return (answer.Status, (int)answer.Json["code"]!);
    }

    private Task<SandboxHost> StartAsync() => World.StartAsync(_time);
}
