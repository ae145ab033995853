using System.Net;
using System.Net.Http.Headers;

namespace Reelay.Simulators;

/// <summary>Calls simulators in process, without a socket: the first segment of the path names the simulator, whatever the host.</summary>
/// <remarks>
/// Runs on the caller's thread and waits only on the sandbox's clock, so that a simulation can run on one thread under virtual time.
/// A dropped connection is an <see cref="HttpRequestException"/>; a truncated body an <see cref="HttpIOException"/> while it is read.
/// </remarks>
public sealed class SimulatorHandler(SandboxCore sandbox) : HttpMessageHandler
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Uri url = request.RequestUri ?? throw new ArgumentException("The request has no address.", nameof(request));
        string[] path = Uri.UnescapeDataString(url.AbsolutePath).TrimStart('/').Split('/', 2);
        if (!sandbox.Simulators.TryGetValue(path[0], out ISimulator? simulator))
            return new HttpResponseMessage(HttpStatusCode.NotFound) { RequestMessage = request };

        await using Stream body = request.Content is null ? Stream.Null : await request.Content.ReadAsStreamAsync(cancellationToken);
        SimulatedResponse response = await simulator.HandleAsync(Simulated(request, url, path, body), cancellationToken);
        switch (response.Wire)
        {
            case WireFault.Drop:
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was reset before an answer came.");
            case WireFault.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, sandbox.Time, cancellationToken);
                break;
        }

        return await AnswerAsync(request, response, cancellationToken);
    }

    private static SimulatedRequest Simulated(HttpRequestMessage request, Uri url, string[] path, Stream body)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in request.Headers.NonValidated)
            headers[name] = values.ToString();
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(url.Query);
        return new SimulatedRequest
        {
            Method = request.Method.Method,
            Root = $"{url.GetLeftPart(UriPartial.Authority)}/{path[0]}",
            Path = path.Length > 1 ? path[1] : "",
            Query = query.ToDictionary(pair => pair.Key, pair => pair.Value.LastOrDefault() ?? "", StringComparer.Ordinal),
            QueryLists = SimulatedRequest.Lists(query),
            Headers = headers,
            Body = body,
            ContentType = request.Content?.Headers.ContentType?.ToString(),
        };
    }

    private async ValueTask<HttpResponseMessage> AnswerAsync(
        HttpRequestMessage request, SimulatedResponse response, CancellationToken cancellationToken)
    {
        ClipFile? file = response.Clip is { } clip ? await sandbox.Clips.OpenAsync(clip.Order, clip.Variant, cancellationToken) : null;
        if (response.Clip is not null && file is null)
            return new HttpResponseMessage(HttpStatusCode.NotFound) { RequestMessage = request };
        Stream content = file?.Content ?? new MemoryStream(response.Bytes.ToArray(), writable: false);
        long length = content.Length;
        HttpResponseMessage message = new((HttpStatusCode)response.Status) { RequestMessage = request };
        message.Content = new StreamContent(response.Wire == WireFault.Truncate ? new TruncatedStream(content, length / 2) : content);
        message.Content.Headers.ContentLength = length;
        if ((file?.ContentType ?? response.ContentType) is { } type)
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        foreach (var (name, value) in response.Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }
}
