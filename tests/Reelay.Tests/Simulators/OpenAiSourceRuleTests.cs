using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

/// <summary>What the simulated OpenAI allows of edits, extensions and remixes.</summary>
public sealed class OpenAiSourceRuleTests
{
    private readonly ManualTime _time = new();
    private readonly SandboxCore _sandbox;
    private readonly Caller _caller;

    public OpenAiSourceRuleTests()
    {
        _sandbox = SandboxCore.InMemory(World.Options(_time));
        _caller = Caller.InProcess(_sandbox);
    }

    [Fact]
    public async Task A_result_has_size_and_model_of_its_source_and_names_it()
    {
        string id = await MadeAsync(("model", "sora-2-pro"), ("size", "1920x1080"), ("seconds", "8"));
        Answer edit = await _caller.PostJsonAsync("videos/edits", $$$"""{"prompt":"bluer","video":{"id":"{{{id}}}"}}""");
        Answer extension = await _caller.PostFormAsync("videos/extensions", ("prompt", "on"), ("seconds", "20"), ("video[id]", id));
        Answer remix = await _caller.PostFormAsync($"videos/{id}/remix", ("prompt", "redder"));
        foreach ((Answer answer, string seconds) in new[] { (edit, "8"), (extension, "28"), (remix, "8") })
        {
            Assert.Equal((200, "sora-2-pro", "1920x1080"), (answer.Status, answer.Word("model"), answer.Word("size")));
            Assert.Equal((seconds, id), (answer.Word("seconds"), answer.Word("remixed_from_video_id")));
        }

        _time.Advance(6);
        Answer done = await _caller.GetAsync($"videos/{extension.Word("id")}");
        Assert.Equal(("completed", "28", id), (done.Word("status"), done.Word("seconds"), done.Word("remixed_from_video_id")));
        Assert.Equal(28, _sandbox.Store.FindJob("openai", extension.Word("id")!)!.Clip.Seconds);
        Assert.All(_sandbox.Submissions(), submission => Assert.True(submission.Row.Accepted));
        Assert.Equal(["redder", "on", "bluer", "a fox"], _sandbox.Submissions().Select(submission => submission.Row.Prompt));
    }

    [Theory]
    [InlineData("edits", """{"video":{"id":"$"}}""", "prompt", "missing_required_parameter")]
    [InlineData("edits", """{"prompt":"","video":{"id":"$"}}""", "prompt", "string_below_min_length")]
    [InlineData("edits", """{"prompt":"x"}""", "video", "missing_required_parameter")]
    [InlineData("edits", """{"prompt":"x","video":"$"}""", "video", "invalid_type")]
    [InlineData("edits", """{"prompt":"x","video":{"id":""}}""", "video.id", "invalid_value")]
    [InlineData("edits", """{"prompt":"x","video":{"id":"$","url":"https://a/b"}}""", "video.url", "unknown_parameter")]
    [InlineData("edits", """{"prompt":"x","video":{"id":"$"},"seconds":"4"}""", "seconds", "unknown_parameter")]
    [InlineData("edits", """{"prompt":"x","video":{"id":"$"},"size":"1280x720"}""", "size", "unknown_parameter")]
    [InlineData("edits", """{"prompt":"x","video":{"id":"$"},"model":"sora-2-pro"}""", "model", "invalid_value")]
    [InlineData("extensions", """{"prompt":"x","video":{"id":"$"}}""", "seconds", "missing_required_parameter")]
    [InlineData("extensions", """{"prompt":"x","video":{"id":"$"},"seconds":4}""", "seconds", "invalid_type")]
    [InlineData("extensions", """{"prompt":"x","video":{"id":"$"},"seconds":"5"}""", "seconds", "invalid_value")]
    [InlineData("extensions", """{"prompt":"x","video":{"id":"$"},"seconds":"24"}""", "seconds", "invalid_value")]
    [InlineData("extensions", """{"prompt":"x","video":{"id":"$"},"seconds":"4","characters":[]}""", "characters", "unknown_parameter")]
    [InlineData("extensions", """{"prompt":"x","video":{"id":"$"},"seconds":"4","input_reference":{}}""", "input_reference", "unknown_parameter")]
    [InlineData("$/remix", """{"prompt":"x","video":{"id":"$"}}""", "video", "unknown_parameter")]
    [InlineData("$/remix", """{}""", "prompt", "missing_required_parameter")]
    public async Task A_call_that_breaks_a_rule_is_refused_by_name(string path, string body, string param, string code)
    {
        string id = await MadeAsync();
        AssertRefused(
            await _caller.PostJsonAsync("videos/" + path.Replace("$", id, StringComparison.Ordinal), body.Replace("$", id, StringComparison.Ordinal)),
            400,
            param,
            code);
    }

    [Fact]
    public async Task Only_a_completed_video_of_the_same_account_can_be_a_source()
    {
        string running = await _caller.CreateAsync("a fox [stuck]");
        string failed = await _caller.CreateAsync("a fox [fail:generation]");
        string deleted = await MadeAsync();
        await _caller.DeleteAsync($"videos/{deleted}");
        foreach (string id in new[] { running, failed })
            AssertRefused(await _caller.PostJsonAsync($"videos/{id}/remix", """{"prompt":"x"}"""), 400, "video", "video_not_completed");
        foreach (string id in new[] { deleted, "video_unknown", "edits", "extensions" })
            AssertRefused(await _caller.PostJsonAsync($"videos/{id}/remix", """{"prompt":"x"}"""), 404, "video_id", "not_found");

        SandboxOptions options = World.Options(_time);
        options.Credentials["openai"] = ["sk-one", "sk-two"];
        SandboxCore shared = SandboxCore.InMemory(options);
        using Caller one = Caller.InProcess(shared, key: "sk-one");
        using Caller two = Caller.InProcess(shared, key: "sk-two");
        string foreign = await one.CreateAsync("a fox");
        _time.Advance(6);
        Assert.Equal(404, (await two.PostFormAsync("videos/edits", ("prompt", "x"), ("video[id]", foreign))).Status);
        Assert.Equal(200, (await one.PostFormAsync("videos/edits", ("prompt", "x"), ("video[id]", foreign))).Status);
    }

