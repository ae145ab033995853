using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.Xai;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Xai;

/// <summary>What the tests of this provider share: one account, one order, small files.</summary>
public sealed class XaiCase
{
    public const string Key = "xai-test-secret-0001";

    public static readonly ProviderRequest Boat = new()
    {
        UpstreamModel = "grok-imagine-video", Mode = "t2v", Prompt = "A paper boat", Seconds = 8, WidthPixels = 1280, HeightPixels = 720,
        AspectRatio = "16:9", Tier = "720p", Audio = true,
    };

    public static readonly ProviderRequest Picture = new()
    {
        UpstreamModel = "grok-imagine-image", Mode = "t2i", Prompt = "A paper boat", WidthPixels = 1024, HeightPixels = 1024, AspectRatio = "1:1", Tier = "1k",
    };

    public XaiProvider Provider { get; } = new();

    public RecordingUpstream Upstream { get; } = new();

    public ProviderAccount Account(string? options = null) => new()
    {
        ChannelId = "channel-1",
        BaseUrl = new("https://api.x.ai/v1"),
        Credential = new ProviderCredential.ApiKey(Key),
        Options = options is null ? default : JsonElement.Parse(options),
        Http = new HttpMessageInvoker(Upstream),
        Time = TimeProvider.System,
    };

    public static MediaInput File(MediaRole role, string text, string type = "image/png", string? link = "https://gateway.example/in") => new()
    {
        Role = role,
        ContentType = type,
        SizeBytes = text.Length,
        FileName = "input.bin",
        PublicUrl = link is null ? null : new(link),
        OpenAsync = _ => Task.FromResult<Stream>(new MemoryStream(Encoding.ASCII.GetBytes(text))),
    };

    public Task<Submission> SubmitAsync(ProviderRequest request, string? options = null, params MediaInput[] media) => Provider.SubmitAsync(
        new() { Account = Account(options), Request = request, AttemptToken = "att_7", Media = media, Deadline = DateTimeOffset.MaxValue },
        TestContext.Current.CancellationToken);

    public Task<PollResult> PollAsync() =>
        Provider.PollAsync(Account(), JsonElement.Parse("""{"id":"5f2f0f7e-5b6e-4f0e-9a56-1f4f0c3f7f11"}"""), TestContext.Current.CancellationToken);
}

/// <summary>What goes over the wire, to the byte. What every provider must do is in <see cref="XaiConformanceTests"/>.</summary>
public sealed class XaiTests
{
    private const string Frame = """{"url":"data:image/png;base64,UE5H"}""";

    [Fact]
    public async Task A_video_from_text_says_length_ratio_and_resolution_and_nothing_else()
    {
        var test = new XaiCase();
        test.Upstream.Answer(200, """{"request_id":"5f2f0f7e-5b6e-4f0e-9a56-1f4f0c3f7f11"}""");
        var accepted = Assert.IsType<Submission.Accepted>(await test.SubmitAsync(XaiCase.Boat with { UserHash = "u7" }));

        Assert.Equal("5f2f0f7e-5b6e-4f0e-9a56-1f4f0c3f7f11", accepted.UpstreamId);
        Assert.Equal("""{"id":"5f2f0f7e-5b6e-4f0e-9a56-1f4f0c3f7f11"}""", accepted.Reference.GetRawText());
        var sent = test.Upstream.Request;
        Assert.Equal((HttpMethod.Post, "https://api.x.ai/v1/videos/generations"), (sent.Method, sent.Url.AbsoluteUri));
        Assert.Equal(("Bearer " + XaiCase.Key, "application/json"), (sent.Headers["Authorization"], sent.Headers["Content-Type"]));
        Assert.Equal(
            """{"model":"grok-imagine-video","prompt":"A paper boat","duration":8,"aspect_ratio":"16:9","resolution":"720p","user":"u7"}""", sent.Body);
    }

