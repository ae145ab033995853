using System.Text;
using Reelay.Providers;

namespace Reelay.Tests.Providers.OpenAi;

/// <summary>Where a finished job's files are found, and how they are opened.</summary>
public sealed class OpenAiContentTests
{
    private const string Content = "https://upstream.example/v1/videos/video_1/content";
    private const string Cdn = "https://cdn.example/a.mp4?sig=1";

    private readonly OpenAiCase _test = new();

    [Theory]
    [InlineData("sglang.poll.succeeded.cloud.json", "https://bucket.storage.example/outputs/3f0e4b52.mp4")]
    [InlineData("gateway.poll.succeeded.video_url.json", "https://cdn.example/clips/5Xn.mp4?sig=abc")]
    [InlineData("gateway.poll.succeeded.metadata.json", "https://cdn.example/clips/5Xn.mp4")]
    public async Task A_link_to_elsewhere_is_left_to_the_fetcher(string fixture, string url) =>
        Assert.Equal(url, Assert.IsType<ProviderOutput.AtUrl>(Assert.Single((await FinishedAsync(OpenAiCase.Fixture(fixture))).Outputs)).Url.Value.AbsoluteUri);

    [Theory]
    [InlineData("""{"status":"done","metadata":{"url":"https://x.example/7"},"unsigned_urls":["https://x.example/6"],"data":[{"url":"https://x.example/5"}],"output":{"url":"https://x.example/4"},"video_url":"https://x.example/3","output_url":"https://x.example/2","url":"https://x.example/1"}""", "https://x.example/1")]
    [InlineData("""{"status":"done","metadata":{"url":"https://x.example/7"},"video_url":"https://x.example/3","output_url":"https://x.example/2"}""", "https://x.example/2")]
    [InlineData("""{"status":"done","data":[{"url":"https://x.example/5"}],"output":{"url":"https://x.example/4"},"video_url":"https://x.example/3"}""", "https://x.example/3")]
    [InlineData("""{"status":"done","data":[{"url":"https://x.example/5"}],"output":{"url":"https://x.example/4"}}""", "https://x.example/4")]
    [InlineData("""{"status":"done","unsigned_urls":["https://x.example/6"],"data":[{"url":"https://x.example/5a"},{"url":"https://x.example/5b"}]}""", "https://x.example/5a https://x.example/5b")]
    [InlineData("""{"status":"done","metadata":{"url":"https://x.example/7"},"unsigned_urls":["https://x.example/6"]}""", "https://x.example/6")]
    [InlineData("""{"status":"done","url":"file:///etc/passwd","output_url":"","video_url":null,"metadata":{"url":"https://x.example/7"}}""", "https://x.example/7")]
    public async Task The_first_place_that_names_a_web_link_wins(string body, string urls) => Assert.Equal(
        urls.Split(' '), (await FinishedAsync(body)).Outputs.Select(output => Assert.IsType<ProviderOutput.AtUrl>(output).Url.Value.AbsoluteUri));

    [Theory]
    [InlineData("openai.poll.succeeded.json", 8)]
    [InlineData("vllm_omni.poll.succeeded.json", 8)]
    [InlineData("sglang.poll.succeeded.json", 5)]
    [InlineData("trtllm.poll.succeeded.json", 8)]
    public async Task Without_a_link_the_content_route_is_opened_with_the_key_and_no_variant(string fixture, int seconds)
    {
        var finished = await FinishedAsync(OpenAiCase.Fixture(fixture));
        _test.Upstream.Answer(200, "MP4"u8.ToArray(), "video/mp4");

        var bytes = Assert.IsType<OutputContent.Bytes>(await OpenAsync(finished));

        Assert.Equal(("MP4", 3L), (await TextAsync(bytes), bytes.LengthBytes));
        Assert.Equal(seconds, finished.Usage!.Seconds);
        Assert.Equal((Content, "Bearer " + OpenAiCase.Key, "*/*"), Last());
    }

