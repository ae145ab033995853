using Reelay.Simulators;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.Hailuo;

/// <summary>What the sandbox refuses, and in which words.</summary>
public sealed class HailuoSimulatorTests
{
    private readonly ManualTime _time = new();
    private readonly SandboxCore _sandbox;
    private readonly Caller _first;
    private readonly Caller _second;

    public HailuoSimulatorTests()
    {
        _sandbox = SandboxCore.InMemory(World.Options(_time));
        _first = Caller.InProcess(_sandbox, "hailuo/v1", "sk-sandbox-hailuo");
        _second = Caller.InProcess(_sandbox, "hailuo/v2", "sk-sandbox-hailuo");
    }

    private static string Frame => "data:image/png;base64," + Convert.ToBase64String(PngImage.Gradient(640, 360));

    [Theory]
    [InlineData("""{"model":"MiniMax-Hailuo-2.3","prompt":"x"}""", true)]
    [InlineData("""{"model":"MiniMax-Hailuo-2.3","prompt":"x","duration":10,"resolution":"768P"}""", true)]
    [InlineData("""{"model":"MiniMax-Hailuo-2.3","prompt":"x","duration":10,"resolution":"1080P"}""", false)]
    [InlineData("""{"model":"MiniMax-Hailuo-2.3","prompt":"x","resolution":"768p"}""", false)]
    [InlineData("""{"model":"MiniMax-Hailuo-2.3","prompt":"x","duration":"6"}""", false)]
    [InlineData("""{"model":"MiniMax-Hailuo-2.3","prompt":"x","seed":7}""", false)]
    [InlineData("""{"model":"MiniMax-Hailuo-2.3","prompt":""}""", false)]
    [InlineData("""{"model":"MiniMax-Hailuo-2.3-Fast","prompt":"x"}""", false)]
    [InlineData("""{"model":"MiniMax-Hailuo-2.3-Fast","first_frame_image":"$"}""", true)]
    [InlineData("""{"model":"MiniMax-Hailuo-2.3","first_frame_image":"$","last_frame_image":"$"}""", false)]
    [InlineData("""{"model":"MiniMax-Hailuo-02","first_frame_image":"$","last_frame_image":"$","resolution":"1080P"}""", true)]
    [InlineData("""{"model":"MiniMax-Hailuo-02","last_frame_image":"$"}""", false)]
    [InlineData("""{"model":"MiniMax-Hailuo-02","first_frame_image":"$","last_frame_image":"$","resolution":"512P"}""", false)]
    [InlineData("""{"model":"MiniMax-Hailuo-02","first_frame_image":"$","resolution":"512P"}""", true)]
    [InlineData("""{"model":"MiniMax-Hailuo-02","first_frame_image":"data:image/png;base64,AAAA"}""", false)]
    [InlineData("""{"model":"T2V-01","prompt":"x","duration":10}""", false)]
    [InlineData("""{"model":"T2V-01","prompt":"x","fast_pretreatment":true}""", false)]
    [InlineData("""{"model":"S2V-01","prompt":"x","subject_reference":[{"type":"character","image":["$"]}]}""", true)]
    [InlineData("""{"model":"S2V-01","prompt":"x","duration":6,"subject_reference":[{"type":"character","image":["$"]}]}""", false)]
    [InlineData("""{"model":"S2V-01","prompt":"x","subject_reference":[{"type":"character","image":["$","$"]}]}""", false)]
    [InlineData("""{"model":"S2V-01","prompt":"x"}""", false)]
    [InlineData("""{"model":"MiniMax-H3","prompt":"x"}""", false)]
    public async Task The_first_protocol_takes_the_documented_combinations_alone_and_answers_200(string body, bool isTaken)
    {
        var answer = await _first.PostJsonAsync("video_generation", body.Replace("$", Frame, StringComparison.Ordinal));
        Assert.Equal((200, isTaken ? 0 : 2013), (answer.Status, (int)answer.Json["base_resp"]!["status_code"]!));
        Assert.Equal(isTaken, answer.Json["task_id"]!.ToString().Length > 0);
        Assert.True(answer.Headers.ContainsKey("Trace-Id"));
        Assert.Equal(isTaken, Assert.Single(_sandbox.Submissions()).Row.Accepted);
    }