    public static TheoryData<string, string> Bodies => new()
    {
        { "i2v", $$"""{"model":"grok-imagine-video","prompt":"A paper boat","image":{{Frame}},"duration":8,"resolution":"720p"}""" },
        {
            "i2v_first_last",
            $$"""{"model":"grok-imagine-video-1.5","prompt":"A paper boat","image":{{Frame}},"last_frame":{"url":"data:image/png;base64,RU5E"},"duration":8,"resolution":"720p","generate_audio":false}"""
        },
        {
            "reference_images",
            $$"""{"model":"grok-imagine-video-1.5","prompt":"A paper boat","reference_images":[{{Frame}},{"url":"data:image/png;base64,RU5E"}],"reference_audios":[{"url":"data:audio/mpeg;base64,SUQz"}],"duration":8,"aspect_ratio":"16:9","resolution":"720p","generate_audio":false}"""
        },
        { "edit", """{"model":"grok-imagine-video","prompt":"A paper boat","video":{"url":"data:video/mp4;base64,TVA0"},"user":"u7"}""" },
        { "extend", """{"model":"grok-imagine-video","prompt":"A paper boat","video":{"url":"data:video/mp4;base64,TVA0"},"duration":6}""" },
    };

    [Theory, MemberData(nameof(Bodies))]
    public async Task Each_mode_has_fields_of_its_own(string mode, string body)
    {
        var test = new XaiCase();
        test.Upstream.Answer(200, """{"request_id":"id-1"}""");
        MediaInput first = XaiCase.File(MediaRole.FirstFrame, "PNG"), last = XaiCase.File(MediaRole.LastFrame, "END");
        var newer = XaiCase.Boat with { Mode = mode, UpstreamModel = "grok-imagine-video-1.5", Audio = false };
        var source = XaiCase.Boat with { Mode = mode, Seconds = null, WidthPixels = null, HeightPixels = null, AspectRatio = null, Tier = null, UserHash = "u7" };
        await (mode switch
        {
            "i2v" => test.SubmitAsync(XaiCase.Boat with { Mode = mode }, null, first),
            "i2v_first_last" => test.SubmitAsync(newer, null, last, first),
            "reference_images" => test.SubmitAsync(
                newer, null, first with { Role = MediaRole.ReferenceImage }, XaiCase.File(MediaRole.ReferenceAudio, "ID3", "audio/mpeg"),
                last with { Role = MediaRole.ReferenceImage }),
            _ => test.SubmitAsync(mode == "extend" ? source with { Seconds = 6 } : source, null, XaiCase.File(MediaRole.SourceVideo, "MP4", "video/mp4")),
        });
        Assert.Equal(body, test.Upstream.Request.Body);
        Assert.Equal(
            mode switch { "edit" => "/v1/videos/edits", "extend" => "/v1/videos/extensions", _ => "/v1/videos/generations" },
            test.Upstream.Request.Url.AbsolutePath);
    }

    [Theory]
    [InlineData("t2i", 1, 1024, 1024, null, "1:1", "1k")]
    [InlineData("t2i", 3, 3120, 1440, "high", "19.5:9", "2k")]
    [InlineData("t2i", 1, 720, 1600, null, "9:20", "1k")]
    [InlineData("t2i", 1, null, null, null, "auto", "1k")]
    [InlineData("edit", 2, 2560, 1440, null, "16:9", "2k")]
    public async Task Pictures_have_a_ratio_and_one_of_two_resolutions(string mode, int count, int? width, int? height, string? quality, string ratio, string resolution)
    {
        var test = new XaiCase();
        test.Upstream.Answer(200, """{"data":[{"url":"https://imgen.x.ai/a.jpeg"}]}""");
        var order = XaiCase.Picture with { Mode = mode, Count = count, WidthPixels = width, HeightPixels = height, AspectRatio = null, Quality = quality };
        await test.SubmitAsync(order, null, mode == "edit" ? [XaiCase.File(MediaRole.ReferenceImage, "PNG")] : []);

        var expected = new JsonObject { ["model"] = "grok-imagine-image", ["prompt"] = "A paper boat" };
        if (mode == "edit") expected["image"] = new JsonObject { ["url"] = "data:image/png;base64,UE5H", ["type"] = "image_url" };
        (expected["n"], expected["aspect_ratio"], expected["resolution"]) = (count, ratio, resolution);
        if (quality is not null) expected["quality"] = quality;
        expected["response_format"] = "url";
        Assert.Equal(expected.ToJsonString(), test.Upstream.Request.Body);
        Assert.Equal(mode == "edit" ? "/v1/images/edits" : "/v1/images/generations", test.Upstream.Request.Url.AbsolutePath);
        Assert.Equal("application/json", test.Upstream.Request.Headers["Content-Type"]);
    }

