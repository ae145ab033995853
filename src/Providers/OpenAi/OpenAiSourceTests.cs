using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Tests.Providers.OpenAi;

/// <summary>Edits and extensions of earlier videos, as each profile sends them.</summary>
public sealed class OpenAiSourceTests
{
    private const string FilePart =
        "--B\r\nContent-Disposition: form-data; name=\"video\"; filename=\"clip.mp4\"\r\nContent-Type: video/mp4\r\n\r\nMP4!\r\n";

    private static readonly ProviderRequest Edit = new() { UpstreamModel = "sora-2", Mode = "edit", Prompt = "A paper boat on a canal" };
    private static readonly ProviderRequest Extension = Edit with { Mode = "extend", Seconds = 4 };
    private static readonly MediaInput File = OpenAiCase.Clip(MediaRole.SourceVideo);

    private readonly OpenAiCase _test = new();

    [Fact]
    public async Task An_edit_of_an_uploaded_file_names_its_model_and_has_a_known_length()
    {
        var accepted = Assert.IsType<Submission.Accepted>(await SubmitAsync(null, Edit, File));

        var request = _test.Upstream.Request;
        Assert.Equal("video_6890edit", accepted.UpstreamId);
        Assert.Equal("https://upstream.example/v1/videos/edits", request.Url.AbsoluteUri);
        Assert.Equal(request.Body.Length.ToString(), request.Headers["Content-Length"]);
        Assert.Equal("att_7", request.Headers["X-Client-Request-Id"]);
        Assert.Equal(
            OpenAiCase.Field("prompt", "A paper boat on a canal") + OpenAiCase.Field("model", "sora-2") + FilePart + "--B--\r\n",
            OpenAiCase.Form(request));
    }

    [Fact]
    public async Task An_edit_of_this_accounts_own_video_names_it_by_id_and_takes_its_model()
    {
        await SubmitAsync(null, Edit with { Source = OpenAiCase.Earlier() });
        await SubmitAsync(null, Edit with { Source = OpenAiCase.Earlier("{}") }, File);

        Assert.All(_test.Upstream.Requests, request => Assert.Equal(
            OpenAiCase.Field("prompt", "A paper boat on a canal") + OpenAiCase.Field("video[id]", "video_0") + "--B--\r\n",
            OpenAiCase.Form(request)));
    }

    [Fact]
    public async Task An_extension_says_its_seconds_in_the_channels_form()
    {
        await SubmitAsync(null, Extension with { Source = OpenAiCase.Earlier() });
        await SubmitAsync("""{"profile":"gateway","seconds_as":"int"}""", Extension, File);

        Assert.All(_test.Upstream.Requests, request => Assert.Equal("https://upstream.example/v1/videos/extensions", request.Url.AbsoluteUri));
        Assert.Equal(
            OpenAiCase.Field("prompt", "A paper boat on a canal") + OpenAiCase.Field("seconds", "4") + OpenAiCase.Field("video[id]", "video_0")
            + "--B--\r\n",
            OpenAiCase.Form(_test.Upstream.Requests[0]));
        Assert.Equal(
            OpenAiCase.Field("prompt", "A paper boat on a canal") + OpenAiCase.Field("model", "sora-2") + OpenAiCase.Field("seconds", "4")
            + FilePart + "--B--\r\n",
            OpenAiCase.Form(_test.Upstream.Requests[1]));
        Assert.Equal("att_7", _test.Upstream.Requests[1].Headers["Idempotency-Key"]);
    }

    [Fact]
    public async Task In_json_an_id_is_an_object_and_a_file_still_needs_a_form()
    {
        const string options = """{"encoding":"json","fixed_fields":{"group":"stable"},"fields":{"user":"user"}}""";
        await SubmitAsync(options, Extension with { Source = OpenAiCase.Earlier(), UserHash = "u1" });
        await SubmitAsync(options, Edit, File);

        Assert.Equal(
            """{"prompt":"A paper boat on a canal","seconds":"4","user":"u1","group":"stable","video":{"id":"video_0"}}""",
            _test.Upstream.Requests[0].Body);
        Assert.Contains(OpenAiCase.Field("group", "stable") + FilePart, OpenAiCase.Form(_test.Upstream.Requests[1]), StringComparison.Ordinal);
    }

    public static TheoryData<string, ProviderRequest, MediaInput[], string> Unsayable => new()
    {
        { "openai", Edit, [], "one source video" },
        { "openai", Edit, [File, File], "one source video" },
        { "openai", Edit, [OpenAiCase.Picture()], "one source video" },
        { "openai", Edit with { Source = OpenAiCase.Earlier() }, [OpenAiCase.Picture()], "one source video" },
        { "openai", Edit with { Seconds = 4 }, [File], "seconds" },
        { "openai", Edit with { WidthPixels = 1280, HeightPixels = 720 }, [File], "size" },
        { "openai", Edit with { Count = 2 }, [File], "2 outputs" },
        { "openai", Extension with { Seconds = null }, [File], "needs seconds" },
        { "gateway", Edit with { Extras = new JsonObject { ["seed"] = 1 } }, [File], "seed" },
        { "vllm_omni", Edit, [File], "no mode edit" },
        { "sglang", Extension, [File], "no mode extend" },
        { "trtllm", Edit with { Source = OpenAiCase.Earlier() }, [], "no mode edit" },
    };

    [Theory]
    [MemberData(nameof(Unsayable), DisableDiscoveryEnumeration = true)]
    public async Task What_cannot_be_said_of_a_source_is_refused(string profile, ProviderRequest request, MediaInput[] media, string word)
    {
        var exception = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync($$"""{"profile":"{{profile}}"}""", request, media));

        Assert.Equal(ProviderErrorKind.InvalidRequest, exception.Kind);
        Assert.Contains(word, exception.Message, StringComparison.Ordinal);
        Assert.Empty(_test.Upstream.Requests);
    }

    [Fact]
    public async Task A_server_that_has_got_the_operation_since_needs_only_a_setting()
    {
        await SubmitAsync("""{"profile":"sglang","has_edits":true}""", Edit, File);
        Assert.EndsWith("/videos/edits", _test.Upstream.Request.Url.AbsolutePath, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "openai.poll.succeeded.json", """{"id":"video_1","seconds":8}""")]
    [InlineData("""{"profile":"gateway"}""", "gateway.poll.succeeded.video_url.json", """{"id":"video_1"}""")]
    [InlineData("""{"profile":"sglang"}""", "sglang.poll.succeeded.json", null)]
    public async Task A_finished_video_leaves_what_a_later_order_needs_to_name_it(string options, string fixture, string? reference)
    {
        var body = JsonNode.Parse(OpenAiCase.Fixture(fixture))!.AsObject();
        if (reference?.Contains("seconds", StringComparison.Ordinal) == false)
            body.Remove("seconds");
        _test.Upstream.Answer(200, body.ToJsonString());
        var result = await _test.Provider.PollAsync(_test.Account(options), OpenAiCase.Reference("video_1"), TestContext.Current.CancellationToken);

        Assert.Equal(reference, Assert.IsType<PollResult.Succeeded>(result).OutputReference?.GetRawText());
    }

    private Task<Submission> SubmitAsync(string? options, ProviderRequest request, params MediaInput[] media)
    {
        _test.Upstream.Answer(200, OpenAiCase.Fixture(request.Mode == "edit" ? "openai.edit.ok.json" : "openai.extend.ok.json"));
        return _test.Provider.SubmitAsync(OpenAiCase.Order(_test.Account(options), request, media), TestContext.Current.CancellationToken);
    }
}
