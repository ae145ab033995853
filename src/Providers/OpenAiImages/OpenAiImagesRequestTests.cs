using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Tests.Providers.OpenAiImages;

/// <summary>The exact requests that each profile sends.</summary>
public sealed class OpenAiImagesRequestTests
{
    private const string Answer = """{"data":[{"b64_json":"UE5H"}]}""";

    private readonly OpenAiImagesCase _test = new();

    [Fact]
    public async Task A_picture_from_text_is_json_with_model_count_and_size()
    {
        await RunAsync(null, OpenAiImagesCase.Boat);

        var request = _test.Upstream.Request;
        Assert.Equal((HttpMethod.Post, "https://upstream.example/v1/images/generations"), (request.Method, request.Url.AbsoluteUri));
        Assert.Equal("Bearer " + OpenAiImagesCase.Key, request.Headers["Authorization"]);
        Assert.Equal(("application/json", "application/json"), (request.Headers["Accept"], request.Headers["Content-Type"]));
        Assert.Equal("att_7", request.Headers["X-Client-Request-Id"]);
        Assert.False(request.Headers.ContainsKey("Idempotency-Key"));
        Assert.Equal(request.Body.Length.ToString(), request.Headers["Content-Length"]);
        Assert.Equal("""{"model":"gpt-image-2","prompt":"A paper boat on a canal","n":1,"size":"1536x864"}""", request.Body);
    }

    [Fact]
    public async Task Everything_that_was_ordered_is_said_and_auto_stands_for_no_size()
    {
        var extras = new JsonObject { ["background"] = "opaque", ["output_format"] = "webp", ["output_compression"] = 80, ["moderation"] = "low" };
        var order = OpenAiImagesCase.Boat with
        {
            Prompt = "纸船 \"x\" + 1",
            WidthPixels = null,
            HeightPixels = null,
            Tier = "1k",
            Quality = "high",
            Count = 2,
            UserHash = "u1",
            Extras = extras,
        };
        _test.Upstream.Answer(200, """{"data":[{"b64_json":"UE5H"},{"b64_json":"UE5H"}]}""");
        await _test.RunAsync(OpenAiImagesCase.Order(_test.Account("""{"organization":"org_1","project":"proj_1"}"""), order));

        Assert.Equal(
            """{"model":"gpt-image-2","prompt":"纸船 \"x\" + 1","n":2,"size":"auto","quality":"high","background":"opaque","output_format":"webp","output_compression":80,"moderation":"low","safety_identifier":"u1"}""",
            _test.Upstream.Request.Body);
        Assert.Equal(("org_1", "proj_1"), (_test.Upstream.Request.Headers["OpenAI-Organization"], _test.Upstream.Request.Headers["OpenAI-Project"]));
    }

    [Fact]
    public async Task An_edit_of_one_picture_is_a_form_with_the_picture_last()
    {
        await RunAsync(null, OpenAiImagesCase.Edit with { Quality = "low" }, OpenAiImagesCase.Picture());

        var request = _test.Upstream.Request;
        Assert.Equal("https://upstream.example/v1/images/edits", request.Url.AbsoluteUri);
        Assert.Equal(request.Body.Length.ToString(), request.Headers["Content-Length"]);
        Assert.Equal(
            Field("model", "gpt-image-2") + Field("prompt", "A paper boat on a canal") + Field("n", "1") + Field("size", "1536x864")
            + Field("quality", "low") + File("image", "PNG!") + "--B--\r\n",
            Form());
    }

