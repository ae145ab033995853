using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Tests.Providers.DashScope;

/// <summary>What goes over the wire, to the byte; the bodies are those of the documentation.</summary>
public sealed class DashScopeRequestTests
{
    private static readonly ProviderRequest _still = DashScopeCase.Clip with { WidthPixels = null, HeightPixels = null, AspectRatio = null };

    private readonly DashScopeCase _case = new();

    [Fact]
    public async Task A_text_says_resolution_ratio_length_and_watermark()
    {
        var request = DashScopeCase.Clip with { Extras = new() { ["seed"] = 77 } };
        Assert.Equal(
            """{"model":"happyhorse-1.0-t2v","input":{"prompt":"A paper boat"},"parameters":{"resolution":"720P","ratio":"9:16","duration":8,"watermark":false,"seed":77}}""",
            await _case.BodyAsync(request));
        var sent = _case.Upstream.Request;
        Assert.Equal((HttpMethod.Post, DashScopeCase.Create), (sent.Method, sent.Url.AbsoluteUri));
        Assert.Equal(("Bearer " + DashScopeCase.Key, "enable", "application/json"), (sent.Headers["Authorization"], sent.Headers["X-DashScope-Async"], sent.Headers["Content-Type"]));
        Assert.DoesNotContain("X-DashScope-OssResourceResolve", sent.Headers.Keys);
        Assert.DoesNotContain("X-DashScope-WorkSpace", sent.Headers.Keys);
    }

    [Fact]
    public async Task A_first_frame_decides_the_ratio_and_needs_no_prompt()
    {
        var request = _still with { UpstreamModel = "happyhorse-1.0-i2v", Mode = "i2v", Prompt = null, Seconds = 5, Tier = "1080p", Extras = new() { ["watermark"] = true } };
        Assert.Equal(
            """{"model":"happyhorse-1.0-i2v","input":{"media":[{"type":"first_frame","url":"data:image/png;base64,UE5HIQ=="}]},"parameters":{"resolution":"1080P","duration":5,"watermark":true}}""",
            await _case.BodyAsync(request, null, DashScopeCase.Picture(MediaRole.FirstFrame)));
    }

    [Fact]
    public async Task References_keep_the_order_that_prompts_count_by()
    {
        var request = DashScopeCase.Clip with
        {
            UpstreamModel = "happyhorse-1.0-r2v",
            Mode = "r2v",
            Prompt = "[Image 1] hands [Image 2] to a child",
            Seconds = 6,
            WidthPixels = 1920,
            HeightPixels = 1080,
            AspectRatio = "16:9",
            Tier = "1080p",
        };
        Assert.Equal(
            """{"model":"happyhorse-1.0-r2v","input":{"prompt":"[Image 1] hands [Image 2] to a child","media":[{"type":"reference_image","url":"data:image/png;base64,QQ=="},{"type":"reference_image","url":"data:image/png;base64,Qg=="}]},"parameters":{"resolution":"1080P","ratio":"16:9","duration":6,"watermark":false}}""",
            await _case.BodyAsync(request, null, DashScopeCase.Picture(MediaRole.ReferenceImage, "A"), DashScopeCase.Picture(MediaRole.ReferenceImage, "B")));
    }

    [Fact]
    public async Task An_edit_says_neither_length_nor_ratio_and_its_video_comes_first()
    {
        var request = DashScopeCase.Clip with
        {
            UpstreamModel = "happyhorse-1.0-video-edit",
            Mode = "edit",
            Prompt = "make the coat red",
            Seconds = null,
            Extras = new() { ["audio_setting"] = "origin" },
        };
        Assert.Equal(
            """{"model":"happyhorse-1.0-video-edit","input":{"prompt":"make the coat red","media":[{"type":"video","url":"https://media.example/walk.mp4"},{"type":"reference_image","url":"data:image/png;base64,UE5HIQ=="}]},"parameters":{"resolution":"720P","watermark":false,"audio_setting":"origin"}}""",
            await _case.BodyAsync(
                request, """{"videos":"link"}""", DashScopeCase.Picture(MediaRole.ReferenceImage), DashScopeCase.Video(new("https://media.example/walk.mp4"))));
    }

    [Theory]
    [InlineData("wan2.7-t2v", """{"resolution":"720P","ratio":"9:16","duration":8,"watermark":false,"prompt_extend":false}""")]
    [InlineData("wan3.0-video", """{"resolution":"720P","ratio":"9:16","duration":8,"audio":true,"watermark":false,"prompt_extend":false}""")]
    [InlineData("wan2.6-t2v", """{"size":"720*1280","duration":8,"watermark":false,"prompt_extend":false}""")]
    public async Task Wan_has_fields_by_its_generation(string model, string parameters)
    {
        var request = DashScopeCase.Clip with { UpstreamModel = model, Extras = new() { ["prompt_extend"] = false } };
        Assert.Equal($$$"""{"model":"{{{model}}}","input":{"prompt":"A paper boat"},"parameters":{{{parameters}}}}""", await _case.BodyAsync(request));
    }

