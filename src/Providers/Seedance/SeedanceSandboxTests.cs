using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.Seedance;

/// <summary>The simulator by itself: as strict as Ark, and with its lists, deletes, links and callbacks; in process, by a clock turned by hand.</summary>
public sealed class SeedanceSandboxTests : IDisposable
{
    private const string Text = """{"type":"text","text":"a boat"}""";
    private const string First = """{"type":"image_url","role":"first_frame","image_url":{"url":"https://a.example/a.png"}}""";
    private const string Reference = """{"type":"image_url","role":"reference_image","image_url":{"url":"https://a.example/a.png"}}""";
    private const string Video = """{"type":"video_url","role":"reference_video","video_url":{"url":"https://a.example/a.mp4"}}""";
    private const string Sound = """{"type":"audio_url","role":"reference_audio","audio_url":{"url":"https://a.example/a.mp3"}}""";

    private readonly ManualTime _time = new();
    private readonly SandboxOptions _options;
    private readonly SandboxCore _sandbox;
    private readonly Caller _caller;

    public SeedanceSandboxTests()
    {
        _options = World.Options(_time);
        _sandbox = SandboxCore.InMemory(_options);
        _caller = Caller.InProcess(_sandbox, "seedance/api/v3/contents/generations", "ark-sandbox-seedance");
    }

    public void Dispose() => _caller.Dispose();

    [Theory]
    [InlineData("1-0-pro-250528", Text, "\"seed\":7,\"camera_fixed\":true,\"frames\":29,\"service_tier\":\"flex\"")]
    [InlineData("1-0-pro-250528", Text, "\"ratio\":null,\"seed\":null,\"generate_audio\":null,\"frames\":null")]
    [InlineData("1-0-lite-i2v-250428", Text + "," + Reference, "\"resolution\":\"720p\"")]
    [InlineData("1-5-pro-251215", Text, "\"generate_audio\":false,\"draft\":true,\"resolution\":\"480p\",\"duration\":-1")]
    [InlineData("2-0-260128", Text + "," + Reference + "," + Video + "," + Sound, "\"resolution\":\"4k\",\"duration\":15,\"priority\":9")]
    [InlineData("2-0-fast-260128", First, "\"safety_identifier\":\"abc\",\"ratio\":\"adaptive\"")]
    public async Task What_a_model_documents_is_taken(string model, string content, string fields)
    {
        var answer = await CreateAsync(model, content, fields);
        Assert.True(answer.Status == 200, answer.Text);
        Assert.Matches("^cgt-[0-9]{14}-[0-9a-z]{5}$", answer.Word("id"));
    }

    [Theory]
    [InlineData("1-0-pro-250528", Text, "\"colour\":1", "colour")]
    [InlineData("1-0-pro-250528", Text, "\"generate_audio\":false", "generate_audio")]
    [InlineData("1-0-pro-250528", Text, "\"ratio\":\"adaptive\"", "ratio")]
    [InlineData("1-0-pro-250528", Text, "\"duration\":13", "duration")]
    [InlineData("1-0-pro-250528", Text, "\"duration\":-1", "duration")]
    [InlineData("1-0-pro-250528", Text, "\"duration\":\"5\"", "duration")]
    [InlineData("1-0-pro-250528", Text, "\"frames\":30", "frames")]
    [InlineData("1-0-pro-250528", Text, "\"resolution\":\"4k\"", "resolution")]
    [InlineData("1-0-pro-250528", Text, "\"execution_expires_after\":60", "execution_expires_after")]
    [InlineData("1-0-pro-250528", Text, "\"callback_url\":\"ftp://a.example\"", "callback_url")]
    [InlineData("1-0-pro-250528", Reference + "," + Text, "", "content")]
    [InlineData("1-0-pro-fast-251015", First + ",{\"type\":\"image_url\",\"role\":\"last_frame\",\"image_url\":{\"url\":\"https://a.example/a.png\"}}", "", "content")]
    [InlineData("1-0-lite-t2v-250428", First, "", "content")]
    [InlineData("1-0-lite-i2v-250428", Text, "", "content")]
    [InlineData("1-0-lite-i2v-250428", Text + "," + Reference, "\"resolution\":\"1080p\"", "resolution")]
    [InlineData("1-0-lite-i2v-250428", Text + "," + Reference, "\"camera_fixed\":true", "camera_fixed")]
    [InlineData("1-5-pro-251215", Text, "\"draft\":true,\"resolution\":\"720p\"", "draft")]
    [InlineData("1-5-pro-251215", Text, "\"duration\":3", "duration")]
    [InlineData("2-0-260128", Text, "\"seed\":-1", "seed")]
    [InlineData("2-0-260128", Text, "\"service_tier\":\"default\"", "service_tier")]
    [InlineData("2-0-260128", Text, "\"camera_fixed\":false", "camera_fixed")]
    [InlineData("2-0-fast-260128", Text, "\"resolution\":\"1080p\"", "resolution")]
    [InlineData("2-0-260128", First + "," + Reference, "", "content")]
    [InlineData("2-0-260128", Text + "," + Sound, "", "content")]
    [InlineData("2-0-260128", Text + "," + Video + "," + Video + "," + Video + "," + Video, "", "content")]
    [InlineData("2-0-260128", Text + "," + Text, "", "content")]
    [InlineData("2-0-260128", Text + ",{\"type\":\"video_url\",\"role\":\"reference_video\",\"video_url\":{\"url\":\"data:video/mp4;base64,AAAA\"}}", "", "content.video_url")]
    [InlineData("2-0-260128", "{\"type\":\"image_url\",\"image_url\":{\"url\":\"iVBORw0KGgo=\"}}", "", "content.image_url")]
    [InlineData("2-0-260128", "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/PNG;base64,iVBORw0KGgo=\"}}", "", "content.image_url")]
    [InlineData("2-0-260128", First + ",{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://a.example/b.png\"}}", "", "content.role")]
    public async Task What_it_does_not_document_is_refused_by_name(string model, string content, string fields, string param)
    {
        var answer = await CreateAsync(model, content, fields);
        Assert.Equal((400, param), (answer.Status, (string?)answer.Json["error"]?["param"]));
        Assert.Equal("BadRequest", (string?)answer.Error["type"]);
        Assert.Matches("^Invalid(Parameter|ImageURL.*)$", (string?)answer.Error["code"]);
        Assert.False(Assert.Single(_sandbox.Submissions()).Row.Accepted);
    }