    [Fact]
    public async Task A_video_grows_to_two_minutes_and_by_six_extensions_at_most()
    {
        string id = await MadeAsync(("seconds", "20"));
        foreach (string total in new[] { "40", "60", "80", "100", "120" })
            id = await ExtendedAsync(id, "20", total);
        AssertRefused(await ExtendAsync(id, "4"), 400, "seconds", "invalid_value");

        id = await MadeAsync(("seconds", "4"));
        foreach (string total in new[] { "8", "12", "16", "20", "24", "28" })
            id = await ExtendedAsync(id, "4", total);
        AssertRefused(await ExtendAsync(id, "4"), 400, "video", "invalid_value");
    }

    [Fact]
    public async Task An_uploaded_file_needs_a_model_and_gives_its_own_size_and_length()
    {
        byte[] clip = Clips.Make(2.5, 1280, 720, isTurned: true, version: 1);
        Answer edit = await UploadAsync("edits", clip, ("prompt", "x"), ("model", "sora-2-pro"));
        Assert.Equal(("sora-2-pro", "720x1280", "2.5", null), (edit.Word("model"), edit.Word("size"), edit.Word("seconds"), edit.Word("remixed_from_video_id")));
        Assert.Equal("6.5", (await UploadAsync("extensions", clip, ("prompt", "x"), ("model", "sora-2"), ("seconds", "4"))).Word("seconds"));

        AssertRefused(await UploadAsync("edits", clip, ("prompt", "x")), 400, "model", "missing_required_parameter");
        AssertRefused(await UploadAsync("edits", clip, ("prompt", "x"), ("model", "veo")), 404, "model", "model_not_found");
        AssertRefused(await UploadAsync("edits", clip[..60], ("prompt", "x"), ("model", "sora-2")), 400, "video", "invalid_video_format");
        AssertRefused(await UploadAsync("edits", PngImage.Gradient(64, 64), ("prompt", "x"), ("model", "sora-2")), 400, "video", "invalid_video_format");
        AssertRefused(
            await UploadAsync("edits", clip, ("prompt", "x"), ("model", "sora-2"), ("video[id]", "video_1")), 400, "video", "duplicate_parameter");
        AssertRefused(
            await UploadAsync("extensions", Clips.Make(117, 1280, 720), ("prompt", "x"), ("model", "sora-2"), ("seconds", "4")),
            400, "seconds", "invalid_value");
    }

    [Fact]
    public async Task Without_a_key_nothing_is_made_and_faults_meet_every_kind_of_order()
    {
        using Caller stranger = Caller.InProcess(_sandbox, key: "sk-wrong");
        string id = await MadeAsync();
        foreach (string path in new[] { "videos/edits", "videos/extensions", $"videos/{id}/remix" })
            Assert.Equal(401, (await stranger.PostJsonAsync(path, """{"prompt":"x"}""")).Status);
        _sandbox.Faults.Add("openai", SimulatedCall.Create, "http:503", 1);
        Assert.Equal(503, (await _caller.PostJsonAsync($"videos/{id}/remix", """{"prompt":"x"}""")).Status);
        await Assert.ThrowsAsync<HttpRequestException>(() => _caller.PostJsonAsync($"videos/{id}/remix", """{"prompt":"x [drop:after-accept]"}"""));
        Assert.Equal([true, false, false, false, false, true], _sandbox.Submissions().Select(submission => submission.Row.Accepted));
    }

    private async Task<string> MadeAsync(params (string Name, string Value)[] fields)
    {
        Answer answer = await _caller.PostFormAsync("videos", [("prompt", "a fox"), .. fields]);
        _time.Advance(6);
        return answer.Word("id")!;
    }

    private Task<Answer> ExtendAsync(string id, string seconds) =>
        _caller.PostFormAsync("videos/extensions", ("prompt", "on"), ("seconds", seconds), ("video[id]", id));

    private async Task<string> ExtendedAsync(string id, string seconds, string total)
    {
        Answer answer = await ExtendAsync(id, seconds);
        Assert.Equal(total, answer.Word("seconds"));
        _time.Advance(6);
        return answer.Word("id")!;
    }

    private async Task<Answer> UploadAsync(string path, byte[] file, params (string Name, string Value)[] fields)
    {
        using MultipartFormDataContent form = new() { { new ByteArrayContent(file), "video", "clip.mp4" } };
        foreach ((string name, string value) in fields)
            form.Add(new StringContent(value), name);
        return await _caller.SendAsync(HttpMethod.Post, $"videos/{path}", form);
    }

    private static void AssertRefused(Answer answer, int status, string param, string code)
    {
        Assert.Equal(status, answer.Status);
        Assert.Equal((param, code), ((string?)answer.Error["param"], (string?)answer.Error["code"]));
    }
}