    [Fact]
    public async Task Several_files_of_one_job_are_asked_for_by_number()
    {
        var finished = await FinishedAsync(OpenAiCase.Fixture("sglang.poll.succeeded.several.json"), """{"profile":"sglang"}""");
        Assert.Equal(2, finished.Outputs.Count);
        _test.Upstream.Answer(200, "two"u8.ToArray(), "video/mp4");

        await OpenAsync(finished, index: 1);

        Assert.Equal(Content + "?variant=1", Last().Url);
    }

    [Theory]
    [InlineData("https://upstream.example/v1/videos/video_1/content", Content)]
    [InlineData("https://UPSTREAM.example:443/signed/a?x=1", "https://upstream.example/signed/a?x=1")]
    [InlineData("/v1/videos/video_1/content", Content)]
    [InlineData("videos/video_1/content", Content)]
    public async Task A_link_to_the_accounts_own_origin_is_opened_with_the_key(string link, string url)
    {
        var finished = await FinishedAsync($$"""{"status":"completed","output_url":"{{link}}"}""");
        _test.Upstream.Answer(200, "MP4"u8.ToArray(), "video/mp4");

        Assert.IsType<OutputContent.Bytes>(await OpenAsync(finished));

        Assert.Equal((url, "Bearer " + OpenAiCase.Key, "*/*"), Last());
    }

    [Theory]
    [InlineData("http://upstream.example/v1/a")]
    [InlineData("https://upstream.example:8443/v1/a")]
    [InlineData("https://upstream.example.evil.example/v1/a")]
    [InlineData("https://upstream.example@evil.example/v1/a")]
    public async Task A_link_to_another_origin_never_gets_the_key(string link) => Assert.IsType<ProviderOutput.AtUrl>(
        Assert.Single((await FinishedAsync($$"""{"status":"completed","url":"{{link}}"}""")).Outputs));

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_to_elsewhere_is_handed_back_without_being_followed(int status)
    {
        _test.Upstream.Answer(200, OpenAiCase.Fixture("openai.poll.succeeded.json")).Answer(status, "", "text/plain", ("Location", Cdn));

        var elsewhere = Assert.IsType<OutputContent.Elsewhere>(await OpenAsync(await PollAsync()));

        Assert.Equal(Cdn, elsewhere.Url.Value.AbsoluteUri);
        Assert.Equal(2, _test.Upstream.Requests.Count);
    }

    [Fact]
    public async Task A_redirect_within_the_origin_keeps_the_key_and_one_in_a_circle_ends()
    {
        _test.Upstream.Answer(200, OpenAiCase.Fixture("openai.poll.succeeded.json")).Answer(302, "", "text/plain", ("Location", "/files/a"))
            .Answer(200, "MP4"u8.ToArray(), "video/mp4");
        var finished = await PollAsync();
        Assert.IsType<OutputContent.Bytes>(await OpenAsync(finished));
        Assert.Equal(("https://upstream.example/files/a", "Bearer " + OpenAiCase.Key, "*/*"), Last());

        for (var hop = 0; hop < 5; hop++)
            _test.Upstream.Answer(302, "", "text/plain", ("Location", "/files/a"));
        Assert.Equal(ProviderErrorKind.Unavailable, (await Assert.ThrowsAsync<ProviderException>(() => OpenAsync(finished))).Kind);
    }

    [Theory]
    [InlineData("""{"url":"https://cdn.example/a.mp4?sig=1"}""")]
    [InlineData("""{"data":[{"url":"https://cdn.example/a.mp4?sig=1"}]}""")]
    [InlineData("""{"object":"video","status":"completed","output":{"url":"https://cdn.example/a.mp4?sig=1"}}""")]
    public async Task Content_that_is_json_with_a_link_leads_there(string body)
    {
        _test.Upstream.Answer(200, OpenAiCase.Fixture("openai.poll.succeeded.json")).Answer(200, body);
        Assert.Equal(Cdn, Assert.IsType<OutputContent.Elsewhere>(await OpenAsync(await PollAsync())).Url.Value.AbsoluteUri);
    }

