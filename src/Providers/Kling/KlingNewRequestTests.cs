using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Tests.Providers.Kling;

/// <summary>The exact create of every path of the new generation, and what is refused before anything is sent.</summary>
public sealed class KlingNewRequestTests
{
    private static readonly Uri Link = new("https://me.example/f?expires=1&signature=2");

    private readonly KlingCase _test = new();

    [Fact]
    public async Task A_text_goes_to_the_path_of_its_model_with_the_key_as_it_is()
    {
        var extras = new JsonObject { ["watermark_info"] = new JsonObject { ["enabled"] = true } };
        await SubmitAsync(KlingNewCase.BoatClip with { Prompt = "纸船 \"x\"", Extras = extras, Seconds = 12, Audio = true, Quality = "pro" }, callbackUrl: Link);

        var request = _test.Upstream.Request;
        Assert.Equal((HttpMethod.Post, "https://upstream.example/text-to-video/kling-3.0"), (request.Method, request.Url.AbsoluteUri));
        Assert.Equal(("application/json", "Bearer api-key-kling-0001"), (request.Headers["Content-Type"], request.Headers["Authorization"]));
        Assert.Equal(
            """{"prompt":"纸船 \"x\"","settings":{"resolution":"1080p","aspect_ratio":"16:9","duration":12,"audio":"native","multi_shot":false},"options":{"callback_url":"https://me.example/f?expires=1&signature=2","external_task_id":"att_7","watermark_info":{"enabled":true}}}""",
            request.Body);
    }

