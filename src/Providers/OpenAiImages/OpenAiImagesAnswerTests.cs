using System.Text;
using Reelay.Providers;

namespace Reelay.Tests.Providers.OpenAiImages;

/// <summary>The answer as it comes off the wire: in any pieces, in any order of keys, whole or cut.</summary>
public sealed class OpenAiImagesAnswerTests
{
    private static readonly byte[] First = [.. Enumerable.Range(0, 512).Select(value => (byte)value), (byte)'x'];
    private static readonly byte[] Second = [0x89, .. "PNG-the-second"u8, 0xFF];

    private readonly OpenAiImagesCase _test = new();

    [Theory]
    [InlineData("openai.generate.ok.json", 2, 14, 392)]
    [InlineData("openai.edit.ok.json", 1, 531, 1767)]
    [InlineData("vllm_omni.generate.ok.json", 1, null, null)]
    public async Task Pictures_and_usage_are_read_from_every_known_answer(string fixture, int count, int? input, int? output)
    {
        var (_, pictures, usage) = await ReadAsync(OpenAiImagesCase.Fixture(fixture), count);
        Assert.Equal(count == 2 ? [First, Second] : [Second], pictures);
        Assert.Equal((input, output), ((int?)usage?.InputTokens, (int?)usage?.OutputTokens));
    }

    [Theory]
    [InlineData("openai.generate.ok.json", 2)]
    [InlineData("openai.edit.ok.json", 1)]
    public async Task An_answer_that_is_split_anywhere_reads_the_same(string fixture, int count)
    {
        var body = Encoding.UTF8.GetBytes(OpenAiImagesCase.Fixture(fixture));
        for (var at = 0; at <= body.Length; at++)
        {
            var (_, pictures, usage) = await ReadAsync(new PiecesStream(body, at), count);
            Assert.Equal(count == 2 ? [First, Second] : [Second], pictures);
            Assert.NotNull(usage);
        }

        var (_, single, _) = await ReadAsync(new PiecesStream(body, maxPiece: 1), count);
        Assert.Equal(count == 2 ? [First, Second] : [Second], single);
    }

    [Theory]
    [InlineData("openai.generate.ok.json", 2)]
    [InlineData("openai.edit.ok.json", 1)]
    public async Task An_answer_that_is_cut_anywhere_never_counts_as_finished(string fixture, int count)
    {
        var body = Encoding.UTF8.GetBytes(OpenAiImagesCase.Fixture(fixture).TrimEnd());
        for (var length = 0; length < body.Length; length++)
        {
            var exception = await Assert.ThrowsAnyAsync<Exception>(() => ReadAsync(new PiecesStream(body[..length]), count));
            Assert.True(exception is IOException or ProviderException { Kind: ProviderErrorKind.OutcomeUnknown }, $"{length}: {exception}");
        }
    }

