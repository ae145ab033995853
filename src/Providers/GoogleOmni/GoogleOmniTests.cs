using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.GoogleOmni;
using Reelay.Simulators;
using Reelay.Tests.Conformance;
using Reelay.Tests.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.GoogleOmni;

/// <summary>What goes out for an order, and what the adapter refuses to say.</summary>
public sealed class GoogleOmniRequestTests : IDisposable
{
    private static readonly ProviderRequest BoatClip = new()
    {
        UpstreamModel = "gemini-omni-1.1-flash", Mode = "t2v", Prompt = "A paper boat", Seconds = 6, WidthPixels = 1280, HeightPixels = 720,
        AspectRatio = "16:9", Tier = "720p",
    };

    private readonly GoogleOmniProvider _omni = new();
    private readonly RecordingUpstream _upstream = new();

    public void Dispose() => _upstream.Dispose();

    [Fact]
    public async Task Text_goes_in_the_background_with_its_length_as_a_text()
    {
        var sent = await SentAsync(BoatClip);
        Assert.Equal("https://upstream.example/v1beta/interactions", sent.Url.AbsoluteUri);
        Assert.Equal(
            """{"model":"gemini-omni-1.1-flash","input":[{"type":"text","text":"A paper boat"}],"generation_config":{"video_config":{"task":"text_to_video"}},"response_format":{"type":"video","aspect_ratio":"16:9","duration":"6s","resolution":"720p","delivery":"uri"},"background":true,"store":true}""",
            sent.Body);
        Assert.Equal("AIza-test-0001", sent.Headers["x-goog-api-key"]);
    }

    [Fact]
    public async Task An_edit_says_neither_length_nor_shape()
    {
        var video = Picture(MediaRole.SourceVideo) with { ContentType = "video/mp4" };
        var sent = JsonNode.Parse((await SentAsync(BoatClip with { Mode = "edit", Seconds = null }, null, video, Picture(MediaRole.ReferenceImage))).Body)!;
        Assert.Equal("""{"type":"video","delivery":"uri"}""", sent["response_format"]!.ToJsonString());
        Assert.Equal("edit", (string?)sent["generation_config"]!["video_config"]!["task"]);
        Assert.Equal(["text", "video", "image"], sent["input"]!.AsArray().Select(block => (string?)block!["type"]));
        Assert.Equal(("video/mp4", "UE5HIQ=="), ((string?)sent["input"]![1]!["mime_type"], (string?)sent["input"]![1]!["data"]));
    }

    [Fact]
    public async Task The_first_frame_comes_before_the_last()
    {
        var last = Picture(MediaRole.LastFrame, "LAST"u8.ToArray());
        var sent = JsonNode.Parse((await SentAsync(BoatClip with { Mode = "i2v_first_last" }, null, last, Picture(MediaRole.FirstFrame))).Body)!;
        Assert.Equal("image_to_video", (string?)sent["generation_config"]!["video_config"]!["task"]);
        Assert.Equal(["UE5HIQ==", "TEFTVA=="], sent["input"]!.AsArray().Skip(1).Select(block => (string?)block!["data"]));
    }

    [Fact]
    public async Task Vertex_names_project_and_folder()
    {
        var sent = await SentAsync(
            BoatClip with { UpstreamModel = "gemini-omni-1.2-flash", Extras = new JsonObject { ["seed"] = 7 } }, """{"surface":"vertex","project":"demo","gcs_uri":"gs://clips/out"}""");
        Assert.Equal("https://upstream.example/v1beta1/projects/demo/locations/global/interactions", sent.Url.AbsoluteUri);
        var body = JsonNode.Parse(sent.Body)!;
        Assert.Equal("gs://clips/out/att_7/", (string?)body["response_format"]!["gcs_uri"]);
        Assert.Equal(7, (int?)body["generation_config"]!["seed"]);
    }

