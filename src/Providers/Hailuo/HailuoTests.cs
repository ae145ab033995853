using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.Hailuo;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Hailuo;

/// <summary>One adapter in front of an upstream that gives the answers it was told.</summary>
internal sealed class HailuoCase
{
    public const string TaskId = "268830411923456";

    public HailuoProvider Provider { get; } = new();

    public RecordingUpstream Upstream { get; } = new();

    public static bool IsSecond(string model) => model.StartsWith("MiniMax-H3", StringComparison.Ordinal);

    public static string Fixture(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Providers", "Hailuo", "Fixtures", name));

    public static MediaInput Media(MediaRole role, string type = "image/png", bool hasLink = false, long size = 3) => new()
    {
        Role = role, ContentType = type, SizeBytes = size, FileName = "input", OpenAsync = _ => Task.FromResult<Stream>(new MemoryStream([1, 2, 3])),
        PublicUrl = hasLink ? new($"https://gw.example/{role}") : null,
    };

    public ProviderAccount Account(string? options = null) => new()
    {
        ChannelId = "channel-1",
        BaseUrl = new("https://api.minimax.io"),
        Credential = new ProviderCredential.ApiKey("sk-test-secret-0001"),
        Options = options is null ? default : JsonElement.Parse(options),
        Http = new HttpMessageInvoker(Upstream),
        Time = TimeProvider.System,
    };

    public Task<Submission> SubmitAsync(ProviderRequest request, string? options = null, Uri? callback = null, params MediaInput[] media) => Provider.SubmitAsync(
        new()
        {
            Account = Account(options), Request = request, AttemptToken = "att_7", Media = media, CallbackUrl = callback, Deadline = DateTimeOffset.MaxValue,
        },
        TestContext.Current.CancellationToken);
}

/// <summary>What goes over the wire, to the byte. What every provider must do is in <see cref="HailuoConformanceTests"/>.</summary>
public sealed class HailuoTests
{
    private static readonly ProviderRequest Clip = new()
    {
        UpstreamModel = "MiniMax-Hailuo-2.3", Mode = "t2v", Prompt = "A tailor threads a needle [Push in]", Seconds = 6, WidthPixels = 1366, HeightPixels = 768,
        Tier = "768p", AspectRatio = "16:9",
    };

    private static readonly ProviderRequest Fox = Clip with { UpstreamModel = "MiniMax-H3", Prompt = "The fox runs past", Seconds = 8, Audio = true };

    private readonly HailuoCase _test = new();

