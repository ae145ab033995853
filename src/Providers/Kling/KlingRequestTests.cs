using System.Text;
using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Tests.Providers.Kling;

/// <summary>The exact create of every path, and what is refused before anything is sent.</summary>
public sealed class KlingRequestTests
{
    private static readonly Uri Link = new("https://me.example/f?expires=1&signature=2");

    private readonly KlingCase _test = new();

    [Fact]
    public async Task A_text_goes_to_its_path_with_a_signed_token_and_words_as_the_manual_has_them()
    {
        var extras = new JsonObject
        {
            ["negative_prompt"] = "rain", ["cfg_scale"] = 0.7, ["watermark_info"] = new JsonObject { ["enabled"] = true },
        };
        await SubmitAsync(KlingCase.BoatClip with { Prompt = "纸船 \"x\"", Extras = extras });

        var request = _test.Upstream.Request;
        Assert.Equal((HttpMethod.Post, "https://upstream.example/v1/videos/text2video"), (request.Method, request.Url.AbsoluteUri));
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.Equal(
            """{"model_name":"kling-v1-6","prompt":"纸船 \"x\"","negative_prompt":"rain","cfg_scale":0.7,"watermark_info":{"enabled":true},"mode":"std","aspect_ratio":"16:9","duration":"5","external_task_id":"att_7"}""",
            request.Body);
        Assert.Equal(Encoding.UTF8.GetByteCount(request.Body).ToString(), request.Headers["Content-Length"]);
    }

    [Fact]
    public async Task The_token_has_the_vendors_header_and_claims_and_is_made_for_each_call()
    {
        await SubmitAsync(KlingCase.BoatClip);
        _test.Upstream.Answer(200, KlingCase.Fixture("poll.submitted.json"));
        await _test.Provider.PollAsync(_test.Account(now: KlingCase.Now.AddHours(1)), KlingCase.Reference(), TestContext.Current.CancellationToken);

        var first = Claims(_test.Upstream.Requests[0].Headers["Authorization"]);
        Assert.Equal("""{"alg":"HS256","typ":"JWT"}""", first.Header);
        Assert.Equal("""{"iss":"AK-test-0001","exp":1795221000,"nbf":1795219195}""", first.Claims);
        Assert.Equal("""{"iss":"AK-test-0001","exp":1795224600,"nbf":1795222795}""", Claims(_test.Upstream.Requests[1].Headers["Authorization"]).Claims);
    }

