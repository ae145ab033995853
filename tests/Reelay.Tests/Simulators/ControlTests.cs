using System.Text.Json.Nodes;
using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

public class ControlTests
{
    [Fact]
    public async Task Submissions_tell_every_create_call_and_can_be_narrowed()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller openai = Caller.To(sandbox);
        using Caller vllm = Caller.To(sandbox, "vllm/v1", key: null);
        using StringContent body = new("""{"prompt":"a fox"}""", System.Text.Encoding.UTF8, "application/json");
        Answer created = await openai.SendAsync(HttpMethod.Post, "videos", body, ("Idempotency-Key", "attempt-1"));
        await vllm.CreateAsync("a cat");
        await openai.PostFormAsync("videos", ("prompt", "a dog"), ("seconds", "99"));

        using Caller control = Caller.To(sandbox, "_sandbox");
        JsonArray all = Rows(await control.GetAsync("submissions"));
        Assert.Equal(["a dog", "a cat", "a fox"], all.Select(row => (string?)row!["prompt"]));
        JsonNode fox = Assert.Single(Rows(await control.GetAsync("submissions?prompt=fox&provider=openai&limit=5")))!;
        JsonNode expected = JsonNode.Parse(
            $$"""
            {
              "provider": "openai", "time": "2026-11-21T10:00:00.000Z", "model": "sora-2", "prompt": "a fox",
              "credential": "sk-sandbox-openai", "client_reference": "attempt-1", "upstream_id": "{{created.Word("id")}}",
              "state": "queued", "accepted": true
            }
            """)!;
        Assert.Equal(expected.ToJsonString(), fox.ToJsonString());
        Assert.Equal("refused", (string?)all[0]!["state"]);
    }

    [Theory]
    [InlineData("faults", """{"provider":"nobody","call":"create","fault":"drop"}""", "provider", "openai")]
    [InlineData("faults", """{"provider":"openai","call":"make","fault":"drop"}""", "call", "create, retrieve, list, delete, content")]
    [InlineData("faults", """{"provider":"openai","call":"create","fault":"explode"}""", "fault", "drop:after-accept")]
    [InlineData("faults", """{"provider":"openai","call":"list","fault":"slow:3"}""", "fault", "garbage")]
    [InlineData("faults", """{"provider":"openai","call":"create","fault":"drop","count":0}""", "count", "1 to 1000000")]
    [InlineData("faults", """{"provider":"openai","call":"create","fault":"drop","often":1}""", "often", "count")]
    [InlineData("faults", """nonsense""", "body", "provider")]
    [InlineData("speed", """{"factor":-1}""", "factor", "0 to 1000000")]
    [InlineData("speed", """{"duration_seconds":"fast"}""", "duration_seconds", "0 to 86400")]
    [InlineData("speed", """{}""", "factor", "duration_seconds")]
    public async Task A_bad_control_request_is_refused_with_the_field_and_what_is_allowed(
        string path, string body, string field, string allowed)
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller control = Caller.To(sandbox, "_sandbox");
        Answer answer = await control.PostJsonAsync(path, body);
        Assert.Equal(400, answer.Status);
        Assert.Equal(field, (string?)answer.Error["field"]);
        Assert.Contains(allowed, (string?)answer.Error["message"]);
    }

    [Fact]
    public async Task Faults_and_speed_are_set_over_http()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller control = Caller.To(sandbox, "_sandbox");
        using Caller caller = Caller.To(sandbox);
        Answer rules = await control.PostJsonAsync("faults", """{"provider":"openai","call":"create","fault":"http:429","count":1}""");
        Assert.Equal("http:429", (string?)rules.Json["data"]![0]!["fault"]);
        Assert.Equal(429, (await caller.PostFormAsync("videos", ("prompt", "x"))).Status);
        Assert.Empty(Rows(await control.GetAsync("faults")));

        string id = await caller.CreateAsync("x [slow:100]");
        await control.PostJsonAsync("speed", """{"factor":10}""");
        time.Advance(10);
        Assert.Equal("completed", (await caller.GetAsync($"videos/{id}")).Word("status"));
        await control.PostJsonAsync("speed", """{"factor":1,"duration_seconds":0}""");
        string now = await caller.CreateAsync("x");
        Assert.Equal("completed", (await caller.GetAsync($"videos/{now}")).Word("status"));
    }

    [Fact]
    public async Task An_inbox_keeps_headers_and_raw_body_and_can_refuse()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller control = Caller.To(sandbox, "_sandbox");
        using StringContent body = new("""{ "id" : 1 }""");
        await control.SendAsync(HttpMethod.Post, "inbox/mine", body, ("webhook-id", "evt_1"));
        Assert.Equal(503, (await control.PostJsonAsync("inbox/mine?status=503", "{}")).Status);
        JsonArray deliveries = Rows(await control.GetAsync("inbox/mine"));
        Assert.Equal("evt_1", (string?)deliveries[0]!["headers"]!["webhook-id"]);
        Assert.Equal("""{ "id" : 1 }""", (string?)deliveries[0]!["body"]);
        Assert.Equal(503, (int)deliveries[1]!["status"]!);
        Assert.Equal(2, sandbox.Inbox.Deliveries("mine").Count);
        Assert.Empty(Rows(await control.DeleteAsync("inbox/mine")));
    }

    [Fact]
    public async Task Samples_and_health_are_served()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller control = Caller.To(sandbox, "_sandbox");
        Answer picture = await control.GetAsync("samples/picture.png?size=720x1280");
        Assert.Equal(new ImageHeader("image/png", 720, 1280), ImageHeader.Read(picture.Bytes));
        Assert.Equal("video/mp4", (await control.GetAsync("samples/clip.mp4")).Headers["Content-Type"]);
        Assert.Equal(400, (await control.GetAsync("samples/picture.png?size=huge")).Status);
        Assert.Contains(".png", (string?)(await control.GetAsync("samples/cat.gif")).Error["message"]);
        Assert.Equal("ok", (await control.GetAsync("health")).Word("status"));
    }

    [Fact]
    public async Task Reset_over_http_forgets_everything()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller control = Caller.To(sandbox, "_sandbox");
        using Caller caller = Caller.To(sandbox);
        await caller.CreateAsync("x");
        await control.PostJsonAsync("inbox/mine", "{}");
        sandbox.Faults.Add("openai", SimulatedCall.Create, "drop");
        await control.PostJsonAsync("reset", "{}");
        Assert.Empty(sandbox.Submissions);
        Assert.Empty(sandbox.Faults.Rules);
        Assert.Empty(sandbox.Inbox.Deliveries("mine"));
    }

    private static JsonArray Rows(Answer answer) => answer.Json["data"]!.AsArray();
}
