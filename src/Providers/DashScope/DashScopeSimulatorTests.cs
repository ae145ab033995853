using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.DashScope;

/// <summary>The sandbox's DashScope refuses what the real one does not document, and keeps its times.</summary>
public sealed class DashScopeSimulatorTests
{
    private const string Text = """{"model":"happyhorse-1.0-t2v","input":{"prompt":"a fox"},"parameters":{"resolution":"720P"}}""";

    private readonly ManualTime _time = new();
    private readonly SandboxCore _core;

    public DashScopeSimulatorTests() => _core = SandboxCore.InMemory(World.Options(_time));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"resolution":"720p"}""", "resolution")]
    [InlineData("""{"duration":2}""", "duration")]
    [InlineData("""{"duration":"5"}""", "duration")]
    [InlineData("""{"ratio":"21:9"}""", "ratio")]
    [InlineData("""{"seed":-1}""", "seed")]
    [InlineData("""{"watermark":"no"}""", "watermark")]
    [InlineData("""{"size":"1280*720"}""", "size")]
    [InlineData("""{"audio_setting":"auto"}""", "audio_setting")]
    [InlineData("""{"n":1}""", "n")]
    public async Task A_parameter_that_is_not_documented_is_refused(string parameters, string name)
    {
        var (status, answer) = await CreateAsync($$"""{"model":"happyhorse-1.0-t2v","input":{"prompt":"a fox"},"parameters":{{parameters}}}""");
        Assert.Equal((400, "InvalidParameter"), (status, (string?)answer["code"]));
        Assert.Contains("parameters." + name, (string?)answer["message"], StringComparison.Ordinal);
        Assert.False(Assert.Single(_core.Submissions()).Row.Accepted);
    }

    [Theory]
    [InlineData("happyhorse-1.0-t2v", """{"prompt":"a","media":[{"type":"first_frame","url":"https://a.example/a.png"}]}""")]
    [InlineData("happyhorse-1.0-i2v", """{"prompt":"a"}""")]
    [InlineData("happyhorse-1.0-i2v", """{"media":[{"type":"first_frame","url":"https://a.example/a.png"},{"type":"last_frame","url":"https://a.example/a.png"}]}""")]
    [InlineData("happyhorse-1.0-r2v", """{"prompt":"a","media":[]}""")]
    [InlineData("happyhorse-1.0-r2v", """{"media":[{"type":"reference_image","url":"https://a.example/a.png"}]}""")]
    [InlineData("happyhorse-1.0-video-edit", """{"prompt":"a","media":[{"type":"video","url":"data:video/mp4;base64,AAAA"}]}""")]
    [InlineData("happyhorse-1.0-video-edit", """{"prompt":"a","media":[{"type":"video","url":"https://a.example/a.mp4","role":"x"}]}""")]
    [InlineData("wan3.0-video", """{"prompt":"a","media":[{"type":"first_frame","url":"https://a.example/a.png"},{"type":"reference_image","url":"https://a.example/a.png"}]}""")]
    [InlineData("wan2.7-i2v", """{"prompt":"a","media":[{"type":"last_frame","url":"https://a.example/a.png"}]}""")]
    public async Task Files_are_counted_by_model_and_type(string model, string input)
    {
        var (status, answer) = await CreateAsync($$"""{"model":"{{model}}","input":{{input}}}""");
        Assert.Equal((400, "InvalidParameter"), (status, (string?)answer["code"]));
    }

    [Theory]
    [InlineData("""{"input":{"prompt":"a"}}""", 400, "BadRequest.EmptyModel")]
    [InlineData("""{"model":"happyhorse-1.0-t2v"}""", 400, "BadRequest.EmptyInput")]
    [InlineData("""{"model":"happyhorse-1.0","input":{"prompt":"a"}}""", 404, "ModelNotFound")]
    [InlineData("""{"model":"happyhorse-1.0-t2v","input":{"prompt":"a"},"watermark":false}""", 400, "InvalidParameter")]
    public async Task A_body_without_its_parts_is_refused(string body, int status, string code)
    {
        var (found, answer) = await CreateAsync(body);
        Assert.Equal((status, code), (found, (string?)answer["code"]));
    }

    [Fact]
    public async Task The_field_that_the_python_sdk_adds_is_tolerated()
    {
        var (status, answer) = await CreateAsync("""{"model":"happyhorse-1.0-t2v","input":{"prompt":"a fox","extend_prompt":true},"parameters":{}}""");
        Assert.Equal((200, "PENDING"), (status, (string?)answer["output"]!["task_status"]));
        _time.Advance(7);
        var done = await GetAsync("tasks/" + (string?)answer["output"]!["task_id"]);

        // Without a word the vendor makes the dearer resolution.
        Assert.Equal(("SUCCEEDED", 1080, 5), ((string?)done["output"]!["task_status"], (int)done["usage"]!["SR"]!, (int)done["usage"]!["output_video_duration"]!));
    }

    [Fact]
    public async Task Without_the_async_header_or_the_key_nothing_is_taken()
    {
        Assert.Equal((403, "AccessDenied"), Known(await CreateAsync(Text, isAsync: false)));
        Assert.Equal((401, "InvalidApiKey"), Known(await CreateAsync(Text, key: "sk-another")));
        Assert.DoesNotContain(_core.Submissions(), report => report.Row.Accepted);
    }

    [Fact]
    public async Task Only_a_task_that_waits_can_be_cancelled()
    {
        var first = await AcceptAsync(Text);
        Assert.Equal(200, (await SendAsync(HttpMethod.Post, $"tasks/{first}/cancel")).Status);
        Assert.Equal("CANCELED", (string?)(await GetAsync("tasks/" + first))["output"]!["task_status"]);
        Assert.Equal((400, "UnsupportedOperation"), Known(await SendAsync(HttpMethod.Post, $"tasks/{first}/cancel")));
        var second = await AcceptAsync(Text);
        _time.Advance(3);
        Assert.Equal((400, "UnsupportedOperation"), Known(await SendAsync(HttpMethod.Post, $"tasks/{second}/cancel")));
        Assert.Equal("RUNNING", (string?)(await GetAsync("tasks/" + second))["output"]!["task_status"]);
    }

    [Fact]
    public async Task Tasks_and_results_live_a_day()
    {
        var id = await AcceptAsync(Text);
        _time.Advance(7);
        var output = (await GetAsync("tasks/" + id))["output"]!;
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$", (string?)output["end_time"]);
        var link = (string)output["video_url"]!;
        Assert.Equal(200, await StatusAsync(link));
        Assert.Equal(403, await StatusAsync(link.Replace("Signature=", "Signature=0", StringComparison.Ordinal)));
        Assert.Equal(400, await StatusAsync(link, "Bearer sk-sandbox-dashscope"));
        _time.Advance(86_400);
        Assert.Equal(403, await StatusAsync(link));
        Assert.Equal("UNKNOWN", (string?)(await GetAsync("tasks/" + id))["output"]!["task_status"]);
    }

    [Fact]
    public async Task A_list_shows_states_and_no_results()
    {
        await AcceptAsync(Text);
        _time.Advance(7);
        await AcceptAsync(Text);
        var all = await GetAsync("tasks?page_no=1&page_size=1");
        Assert.Equal((2, 2, 1), ((int)all["total"]!, (int)all["total_page"]!, all["data"]!.AsArray().Count));
        var done = await GetAsync("tasks?status=SUCCEEDED&model_name=happyhorse-1.0-t2v");
        var row = Assert.Single(done["data"]!.AsArray())!.AsObject();
        Assert.False(row.ContainsKey("output"));
        Assert.True((long)row["gmt_create"]! > 1_700_000_000_000);
        Assert.Equal(0, (int)(await GetAsync("tasks?model_name=wan2.7-t2v"))["total"]!);
    }

    [Theory]
    [InlineData("oss://dashscope-instant/nothing/a.mp4")]
    [InlineData("oss://")]
    public async Task A_file_that_cannot_be_fetched_fails_the_task_after_it_was_taken(string url)
    {
        var id = await AcceptAsync($$$"""{"model":"happyhorse-1.0-video-edit","input":{"prompt":"a","media":[{"type":"video","url":"{{{url}}}"}]},"parameters":{}}""");
        _time.Advance(7);
        var output = (await GetAsync("tasks/" + id))["output"]!;
        Assert.Equal(("FAILED", "InvalidParameter.DataInspection"), ((string?)output["task_status"], (string?)output["code"]));
    }

    private static (int, string?) Known((int Status, JsonNode Body) answer) => (answer.Status, (string?)answer.Body["code"]);

    private async Task<string> AcceptAsync(string body)
    {
        var (status, answer) = await CreateAsync(body);
        Assert.True(status == 200, answer.ToJsonString());
        return (string)answer["output"]!["task_id"]!;
    }

    private Task<(int Status, JsonNode Body)> CreateAsync(string body, bool isAsync = true, string key = "sk-sandbox-dashscope") =>
        SendAsync(HttpMethod.Post, "services/aigc/video-generation/video-synthesis", body, isAsync, key);

    private async Task<JsonNode> GetAsync(string path)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, path);
        Assert.Equal(200, status);
        return body;
    }

    private async Task<(int Status, JsonNode Body)> SendAsync(
        HttpMethod method, string path, string? body = null, bool isAsync = false, string key = "sk-sandbox-dashscope")
    {
        using var http = new HttpMessageInvoker(new SimulatorHandler(_core));
        using var request = new HttpRequestMessage(method, "http://sandbox/dashscope/api/v1/" + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (isAsync)
            request.Headers.Add("X-DashScope-Async", "enable");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request, Token);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!);
    }

    private async Task<int> StatusAsync(string link, string? authorization = null)
    {
        using var http = new HttpMessageInvoker(new SimulatorHandler(_core));
        using var request = new HttpRequestMessage(HttpMethod.Get, link);
        if (authorization is not null)
            request.Headers.Add("Authorization", authorization);
        using var response = await http.SendAsync(request, Token);
        return (int)response.StatusCode;
    }
}