    [Fact]
    public async Task Wan_takes_a_last_frame_after_the_first_and_what_is_not_wanted()
    {
        var request = _still with { UpstreamModel = "wan2.7-i2v", Mode = "i2v_first_last", Extras = new() { ["negative_prompt"] = "rain" } };
        Assert.Equal(
            """{"model":"wan2.7-i2v","input":{"prompt":"A paper boat","negative_prompt":"rain","media":[{"type":"first_frame","url":"data:image/png;base64,QQ=="},{"type":"last_frame","url":"data:image/png;base64,Qg=="}]},"parameters":{"resolution":"720P","duration":8,"watermark":false}}""",
            await _case.BodyAsync(request, null, DashScopeCase.Picture(MediaRole.LastFrame, "B"), DashScopeCase.Picture(MediaRole.FirstFrame, "A")));
    }

    [Fact]
    public async Task Older_wan_has_one_field_for_its_picture()
    {
        var body = JsonNode.Parse(await _case.BodyAsync(_still with { UpstreamModel = "wan2.6-i2v", Mode = "i2v" }, null, DashScopeCase.Picture(MediaRole.FirstFrame)))!;
        Assert.Equal("data:image/png;base64,UE5HIQ==", (string?)body["input"]!["img_url"]);
        Assert.Equal("720P", (string?)body["parameters"]!["resolution"]);
    }

    [Theory]
    [InlineData(960, 960, "720p", "720P")]
    [InlineData(832, 1104, "832p", "720P")]
    [InlineData(1440, 1440, "2k", "1080P")]
    [InlineData(1648, 1248, "1080p", "1080P")]
    public async Task Every_size_of_a_tier_has_its_resolution(int width, int height, string tier, string resolution)
    {
        var body = await _case.BodyAsync(DashScopeCase.Clip with { WidthPixels = width, HeightPixels = height, Tier = tier });
        Assert.Equal(resolution, (string?)JsonNode.Parse(body)!["parameters"]!["resolution"]);
    }

    [Theory]
    [InlineData("720p", "720P")]
    [InlineData("960p", "720P")]
    [InlineData("1080p", "1080P")]
    [InlineData("1248p", "1080P")]
    [InlineData("2k", "1080P")]
    public async Task A_tier_without_a_size_has_its_resolution_too(string tier, string resolution)
    {
        var request = _still with { UpstreamModel = "happyhorse-1.0-i2v", Mode = "i2v", Tier = tier };
        var body = await _case.BodyAsync(request, null, DashScopeCase.Picture(MediaRole.FirstFrame));
        Assert.Equal(resolution, (string?)JsonNode.Parse(body)!["parameters"]!["resolution"]);
    }

    [Theory]
    [InlineData("https://upstream.example/api/v1")]
    [InlineData("https://upstream.example/api/v1/")]
    [InlineData("https://upstream.example/")]
    public async Task A_base_url_may_end_in_the_version(string baseUrl)
    {
        _case.Upstream.Answer(200, DashScopeCase.Fixture("poll.running.json"));
        await _case.Provider.PollAsync(_case.Account("""{"workspace":"ws-1"}""", baseUrl), DashScopeCase.Reference, TestContext.Current.CancellationToken);
        Assert.Equal("https://upstream.example/api/v1/tasks/" + DashScopeCase.TaskId, _case.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal("ws-1", _case.Upstream.Request.Headers["X-DashScope-WorkSpace"]);
    }

    [Fact]
    public async Task A_prompt_that_would_be_cut_off_is_refused_before_anything_is_sent()
    {
        var refusal = await _case.RefusedAsync(DashScopeCase.Clip with { Prompt = new string('船', 2501) });
        Assert.Equal((ProviderErrorKind.InvalidRequest, 0), (refusal.Kind, _case.Upstream.Requests.Count));
        Assert.Contains("5002 of at most 5000", refusal.Message, StringComparison.Ordinal);
        await _case.BodyAsync(DashScopeCase.Clip with { Prompt = new string('船', 2500) });
    }

    [Theory]
    [InlineData("i2v_first_last", "last")]
    [InlineData("i2v", "none")]
    [InlineData("t2v", "first")]
    [InlineData("edit", "first")]
    [InlineData("extend", "none")]
    public async Task What_the_protocol_cannot_say_is_refused_before_anything_is_sent(string mode, string media)
    {
        MediaInput[] files = media switch
        {
            "last" => [DashScopeCase.Picture(MediaRole.LastFrame)],
            "first" => [DashScopeCase.Picture(MediaRole.FirstFrame)],
            _ => [],
        };
        var refusal = await _case.RefusedAsync(DashScopeCase.Clip with { Mode = mode }, null, files);
        Assert.Equal((ProviderErrorKind.InvalidRequest, 0), (refusal.Kind, _case.Upstream.Requests.Count));
    }

    [Fact]
    public async Task Silence_several_outputs_and_foreign_parameters_are_refused_before_anything_is_sent()
    {
        foreach (var request in new[]
        {
            DashScopeCase.Clip with { Audio = false }, DashScopeCase.Clip with { Count = 2 }, DashScopeCase.Clip with { Prompt = null },
            DashScopeCase.Clip with { Extras = new() { ["cfg_scale"] = 0.7 } },
        })
        {
            Assert.Equal(ProviderErrorKind.InvalidRequest, (await _case.RefusedAsync(request)).Kind);
        }

        Assert.Empty(_case.Upstream.Requests);
    }
}