    [Theory]
    [InlineData("""{"model":"MiniMax-H3","content":[T],"ratio":"16:9"}""", true)]
    [InlineData("""{"model":"MiniMax-H3","content":[T]}""", false)]
    [InlineData("""{"model":"MiniMax-H3","content":[T],"ratio":"adaptive"}""", false)]
    [InlineData("""{"model":"MiniMax-H3","content":[T],"ratio":"2:1"}""", false)]
    [InlineData("""{"model":"MiniMax-H3","content":[T,F]}""", true)]
    [InlineData("""{"model":"MiniMax-H3","content":[F]}""", false)]
    [InlineData("""{"model":"MiniMax-H3","content":[T,L]}""", false)]
    [InlineData("""{"model":"MiniMax-H3","content":[T,F,L],"duration":15,"resolution":"2K"}""", true)]
    [InlineData("""{"model":"MiniMax-H3","content":[T,F],"duration":16}""", false)]
    [InlineData("""{"model":"MiniMax-H3","content":[T,F],"duration":3}""", false)]
    [InlineData("""{"model":"MiniMax-H3-Max","content":[T,F],"duration":4}""", false)]
    [InlineData("""{"model":"MiniMax-H3-Max","content":[T,F],"resolution":"2K"}""", false)]
    [InlineData("""{"model":"MiniMax-H3-Max","content":[T,F],"resolution":"480P"}""", true)]
    [InlineData("""{"model":"MiniMax-H3-Max","content":[T,R]}""", false)]
    [InlineData("""{"model":"MiniMax-H3","content":[T,R]}""", true)]
    [InlineData("""{"model":"MiniMax-H3","content":[T,F,R]}""", false)]
    [InlineData("""{"model":"MiniMax-H3","content":[T,A]}""", false)]
    [InlineData("""{"model":"MiniMax-H3","content":[T,R,A]}""", true)]
    [InlineData("""{"model":"MiniMax-H3","content":[T,F],"prompt_optimizer":true}""", false)]
    [InlineData("""{"model":"MiniMax-Hailuo-02","content":[T,F]}""", false)]
    public async Task The_second_protocol_takes_what_its_page_names_and_answers_with_real_statuses(string body, bool isTaken)
    {
        var filled = body.Replace("[T", """[{"type":"text","text":"x"}""", StringComparison.Ordinal)
            .Replace(",F", "," + Image("first_frame"), StringComparison.Ordinal).Replace("[F", "[" + Image("first_frame"), StringComparison.Ordinal)
            .Replace(",L", "," + Image("last_frame"), StringComparison.Ordinal).Replace(",R", "," + Image("reference_image"), StringComparison.Ordinal)
            .Replace(",A", """,{"type":"audio_url","audio_url":{"url":"https://a.example/x.mp3"},"role":"reference_audio"}""", StringComparison.Ordinal);
        var answer = await _second.PostJsonAsync("video_generation", filled);
        Assert.True((isTaken ? 200 : 400) == answer.Status, answer.Text);
        if (!isTaken) Assert.Equal("bad_request_error", (string?)answer.Error["type"]);

        static string Image(string role) => $$$"""{"type":"image_url","image_url":{"url":"{{{Frame}}}"},"role":"{{{role}}}"}""";
    }

    [Fact]
    public async Task A_result_takes_three_steps_and_its_link_lives_an_hour()
    {
        var created = await _first.PostJsonAsync("video_generation", """{"model":"MiniMax-Hailuo-2.3","prompt":"x"}""");
        var id = created.Word("task_id")!;
        Assert.Equal(("Queueing", ""), await StateAsync());
        _time.Advance(3);
        Assert.Equal(("Processing", ""), await StateAsync());
        _time.Advance(4);
        var (status, file) = await StateAsync();
        Assert.Equal("Success", status);
        var retrieved = (await _first.GetAsync($"files/retrieve?file_id={file}")).Json["file"]!;
        Assert.Equal(file, ((long)retrieved["file_id"]!).ToString());
        var link = (string)retrieved["download_url"]!;
        using var plain = Caller.InProcess(_sandbox, "hailuo", null);
        Assert.Equal(200, (await plain.GetAsync(link)).Status);
        Assert.Equal(400, (await _first.GetAsync(link)).Status);
        _time.Advance(3600);
        Assert.Equal(403, (await plain.GetAsync(link)).Status);

        async Task<(string Status, string File)> StateAsync()
        {
            var answer = await _first.GetAsync($"query/video_generation?task_id={id}");
            return (answer.Word("status")!, answer.Word("file_id")!);
        }
    }

    [Fact]
    public async Task Keys_that_are_missing_or_wrong_and_tasks_of_others_have_codes_of_their_own()
    {
        using var stranger = Caller.InProcess(_sandbox, "hailuo/v1", "sk-nobody");
        using var nobody = Caller.InProcess(_sandbox, "hailuo/v1", null);
        const string body = """{"model":"MiniMax-Hailuo-2.3","prompt":"x"}""";
        Assert.Equal((2049, 1004), (await CodeAsync(stranger), await CodeAsync(nobody)));
        Assert.Equal(2013, (int)(await _first.GetAsync("query/video_generation?task_id=7")).Json["base_resp"]!["status_code"]!);
        Assert.Equal(400, (await _second.GetAsync("query/video_generation/h3-x")).Status);

        static async Task<int> CodeAsync(Caller caller) => (int)(await caller.PostJsonAsync("video_generation", body)).Json["base_resp"]!["status_code"]!;
    }

    [Fact]
    public async Task A_delete_cancels_what_waits_and_forgets_what_has_ended()
    {
        var waiting = await OrderAsync();
        Assert.Equal("cancelled", (await _second.DeleteAsync($"video_generation/{waiting}")).Word("status"));
        Assert.Equal("cancelled", (string?)(await _second.GetAsync($"query/video_generation/{waiting}")).Json["task"]!["status"]);
        Assert.Equal(400, (await _second.DeleteAsync($"video_generation/{waiting}")).Status);
        var running = await OrderAsync();
        _time.Advance(3);
        Assert.Equal(400, (await _second.DeleteAsync($"video_generation/{running}")).Status);
        _time.Advance(5);
        Assert.Equal(2, (await _second.GetAsync("query/video_generation?page_num=1&page_size=10")).Json["tasks"]!.AsArray().Count);
        Assert.Equal("deleted", (await _second.DeleteAsync($"video_generation/{running}")).Word("status"));
        Assert.Equal(400, (await _second.GetAsync($"query/video_generation/{running}")).Status);

        async Task<string> OrderAsync() => (await _second.PostJsonAsync(
            "video_generation", """{"model":"MiniMax-H3","content":[{"type":"text","text":"x"}],"ratio":"1:1"}""")).Word("task_id")!;
    }
}
