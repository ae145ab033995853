using System.Net;
using System.Net.Sockets;
using System.Text;
using Reelay.Providers;

namespace Reelay.Tests.Providers.OpenAi;

/// <summary>What an answer to a create, or its absence, is taken for.</summary>
public sealed class OpenAiSubmissionTests
{
    private readonly OpenAiCase _test = new();

    [Theory]
    [InlineData(200, "openai.create.ok.json", "video_68d7512d07848190b3e45da0ecbebcde")]
    [InlineData(201, "vllm_omni.create.ok.json", "video_gen_5a1f0c9d8b7e4f6a9c3d2e1f0a9b8c7d")]
    [InlineData(200, "sglang.create.ok.json", "3f0e4b52-7a0f-4f37-9d7e-2f1d0c9b8a76")]
    [InlineData(202, "trtllm.create.ok.json", "video_0c9d8b7e4f6a9c3d2e1f0a9b8c7d5a1f")]
    [InlineData(200, "gateway.create.ok.json", "task_5XnQ7c2mBz0aVh3sYw9KdTf4Lr8PjEuG")]
    public async Task An_id_under_200_201_or_202_is_an_acceptance(int status, string fixture, string id)
    {
        _test.Upstream.Answer(status, OpenAiCase.Fixture(fixture));

        var accepted = Assert.IsType<Submission.Accepted>(
            await _test.Provider.SubmitAsync(OpenAiCase.Order(_test.Account()), TestContext.Current.CancellationToken));

        Assert.Equal(id, accepted.UpstreamId);
        Assert.Equal($$"""{"id":"{{id}}"}""", accepted.Reference.GetRawText());
    }

    [Theory]
    [InlineData("""{"task_id":"t-1"}""", "t-1")]
    [InlineData("""{"id":17,"status":["?"],"data":"odd","usage":[],"url":{}}""", "17")]
    [InlineData("\uFEFF{\"id\":\"x\"}", "x")]
    public async Task An_id_is_found_however_odd_the_rest_is(string body, string id)
    {
        _test.Upstream.Answer(200, body);

        var submission = await _test.Provider.SubmitAsync(OpenAiCase.Order(_test.Account()), TestContext.Current.CancellationToken);

        Assert.Equal(id, Assert.IsType<Submission.Accepted>(submission).UpstreamId);
    }