    [Fact]
    public async Task A_connection_that_breaks_is_an_error_of_the_stream()
    {
        var body = Encoding.UTF8.GetBytes(OpenAiImagesCase.Fixture("openai.generate.ok.json"));
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(new PiecesStream(body[..300]) { BreaksAtEnd = true }, 2));
    }

    [Theory]
    [InlineData("""{"data":[{"b64_json":"\u002b\u002F\/+"}]}""", "+//+")]
    [InlineData("""{"data":[{"b64_json":"UE\n5H\r\n\t"}]}""", "UE5H")]
    [InlineData("""{"data":[{"b64_json":"  UE5 HUA = \u003D "}]}""", "UE5HUA==")]
    [InlineData("{\"data\":[{\"b64_json\":\"UE5H\r\nUA==\"}]}", "UE5HUA==")]
    [InlineData(" { \"usage\" : null , \"a\\\"}\" : [ { \"x\" : [1.5e-3,true,null,\"\\\\\"] } ] , \"data\" : [ { \"z\":{}, \"b64_json\" : \"UE5H\" , \"y\":\"]}\\\"\" } ] } ", "UE5H")]
    [InlineData("""{"data":[{"b64_json":null,"b64_json":"UE5H","b64_json":"AAAA"}],"error":null}""", "UE5H")]
    public async Task Base64_is_read_whatever_escapes_white_space_and_neighbours_it_has(string body, string base64)
    {
        for (var at = 0; at <= body.Length; at++)
        {
            var (_, pictures, _) = await ReadAsync(new PiecesStream(Encoding.UTF8.GetBytes(body), at), 1);
            Assert.Equal(Convert.FromBase64String(base64), Assert.Single(pictures));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"data":null}""")]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"data":{}}""")]
    [InlineData("""{"data":["UE5H"]}""")]
    [InlineData("""{"data":[{}]}""")]
    [InlineData("""{"data":[{"b64_json":""}]}""")]
    [InlineData("""{"data":[{"b64_json":" \n "}]}""")]
    [InlineData("""{"data":[{"b64_json":7}]}""")]
    [InlineData("""{"data":[{"b64_json":"UE5"}]}""")]
    [InlineData("""{"data":[{"b64_json":"UE5HU"}]}""")]
    [InlineData("""{"data":[{"b64_json":"UE5H=AAA"}]}""")]
    [InlineData("""{"data":[{"b64_json":"UA==UE5H"}]}""")]
    [InlineData("""{"data":[{"b64_json":"UE5*"}]}""")]
    [InlineData("""{"data":[{"b64_json":"UE5\u0141"}]}""")]
    [InlineData("""{"data":[{"b64_json":"UE5\u00"}]}""")]
    [InlineData("""{"data":[{"b64_json":"UE5\"H"}]}""")]
    [InlineData("""{"data":[{"b64_json":"UE5H"}}""")]
    [InlineData("""{"data":[{"b64_json":"UE5H"} {}]}""")]
    [InlineData("""{"data":[{"b64_json":"UE5H"}],}""")]
    [InlineData("""{"data":[{"b64_json":"UE5H"}] "usage":{}}""")]
    [InlineData("""{"data":[{"b64_json":"UE5H"}],"usage":{"input_tokens":}}""")]
    [InlineData("""{"data":[{"b64_json":"UE5H"}],"usage":}""")]
    [InlineData("""{"data":[{"url":"file:///etc/passwd"}]}""")]
    [InlineData("""{"data":[{"url":""}]}""")]
    [InlineData("""{"error":{"message":"it broke","code":"rate_limit_exceeded"},"data":[{"b64_json":"UE5H"}]}""")]
    public async Task Anything_else_under_200_leaves_the_outcome_unknown(string body)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => ReadAsync(body, 1));
        Assert.True(exception is IOException or ProviderException { Kind: ProviderErrorKind.OutcomeUnknown }, exception.ToString());
    }

    [Fact]
    public async Task Fewer_pictures_than_ordered_are_no_result_and_more_are_not_taken()
    {
        var body = OpenAiImagesCase.Fixture("openai.generate.ok.json");
        var exception = await Assert.ThrowsAsync<ProviderException>(() => ReadAsync(body, 3));
        Assert.Equal(ProviderErrorKind.OutcomeUnknown, exception.Kind);
        Assert.Contains("2 of 3", exception.Message, StringComparison.Ordinal);
        var (_, pictures, usage) = await ReadAsync(body, 1);
        Assert.Equal(First, Assert.Single(pictures));
        Assert.Equal(392, usage!.OutputTokens);
    }

    [Fact]
    public async Task An_error_in_the_answer_is_told_without_the_key()
    {
        var exception = await Assert.ThrowsAsync<ProviderException>(() => ReadAsync("{\"error\":\"no " + OpenAiImagesCase.Key + "\"}", 1));
        Assert.Contains("no ***", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_without_end_is_cut_off()
    {
        var exception = await Assert.ThrowsAsync<ProviderException>(() => ReadAsync(new EndlessStream("{\"x\":\"", new string('a', 8192)), 1));
        Assert.Contains("too large", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ProviderException>(() => ReadAsync(new EndlessStream("{\"usage\":[", "1,"), 1));
        await Assert.ThrowsAsync<ProviderException>(() => ReadAsync(new EndlessStream("{", new string(' ', 8192)), 1));
    }

    [Fact]
    public async Task A_large_picture_passes_through_without_being_held()
    {
        const int pieces = 40_000;
        var source = new EndlessStream("{\"data\":[{\"b64_json\":\"", "UE5HUE5HUE5HUE5HUE5HUE5HUE5HUE5HUE5HUE5HUE5HUE5H", pieces, "UE5H\"}]}");
        var finished = await SubmitAsync(source, 1);
        await using var outputs = finished.Outputs.GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await outputs.MoveNextAsync());
        var content = Assert.IsType<ProviderOutput.Inline>(outputs.Current).Content;
        var buffer = new byte[10_000];
        var total = 0L;
        while (await content.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var count)
        {
            total += count;

            // What was taken from the wire and not yet handed on fits into two fixed buffers.
            Assert.InRange(source.Handed - (total * 4 / 3), 0, 100_000);
            Assert.True(buffer.AsSpan(0, count).IndexOfAnyExcept("PNG"u8) < 0);
        }

        Assert.Equal((pieces * 36L) + 3, total);
        Assert.False(await outputs.MoveNextAsync());
    }

    [Fact]
    public async Task A_picture_that_was_left_half_read_is_a_mistake_of_the_reader()
    {
        var finished = await SubmitAsync(new PiecesStream(Encoding.UTF8.GetBytes(OpenAiImagesCase.Fixture("openai.generate.ok.json"))), 2);
        await using var outputs = finished.Outputs.GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await outputs.MoveNextAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await outputs.MoveNextAsync());
    }

    [Fact]
    public async Task The_answer_is_closed_at_the_end_and_after_a_failure()
    {
        var whole = new PiecesStream("""{"data":[{"b64_json":"UE5H"}]}"""u8.ToArray());
        await ReadAsync(whole, 1);
        Assert.True(whole.IsDisposed);
        var cut = new PiecesStream("""{"data":[{"b64_json":"UE5H"""u8.ToArray());
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(cut, 1));
        Assert.True(cut.IsDisposed);
    }

    [Fact]
    public async Task A_link_to_elsewhere_is_left_to_the_fetcher()
    {
        var (outputs, _, _) = await ReadAsync(OpenAiImagesCase.Fixture("cloud.generate.url.json"), 1);
        var url = Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(outputs)).Url.Value;
        Assert.Equal("https://bucket.storage.example/outputs/3f0e4b52.png?sig=1", url.AbsoluteUri);
    }

    [Fact]
    public async Task A_link_to_the_servers_own_origin_is_opened_with_the_key()
    {
        var account = _test.Account("""{"profile":"compatible"}""");
        _test.Upstream.Answer(200, OpenAiImagesCase.Fixture("sglang.generate.url.json"));
        var (outputs, _, _) = await _test.RunAsync(OpenAiImagesCase.Order(account));
        var opened = Assert.IsType<ProviderOutput.Opened>(Assert.Single(outputs));

        _test.Upstream.Answer(200, "PNG"u8.ToArray(), "image/png");
        var bytes = Assert.IsType<OutputContent.Bytes>(await opened.OpenAsync(TestContext.Current.CancellationToken));
        Assert.Equal(3, bytes.LengthBytes);
        var request = _test.Upstream.Requests[^1];
        Assert.Equal("https://upstream.example/v1/images/3f0e4b52/content", request.Url.AbsoluteUri);
        Assert.Equal("Bearer " + OpenAiImagesCase.Key, request.Headers["Authorization"]);

        _test.Upstream.Answer(302, "", "text/plain", ("Location", "https://cdn.example/a.png"));
        var elsewhere = Assert.IsType<OutputContent.Elsewhere>(await opened.OpenAsync(TestContext.Current.CancellationToken));
        Assert.Equal("https://cdn.example/a.png", elsewhere.Url.Value.AbsoluteUri);

        _test.Upstream.Answer(404, """{"detail":"gone"}""");
        var missing = await Assert.ThrowsAsync<ProviderException>(() => opened.OpenAsync(TestContext.Current.CancellationToken));
        Assert.Equal(ProviderErrorKind.NotFound, missing.Kind);
    }

    private Task<(List<ProviderOutput> Outputs, List<byte[]> Pictures, Usage? Usage)> ReadAsync(string body, int count) =>
        ReadAsync(new PiecesStream(Encoding.UTF8.GetBytes(body)), count);

    private async Task<(List<ProviderOutput> Outputs, List<byte[]> Pictures, Usage? Usage)> ReadAsync(Stream body, int count)
    {
        using var upstream = new StreamingUpstream(body);
        return await _test.RunAsync(Order(upstream, count));
    }

    private async Task<Submission.Finished> SubmitAsync(Stream body, int count) => Assert.IsType<Submission.Finished>(
        await _test.Provider.SubmitAsync(Order(new StreamingUpstream(body), count), TestContext.Current.CancellationToken));

    private SubmissionContext Order(StreamingUpstream upstream, int count) => OpenAiImagesCase.Order(
        _test.Account() with { Http = new HttpMessageInvoker(upstream) }, OpenAiImagesCase.Boat with { Count = count });

    private sealed class StreamingUpstream(Stream body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StreamContent(body), RequestMessage = request });
    }
}