    [Fact]
    public async Task An_edit_of_several_pictures_names_them_in_their_order()
    {
        var test = new XaiCase();
        test.Upstream.Answer(200, """{"data":[{"url":"https://imgen.x.ai/a.jpeg"}]}""");
        await test.SubmitAsync(
            XaiCase.Picture with { Mode = "edit" }, """{"image_format":"b64_json"}""",
            XaiCase.File(MediaRole.ReferenceImage, "PNG"), XaiCase.File(MediaRole.ReferenceImage, "END"));
        var body = JsonNode.Parse(test.Upstream.Request.Body)!;
        Assert.Equal(
            """[{"url":"data:image/png;base64,UE5H","type":"image_url"},{"url":"data:image/png;base64,RU5E","type":"image_url"}]""", body["images"]!.ToJsonString());
        Assert.Equal("b64_json", (string?)body["response_format"]);
        Assert.Null(body["image"]);
    }

    [Theory]
    [InlineData("""{"inputs":"link"}""", """{"url":"https://gateway.example/in"}""", true)]
    [InlineData("""{"audio_switch":false}""", Frame, false)]
    [InlineData(null, Frame, true)]
    public async Task Options_change_how_inputs_go_and_whether_sound_is_said(string? options, string image, bool saysSound)
    {
        var test = new XaiCase();
        test.Upstream.Answer(200, """{"request_id":"id-1"}""");
        await test.SubmitAsync(XaiCase.Boat with { UpstreamModel = "grok-imagine-video-1.5", Mode = "i2v" }, options, XaiCase.File(MediaRole.FirstFrame, "PNG"));
        var body = JsonNode.Parse(test.Upstream.Request.Body)!;
        Assert.Equal(image, body["image"]!.ToJsonString());
        Assert.Equal(saysSound, (bool?)body["generate_audio"] ?? false);
    }

    [Theory]
    [InlineData("silent", "sound cannot be left out")]
    [InlineData("two", "2 videos cannot be asked for at once")]
    [InlineData("prompt", "a prompt is needed")]
    [InlineData("media", "mode i2v cannot be made from 0 such inputs")]
    [InlineData("extra", "seed is not a parameter")]
    [InlineData("link", "no public address")]
    public async Task What_it_cannot_say_is_refused_before_anything_is_sent(string what, string says)
    {
        var test = new XaiCase();
        var order = what switch
        {
            "silent" => XaiCase.Boat with { Audio = false },
            "two" => XaiCase.Boat with { Count = 2 },
            "prompt" => XaiCase.Boat with { Prompt = null },
            "media" => XaiCase.Boat with { Mode = "i2v" },
            "extra" => XaiCase.Boat with { Extras = new() { ["seed"] = 7 } },
            _ => XaiCase.Boat with { Mode = "i2v" },
        };
        var refusal = await Assert.ThrowsAsync<ProviderException>(() => what == "link"
            ? test.SubmitAsync(order, """{"inputs":"link"}""", XaiCase.File(MediaRole.FirstFrame, "PNG", link: null))
            : test.SubmitAsync(order));
        Assert.Equal(ProviderErrorKind.InvalidRequest, refusal.Kind);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(test.Upstream.Requests);
    }

    [Fact]
    public async Task A_poll_asks_by_the_handle_and_gives_link_and_length()
    {
        var test = new XaiCase();
        test.Upstream.Answer(200, """{"status":"done","video":{"url":"https://vidgen.x.ai/a.mp4","duration":8}}""");
        var done = Assert.IsType<PollResult.Succeeded>(await test.PollAsync());
        Assert.Equal("https://api.x.ai/v1/videos/5f2f0f7e-5b6e-4f0e-9a56-1f4f0c3f7f11", test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal("https://vidgen.x.ai/a.mp4", Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(done.Outputs)).Url.Value.AbsoluteUri);
        Assert.Equal(8, done.Usage!.Seconds);
    }
}
