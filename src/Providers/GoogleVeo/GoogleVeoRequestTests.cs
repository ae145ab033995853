using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Tests.Providers.GoogleVeo;

/// <summary>What goes out for an order, at either surface.</summary>
public sealed class GoogleVeoRequestTests
{
    private readonly GoogleVeoCase _test = new();

    [Fact]
    public async Task Text_on_vertex_says_everything_that_was_asked()
    {
        var order = GoogleVeoCase.BoatClip with { Audio = false, Count = 2, Extras = new JsonObject { ["seed"] = 7, ["negative_prompt"] = "rain" } };
        var sent = await SentAsync(order, """{"project":"demo","location":"europe-west4"}""", new ProviderCredential.None());

        Assert.Equal(
            "https://upstream.example/v1/projects/demo/locations/europe-west4/publishers/google/models/veo-3.1-generate-001:predictLongRunning",
            sent.Url.AbsoluteUri);
        Assert.Equal(
            """{"instances":[{"prompt":"A paper boat"}],"parameters":{"sampleCount":2,"durationSeconds":8,"aspectRatio":"16:9","resolution":"720p","generateAudio":false,"seed":7,"negativePrompt":"rain"}}""",
            sent.Body);
        Assert.False(sent.Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task An_api_key_on_vertex_leaves_the_project_out()
    {
        var sent = await SentAsync(GoogleVeoCase.BoatClip);
        Assert.Equal("https://upstream.example/v1/publishers/google/models/veo-3.1-generate-001:predictLongRunning", sent.Url.AbsoluteUri);
        Assert.Equal(GoogleVeoCase.Key, sent.Headers["x-goog-api-key"]);
    }

    [Fact]
    public async Task The_gemini_api_gets_no_word_that_it_refuses()
    {
        var sent = await SentAsync(GoogleVeoCase.GeminiClip, GoogleVeoCase.GeminiSurface);
        Assert.Equal("https://upstream.example/v1beta/models/veo-3.1-fast-generate-preview:predictLongRunning", sent.Url.AbsoluteUri);
        Assert.Equal(
            """{"instances":[{"prompt":"A paper boat"}],"parameters":{"sampleCount":1,"durationSeconds":8,"aspectRatio":"16:9","resolution":"720p"}}""",
            sent.Body);
        Assert.Equal(GoogleVeoCase.Key, sent.Headers["x-goog-api-key"]);
    }

    [Fact]
    public async Task Frames_and_references_go_as_bytes_each_in_its_place()
    {
        var both = await SentAsync(
            GoogleVeoCase.BoatClip with { Mode = "i2v_first_last" }, media: [GoogleVeoCase.Picture(MediaRole.LastFrame, "LAST"u8.ToArray()), GoogleVeoCase.Picture(MediaRole.FirstFrame)]);
        var instance = JsonNode.Parse(both.Body)!["instances"]![0]!;
        Assert.Equal("""{"bytesBase64Encoded":"UE5HIQ==","mimeType":"image/png"}""", instance["image"]!.ToJsonString());
        Assert.Equal("TEFTVA==", (string?)instance["lastFrame"]!["bytesBase64Encoded"]);

        _test.Upstream.Requests.Clear();
        var references = await SentAsync(
            GoogleVeoCase.BoatClip with { Mode = "reference_images" }, media: [GoogleVeoCase.Picture(MediaRole.ReferenceImage), GoogleVeoCase.Picture(MediaRole.ReferenceImage)]);
        instance = JsonNode.Parse(references.Body)!["instances"]![0]!;
        Assert.Equal(["asset", "asset"], instance["referenceImages"]!.AsArray().Select(item => (string?)item!["referenceType"]));
        Assert.Null(instance["image"]);
    }

    [Fact]
    public async Task Results_in_cloud_storage_get_a_folder_for_each_attempt()
    {
        var sent = await SentAsync(
            GoogleVeoCase.BoatClip, """{"project":"demo","storage_uri":"gs://clips/out/","user_project":"payer"}""", new ProviderCredential.None());
        Assert.Equal("gs://clips/out/att_7/", (string?)JsonNode.Parse(sent.Body)!["parameters"]!["storageUri"]);
        Assert.Equal("payer", sent.Headers["x-goog-user-project"]);
    }

    [Theory]
    [InlineData("i2v", 0, null, null)]
    [InlineData("reference_images", 4, null, null)]
    [InlineData("extend", 0, null, null)]
    [InlineData("t2v", 0, "camera_control", null)]
    [InlineData("t2v", 0, "seed", GoogleVeoCase.GeminiSurface)]
    public async Task What_cannot_be_said_is_refused_before_anything_is_sent(string mode, int pictures, string? extra, string? options)
    {
        var order = GoogleVeoCase.BoatClip with { Mode = mode, Extras = extra is null ? [] : new JsonObject { [extra] = 1 } };
        await RefusedAsync(order, options, pictures);
    }

    [Fact]
    public async Task The_gemini_api_makes_one_video_and_always_with_sound()
    {
        await RefusedAsync(GoogleVeoCase.GeminiClip with { Count = 2 }, GoogleVeoCase.GeminiSurface);
        await RefusedAsync(GoogleVeoCase.GeminiClip with { Audio = false }, GoogleVeoCase.GeminiSurface);
    }

    [Theory]
    [InlineData("""{"location":"us-central1"}""", "None", "project")]
    [InlineData("""{"storage_uri":"gs://clips/out"}""", "ApiKey", "Cloud Storage")]
    public async Task A_channel_that_cannot_work_sends_nothing(string options, string credential, string word)
    {
        ProviderCredential given = credential == "None" ? new ProviderCredential.None() : new ProviderCredential.ApiKey(GoogleVeoCase.Key);
        var exception = await Assert.ThrowsAsync<ProviderException>(() => SentAsync(GoogleVeoCase.BoatClip, options, given));
        Assert.Equal(ProviderErrorKind.NotSent, exception.Kind);
        Assert.Contains(word, exception.Message, StringComparison.Ordinal);
        Assert.Empty(_test.Upstream.Requests);
    }

    [Fact]
    public async Task An_order_told_by_somebody_else_is_polled_by_its_name()
    {
        Assert.Equal(GoogleVeoCase.Reference().GetRawText(), _test.Provider.ReferenceOf(GoogleVeoCase.BoatClip, GoogleVeoCase.Vertex)?.GetRawText());
        Assert.NotNull(_test.Provider.ReferenceOf(GoogleVeoCase.BoatClip, "operations/6f1c2b1e"));
        Assert.Null(_test.Provider.ReferenceOf(GoogleVeoCase.BoatClip, "models/../operations/x"));
        Assert.Null(_test.Provider.ReferenceOf(GoogleVeoCase.BoatClip, "6f1c2b1e"));

        await _test.PollAsync(200, GoogleVeoCase.Fixture("vertex.poll.running.json"));
        Assert.Equal("https://upstream.example/v1/publishers/google/models/veo-3.1-generate-001:fetchPredictOperation", _test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal($$"""{"operationName":"{{GoogleVeoCase.Vertex}}"}""", _test.Upstream.Request.Body);
        _test.Upstream.Requests.Clear();
        await _test.PollAsync(200, GoogleVeoCase.Fixture("gemini.poll.running.json"), GoogleVeoCase.GeminiSurface, GoogleVeoCase.Gemini);
        Assert.Equal((HttpMethod.Get, "https://upstream.example/v1beta/" + GoogleVeoCase.Gemini), (_test.Upstream.Request.Method, _test.Upstream.Request.Url.AbsoluteUri));
    }

    private async Task<Support.RecordedRequest> SentAsync(
        ProviderRequest order, string? options = null, ProviderCredential? credential = null, params MediaInput[] media)
    {
        var name = options?.Contains("gemini", StringComparison.Ordinal) == true ? "gemini.submit.ok.json" : "vertex.submit.ok.json";
        _test.Upstream.Answer(200, GoogleVeoCase.Fixture(name));
        var submission = await _test.Provider.SubmitAsync(_test.Order(_test.Account(options, credential), order, media), TestContext.Current.CancellationToken);
        var accepted = Assert.IsType<Submission.Accepted>(submission);
        Assert.Equal(accepted.UpstreamId, accepted.Reference.GetProperty("name").GetString());
        return _test.Upstream.Request;
    }

    private async Task RefusedAsync(ProviderRequest order, string? options, int pictures = 0)
    {
        MediaInput[] media = [.. Enumerable.Range(0, pictures).Select(_ => GoogleVeoCase.Picture(MediaRole.ReferenceImage))];
        var exception = await Assert.ThrowsAsync<ProviderException>(() => SentAsync(order, options, null, media));
        Assert.Equal(ProviderErrorKind.InvalidRequest, exception.Kind);
        Assert.StartsWith("not sent by channel channel-1", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_test.Upstream.Requests);
    }
}
