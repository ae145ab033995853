using System.Net;
using System.Net.Sockets;
using System.Text;
using Reelay.Providers;

namespace Reelay.Tests.Providers.OpenAiImages;

/// <summary>What an answer that is no success, or the absence of one, is taken for.</summary>
public sealed class OpenAiImagesErrorTests
{
    private readonly OpenAiImagesCase _test = new();

    [Theory]
    [InlineData(400, """{"error":{"message":"x","code":"billing_hard_limit_reached"}}""", ProviderErrorKind.AccountEmpty)]
    [InlineData(400, """{"error":{"message":"x","code":"content_policy_violation"}}""", ProviderErrorKind.ContentRejected)]
    [InlineData(503, """{"error":{"message":"x","code":"slow_down"}}""", ProviderErrorKind.Overloaded)]
    [InlineData(400, "", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(400, "{}", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(400, "<html>", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(429, "", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(429, """{"error":{"message":"slo""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(500, "", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(504, "<html>", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(307, """{"error":{"message":"x","code":"rate_limit_exceeded"}}""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(201, """{"data":[{"b64_json":"UE5H"}]}""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(204, "", ProviderErrorKind.OutcomeUnknown)]
    public async Task Whatever_is_no_documented_refusal_is_unknown(int status, string body, ProviderErrorKind kind) =>
        Assert.Equal(kind, (await RefusalAsync(status, body)).Kind);

    [Fact]
    public async Task A_refusal_tells_stage_wait_and_words_without_the_key()
    {
        var blocked = await RefusalAsync(400, OpenAiImagesCase.Fixture("openai.error.400.moderation.json"));
        Assert.Contains("output: violence, self-harm", blocked.Message, StringComparison.Ordinal);
        var wrong = await RefusalAsync(401, OpenAiImagesCase.Fixture("openai.error.401.json"), ("Retry-After", "20"));
        Assert.Equal((401, TimeSpan.FromSeconds(20)), (wrong.StatusCode, wrong.RetryAfter));
        Assert.DoesNotContain(OpenAiImagesCase.Key, wrong + wrong.RawBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_that_never_left_is_not_sent_and_one_that_broke_is_unknown()
    {
        using var deadline = new CancellationTokenSource();
        await deadline.CancelAsync();
        var late = await Assert.ThrowsAsync<ProviderException>(() => _test.Provider.SubmitAsync(OpenAiImagesCase.Order(_test.Account()), deadline.Token));
        Assert.Equal(ProviderErrorKind.NotSent, late.Kind);
        Assert.Empty(_test.Upstream.Requests);

        _test.Upstream.Fail(new HttpRequestException(HttpRequestError.ResponseEnded, "broke"));
        var broken = await Assert.ThrowsAsync<ProviderException>(() => _test.RunAsync(OpenAiImagesCase.Order(_test.Account())));
        Assert.Equal(ProviderErrorKind.OutcomeUnknown, broken.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\":[{\"b64_json\":\"UE5H")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1a\r\n{\"data\":[{\"b64_json\":\"UE5H\"\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n{\"data\":[{\"b64_json\":\"UE5H\"}]")]
    [InlineData("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 100\r\n\r\n{\"error\":{\"code\":\"rate_limit")]
    public async Task A_real_connection_that_breaks_is_taken_for_an_unknown_outcome(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var handler = new SocketsHttpHandler { UseProxy = false };
        var account = _test.Account() with
        {
            Http = new HttpMessageInvoker(handler, disposeHandler: false),
            BaseUrl = new Uri($"http://{listener.LocalEndpoint}/v1"),
        };
        var failure = Assert.ThrowsAnyAsync<Exception>(() => _test.RunAsync(OpenAiImagesCase.Order(account)));
        using (var client = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken))
        {
            Assert.True(await client.ReceiveAsync(new byte[64 * 1024], TestContext.Current.CancellationToken) > 0);
            await client.SendAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
        }

        var exception = await failure;
        Assert.True(exception is IOException or ProviderException { Kind: ProviderErrorKind.OutcomeUnknown }, exception.ToString());
    }

    private async Task<ProviderException> RefusalAsync(int status, string body, params (string Name, string Value)[] headers)
    {
        _test.Upstream.Answer(status, body, "application/json", headers);
        return await Assert.ThrowsAsync<ProviderException>(() => _test.RunAsync(OpenAiImagesCase.Order(_test.Account())));
    }
}
