using System.Net;
using System.Text;
using System.Text.Json;
using Reelay.Providers;

namespace Reelay.Tests.Conformance;

/// <summary>An adapter in front of an upstream that gives the answers it was told.</summary>
internal sealed class ConformanceRecorder(ProviderConformance suite, string? options = null)
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_795_239_900);

    private readonly Exchange _exchange = new();

    /// <summary>Requests that were no preparation.</summary>
    public int RequestCount => _exchange.RequestCount;

    /// <summary>Whatever in the requests may have been a secret: values of headers that authenticate.</summary>
    public IReadOnlyCollection<string> SentSecrets => _exchange.SentSecrets;

    /// <summary>The account.</summary>
    public ProviderAccount Account => field ??= new()
    {
        ChannelId = "channel-1",
        BaseUrl = suite.BaseUrl,
        Credential = suite.Credential,
        Options = (options ?? suite.Options) is { } text ? JsonElement.Parse(text) : default,
        Http = new HttpMessageInvoker(new Upstream(suite, _exchange)),
        Time = new StoppedClock(),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Adds an answer.</summary>
    public ConformanceRecorder Answers(Reply reply, params (string Name, string Value)[] headers)
    {
        _exchange.Answers.Enqueue(_ => Response(reply, headers));
        return this;
    }

    /// <summary>Adds a failure of the transport after the request was read.</summary>
    public ConformanceRecorder Fails(Exception exception)
    {
        _exchange.Answers.Enqueue(_ => throw exception);
        return this;
    }

    /// <summary>Adds an answer that says back everything the request authenticated with.</summary>
    public ConformanceRecorder Echoes(int status)
    {
        _exchange.Answers.Enqueue(secrets => Response(new("echo", status, JsonSerializer.Serialize(new
        {
            code = "1002", type = "invalid_request_error", message = string.Join(' ', secrets),
            error = new { code = "invalid_api_key", type = "invalid_request_error", message = string.Join(' ', secrets) },
        })), []));
        return this;
    }

    /// <summary>Submits an order, by default the simplest, and reads every output to its end.</summary>
    public async Task<Submission> SubmitAsync(ConformanceOrder? order = null, CancellationToken? token = null)
    {
        var (request, media) = (order ??= ConformanceOrders.First(suite)).Request is var made ? (made, order.Media) : default;
        var submission = await suite.Provider.SubmitAsync(
            new() { Account = Account, Request = request, AttemptToken = "att_7", Media = media, Deadline = Now.AddMinutes(1) }, token ?? Token);
        if (submission is Submission.Finished finished) await ConformanceOutputs.ReadAllAsync(finished, Token);
        return submission;
    }

    /// <summary>Submits and expects to be refused.</summary>
    public Task<ProviderException> RefusedAsync() => Assert.ThrowsAsync<ProviderException>(() => SubmitAsync());

    /// <summary>Polls the task that the usual answer names.</summary>
    public async Task<PollOutcome> PollAsync(JsonElement reference)
    {
        try
        {
            return new(await suite.Provider.PollAsync(Account, reference, Token), null);
        }
        catch (ProviderException exception)
        {
            return new(null, exception);
        }
    }

    /// <summary>The reference of the usual answer.</summary>
    public static async Task<JsonElement> ReferenceAsync(ProviderConformance suite) =>
        Assert.IsType<Submission.Accepted>(await new ConformanceRecorder(suite).Answers(suite.Accepted).SubmitAsync()).Reference;

    private static HttpResponseMessage Response(Reply reply, (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage((HttpStatusCode)reply.Status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(reply.Body)) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", reply.ContentType);
        foreach (var (name, value) in headers) response.Headers.TryAddWithoutValidation(name, value);
        return response;
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Exchange
    {
        public Queue<Func<IReadOnlyCollection<string>, HttpResponseMessage>> Answers { get; } = [];

        public int RequestCount { get; set; }

        public HashSet<string> SentSecrets { get; } = [];
    }

    // Like a real one it reads the body before it does anything else; adapters conclude from an untouched body that nothing was sent.
    private sealed class Upstream(ProviderConformance suite, Exchange exchange) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (request.Content is not null) await request.Content.ReadAsByteArrayAsync(cancellationToken);
            var response = suite.Aside(request.Method, request.RequestUri!) is { } aside ? Response(aside, []) : Next(request);
            response.RequestMessage = request;
            return response;
        }

        private HttpResponseMessage Next(HttpRequestMessage request)
        {
            exchange.RequestCount++;
            if (request.Headers.Authorization?.Parameter is { } parameter) exchange.SentSecrets.Add(parameter);
            exchange.SentSecrets.UnionWith(ConformanceSecrets.Of(suite.Credential));

            // An adapter would take an exception for a broken connection; the number of requests tells it instead.
            return exchange.Answers.TryDequeue(out var answer) ? answer(exchange.SentSecrets) : new HttpResponseMessage(HttpStatusCode.NotImplemented);
        }
    }
}