    [Theory]
    [InlineData("""{"b64_json":"TVA0"}""")]
    [InlineData("""{"data":[{"b64_json":"TVA0"}]}""")]
    [InlineData("""{"url":"data:video/mp4;base64,TVA0"}""")]
    [InlineData("""{"data":"data:video/mp4;base64,TVA0"}""")]
    public async Task Content_that_is_json_with_base64_is_decoded(string body)
    {
        _test.Upstream.Answer(200, OpenAiCase.Fixture("openai.poll.succeeded.json")).Answer(200, body, "application/json; charset=utf-8");
        Assert.Equal("MP4", await TextAsync(Assert.IsType<OutputContent.Bytes>(await OpenAsync(await PollAsync()))));
    }

    [Fact]
    public async Task A_file_inside_the_job_itself_comes_inline()
    {
        var output = Assert.Single((await FinishedAsync("""{"status":"completed","url":"data:video/mp4;base64,TVA0"}""")).Outputs);
        using var reader = new StreamReader(Assert.IsType<ProviderOutput.Inline>(output).Content);
        Assert.Equal("MP4", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(404, "trtllm.error.404.json", ProviderErrorKind.NotFound)]
    [InlineData(410, "openai.error.400.json", ProviderErrorKind.Expired)]
    [InlineData(401, "openai.error.401.json", ProviderErrorKind.Unauthorized)]
    [InlineData(400, "openai.error.400.json", ProviderErrorKind.Unavailable)]
    [InlineData(422, "vllm_omni.error.422.json", ProviderErrorKind.Unavailable)]
    [InlineData(206, "openai.error.400.json", ProviderErrorKind.Unavailable)]
    [InlineData(500, "openai.error.500.json", ProviderErrorKind.Unavailable)]
    [InlineData(200, "openai.error.400.json", ProviderErrorKind.Unavailable)]
    public async Task Content_that_cannot_be_had_says_why(int status, string fixture, ProviderErrorKind kind)
    {
        _test.Upstream.Answer(200, OpenAiCase.Fixture("openai.poll.succeeded.json")).Answer(status, OpenAiCase.Fixture(fixture));
        var finished = await PollAsync();

        var exception = await Assert.ThrowsAsync<ProviderException>(() => OpenAsync(finished));

        Assert.Equal((kind, status), (exception.Kind, exception.StatusCode));
        Assert.DoesNotContain(OpenAiCase.Key, exception.ToString() + exception.RawBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_to_no_web_address_is_not_followed()
    {
        _test.Upstream.Answer(200, OpenAiCase.Fixture("openai.poll.succeeded.json")).Answer(302, "", "text/plain", ("Location", "file:///etc/passwd"));
        var finished = await PollAsync();
        Assert.Equal(ProviderErrorKind.Unavailable, (await Assert.ThrowsAsync<ProviderException>(() => OpenAsync(finished))).Kind);
    }

    [Fact]
    public async Task What_the_job_says_it_used_is_reported()
    {
        var finished = await FinishedAsync(OpenAiCase.Fixture("gateway.poll.succeeded.video_url.json"));
        Assert.Equal(new Usage(Seconds: 5, OutputTokens: 246840), finished.Usage);

        Assert.Null((await FinishedAsync("""{"status":"completed"}""")).Usage);
        Assert.Equal(new Usage(Seconds: 5.5m), (await FinishedAsync("""{"status":"completed","duration":"5.5"}""")).Usage);
    }

    private Task<PollResult.Succeeded> FinishedAsync(string body, string? options = null)
    {
        _test.Upstream.Answer(200, body);
        return PollAsync(options);
    }

    private async Task<PollResult.Succeeded> PollAsync(string? options = null) => Assert.IsType<PollResult.Succeeded>(
        await _test.Provider.PollAsync(_test.Account(options), OpenAiCase.Reference("video_1"), TestContext.Current.CancellationToken));

    private static Task<OutputContent> OpenAsync(PollResult.Succeeded finished, int index = 0) =>
        Assert.IsType<ProviderOutput.Opened>(finished.Outputs[index]).OpenAsync(TestContext.Current.CancellationToken);

    private static async Task<string> TextAsync(OutputContent.Bytes bytes)
    {
        using var reader = new StreamReader(bytes.Content, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private (string Url, string Key, string Accept) Last()
    {
        var request = _test.Upstream.Requests[^1];
        return (request.Url.AbsoluteUri, request.Headers["Authorization"], request.Headers["Accept"]);
    }
}
