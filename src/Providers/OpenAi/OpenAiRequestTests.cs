using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Tests.Providers.OpenAi;

/// <summary>The exact create that each profile sends.</summary>
public sealed class OpenAiRequestTests
{
    private const string FilePart =
        "--B\r\nContent-Disposition: form-data; name=\"input_reference\"; filename=\"frame.png\"\r\nContent-Type: image/png\r\n\r\nPNG!\r\n";

    private readonly OpenAiCase _test = new();

    [Fact]
    public async Task OpenAi_gets_a_form_with_the_four_fields_and_our_mark_for_tracing()
    {
        await SubmitAsync(null);

        var request = _test.Upstream.Request;
        Assert.Equal((HttpMethod.Post, "https://upstream.example/v1/videos"), (request.Method, request.Url.AbsoluteUri));
        Assert.Equal("Bearer " + OpenAiCase.Key, request.Headers["Authorization"]);
        Assert.Equal("application/json", request.Headers["Accept"]);
        Assert.Equal("att_7", request.Headers["X-Client-Request-Id"]);
        Assert.False(request.Headers.ContainsKey("Idempotency-Key"));
        Assert.False(request.Headers.ContainsKey("Expect"));
        Assert.Equal(new Version(1, 1), request.Version);
        Assert.Equal(request.Body.Length.ToString(), request.Headers["Content-Length"]);
        Assert.Equal(
            OpenAiCase.Field("prompt", "A paper boat on a canal") + OpenAiCase.Field("model", "sora-2") + OpenAiCase.Field("seconds", "8")
            + OpenAiCase.Field("size", "1280x720") + "--B--\r\n",
            OpenAiCase.Form(request));
    }

    [Fact]
    public async Task A_first_frame_goes_last_as_a_file_with_name_type_and_known_length()
    {
        await SubmitAsync("""{"organization":"org_1","project":"proj_1"}""", OpenAiCase.BoatClip with { Mode = "i2v" }, OpenAiCase.Picture());

        var request = _test.Upstream.Request;
        Assert.EndsWith(FilePart + "--B--\r\n", OpenAiCase.Form(request), StringComparison.Ordinal);
        Assert.Equal(request.Body.Length.ToString(), request.Headers["Content-Length"]);
        Assert.Equal(("org_1", "proj_1"), (request.Headers["OpenAI-Organization"], request.Headers["OpenAI-Project"]));
    }

    [Fact]
    public async Task VllmOmni_gets_no_model_and_the_extras_in_its_own_order()
    {
        var extras = new JsonObject { ["seed"] = 7, ["guidance_scale"] = 4.5 };
        await SubmitAsync(
            """{"profile":"vllm_omni"}""", OpenAiCase.BoatClip with { Mode = "i2v", Fps = 16, Audio = true, Count = 2, Extras = extras }, OpenAiCase.Picture());

        Assert.Equal(
            OpenAiCase.Field("prompt", "A paper boat on a canal") + OpenAiCase.Field("seconds", "8") + OpenAiCase.Field("size", "1280x720")
            + OpenAiCase.Field("num_outputs_per_prompt", "2") + OpenAiCase.Field("fps", "16") + OpenAiCase.Field("generate_sound", "true")
            + OpenAiCase.Field("guidance_scale", "4.5") + OpenAiCase.Field("seed", "7") + FilePart + "--B--\r\n",
            OpenAiCase.Form(_test.Upstream.Request));
    }

    [Fact]
    public async Task VllmOmni_takes_the_picture_as_json_text_where_the_channel_says_so()
    {
        await SubmitAsync("""{"profile":"vllm_omni","reference_field":"image_reference"}""", OpenAiCase.BoatClip with { Mode = "i2v" }, OpenAiCase.Picture());

        Assert.Contains(
            OpenAiCase.Field("image_reference", """{"image_url":"data:image/png;base64,UE5HIQ=="}"""), OpenAiCase.Form(_test.Upstream.Request), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SgLang_gets_seconds_as_a_number_and_its_reference_url_needs_a_public_link()
    {
        const string options = """{"profile":"sglang","encoding":"json","reference_field":"reference_url"}""";
        var request = OpenAiCase.BoatClip with { Mode = "i2v", Extras = new JsonObject { ["seed"] = 3 } };
        await SubmitAsync(options, request, OpenAiCase.Picture(publicUrl: new("https://me.example/f.png?s=1&t=2")));

        Assert.Equal(
            """{"prompt":"A paper boat on a canal","model":"sora-2","seconds":8,"size":"1280x720","seed":3,"reference_url":"https://me.example/f.png?s=1&t=2"}""",
            _test.Upstream.Request.Body);
        Assert.Equal("application/json", _test.Upstream.Request.Headers["Content-Type"]);

        var exception = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(options, request, OpenAiCase.Picture()));
        Assert.Equal(ProviderErrorKind.NotSent, exception.Kind);
    }

    [Fact]
    public async Task TrtLlm_gets_json_with_fractional_seconds_and_the_picture_as_a_data_link()
    {
        await SubmitAsync("""{"profile":"trtllm"}""", OpenAiCase.BoatClip with { Mode = "i2v", Prompt = "纸船 \"x\"" }, OpenAiCase.Picture("abcde"));

        var request = _test.Upstream.Request;
        Assert.Equal(
            """{"prompt":"纸船 \"x\"","model":"sora-2","seconds":8.0,"size":"1280x720","image_reference":"data:image/png;base64,YWJjZGU="}""",
            request.Body);
        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(request.Body).ToString(), request.Headers["Content-Length"]);
    }