    [Theory]
    [InlineData(429, """{"error":{"message":"slow"}}""", ProviderErrorKind.RateLimited)]
    [InlineData(429, """{"error":"slow"}""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(429, """{"code":"rate_limit_exceeded","message":"slow"}""", ProviderErrorKind.RateLimited)]
    [InlineData(429, """{"error":{"message":"pay","type":"x","code":"billing_hard_limit_reached"}}""", ProviderErrorKind.AccountEmpty)]
    [InlineData(503, """{"error":{"message":"later","type":"x","code":"slow_down"}}""", ProviderErrorKind.Overloaded)]
    [InlineData(400, """{"error":{"message":"no","type":"x","code":"content_policy_violation"}}""", ProviderErrorKind.ContentRejected)]
    [InlineData(400, """{"detail":{"error":{"message":"no","code":"moderation_blocked"}}}""", ProviderErrorKind.ContentRejected)]
    [InlineData(405, """{"detail":"Method Not Allowed"}""", ProviderErrorKind.InvalidRequest)]
    [InlineData(400, "", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(400, "<html>Bad Request</html>", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(400, "{}", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(401, "", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(429, "", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(429, """{"error":{"message":"slo""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(500, "", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(502, "<html>", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(503, "", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(504, "", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(301, "", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(307, """{"error":{"message":"no","code":"rate_limit_exceeded"}}""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(200, "", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(200, """{"id":"video_1","object":"vid""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(200, """{"object":"video"}""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(200, """{"id":".."}""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(200, "[]", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(200, """{"error":{"message":"no","code":"rate_limit_exceeded"}}""", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(204, "", ProviderErrorKind.OutcomeUnknown)]
    [InlineData(206, """{"id":"video_1"}""", ProviderErrorKind.OutcomeUnknown)]
    public async Task Whatever_is_no_documented_refusal_is_unknown(int status, string body, ProviderErrorKind kind) =>
        Assert.Equal(kind, (await RefusalAsync(status, body)).Kind);

    [Fact]
    public async Task A_refusal_carries_status_wait_and_body_without_the_key()
    {
        var exception = await RefusalAsync(401, OpenAiCase.Fixture("openai.error.401.json"), ("Retry-After", "20"));

        Assert.Equal((401, TimeSpan.FromSeconds(20)), (exception.StatusCode, exception.RetryAfter));
        Assert.Contains("invalid_api_key", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Incorrect API key provided: ***", exception.RawBody, StringComparison.Ordinal);
        Assert.DoesNotContain(OpenAiCase.Key, exception.ToString() + exception.RawBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_are_bounded_and_the_key_does_not_survive_at_the_cut()
    {
        var body = new string('x', UpstreamAnswer.MaxRawTextLength - 5) + OpenAiCase.Key;
        var exception = await RefusalAsync(500, body);
        Assert.Equal(UpstreamAnswer.MaxRawTextLength - 2, exception.RawBody!.Length);
        Assert.DoesNotContain("sk-t", exception.RawBody, StringComparison.Ordinal);

        Assert.Equal(ProviderErrorKind.OutcomeUnknown, (await RefusalAsync(400, new string(' ', UpstreamHttp.MaxJsonBytes + 1))).Kind);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, ProviderErrorKind.OutcomeUnknown)]
    [InlineData(HttpRequestError.ResponseEnded, ProviderErrorKind.OutcomeUnknown)]
    [InlineData(HttpRequestError.InvalidResponse, ProviderErrorKind.OutcomeUnknown)]
    [InlineData(HttpRequestError.Unknown, ProviderErrorKind.OutcomeUnknown)]
    public async Task Any_failure_after_the_body_was_read_is_unknown(HttpRequestError error, ProviderErrorKind kind)
    {
        _test.Upstream.Fail(new HttpRequestException(error, "broke " + OpenAiCase.Key));

        var exception = await FailureAsync();

        Assert.Equal(kind, exception.Kind);
        Assert.DoesNotContain(OpenAiCase.Key, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, ProviderErrorKind.NotSent)]
    [InlineData(HttpRequestError.ConnectionError, ProviderErrorKind.NotSent)]
    [InlineData(HttpRequestError.SecureConnectionError, ProviderErrorKind.NotSent)]
    [InlineData(HttpRequestError.ProxyTunnelError, ProviderErrorKind.NotSent)]
    [InlineData(HttpRequestError.ResponseEnded, ProviderErrorKind.OutcomeUnknown)]
    [InlineData(HttpRequestError.HttpProtocolError, ProviderErrorKind.OutcomeUnknown)]
    [InlineData(HttpRequestError.Unknown, ProviderErrorKind.OutcomeUnknown)]
    public async Task Only_a_connection_that_never_stood_is_surely_not_sent(HttpRequestError error, ProviderErrorKind kind)
    {
        using var handler = new FailingHandler(new HttpRequestException(error));
        Assert.Equal(kind, (await FailureAsync(handler)).Kind);
    }

    [Fact]
    public async Task An_unforeseen_exception_leaves_the_outcome_unknown()
    {
        using var handler = new FailingHandler(new InvalidOperationException("?"));
        Assert.Equal(ProviderErrorKind.OutcomeUnknown, (await FailureAsync(handler)).Kind);
    }

    [Fact]
    public async Task A_deadline_that_passed_before_the_call_sends_nothing()
    {
        using var deadline = new CancellationTokenSource();
        await deadline.CancelAsync();
        Assert.Equal(ProviderErrorKind.NotSent, (await FailureAsync(deadline: deadline)).Kind);
        Assert.Empty(_test.Upstream.Requests);
    }

    [Fact]
    public async Task A_deadline_that_passes_while_the_upstream_works_is_unknown()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        _test.Upstream.Hang();
        Assert.Equal(ProviderErrorKind.OutcomeUnknown, (await FailureAsync(deadline: deadline)).Kind);
    }

    [Fact]
    public async Task A_deadline_that_passes_while_connecting_is_surely_not_sent()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        using var unreachable = new SocketsHttpHandler { ConnectCallback = NeverConnectAsync };
        Assert.Equal(ProviderErrorKind.NotSent, (await FailureAsync(unreachable, deadline: deadline)).Kind);

        using var impatient = new SocketsHttpHandler { ConnectCallback = NeverConnectAsync, ConnectTimeout = TimeSpan.FromMilliseconds(50) };
        Assert.Equal(ProviderErrorKind.NotSent, (await FailureAsync(impatient)).Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"id\":\"video_1\"}")]
    [InlineData("HTTP/1.1 429 Too Many Requests\r\nTransfer-Encoding: chunked\r\n\r\n30\r\n{\"error\":{\"code\":\"rate_limit")]
    [InlineData("HTTP/1.1 nonsense\r\n\r\n")]
    public async Task A_real_connection_that_breaks_after_the_order_was_read_is_unknown(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var handler = new SocketsHttpHandler { UseProxy = false };
        var failure = FailureAsync(handler, new Uri($"http://{listener.LocalEndpoint}/v1"));

        using (var client = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken))
        {
            Assert.True(await client.ReceiveAsync(new byte[64 * 1024], TestContext.Current.CancellationToken) > 0);
            await client.SendAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
        }

        Assert.Equal(ProviderErrorKind.OutcomeUnknown, (await failure).Kind);
    }

    [Fact]
    public async Task A_real_port_nobody_listens_on_is_surely_not_sent()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"http://{listener.LocalEndpoint}/v1");
        listener.Stop();
        using var handler = new SocketsHttpHandler { UseProxy = false };

        Assert.Equal(ProviderErrorKind.NotSent, (await FailureAsync(handler, url)).Kind);
    }

    [Fact]
    public async Task An_input_that_cannot_be_opened_sends_nothing_and_one_that_is_short_is_noticed()
    {
        var missing = OpenAiCase.Picture() with { OpenAsync = _ => throw new FileNotFoundException("gone") };
        Assert.Equal(ProviderErrorKind.NotSent, (await FailureAsync(media: missing)).Kind);
        Assert.Empty(_test.Upstream.Requests);

        Assert.Equal(ProviderErrorKind.OutcomeUnknown, (await FailureAsync(media: OpenAiCase.Picture() with { SizeBytes = 9 })).Kind);
    }

    private async Task<ProviderException> RefusalAsync(int status, string body, params (string Name, string Value)[] headers)
    {
        _test.Upstream.Answer(status, body, "application/json", headers);
        return await FailureAsync();
    }

    private Task<ProviderException> FailureAsync(
        HttpMessageHandler? handler = null, Uri? url = null, MediaInput? media = null, CancellationTokenSource? deadline = null)
    {
        var account = _test.Account();
        if (handler is not null)
            account = account with { Http = new HttpMessageInvoker(handler, disposeHandler: false), BaseUrl = url ?? account.BaseUrl };
        var order = OpenAiCase.Order(account, null, media is null ? [] : [media]);
        return Assert.ThrowsAsync<ProviderException>(() => _test.Provider.SubmitAsync(order, deadline?.Token ?? TestContext.Current.CancellationToken));
    }

    private static async ValueTask<Stream> NeverConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return Stream.Null;
    }

    private sealed class FailingHandler(Exception exception) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(exception);
    }
}