    [Theory]
    [InlineData("r2v", null, 0)]
    [InlineData("edit", null, 2)]
    [InlineData("extend", null, 0)]
    [InlineData("t2v", "negative_prompt", 0)]
    public async Task What_cannot_be_said_is_refused_before_anything_is_sent(string mode, string? extra, int pictures)
    {
        var order = BoatClip with { Mode = mode, Extras = extra is null ? [] : new JsonObject { [extra] = "x" } };
        var media = Enumerable.Range(0, pictures).Select(_ => Picture(MediaRole.ReferenceImage)).ToArray();
        var exception = await Assert.ThrowsAsync<ProviderException>(() => SentAsync(order, null, media));
        Assert.Equal(ProviderErrorKind.InvalidRequest, exception.Kind);
        Assert.Empty(_upstream.Requests);
    }

    [Theory]
    [InlineData("""{"surface":"studio"}""", "surface")]
    [InlineData("""{"surface":"vertex"}""", "gcs_uri")]
    [InlineData("""{"gcs_uri":"gs://clips/out"}""", "gcs_uri")]
    [InlineData("""{"delivery":"mail"}""", "delivery")]
    [InlineData("""{"location":"a/b"}""", "location")]
    [InlineData("""{"project":""}""", "project")]
    [InlineData("""{"api_version":"one"}""", "api_version")]
    [InlineData("""{"token_url":"x"}""", "token_url")]
    [InlineData("""{"storage_url":"x"}""", "storage_url")]
    [InlineData("""{"poll_404_confirmations":101}""", "poll_404_confirmations")]
    public void A_mistake_in_the_options_is_named(string options, string word) =>
        Assert.Contains(word, string.Join('\n', _omni.FindMistakes(JsonElement.Parse(options))), StringComparison.Ordinal);

    [Fact]
    public void Each_surface_has_its_own_names_and_googles_variables_make_channels()
    {
        var names = _omni.Models.Select(row => row.Name).Distinct().ToList();
        Assert.DoesNotContain(_omni.ModelsOf(default, names), row => row.Name == "gemini-omni-1.1-flash-preview");
        Assert.DoesNotContain(_omni.ModelsOf(JsonElement.Parse("""{"surface":"vertex","delivery":"inline"}"""), names), row => row.Name == "gemini-omni-1.1-flash");
        Assert.All(_omni.ModelsOf(default, ["gemini-omni-2-flash"]), row => Assert.Equal("gemini-omni-2-flash", row.Name));

        var channels = _omni.FromVariables(name => name switch
        {
            "GEMINI_API_KEY" => "k",
            "GOOGLE_APPLICATION_CREDENTIALS_JSON" => "{}",
            "GOOGLE_OMNI_GCS_URI" => "gs://clips/out",
            _ => null,
        });
        Assert.Equal(
            [("google-omni", "https://generativelanguage.googleapis.com"), ("google-omni-vertex", "https://aiplatform.googleapis.com")],
            channels.Select(channel => (channel.Id, channel.BaseUrl)));
        Assert.All(channels, channel => Assert.Empty(_omni.FindMistakes(JsonSerializer.SerializeToElement(channel.Options))));
    }

    private async Task<RecordedRequest> SentAsync(ProviderRequest order, string? options = null, params MediaInput[] media)
    {
        _upstream.Answer(200, """{"id":"v1_x","status":"in_progress"}""");
        var account = new ProviderAccount
        {
            ChannelId = "channel-1",
            BaseUrl = new("https://upstream.example"),
            Credential = new ProviderCredential.ApiKey("AIza-test-0001"),
            Options = options is null ? default : JsonElement.Parse(options),
            Http = new HttpMessageInvoker(_upstream),
            Time = new ManualTime(),
        };
        await _omni.SubmitAsync(
            new() { Account = account, Request = order, AttemptToken = "att_7", Media = media, Deadline = account.Time.GetUtcNow().AddMinutes(1) },
            TestContext.Current.CancellationToken);
        return _upstream.Request;
    }

    private static MediaInput Picture(MediaRole role, byte[]? bytes = null) => ConformanceMedia.Of(role, "image/png", bytes ?? "PNG!"u8.ToArray(), "png");
}