    [Fact]
    public async Task An_api_key_is_sent_as_it_is_and_no_credential_is_refused()
    {
        await SubmitAsync(KlingCase.BoatClip, credential: new ProviderCredential.ApiKey("api-key-kling-0001"));
        Assert.Equal("Bearer api-key-kling-0001", _test.Upstream.Request.Headers["Authorization"]);

        var exception = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(KlingCase.BoatClip, credential: new ProviderCredential.None()));
        Assert.Equal(ProviderErrorKind.Unauthorized, exception.Kind);
    }

    [Fact]
    public async Task A_first_frame_goes_inline_in_bare_base64_and_decides_the_ratio()
    {
        await SubmitAsync(KlingCase.BoatClip with { Mode = "i2v" }, media: KlingCase.Picture(bytes: "abcde"));

        Assert.Equal("https://upstream.example/v1/videos/image2video", _test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal(
            """{"model_name":"kling-v1-6","image":"YWJjZGU=","prompt":"A paper boat","mode":"std","duration":"5","external_task_id":"att_7"}""",
            _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task First_and_last_frame_go_by_their_roles_whatever_their_order()
    {
        await SubmitAsync(
            KlingCase.BoatClip with { UpstreamModel = "kling-v3", Mode = "i2v_first_last", Quality = "pro", Seconds = 12, Audio = false },
            media: [KlingCase.Picture(MediaRole.LastFrame, "last"), KlingCase.Picture(MediaRole.FirstFrame, "first")]);

        var body = Body();
        Assert.Equal(("bGFzdA==", "Zmlyc3Q="), ((string?)body["image_tail"], (string?)body["image"]));
        Assert.Equal(("off", "pro", "12"), ((string?)body["sound"], (string?)body["mode"], (string?)body["duration"]));
    }

    [Fact]
    public async Task Reference_pictures_are_a_list_in_the_callers_order()
    {
        await SubmitAsync(
            KlingCase.BoatClip with { Mode = "multi_i2v", AspectRatio = "1:1" },
            media: [KlingCase.Picture(MediaRole.ReferenceImage, "one"), KlingCase.Picture(MediaRole.ReferenceImage, "two")]);

        Assert.Equal("https://upstream.example/v1/videos/multi-image2video", _test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal(
            """{"model_name":"kling-v1-6","image_list":[{"image":"b25l"},{"image":"dHdv"}],"prompt":"A paper boat","mode":"std","aspect_ratio":"1:1","duration":"5","external_task_id":"att_7"}""",
            _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task An_extension_names_the_video_and_neither_model_nor_shape()
    {
        await SubmitAsync(KlingCase.BoatClip with { Mode = "extend", Source = KlingCase.Source("8019", "kling-v1-6") }, callbackUrl: Link);

        Assert.Equal("https://upstream.example/v1/videos/video-extend", _test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal(
            """{"video_id":"8019","prompt":"A paper boat","callback_url":"https://me.example/f?expires=1&signature=2","external_task_id":"att_7"}""",
            _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task An_omni_model_has_one_path_for_everything()
    {
        var omni = KlingCase.BoatClip with { UpstreamModel = "kling-v3-omni", Quality = "pro", Audio = true };
        await SubmitAsync(omni);
        await SubmitAsync(omni with { Mode = "i2v" }, media: KlingCase.Picture());
        await SubmitAsync(
            omni with { Mode = "i2v_first_last" }, media: [KlingCase.Picture(), KlingCase.Picture(MediaRole.LastFrame, "last")]);
        await SubmitAsync(omni with { Mode = "multi_i2v" }, media: KlingCase.Picture(MediaRole.ReferenceImage));

        Assert.All(_test.Upstream.Requests, request => Assert.Equal("https://upstream.example/v1/videos/omni-video", request.Url.AbsoluteUri));
        Assert.Equal(
            [
                """{"model_name":"kling-v3-omni","prompt":"A paper boat","sound":"on","mode":"pro","aspect_ratio":"16:9","duration":"5","external_task_id":"att_7"}""",
                """{"model_name":"kling-v3-omni","image_list":[{"image_url":"UE5HIQ==","type":"first_frame"}],"prompt":"A paper boat","sound":"on","mode":"pro","duration":"5","external_task_id":"att_7"}""",
                """{"model_name":"kling-v3-omni","image_list":[{"image_url":"UE5HIQ==","type":"first_frame"},{"image_url":"bGFzdA==","type":"end_frame"}],"prompt":"A paper boat","sound":"on","mode":"pro","duration":"5","external_task_id":"att_7"}""",
                """{"model_name":"kling-v3-omni","image_list":[{"image_url":"UE5HIQ=="}],"prompt":"A paper boat","sound":"on","mode":"pro","aspect_ratio":"16:9","duration":"5","external_task_id":"att_7"}""",
            ],
            _test.Upstream.Requests.Select(request => request.Body));
    }

    [Fact]
    public async Task A_video_is_sent_as_a_public_link_to_edit_or_to_continue()
    {
        var omni = KlingCase.BoatClip with { UpstreamModel = "kling-video-o1", Extras = new() { ["keep_original_sound"] = "no" } };
        await SubmitAsync(omni with { Mode = "edit", Seconds = null, AspectRatio = null }, media: [KlingCase.Video(Link), KlingCase.Picture(MediaRole.ReferenceImage)]);
        await SubmitAsync(omni with { Mode = "extend", Seconds = 7 }, media: KlingCase.Video(Link));

        Assert.Equal(
            [
                """{"model_name":"kling-video-o1","video_list":[{"video_url":"https://me.example/f?expires=1&signature=2","refer_type":"base","keep_original_sound":"no"}],"image_list":[{"image_url":"UE5HIQ=="}],"prompt":"A paper boat","mode":"std","external_task_id":"att_7"}""",
                """{"model_name":"kling-video-o1","video_list":[{"video_url":"https://me.example/f?expires=1&signature=2","refer_type":"feature","keep_original_sound":"no"}],"prompt":"A paper boat","mode":"std","aspect_ratio":"16:9","duration":"7","external_task_id":"att_7"}""",
            ],
            _test.Upstream.Requests.Select(request => request.Body));
    }

    [Theory]
    [InlineData("kling-v2-6", "std", false, null)]
    [InlineData("kling-v2-6", "pro", false, "off")]
    [InlineData("kling-v2-6", "pro", true, "on")]
    [InlineData("kling-v3", "4k", true, "on")]
    [InlineData("kling-v1-6", "std", false, null)]
    [InlineData("kling-v9", "std", true, "on")]
    public async Task Sound_is_said_wherever_there_is_a_choice(string model, string quality, bool audio, string? sound)
    {
        await SubmitAsync(KlingCase.BoatClip with { UpstreamModel = model, Quality = quality, Audio = audio });
        Assert.Equal(sound, (string?)Body()["sound"]);
    }

    [Fact]
    public async Task Masks_lose_a_data_prefix_and_pictures_may_go_as_links()
    {
        var extras = new JsonObject
        {
            ["static_mask"] = "data:image/png;base64,QUJD",
            ["dynamic_masks"] = JsonNode.Parse("""[{"mask":"data:image/png;base64,REVG","trajectories":[{"x":1,"y":2},{"x":3,"y":4}]}]"""),
        };
        await SubmitAsync(
            KlingCase.BoatClip with { UpstreamModel = "kling-v1", Mode = "i2v", Extras = extras },
            """{"pictures_inline":false}""", media: KlingCase.Picture(publicUrl: Link));

        var body = Body();
        Assert.Equal(("QUJD", "REVG", Link.AbsoluteUri), ((string?)body["static_mask"], (string?)body["dynamic_masks"]![0]!["mask"], (string?)body["image"]));
        Assert.Equal("data:image/png;base64,QUJD", (string?)extras["static_mask"]);
    }

    public static TheoryData<ProviderRequest, MediaInput[], string> Unsayable => new()
    {
        { KlingCase.BoatClip with { Mode = "edit" }, [], "mode edit" },
        { KlingCase.BoatClip with { Mode = "r2v" }, [], "mode r2v" },
        { KlingCase.BoatClip with { Count = 2 }, [], "2 outputs" },
        { KlingCase.BoatClip with { Audio = true }, [], "no sound" },
        { KlingCase.BoatClip with { UpstreamModel = "kling-v2-6", Audio = true }, [], "no sound" },
        { KlingCase.BoatClip with { UpstreamModel = "kling-v3", Extras = new() { ["voice_list"] = new JsonArray() } }, [], "voice_list" },
        { KlingCase.BoatClip with { Extras = new() { ["static_mask"] = "QUJD" } }, [], "static_mask is not a parameter of text2video" },
        { KlingCase.BoatClip with { Extras = new() { ["seed"] = 1 } }, [], "seed" },
        { KlingCase.BoatClip, [KlingCase.Picture()], "t2v cannot be made from first_frame" },
        { KlingCase.BoatClip with { Mode = "i2v" }, [], "i2v cannot be made from nothing" },
        { KlingCase.BoatClip with { Mode = "i2v_first_last" }, [KlingCase.Picture(), KlingCase.Picture()], "first_frame, first_frame" },
        { KlingCase.BoatClip with { Mode = "multi_i2v" }, [KlingCase.Picture()], "multi_i2v" },
        { KlingCase.BoatClip with { Mode = "extend" }, [], "Kling's own id" },
        { KlingCase.BoatClip with { Mode = "extend", Source = KlingCase.Source("1", "kling-v1") }, [], "made with kling-v1" },
        { KlingCase.BoatClip with { Mode = "extend", UpstreamModel = "kling-v3-omni" }, [KlingCase.Video(null)], "no public address" },
        { KlingCase.BoatClip with { Mode = "edit", UpstreamModel = "kling-video-o1" }, [KlingCase.Video(null)], "no public address" },
        { KlingCase.BoatClip with { Mode = "edit", UpstreamModel = "kling-video-o1" }, [KlingCase.Picture()], "first_frame" },
    };

    [Theory]
    [MemberData(nameof(Unsayable), DisableDiscoveryEnumeration = true)]
    public async Task What_the_protocol_cannot_say_is_refused_and_never_left_out(ProviderRequest request, MediaInput[] media, string words)
    {
        var exception = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(request, media: media));

        Assert.Equal(ProviderErrorKind.InvalidRequest, exception.Kind);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
        Assert.Empty(_test.Upstream.Requests);
    }

    private static (string Header, string Claims) Claims(string authorization)
    {
        var parts = authorization["Bearer ".Length..].Split('.');
        Assert.Equal(3, parts.Length);
        return (Text(parts[0]), Text(parts[1]));

        static string Text(string part) => Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(part));
    }

    private JsonNode Body() => JsonNode.Parse(_test.Upstream.Request.Body)!;

    private Task<Submission> SubmitAsync(
        ProviderRequest request, string? options = null, ProviderCredential? credential = null, Uri? callbackUrl = null, params MediaInput[] media)
    {
        _test.Upstream.Answer(200, KlingCase.Fixture("submit.ok.json"));
        var order = KlingCase.Order(_test.Account(options, credential), request, media) with { CallbackUrl = callbackUrl };
        return _test.Provider.SubmitAsync(order, TestContext.Current.CancellationToken);
    }
}
