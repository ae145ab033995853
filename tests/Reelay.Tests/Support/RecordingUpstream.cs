using System.Net;
using System.Text;

namespace Reelay.Tests.Support;

/// <summary>One request as an upstream would have seen it.</summary>
public sealed record RecordedRequest(HttpMethod Method, Uri Url, IReadOnlyDictionary<string, string> Headers, string Body, Version Version);

/// <summary>
/// An upstream for adapter tests: keeps every request whole and gives the answers it was told, in order. Like a real one, it reads the
/// body before it does anything else; adapters conclude from an untouched body that nothing was sent.
/// </summary>
public sealed class RecordingUpstream : HttpMessageHandler
{
    private readonly Queue<Func<CancellationToken, Task<HttpResponseMessage>>> _answers = [];

    /// <summary>What was asked so far.</summary>
    public List<RecordedRequest> Requests { get; } = [];

    /// <summary>The only request.</summary>
    public RecordedRequest Request => Assert.Single(Requests);

    /// <summary>Adds an answer with a text body.</summary>
    public RecordingUpstream Answer(int status, string body, string contentType = "application/json", params (string Name, string Value)[] headers) =>
        Answer(status, Encoding.UTF8.GetBytes(body), contentType, headers);

    /// <summary>Adds an answer with a body of bytes.</summary>
    public RecordingUpstream Answer(int status, byte[] body, string contentType, params (string Name, string Value)[] headers)
    {
        _answers.Enqueue(_ =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(body) };
            response.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            foreach (var (name, value) in headers)
                response.Headers.TryAddWithoutValidation(name, value);
            return Task.FromResult(response);
        });
        return this;
    }

    /// <summary>Adds a failure that comes after the request was read.</summary>
    public RecordingUpstream Fail(Exception exception)
    {
        _answers.Enqueue(_ => Task.FromException<HttpResponseMessage>(exception));
        return this;
    }

    /// <summary>Adds an answer that never comes.</summary>
    public RecordingUpstream Hang()
    {
        _answers.Enqueue(async cancellationToken =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new OperationCanceledException(cancellationToken);
        });
        return this;
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : Encoding.UTF8.GetString(await request.Content.ReadAsByteArrayAsync(cancellationToken));
        var headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        Requests.Add(new(request.Method, request.RequestUri!, headers, body, request.Version));
        Assert.True(_answers.TryDequeue(out var answer), $"unexpected call: {request.Method} {request.RequestUri}");
        var response = await answer(cancellationToken);
        response.RequestMessage = request;
        return response;
    }
}