    [Fact]
    public async Task A_text_goes_out_with_length_and_resolution_in_the_vendors_words()
    {
        var accepted = await FirstAsync(
            Clip with { Extras = new JsonObject { ["prompt_optimizer"] = false, ["fast_pretreatment"] = true, ["aigc_watermark"] = false } }, new Uri("https://gw.example/callbacks/hailuo/t"));
        Assert.Equal(HailuoCase.TaskId, accepted.UpstreamId);
        Assert.Equal(("https://api.minimax.io/v1/video_generation", "Bearer sk-test-secret-0001", "application/json"), Sent());
        Assert.Equal(
            """{"model":"MiniMax-Hailuo-2.3","prompt":"A tailor threads a needle [Push in]","duration":6,"resolution":"768P","prompt_optimizer":false,"fast_pretreatment":true,"aigc_watermark":false,"callback_url":"https://gw.example/callbacks/hailuo/t"}""",
            _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task Frames_go_as_data_urls_and_a_prompt_may_be_missing()
    {
        await FirstAsync(
            Clip with { UpstreamModel = "MiniMax-Hailuo-02", Mode = "i2v_first_last", Prompt = null, WidthPixels = null, HeightPixels = null, AspectRatio = null, Tier = "1080p" },
            null, HailuoCase.Media(MediaRole.LastFrame, "image/jpeg"), HailuoCase.Media(MediaRole.FirstFrame));
        Assert.Equal(
            """{"model":"MiniMax-Hailuo-02","last_frame_image":"data:image/jpeg;base64,AQID","first_frame_image":"data:image/png;base64,AQID","duration":6,"resolution":"1080P"}""",
            _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task A_person_goes_as_the_one_subject_without_length_and_resolution()
    {
        await FirstAsync(
            Clip with { UpstreamModel = "S2V-01", Mode = "reference_images", Prompt = "she walks", Tier = "720p" }, null, HailuoCase.Media(MediaRole.ReferenceImage));
        Assert.Equal(
            """{"model":"S2V-01","prompt":"she walks","subject_reference":[{"type":"character","image":["data:image/png;base64,AQID"]}]}""", _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task The_second_protocol_has_content_with_roles_and_a_ratio_for_text()
    {
        await SecondAsync(Fox with { Extras = new JsonObject { ["aigc_watermark"] = true } });
        Assert.Equal("https://api.minimax.io/v2/video_generation", _test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal(
            """{"model":"MiniMax-H3","content":[{"type":"text","text":"The fox runs past"}],"resolution":"768P","duration":8,"ratio":"16:9","aigc_watermark":true}""",
            _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task The_second_protocol_leaves_the_ratio_to_the_frames()
    {
        await SecondAsync(Fox with { Mode = "i2v", AspectRatio = null }, HailuoCase.Media(MediaRole.FirstFrame));
        Assert.Equal(
            """{"model":"MiniMax-H3","content":[{"type":"text","text":"The fox runs past"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"},"role":"first_frame"}],"resolution":"768P","duration":8}""",
            _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task Material_keeps_the_callers_order_and_goes_as_links_where_it_is_asked_so()
    {
        await SecondAsync(
            """{"media_inline":false}""",
            Fox with { Mode = "reference_material", Tier = "2k" },
            HailuoCase.Media(MediaRole.ReferenceVideo, "video/mp4", hasLink: true), HailuoCase.Media(MediaRole.ReferenceAudio, "audio/mpeg", hasLink: true));
        var body = JsonNode.Parse(_test.Upstream.Request.Body)!;
        Assert.Equal("""[{"type":"text","text":"The fox runs past"},{"type":"video_url","video_url":{"url":"https://gw.example/ReferenceVideo"},"role":"reference_video"},{"type":"audio_url","audio_url":{"url":"https://gw.example/ReferenceAudio"},"role":"reference_audio"}]""", body["content"]!.ToJsonString());
        Assert.Equal(("2K", "16:9"), ((string?)body["resolution"], (string?)body["ratio"]));
    }

    [Fact]
    public async Task Files_that_are_too_large_for_one_request_go_as_links_or_not_at_all()
    {
        var frames = new[] { HailuoCase.Media(MediaRole.FirstFrame, size: 30_000_000, hasLink: true), HailuoCase.Media(MediaRole.LastFrame, size: 29_000_000, hasLink: true) };
        await SecondAsync(Fox with { Mode = "i2v_first_last", AspectRatio = null }, frames);
        Assert.Contains("https://gw.example/FirstFrame", _test.Upstream.Request.Body, StringComparison.Ordinal);

        var refusal = await RefusedAsync(Fox with { Mode = "i2v_first_last" }, [.. frames.Select(frame => frame with { PublicUrl = null })]);
        Assert.Contains("Reelay__PublicUrl", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_can_move_a_model_to_the_other_protocol()
    {
        _test.Upstream.Answer(200, HailuoCase.Fixture("v2.submit.ok.json"));
        await _test.SubmitAsync(Fox with { UpstreamModel = "house-model" }, """{"protocol":"v2"}""");
        Assert.EndsWith("/v2/video_generation", _test.Upstream.Request.Url.AbsoluteUri, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Unsayable => new()
    {
        { "t2v with a picture", "such inputs" }, { "no prompt", "needs a prompt" }, { "two", "outputs" }, { "sound", "sound" }, { "upright", "9:16" },
        { "seed", "seed" }, { "h3 silent", "sound" }, { "h3 optimizer", "prompt_optimizer" }, { "h3 no prompt", "needs a prompt" }, { "h3 sound alone", "such inputs" },
        { "two persons", "such inputs" }, { "last frame alone", "such inputs" },
    };

    [Theory, MemberData(nameof(Unsayable))]
    public async Task What_a_protocol_cannot_say_is_refused_before_anything_is_sent(string what, string word)
    {
        var picture = HailuoCase.Media(MediaRole.ReferenceImage);
        (ProviderRequest Request, MediaInput[] Media) order = what switch
        {
            "t2v with a picture" => (Clip, [HailuoCase.Media(MediaRole.FirstFrame)]),
            "no prompt" => (Clip with { Prompt = " " }, []),
            "two" => (Clip with { Count = 2 }, []),
            "sound" => (Clip with { Audio = true }, []),
            "upright" => (Clip with { AspectRatio = "9:16" }, []),
            "seed" => (Clip with { Extras = new JsonObject { ["seed"] = 7 } }, []),
            "h3 silent" => (Fox with { Audio = false }, []),
            "h3 optimizer" => (Fox with { Extras = new JsonObject { ["prompt_optimizer"] = true } }, []),
            "h3 no prompt" => (Fox with { Mode = "i2v", Prompt = null }, [HailuoCase.Media(MediaRole.FirstFrame)]),
            "h3 sound alone" => (Fox with { Mode = "r2v" }, [HailuoCase.Media(MediaRole.ReferenceAudio, "audio/mpeg")]),
            "two persons" => (Clip with { Mode = "reference_images" }, [picture, picture]),
            _ => (Clip with { Mode = "i2v_first_last" }, [HailuoCase.Media(MediaRole.LastFrame)]),
        };
        Assert.Contains(word, (await RefusedAsync(order.Request, order.Media)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MiniMax-H3", "v2")]
    [InlineData("MiniMax-H3-Max", "v2")]
    [InlineData("MiniMax-H4", "v2")]
    [InlineData("MiniMax-Hailuo-2.3", "v1")]
    [InlineData("T2V-01", "v1")]
    [InlineData("MiniMax-H", "v1")]
    public async Task The_name_of_a_model_says_which_protocol_it_speaks(string model, string protocol)
    {
        _test.Upstream.Answer(200, HailuoCase.Fixture(protocol == "v2" ? "v2.poll.running.json" : "v1.poll.processing.json"));
        var id = protocol == "v2" ? "h3-20261121-0001" : HailuoCase.TaskId;
        var reference = _test.Provider.ReferenceOf(Clip with { UpstreamModel = model }, id);
        Assert.Equal(new PollResult.Running(true), await _test.Provider.PollAsync(_test.Account(), reference!.Value, TestContext.Current.CancellationToken));
        Assert.StartsWith($"https://api.minimax.io/{protocol}/query/video_generation", _test.Upstream.Request.Url.AbsoluteUri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("ü")]
    public void What_cannot_be_an_id_makes_no_reference(string id) => Assert.Null(_test.Provider.ReferenceOf(Clip, id));

    [Fact]
    public void Variables_of_the_vendors_own_tools_make_a_channel()
    {
        var variables = new Dictionary<string, string> { ["MINIMAX_API_KEY"] = "k", ["MINIMAX_API_HOST"] = "https://api.minimaxi.com" };
        var channel = Assert.Single(_test.Provider.FromVariables(variables.GetValueOrDefault));
        Assert.Equal(("hailuo", "https://api.minimaxi.com"), (channel.Id, channel.BaseUrl));
        Assert.Empty(_test.Provider.FromVariables(_ => null));
    }

    [Fact]
    public void Models_nobody_has_listed_have_the_facts_of_the_newest_and_the_watermark_can_be_taken_away()
    {
        var rows = _test.Provider.ModelsOf(JsonElement.Parse("""{"watermark_field":false}"""), ["MiniMax-H4", "MiniMax-Hailuo-3"]);
        Assert.Contains(rows, row => row is { Name: "MiniMax-H4", Audio: "always" } && row.Modes.Contains("r2v"));
        Assert.Contains(rows, row => row is { Name: "MiniMax-Hailuo-3", Audio: "never" });
        Assert.All(rows, row => Assert.DoesNotContain(row.Extras, extra => extra.Name == "aigc_watermark"));
        Assert.Contains(_test.Provider.ModelsOf(default, ["MiniMax-H3"]), row => row.Extras.Any(extra => extra.Name == "aigc_watermark"));
    }

    [Theory]
    [InlineData("""{"protocol":"v3"}""", "protocol")]
    [InlineData("""{"poll_404_confirmations":0}""", "poll_404_confirmations")]
    public void Mistaken_options_are_named(string options, string name) =>
        Assert.Contains(name, Assert.Single(_test.Provider.FindMistakes(JsonElement.Parse(options))), StringComparison.Ordinal);

    private (string Url, string Key, string Type) Sent()
    {
        var request = _test.Upstream.Request;
        return (request.Url.AbsoluteUri, request.Headers["Authorization"], request.Headers["Content-Type"]);
    }

    private async Task<Submission.Accepted> FirstAsync(ProviderRequest request, Uri? callback = null, params MediaInput[] media)
    {
        _test.Upstream.Answer(200, HailuoCase.Fixture("v1.submit.ok.json"));
        return Assert.IsType<Submission.Accepted>(await _test.SubmitAsync(request, null, callback, media));
    }

    private Task<Submission> SecondAsync(ProviderRequest request, params MediaInput[] media) => SecondAsync(null, request, media);

    private Task<Submission> SecondAsync(string? options, ProviderRequest request, params MediaInput[] media)
    {
        _test.Upstream.Answer(200, HailuoCase.Fixture("v2.submit.ok.json"));
        return _test.SubmitAsync(request, options, null, media);
    }

    private async Task<ProviderException> RefusedAsync(ProviderRequest request, params MediaInput[] media)
    {
        var before = _test.Upstream.Requests.Count;
        var refusal = await Assert.ThrowsAsync<ProviderException>(() => _test.SubmitAsync(request, null, null, media));
        Assert.Equal((ProviderErrorKind.InvalidRequest, before), (refusal.Kind, _test.Upstream.Requests.Count));
        return refusal;
    }
}