    [Theory]
    [InlineData("kling-v2-5-turbo", "std", null, """{"resolution":"720p","aspect_ratio":"16:9","duration":5}""", "kling-2.5-turbo")]
    [InlineData("kling-2.6", "std", null, """{"resolution":"720p","aspect_ratio":"16:9","duration":5}""", "kling-2.6")]
    [InlineData("kling-v2-6", "pro", false, """{"resolution":"1080p","aspect_ratio":"16:9","duration":5,"audio":"off"}""", "kling-2.6")]
    [InlineData("kling-3.0-turbo", "pro", null, """{"resolution":"1080p","aspect_ratio":"16:9","duration":5}""", "kling-3.0-turbo")]
    [InlineData("kling-3.0", "4k", true, """{"resolution":"4k","aspect_ratio":"16:9","duration":5,"audio":"native","multi_shot":false}""", "kling-3.0")]
    [InlineData("kling-4.0", null, null, """{"resolution":"720p","aspect_ratio":"16:9","duration":5,"multi_shot":false}""", "kling-4.0")]
    public async Task Settings_are_said_only_where_the_model_has_them(string model, string? quality, bool? audio, string settings, string path)
    {
        await SubmitAsync(KlingNewCase.BoatClip with { UpstreamModel = model, Quality = quality, Audio = audio });
        Assert.Equal("https://upstream.example/text-to-video/" + path, _test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal($$$"""{"prompt":"A paper boat","settings":{{{settings}}},"options":{"external_task_id":"att_7"}}""", _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task Frames_are_contents_in_bare_base64_and_decide_the_ratio()
    {
        var boat = KlingNewCase.BoatClip with { UpstreamModel = "kling-v2-5-turbo", Quality = "pro", Audio = null };
        await SubmitAsync(boat with { Mode = "i2v" }, media: KlingCase.Picture(bytes: "abcde"));
        await SubmitAsync(
            boat with { Mode = "i2v_first_last" }, media: [KlingCase.Picture(MediaRole.LastFrame, "last"), KlingCase.Picture(MediaRole.FirstFrame, "first")]);

        Assert.All(_test.Upstream.Requests, request => Assert.Equal("https://upstream.example/image-to-video/kling-2.5-turbo", request.Url.AbsoluteUri));
        Assert.Equal(
            [
                """{"contents":[{"type":"prompt","text":"A paper boat"},{"type":"first_frame","url":"YWJjZGU="}],"settings":{"resolution":"1080p","duration":5},"options":{"external_task_id":"att_7"}}""",
                """{"contents":[{"type":"prompt","text":"A paper boat"},{"type":"last_frame","url":"bGFzdA=="},{"type":"first_frame","url":"Zmlyc3Q="}],"settings":{"resolution":"1080p","duration":5},"options":{"external_task_id":"att_7"}}""",
            ],
            _test.Upstream.Requests.Select(request => request.Body));
    }

    [Fact]
    public async Task An_omni_model_names_its_inputs_and_the_prompt_names_them_as_callers_do_in_the_legacy_way()
    {
        var extras = new JsonObject { ["element_list"] = JsonNode.Parse("""[{"element_id":321930081569316},{"element_id":"77"}]""") };
        var omni = KlingNewCase.BoatClip with { UpstreamModel = "kling-v3-omni", AspectRatio = "1:1", Extras = extras };
        await SubmitAsync(
            omni with { Mode = "multi_i2v", Prompt = "<<<image_2>>> meets <<<image_1>>>在 and <<<element_2>>>, not <<<other>>>" },
            media: [KlingCase.Picture(MediaRole.ReferenceImage, "one"), KlingCase.Picture(MediaRole.ReferenceImage, "two")]);

        Assert.Equal("https://upstream.example/omni-video/kling-3.0-omni", _test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal(
            """{"contents":[{"type":"prompt","text":"@image_2 meets @image_1 在 and @element_2, not <<<other>>>"},{"type":"refer_image","url":"b25l","id":"image_1"},{"type":"refer_image","url":"dHdv","id":"image_2"},{"type":"element","element_id":"321930081569316","id":"element_1"},{"type":"element","element_id":"77","id":"element_2"}],"settings":{"resolution":"720p","aspect_ratio":"1:1","duration":5,"audio":"off","multi_shot":false},"options":{"external_task_id":"att_7"}}""",
            _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task A_video_is_sent_as_a_public_link_to_edit_or_to_continue()
    {
        var omni = KlingNewCase.BoatClip with { UpstreamModel = "kling-3.0-omni", Audio = null };
        await SubmitAsync(
            omni with { Mode = "edit", Seconds = null, AspectRatio = null, Extras = new() { ["keep_original_sound"] = "yes" } },
            media: [KlingCase.Video(Link), KlingCase.Picture(MediaRole.ReferenceImage)]);
        await SubmitAsync(omni with { Mode = "extend", Seconds = 7 }, media: KlingCase.Video(Link));

        Assert.Equal(
            [
                """{"contents":[{"type":"prompt","text":"A paper boat"},{"type":"base_video","url":"https://me.example/f?expires=1&signature=2","id":"video_1"},{"type":"refer_image","url":"UE5HIQ==","id":"image_1"}],"settings":{"resolution":"720p","audio":"original","multi_shot":false},"options":{"external_task_id":"att_7"}}""",
                """{"contents":[{"type":"prompt","text":"A paper boat"},{"type":"feature_video","url":"https://me.example/f?expires=1&signature=2","id":"video_1"}],"settings":{"resolution":"720p","aspect_ratio":"16:9","duration":7},"options":{"external_task_id":"att_7"}}""",
            ],
            _test.Upstream.Requests.Select(request => request.Body));
    }

    [Fact]
    public async Task Shots_are_written_into_the_prompt_in_their_order()
    {
        var shots = JsonNode.Parse("""[{"index":2,"prompt":"it sinks, slowly","duration":"3"},{"index":1,"prompt":"a boat","duration":2}]""");
        await SubmitAsync(KlingNewCase.BoatClip with { Extras = new() { ["multi_shot"] = true, ["shot_type"] = "customize", ["multi_prompt"] = shots } });
        await SubmitAsync(KlingNewCase.BoatClip with { Extras = new() { ["multi_shot"] = true, ["shot_type"] = "intelligence" } });

        var bodies = _test.Upstream.Requests.Select(request => JsonNode.Parse(request.Body)!).ToList();
        Assert.Equal(["shot 1, 2, a boat; shot 2, 3, it sinks, slowly;", "A paper boat"], bodies.Select(body => (string?)body["prompt"]));
        Assert.All(bodies, body => Assert.True((bool)body["settings"]!["multi_shot"]!));
    }

    [Fact]
    public async Task Voices_and_links_go_along()
    {
        var extras = new JsonObject { ["voice_list"] = JsonNode.Parse("""[{"voice_id":"v-9"}]""") };
        await SubmitAsync(
            KlingNewCase.BoatClip with { UpstreamModel = "kling-v2-6", Mode = "i2v", Quality = "pro", Audio = true, Prompt = "<<<voice_1>>>: hello", Extras = extras },
            options: """{"dialect":"new","pictures_inline":false}""", media: KlingCase.Picture(publicUrl: Link));
        Assert.Equal(
            """{"contents":[{"type":"prompt","text":"@voice_1: hello"},{"type":"first_frame","url":"https://me.example/f?expires=1&signature=2"},{"type":"voice","voice_id":"v-9","id":"voice_1"}],"settings":{"resolution":"1080p","duration":5,"audio":"native"},"options":{"external_task_id":"att_7"}}""",
            _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task A_key_pair_is_a_mistake_of_the_channel_and_nothing_is_sent_with_it()
    {
        foreach (var credential in new ProviderCredential[] { new ProviderCredential.KeyPair(KlingCase.Access, KlingCase.Secret), new ProviderCredential.None() })
        {
            var account = _test.Account(KlingNewCase.Options, credential);
            foreach (var call in new Func<Task>[]
            {
                () => _test.Provider.SubmitAsync(KlingCase.Order(account, KlingNewCase.BoatClip), TestContext.Current.CancellationToken),
                () => _test.Provider.PollAsync(account, KlingCase.Reference("tasks"), TestContext.Current.CancellationToken),
                () => _test.Provider.TestAsync(account, TestContext.Current.CancellationToken),
            })
            {
                var exception = await Assert.ThrowsAsync<ProviderException>(call);
                Assert.Equal(ProviderErrorKind.Unauthorized, exception.Kind);
                Assert.Contains("channel channel-1: Kling's new API takes an API key only", exception.Message, StringComparison.Ordinal);
            }
        }

        Assert.Empty(_test.Upstream.Requests);
    }

    public static TheoryData<ProviderRequest, MediaInput[], string> Unsayable => new()
    {
        { KlingNewCase.BoatClip with { UpstreamModel = "kling-v1-6" }, [], "kling-v1-6 is not in Kling's new API" },
        { KlingNewCase.BoatClip with { Mode = "extend" }, [], "mode extend is not made by kling-v3" },
        { KlingNewCase.BoatClip with { Mode = "multi_i2v" }, [], "mode multi_i2v" },
        { KlingNewCase.BoatClip with { Count = 2 }, [], "2 outputs" },
        { KlingNewCase.BoatClip with { Prompt = null }, [], "a prompt is needed" },
        { KlingNewCase.BoatClip with { UpstreamModel = "kling-v2-6", Audio = true }, [], "no sound" },
        { KlingNewCase.BoatClip with { UpstreamModel = "kling-3.0-turbo", Audio = false }, [], "makes sound always" },
        { KlingNewCase.BoatClip with { Extras = new() { ["negative_prompt"] = "rain" } }, [], "negative_prompt is not a parameter of text-to-video" },
        { KlingNewCase.BoatClip with { Extras = new() { ["element_list"] = new JsonArray() } }, [], "element_list is not a parameter of text-to-video" },
        { KlingNewCase.BoatClip with { UpstreamModel = "kling-3.0-turbo", Audio = null, Extras = new() { ["multi_shot"] = true } }, [], "multi_shot is not a parameter of kling-3.0-turbo" },
        { KlingNewCase.BoatClip with { Extras = new() { ["multi_shot"] = true, ["shot_type"] = "customize" } }, [], "needs multi_prompt" },
        { KlingNewCase.BoatClip with { Extras = new() { ["multi_prompt"] = new JsonArray() } }, [], "needs multi_shot" },
        { Shots("""[{"prompt":"a; b","duration":"5"}]"""), [], "no semicolon" },
        { Shots("""[{"prompt":"a"}]"""), [], "duration" },
        { Shots("[]"), [], "must be a list" },
        { KlingNewCase.BoatClip, [KlingCase.Picture()], "t2v cannot be made from first_frame" },
        { KlingNewCase.BoatClip with { Mode = "i2v" }, [], "i2v cannot be made from nothing" },
        { KlingNewCase.BoatClip with { Mode = "i2v", Extras = new() { ["element_list"] = new JsonArray(7) } }, [KlingCase.Picture()], "element_list must be a list" },
        { KlingNewCase.BoatClip with { Mode = "i2v", UpstreamModel = "kling-v2-6", Extras = new() { ["voice_list"] = new JsonArray() } }, [KlingCase.Picture()], "voice_list needs sound" },
        { KlingNewCase.BoatClip with { Mode = "edit", UpstreamModel = "kling-o1" }, [KlingCase.Video(null)], "no public address" },
    };

    [Theory]
    [MemberData(nameof(Unsayable), DisableDiscoveryEnumeration = true)]
    public async Task What_the_generation_cannot_say_is_refused_and_never_left_out(ProviderRequest request, MediaInput[] media, string words)
    {
        var exception = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(request, media: media));
        Assert.Equal(ProviderErrorKind.InvalidRequest, exception.Kind);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
        Assert.Empty(_test.Upstream.Requests);
    }

    [Fact]
    public async Task A_new_name_is_made_in_the_new_generation_at_a_legacy_channel_too_but_by_an_api_key_only()
    {
        var turbo = KlingNewCase.BoatClip with { UpstreamModel = "kling-3.0-turbo", Audio = null };
        await SubmitAsync(turbo, options: "{}");
        Assert.Equal("https://upstream.example/text-to-video/kling-3.0-turbo", _test.Upstream.Request.Url.AbsoluteUri);

        var exception = await Assert.ThrowsAsync<ProviderException>(
            () => _test.Provider.SubmitAsync(KlingCase.Order(_test.Account(), turbo), TestContext.Current.CancellationToken));
        Assert.Equal(ProviderErrorKind.Unauthorized, exception.Kind);
        Assert.Contains("API key only, not KeyPair", exception.Message, StringComparison.Ordinal);
        Assert.Single(_test.Upstream.Requests);
    }

    private static ProviderRequest Shots(string shots) =>
        KlingNewCase.BoatClip with { Extras = new() { ["multi_shot"] = true, ["multi_prompt"] = JsonNode.Parse(shots) } };

    private Task<Submission> SubmitAsync(ProviderRequest request, Uri? callbackUrl = null, string? options = null, params MediaInput[] media)
    {
        _test.Upstream.Answer(200, KlingCase.Fixture("new.submit.ok.json"));
        var order = KlingCase.Order(_test.Account(options ?? KlingNewCase.Options, KlingNewCase.Key), request, media) with { CallbackUrl = callbackUrl };
        return _test.Provider.SubmitAsync(order, TestContext.Current.CancellationToken);
    }
}