    [Fact]
    public async Task Several_pictures_go_in_order_under_the_name_of_a_list_and_the_mask_behind_them()
    {
        await RunAsync(
            null,
            OpenAiImagesCase.Edit with { Extras = new JsonObject { ["output_compression"] = 5 } },
            OpenAiImagesCase.Picture("M", MediaRole.Mask), OpenAiImagesCase.Picture("first"), OpenAiImagesCase.Picture("second", type: "jpeg"));

        Assert.EndsWith(
            Field("output_compression", "5") + File("image[]", "first") + File("image[]", "second", "jpeg") + File("mask", "M") + "--B--\r\n",
            Form(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_self_hosted_server_is_asked_for_bytes_and_gets_only_what_it_knows()
    {
        var extras = new JsonObject { ["seed"] = 7, ["guidance_scale"] = 4.5 };
        await RunAsync(
            """{"profile":"compatible"}""", OpenAiImagesCase.Boat with { WidthPixels = null, HeightPixels = null, UserHash = "u1", Extras = extras });
        Assert.Equal(
            """{"model":"gpt-image-2","prompt":"A paper boat on a canal","n":1,"seed":7,"guidance_scale":4.5,"response_format":"b64_json"}""",
            _test.Upstream.Request.Body);
        Assert.False(_test.Upstream.Request.Headers.ContainsKey("X-Client-Request-Id"));
    }

    [Fact]
    public async Task Names_of_fields_are_settings_and_fixed_fields_win()
    {
        await RunAsync(
            """{"profile":"compatible","send_model":false,"mask_field":"mask_image","user_field":"user","fixed_fields":{"size":"512x512","true_cfg_scale":4}}""",
            OpenAiImagesCase.Edit with { UserHash = "u1" },
            OpenAiImagesCase.Picture("a"), OpenAiImagesCase.Picture("b"), OpenAiImagesCase.Picture("M", MediaRole.Mask));

        Assert.Equal(
            Field("prompt", "A paper boat on a canal") + Field("n", "1") + Field("response_format", "b64_json") + Field("user", "u1")
            + Field("size", "512x512") + Field("true_cfg_scale", "4") + File("image", "a") + File("image", "b") + File("mask_image", "M") + "--B--\r\n",
            Form());
    }

    [Fact]
    public async Task What_cannot_be_said_is_refused_before_anything_is_sent()
    {
        var picture = OpenAiImagesCase.Picture();
        var seventeen = Enumerable.Repeat(picture, 17).ToArray();
        (string Word, ProviderRequest Request, MediaInput[] Media, string? Options)[] orders =
        [
            ("t2v", OpenAiImagesCase.Boat with { Mode = "t2v" }, [], null),
            ("prompt", OpenAiImagesCase.Boat with { Prompt = null }, [], null),
            ("takes no pictures", OpenAiImagesCase.Boat, [picture], null),
            ("1 to 16", OpenAiImagesCase.Edit, [], null),
            ("1 to 16", OpenAiImagesCase.Edit, seventeen, null),
            ("1 to 16", OpenAiImagesCase.Edit, [OpenAiImagesCase.Picture("M", MediaRole.Mask)], null),
            ("reference images", OpenAiImagesCase.Edit, [picture, OpenAiImagesCase.Picture("V", MediaRole.FirstFrame)], null),
            ("2 masks", OpenAiImagesCase.Edit, [picture, OpenAiImagesCase.Picture("M", MediaRole.Mask), OpenAiImagesCase.Picture("M", MediaRole.Mask)], null),
            ("1 masks", OpenAiImagesCase.Edit, [picture, OpenAiImagesCase.Picture("M", MediaRole.Mask)], """{"mask_field":null}"""),
            ("aspect ratio", OpenAiImagesCase.Boat with { WidthPixels = null, HeightPixels = null, AspectRatio = "1:1" }, [], null),
            ("background", OpenAiImagesCase.Boat with { Extras = new JsonObject { ["background"] = "opaque" } }, [], """{"profile":"compatible"}"""),
        ];
        foreach (var (word, request, media, options) in orders)
        {
            var exception = await Assert.ThrowsAsync<ProviderException>(() => _test.RunAsync(OpenAiImagesCase.Order(_test.Account(options), request, media)));
            Assert.Equal(ProviderErrorKind.InvalidRequest, exception.Kind);
            Assert.Contains(word, exception.Message, StringComparison.Ordinal);
            Assert.Contains("channel-1", exception.Message, StringComparison.Ordinal);
        }

        Assert.Empty(_test.Upstream.Requests);
    }

    [Fact]
    public async Task Only_a_key_or_none_authenticates()
    {
        _test.Upstream.Answer(200, Answer);
        await _test.RunAsync(OpenAiImagesCase.Order(_test.Account(null, new ProviderCredential.None())));
        Assert.False(_test.Upstream.Request.Headers.ContainsKey("Authorization"));

        var pair = _test.Account(null, new ProviderCredential.KeyPair("a", "b"));
        var exception = await Assert.ThrowsAsync<ProviderException>(() => _test.RunAsync(OpenAiImagesCase.Order(pair)));
        Assert.Equal(ProviderErrorKind.Unauthorized, exception.Kind);
        Assert.Single(_test.Upstream.Requests);
    }

    private async Task RunAsync(string? options, ProviderRequest request, params MediaInput[] media)
    {
        _test.Upstream.Answer(200, Answer);
        await _test.RunAsync(OpenAiImagesCase.Order(_test.Account(options), request, media));
    }

    private string Form()
    {
        const string start = "multipart/form-data; boundary=";
        var request = _test.Upstream.Request;
        Assert.StartsWith(start, request.Headers["Content-Type"], StringComparison.Ordinal);
        return request.Body.Replace(request.Headers["Content-Type"][start.Length..], "B", StringComparison.Ordinal);
    }

    private static string Field(string name, string value) => $"--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n";

    private static string File(string name, string bytes, string type = "png") =>
        $"--B\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"input.{type}\"\r\nContent-Type: image/{type}\r\n\r\n{bytes}\r\n";
}
