using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Tests.Providers.Seedance;

/// <summary>What goes over the wire, to the byte, and what is refused instead.</summary>
public sealed class SeedanceRequestTests
{
    private readonly SeedanceCase _test = new();

    [Fact]
    public async Task Text_says_everything_that_changes_the_price_and_nothing_else()
    {
        var sent = await _test.SentAsync();
        Assert.Equal("https://ark.example/api/v3/contents/generations/tasks", sent.Url.AbsoluteUri);
        Assert.Equal(("Bearer " + SeedanceCase.Key, "application/json"), (sent.Headers["Authorization"], sent.Headers["Content-Type"]));
        Assert.Equal(
            """{"model":"doubao-seedance-1-0-pro-250528","content":[{"type":"text","text":"A paper boat"}],"resolution":"720p","ratio":"16:9","duration":5,"watermark":false,"execution_expires_after":7200}""",
            sent.Body);
    }

    [Fact]
    public async Task What_only_the_older_models_take_goes_to_them_alone()
    {
        var extras = new JsonObject { ["seed"] = 7, ["camera_fixed"] = true, ["watermark"] = true };
        var sent = await _test.SentAsync(SeedanceCase.Boat with { Extras = extras, UserHash = "abc" }, """{"execution_expires_after":null,"safety_identifier":false}""");
        Assert.Equal(
            """{"model":"doubao-seedance-1-0-pro-250528","content":[{"type":"text","text":"A paper boat"}],"resolution":"720p","ratio":"16:9","duration":5,"watermark":true,"seed":7,"camera_fixed":true}""",
            sent.Body);
        foreach (var name in new[] { "seed", "camera_fixed" })
        {
            _test.Upstream.Requests.Clear();
            Assert.Contains(name, await _test.RefusedAsync(Two() with { Extras = new() { [name] = extras[name]!.DeepClone() } }), StringComparison.Ordinal);
        }

        _test.Upstream.Requests.Clear();
        Assert.Contains("frames", await _test.RefusedAsync(SeedanceCase.Boat with { Extras = new() { ["frames"] = 29 } }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "true")]
    [InlineData(false, "false")]
    public async Task Sound_is_said_where_there_is_a_choice(bool audio, string word)
    {
        var order = Two() with { Audio = audio, UserHash = "abc" };
        var sent = await _test.SentAsync(order);
        Assert.Contains($"\"generate_audio\":{word},\"execution_expires_after\":7200,\"safety_identifier\":\"abc\"}}", sent.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("generate_audio", (await _test.SentAsync(SeedanceCase.Boat with { Audio = false })).Body, StringComparison.Ordinal);
        _test.Upstream.Requests.Clear();
        Assert.Contains("no sound", await _test.RefusedAsync(SeedanceCase.Boat with { Audio = true }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_have_roles_and_decide_the_ratio()
    {
        var order = SeedanceCase.Boat with { Mode = "i2v_first_last", Prompt = null, WidthPixels = null, HeightPixels = null, AspectRatio = null };
        var sent = JsonNode.Parse((await _test.SentAsync(order, media: [SeedanceCase.File(MediaRole.LastFrame, "image/jpeg", "JPG!"u8.ToArray()), SeedanceCase.File(MediaRole.FirstFrame)])).Body)!;
        Assert.Equal(
            """[{"type":"image_url","role":"last_frame","image_url":{"url":"data:image/jpeg;base64,SlBHIQ=="}},{"type":"image_url","role":"first_frame","image_url":{"url":"data:image/png;base64,UE5HIQ=="}}]""",
            sent["content"]!.ToJsonString());
        Assert.Equal(("720p", "adaptive"), ((string?)sent["resolution"], (string?)sent["ratio"]));
    }

    [Fact]
    public async Task Material_keeps_the_callers_order_and_videos_go_as_links()
    {
        var order = Two() with { Mode = "reference_material", Audio = true };
        var sent = JsonNode.Parse((await _test.SentAsync(order, media:
        [
            SeedanceCase.File(MediaRole.ReferenceImage), SeedanceCase.File(MediaRole.ReferenceVideo, "video/mp4", link: "https://gw.example/a.mp4"),
            SeedanceCase.File(MediaRole.ReferenceAudio, "audio/mpeg", "ID3"u8.ToArray()), SeedanceCase.File(MediaRole.ReferenceAudio, "audio/wav", "RIFF"u8.ToArray()),
        ])).Body)!;
        Assert.Equal(
            [
                """{"type":"text","text":"A paper boat"}""",
                """{"type":"image_url","role":"reference_image","image_url":{"url":"data:image/png;base64,UE5HIQ=="}}""",
                """{"type":"video_url","role":"reference_video","video_url":{"url":"https://gw.example/a.mp4"}}""",
                """{"type":"audio_url","role":"reference_audio","audio_url":{"url":"data:audio/mp3;base64,SUQz"}}""",
                """{"type":"audio_url","role":"reference_audio","audio_url":{"url":"data:audio/wav;base64,UklGRg=="}}""",
            ],
            sent["content"]!.AsArray().Select(item => item!.ToJsonString()));
    }

    [Fact]
    public async Task What_does_not_fit_the_body_goes_as_a_link_or_not_at_all()
    {
        var order = Two() with { Mode = "reference_images" };
        var small = SeedanceCase.File(MediaRole.ReferenceImage, link: "https://gw.example/small.png");
        var large = SeedanceCase.File(MediaRole.ReferenceImage, link: "https://gw.example/large.png", size: 46_000_000);
        var urls = JsonNode.Parse((await _test.SentAsync(order, media: [large, small])).Body)!["content"]!.AsArray().Skip(1).Select(item => (string)item!["image_url"]!["url"]!).ToList();
        Assert.Equal(("https://gw.example/large.png", true), (urls[0], urls[1].StartsWith("data:", StringComparison.Ordinal)));
        urls = [.. JsonNode.Parse((await _test.SentAsync(order, """{"media_inline":false}""", media: [small])).Body)!["content"]!.AsArray().Skip(1).Select(item => (string)item!["image_url"]!["url"]!)];
        Assert.Equal(["https://gw.example/small.png"], urls);

        _test.Upstream.Requests.Clear();
        Assert.Contains("Reelay__PublicUrl", await _test.RefusedAsync(order, null, SeedanceCase.File(MediaRole.ReferenceImage, size: 46_000_000)), StringComparison.Ordinal);
        Assert.Contains(
            "reference_video", await _test.RefusedAsync(order with { Mode = "reference_material" }, null, SeedanceCase.File(MediaRole.ReferenceVideo, "video/mp4")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SeedanceCase.Pro, "https://ark.ap-southeast.bytepluses.com/api/v3", null, "seedance-1-0-pro-250528")]
    [InlineData(SeedanceCase.Sound, "https://ark.eu-west.bytepluses.com/api/v3", null, "seedance-1-5-pro-251215")]
    [InlineData(SeedanceCase.Two, "https://ark.ap-southeast.bytepluses.com/api/v3", null, "dreamina-seedance-2-0-260128")]
    [InlineData(SeedanceCase.Two, "https://ark.cn-beijing.volces.com/api/v3", null, SeedanceCase.Two)]
    [InlineData(SeedanceCase.Two, "https://ark.ap-southeast.bytepluses.com/api/v3", """{"platform":"volcengine"}""", SeedanceCase.Two)]
    [InlineData(SeedanceCase.Two, "https://proxy.example/api/v3", """{"platform":"byteplus"}""", "dreamina-seedance-2-0-260128")]
    [InlineData(SeedanceCase.Two, "https://ark.cn-beijing.volces.com/api/v3", """{"model_ids":{"doubao-seedance-2-0-260128":"ep-20260401-x"}}""", "ep-20260401-x")]
    public async Task Each_platform_and_account_has_its_own_name_for_a_model(string model, string baseUrl, string? options, string name)
    {
        var sent = await _test.SentAsync((model == SeedanceCase.Pro ? SeedanceCase.Boat : Two()) with { UpstreamModel = model }, options, baseUrl);
        Assert.Equal(name, (string?)JsonNode.Parse(sent.Body)!["model"]);
        Assert.StartsWith(baseUrl + "/contents/", sent.Url.AbsoluteUri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_for_callbacks_goes_along()
    {
        _test.Upstream.Answer(200, SeedanceCase.Fixture("submit.ok.json"));
        var order = _test.Order(_test.Account()) with { CallbackUrl = new("https://gw.example/callbacks/4f1c") };
        var accepted = Assert.IsType<Submission.Accepted>(await _test.Provider.SubmitAsync(order, TestContext.Current.CancellationToken));
        Assert.Contains("\"callback_url\":\"https://gw.example/callbacks/4f1c\"", _test.Upstream.Request.Body, StringComparison.Ordinal);
        Assert.Equal((SeedanceCase.TaskId, $$"""{"id":"{{SeedanceCase.TaskId}}"}"""), (accepted.UpstreamId, accepted.Reference.GetRawText()));
    }

    [Fact]
    public async Task What_the_protocol_cannot_say_is_refused_before_anything_is_sent()
    {
        var boat = SeedanceCase.Boat;
        var picture = SeedanceCase.File(MediaRole.ReferenceImage);
        var sound = SeedanceCase.File(MediaRole.ReferenceAudio, "audio/mpeg");
        Assert.Contains("1000x1000", await _test.RefusedAsync(boat with { WidthPixels = 1000, HeightPixels = 1000 }), StringComparison.Ordinal);
        Assert.Contains("360p", await _test.RefusedAsync(boat with { WidthPixels = null, HeightPixels = null, Tier = "360p" }), StringComparison.Ordinal);
        Assert.Contains("needs a size", await _test.RefusedAsync(boat with { WidthPixels = null, HeightPixels = null }), StringComparison.Ordinal);
        Assert.Contains("length", await _test.RefusedAsync(boat with { Seconds = null }), StringComparison.Ordinal);
        Assert.Contains("2 outputs", await _test.RefusedAsync(boat with { Count = 2 }), StringComparison.Ordinal);
        Assert.Contains("no prompt", await _test.RefusedAsync(boat with { Prompt = "" }), StringComparison.Ordinal);
        Assert.Contains("t2v cannot be made", await _test.RefusedAsync(boat, null, picture), StringComparison.Ordinal);
        Assert.Contains("edit cannot be made", await _test.RefusedAsync(boat with { Mode = "edit" }), StringComparison.Ordinal);
        Assert.Contains("reference_audio", await _test.RefusedAsync(Two() with { Mode = "reference_material" }, null, sound), StringComparison.Ordinal);
        Assert.Contains(
            "first_frame, reference_image", await _test.RefusedAsync(boat with { Mode = "i2v" }, null, SeedanceCase.File(MediaRole.FirstFrame), picture), StringComparison.Ordinal);
    }

    private static ProviderRequest Two() => SeedanceCase.Boat with { UpstreamModel = SeedanceCase.Two, WidthPixels = 1280, HeightPixels = 720 };
}
