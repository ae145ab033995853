using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Reelay.Tests.Flows;

/// <summary>One request as it left for an upstream.</summary>
internal sealed record SentRequest(string Method, Uri Url, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>Its body as JSON.</summary>
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    /// <summary>Its body as one text, each byte a letter.</summary>
    public string Text => Encoding.Latin1.GetString(Body);

    /// <summary>The parts of a form: name, file name or null, bytes.</summary>
    public IReadOnlyList<(string Name, string? FileName, byte[] Bytes)> Parts()
    {
        var boundary = "--" + MediaTypeHeaderValue.Parse(Headers["Content-Type"]).Parameters.Single(one => one.Name == "boundary").Value!.Trim('"');
        var parts = new List<(string, string?, byte[])>();
        foreach (var part in Text.Split(boundary)[1..^1])
        {
            var head = part[..part.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
            var body = part[(head.Length + 4)..^2];
            var line = head.Split("\r\n").Single(one => one.StartsWith("Content-Disposition:", StringComparison.OrdinalIgnoreCase));
            var disposition = ContentDispositionHeaderValue.Parse(line[(line.IndexOf(':') + 1)..]);
            parts.Add((disposition.Name!.Trim('"'), disposition.FileName?.Trim('"'), Encoding.Latin1.GetBytes(body)));
        }

        return parts;
    }

    /// <summary>A text field of a form, or null.</summary>
    public string? Field(string name) =>
        Parts().Where(part => part.Name == name && part.FileName is null).Select(part => Encoding.UTF8.GetString(part.Bytes)).SingleOrDefault();
}

/// <summary>Notes every request of every channel on its way to the sandbox, and changes nothing.</summary>
internal sealed class WireTap
{
    private readonly ConcurrentQueue<SentRequest> _sent = [];

    /// <summary>What a channel speaks through; each gets one of its own.</summary>
    public HttpMessageInvoker NewHttp() => new(new Handler(_sent));

    /// <summary>The creates that carried a text, usually the prompt.</summary>
    public IReadOnlyList<SentRequest> Creates(string text) =>
        [.. _sent.Where(request => request.Method == "POST" && Encoding.UTF8.GetString(request.Body).Contains(text, StringComparison.Ordinal))];

    /// <summary>The only create that carried a text.</summary>
    public SentRequest Create(string text) => Assert.Single(Creates(text));

    private sealed class Handler(ConcurrentQueue<SentRequest> sent)
        : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            byte[] body = [];
            if (request.Content is { } content)
            {
                await content.LoadIntoBufferAsync(cancellationToken);
                body = await content.ReadAsByteArrayAsync(cancellationToken);
            }

            var headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
                .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
            sent.Enqueue(new SentRequest(request.Method.Method, request.RequestUri!, headers, body));
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