    [Fact]
    public async Task A_gateway_gets_our_mark_for_deduplication_and_fields_the_operator_fixed()
    {
        await SubmitAsync("""{"profile":"gateway","encoding":"json","fixed_fields":{"group":"stable","seconds":"6"},"fields":{"size":null,"width":"width","height":"height"}}""");

        Assert.Equal("att_7", _test.Upstream.Request.Headers["Idempotency-Key"]);
        Assert.False(_test.Upstream.Request.Headers.ContainsKey("X-Client-Request-Id"));
        Assert.Equal(
            """{"prompt":"A paper boat on a canal","model":"sora-2","width":1280,"height":720,"group":"stable","seconds":"6"}""",
            _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task A_picture_in_json_is_an_object_under_the_protocols_own_name()
    {
        await SubmitAsync("""{"profile":"gateway","encoding":"json"}""", OpenAiCase.BoatClip with { Mode = "i2v" }, OpenAiCase.Picture());
        await SubmitAsync("""{"profile":"gateway","reference_as":"object"}""", OpenAiCase.BoatClip with { Mode = "i2v" }, OpenAiCase.Picture());

        Assert.EndsWith(""","input_reference":{"image_url":"data:image/png;base64,UE5HIQ=="}}""", _test.Upstream.Requests[0].Body, StringComparison.Ordinal);
        Assert.Contains(
            OpenAiCase.Field("input_reference[image_url]", "data:image/png;base64,UE5HIQ=="), OpenAiCase.Form(_test.Upstream.Requests[1]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_picture_arrives_whole_in_base64()
    {
        var bytes = string.Concat(Enumerable.Range(0, 100_001).Select(number => (char)('a' + (number % 26))));
        await SubmitAsync("""{"profile":"trtllm"}""", OpenAiCase.BoatClip with { Mode = "i2v" }, OpenAiCase.Picture(bytes));

        var sent = JsonNode.Parse(_test.Upstream.Request.Body)!["image_reference"]!.GetValue<string>();
        Assert.Equal(bytes, System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(sent["data:image/png;base64,".Length..])));
    }

    [Fact]
    public async Task A_server_without_a_key_gets_none_and_a_key_pair_is_refused()
    {
        await SubmitAsync(null, credential: new ProviderCredential.None());
        Assert.False(_test.Upstream.Request.Headers.ContainsKey("Authorization"));

        var exception = await Assert.ThrowsAsync<ProviderException>(
            () => SubmitAsync(null, credential: new ProviderCredential.KeyPair("access-1", "secret-1")));
        Assert.Equal(ProviderErrorKind.Unauthorized, exception.Kind);
        Assert.DoesNotContain("secret-1", exception.ToString(), StringComparison.Ordinal);
    }

    public static TheoryData<ProviderRequest, string> Unsayable => new()
    {
        { OpenAiCase.BoatClip with { Mode = "i2v_first_last" }, "i2v_first_last" },
        { OpenAiCase.BoatClip with { Extras = new JsonObject { ["seed"] = 7 } }, "seed" },
        { OpenAiCase.BoatClip with { Extras = new JsonObject { ["output_path"] = "/etc/x" } }, "output_path" },
        { OpenAiCase.BoatClip with { Count = 2 }, "2 outputs" },
        { OpenAiCase.BoatClip with { WidthPixels = null, HeightPixels = null, Tier = "720p" }, "tier" },
        { OpenAiCase.BoatClip with { WidthPixels = null, HeightPixels = null, AspectRatio = "16:9" }, "aspect ratio" },
    };

    [Theory]
    [MemberData(nameof(Unsayable), DisableDiscoveryEnumeration = true)]
    public async Task What_the_protocol_cannot_say_is_refused_and_never_left_out(ProviderRequest request, string word)
    {
        var exception = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(null, request));

        Assert.Equal(ProviderErrorKind.InvalidRequest, exception.Kind);
        Assert.Contains(word, exception.Message, StringComparison.Ordinal);
        Assert.Empty(_test.Upstream.Requests);
    }

    [Fact]
    public async Task Any_medium_but_one_first_frame_is_refused()
    {
        var last = OpenAiCase.Picture() with { Role = MediaRole.LastFrame };
        foreach (var media in new[] { [last], new[] { OpenAiCase.Picture(), last } })
            Assert.Equal(ProviderErrorKind.InvalidRequest, (await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(null, null, media))).Kind);
    }

    private Task<Submission> SubmitAsync(string? options, ProviderRequest? request = null, params MediaInput[] media) =>
        SubmitAsync(options, request, media, null);

    private Task<Submission> SubmitAsync(
        string? options, ProviderRequest? request = null, MediaInput[]? media = null, ProviderCredential? credential = null)
    {
        _test.Upstream.Answer(200, OpenAiCase.Fixture("openai.create.ok.json"));
        return _test.Provider.SubmitAsync(
            OpenAiCase.Order(_test.Account(options, credential), request, media ?? []), TestContext.Current.CancellationToken);
    }
}