/// <summary>The simulator's own rules, as a caller who makes mistakes meets them.</summary>
public sealed class GoogleOmniSimulatorTests
{
    private readonly ManualTime _time = new();
    private readonly SandboxCore _sandbox;

    public GoogleOmniSimulatorTests() => _sandbox = SandboxCore.InMemory(World.Options(_time));

    [Theory]
    [InlineData("\"response_format\":{\"type\":\"video\",\"duration\":6}", "duration")]
    [InlineData("\"response_format\":{\"type\":\"video\",\"duration\":\"2s\"}", "minimum is 3s")]
    [InlineData("\"response_format\":{\"type\":\"video\",\"duration\":\"11s\"}", "maximum 10s")]
    [InlineData("\"response_format\":{\"type\":\"video\",\"aspect_ratio\":\"4:3\"}", "aspect_ratio")]
    [InlineData("\"response_format\":{\"type\":\"video\",\"gcs_uri\":\"gs://x\"}", "gcs_uri")]
    [InlineData("\"response_format\":{\"type\":\"image\"}", "response_format")]
    [InlineData("\"response_format\":{\"type\":\"video\"},\"negative_prompt\":\"x\"", "negative_prompt")]
    [InlineData("\"response_format\":{\"type\":\"video\"},\"stream\":true", "stream")]
    [InlineData("\"response_format\":{\"type\":\"video\"},\"generation_config\":{\"seed\":1}", "seed")]
    [InlineData("\"response_format\":{\"type\":\"video\"},\"generation_config\":{\"video_config\":{\"task\":\"edit\"}}", "edit")]
    public async Task A_mistake_is_a_400_with_a_word_as_its_code(string fields, string word)
    {
        var answer = await PostAsync($$"""{"model":"gemini-omni-1.1-flash","input":"A boat","background":true,{{fields}}}""");
        Assert.Equal((400, "invalid_request"), (answer.Status, (string?)answer.Error["code"]));
        Assert.Contains(word, (string?)answer.Error["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"A boat\"")]
    [InlineData("""[{"type":"text","text":"A boat"}]""")]
    [InlineData("""[{"type":"user_input","content":[{"type":"text","text":"A boat"}]}]""")]
    public async Task Input_has_three_forms_and_the_format_may_be_a_list(string input)
    {
        var answer = await PostAsync($$"""{"model":"gemini-omni-1.1-flash","input":{{input}},"background":true,"response_format":[{"type":"video","duration":"3.5s"}]}""");
        Assert.Equal((200, "in_progress"), (answer.Status, answer.Word("status")));
        Assert.StartsWith("v1_", answer.Word("id"), StringComparison.Ordinal);
        Assert.Equal(3.5, Assert.Single(_sandbox.Store.Jobs("google-omni")).Clip.Seconds);
    }

    [Fact]
    public async Task A_clip_is_edited_by_conversation_and_deleted()
    {
        var first = await PostAsync("""{"model":"gemini-omni-1.1-flash","input":"A boat","background":true,"response_format":{"type":"video","duration":"3s"}}""");
        var second = await PostAsync($$"""{"model":"gemini-omni-1.1-flash","input":"At night","previous_interaction_id":"{{first.Word("id")}}","background":true,"response_format":{"type":"video"} }""");
        Assert.Equal(3, _sandbox.Store.FindJob("google-omni", second.Word("id")!)!.Clip.Seconds);

        using var caller = Caller.InProcess(_sandbox, "google-omni/v1", null);
        var path = $"interactions/{first.Word("id")}?key=AIzaSandboxGoogle0000000000000000000000";
        Assert.Equal("{}", (await caller.DeleteAsync(path)).Text);
        Assert.Equal(400, (await caller.GetAsync(path)).Status);
        Assert.Equal(403, (await caller.GetAsync("interactions/x")).Status);
    }

    private async Task<Answer> PostAsync(string json)
    {
        using var caller = Caller.InProcess(_sandbox, "google-omni/v1beta", null);
        return await caller.SendAsync(
            HttpMethod.Post, "interactions", new StringContent(json, null, "application/json"), ("x-goog-api-key", "AIzaSandboxGoogle0000000000000000000000"));
    }
}