    [Fact]
    public async Task Models_keys_and_the_queue_are_refused_in_their_own_words()
    {
        Assert.Equal((404, "InvalidEndpointOrModel.NotFound"), Code(await CreateAsync("9-0", Text)));
        Assert.Equal((400, "MissingParameter.model"), Code(await _caller.PostJsonAsync("tasks", "{}")));
        Assert.Equal((400, "InvalidParameter"), Code(await _caller.PostFormAsync("tasks", ("model", "a"))));
        using var stranger = Caller.InProcess(_sandbox, "seedance/api/v3/contents/generations", "wrong");
        Assert.Equal((401, "AuthenticationError"), Code(await stranger.GetAsync("tasks")));
        _options.MaxRunning = 1;
        Assert.Equal(200, (await CreateAsync("2-0-260128", Text)).Status);
        Assert.Equal((429, "QuotaExceeded"), Code(await CreateAsync("2-0-260128", Text)));
    }

    [Fact]
    public async Task A_task_shows_little_until_it_is_done_and_then_what_was_made()
    {
        var id = await MadeAsync("1-5-pro-251215", Text, "\"duration\":6,\"ratio\":\"9:16\",\"return_last_frame\":true,\"generate_audio\":false");
        var queued = await _caller.GetAsync("tasks/" + id);
        Assert.Equal(
            ["id", "model", "status", "service_tier", "execution_expires_after", "created_at", "updated_at"], queued.Json.AsObject().Select(field => field.Key));
        _time.Advance(3);
        Assert.Equal("running", (await _caller.GetAsync("tasks/" + id)).Word("status"));
        _time.Advance(4);
        var done = await _caller.GetAsync("tasks/" + id);
        Assert.Equal("succeeded", done.Word("status"));
        Assert.Equal(720 * 1280 * 145 / 1024, (int)done.Json["usage"]!["completion_tokens"]!);
        Assert.Equal(("720p", "9:16", 6, 24, false), ((string)done.Json["resolution"]!, (string)done.Json["ratio"]!, (int)done.Json["duration"]!, (int)done.Json["framespersecond"]!, (bool)done.Json["generate_audio"]!));
        Assert.Equal("image/png", (await FetchAsync((string)done.Json["content"]!["last_frame_url"]!)).Headers["Content-Type"]);
    }

    [Fact]
    public async Task A_link_needs_no_key_and_ends_after_a_day()
    {
        var id = await MadeAsync("2-0-260128", Text);
        _time.Advance(7);
        var link = (string)(await _caller.GetAsync("tasks/" + id)).Json["content"]!["video_url"]!;
        Assert.Contains("X-Tos-Expires=86400", link, StringComparison.Ordinal);
        Assert.Equal((200, StandInClipStore.Clip.Length), await SizeAsync(link));
        Assert.Equal(403, (await FetchAsync(link[..^1] + (link[^1] == '0' ? '1' : '0'))).Status);
        Assert.Equal(403, (await _caller.GetAsync(link)).Status);
        _time.Advance(86_400);
        Assert.Equal(403, (await FetchAsync(link)).Status);
    }

    [Fact]
    public async Task The_list_knows_several_ids_a_state_and_hides_flex()
    {
        var first = await MadeAsync("1-0-pro-250528", Text);
        var second = await MadeAsync("2-0-260128", Text);
        var flex = await MadeAsync("1-0-pro-250528", Text, "\"service_tier\":\"flex\"");
        Assert.Equal([second, first], await IdsAsync(""));
        Assert.Equal([second, first], await IdsAsync($"?filter.task_ids={first}&filter.task_ids={second}&page_size=2"));
        Assert.Equal([first], await IdsAsync($"?filter.task_ids={first}&filter.task_ids={flex}"));
        Assert.Equal([flex], await IdsAsync("?filter.service_tier=flex"));
        Assert.Equal([first], await IdsAsync("?page_num=2&page_size=1"));
        Assert.Equal([first], await IdsAsync("?filter.model=doubao-seedance-1-0-pro-250528"));
        Assert.Empty(await IdsAsync("?filter.status=succeeded"));
        Assert.Equal((400, "InvalidParameter"), Code(await _caller.GetAsync("tasks?page_size=501")));
        _time.Advance(TimeSpan.FromDays(8).TotalSeconds);
        Assert.Empty(await IdsAsync(""));
        Assert.Equal((404, "NotFound.Task"), Code(await _caller.GetAsync("tasks/" + first)));
    }

    [Fact]
    public async Task A_delete_cancels_what_is_queued_and_removes_what_is_over()
    {
        var queued = await MadeAsync("2-0-260128", Text);
        Assert.Equal((200, "{}"), await DeletedAsync(queued));
        Assert.Equal("cancelled", (await _caller.GetAsync("tasks/" + queued)).Word("status"));
        Assert.Equal(409, (await _caller.DeleteAsync("tasks/" + queued)).Status);

        var running = await MadeAsync("2-0-260128", Text);
        _time.Advance(3);
        Assert.Equal((409, "InvalidParameter"), Code(await _caller.DeleteAsync("tasks/" + running)));
        _time.Advance(4);
        Assert.Equal((200, "{}"), await DeletedAsync(running));
        Assert.Equal(404, (await _caller.GetAsync("tasks/" + running)).Status);
        Assert.Equal(404, (await _caller.DeleteAsync("tasks/cgt-1")).Status);
    }

    [Fact]
    public async Task A_task_that_takes_too_long_expires()
    {
        var id = await MadeAsync("2-0-260128", "{\"type\":\"text\",\"text\":\"a boat [stuck]\"}", "\"execution_expires_after\":3600");
        _time.Advance(3599);
        Assert.Equal("running", (await _caller.GetAsync("tasks/" + id)).Word("status"));
        _time.Advance(2);
        Assert.Equal("expired", (await _caller.GetAsync("tasks/" + id)).Word("status"));
    }

    [Fact]
    public async Task It_calls_back_with_what_a_read_would_show()
    {
        var id = await MadeAsync("2-0-260128", Text, "\"callback_url\":\"https://gw.example/hooks/1\"");
        var simulator = (ICallsBack)_sandbox.Simulators["seedance"];
        List<string> states = [];
        for (int step = 0; step < 4; step++)
        {
            foreach (var batch in simulator.DueCallbacks())
            {
                Assert.Equal("https://gw.example/hooks/1", batch.Url.AbsoluteUri);
                states.AddRange(batch.Messages.Select(message => (string)JsonNode.Parse(message.Body.Span)!["status"]!));
                simulator.Sent(batch);
            }

            _time.Advance(2.5);
        }

        Assert.Equal(["queued", "running", "succeeded"], states);
        Assert.Equal("succeeded", (await _caller.GetAsync("tasks/" + id)).Word("status"));
    }

    private static (int Status, string Code) Code(Answer answer) => (answer.Status, (string)answer.Error["code"]!);

    private Task<Answer> CreateAsync(string model, string content, string fields = "") => _caller.PostJsonAsync(
        "tasks", $$"""{"model":"doubao-seedance-{{model}}","content":[{{content}}]{{(fields.Length > 0 ? "," : "")}}{{fields}}}""");

    private async Task<string> MadeAsync(string model, string content, string fields = "")
    {
        var answer = await CreateAsync(model, content, fields);
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Word("id")!;
    }

    private async Task<List<string>> IdsAsync(string query) =>
        [.. (await _caller.GetAsync("tasks" + query)).Json["items"]!.AsArray().Select(item => (string)item!["id"]!)];

    private async Task<(int Status, string Text)> DeletedAsync(string id)
    {
        var answer = await _caller.DeleteAsync("tasks/" + id);
        return (answer.Status, answer.Text);
    }

    private async Task<(int Status, int Size)> SizeAsync(string link)
    {
        var answer = await FetchAsync(link);
        return (answer.Status, answer.Bytes.Length);
    }

    private async Task<Answer> FetchAsync(string link)
    {
        using var plain = Caller.InProcess(_sandbox, "seedance", key: null);
        return await plain.GetAsync(link);
    }
}
