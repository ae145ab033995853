using System.Net;
using Reelay.Simulation.Scheduling;

namespace Reelay.Simulation.World;

/// <summary>
/// What lies between a server's process and the upstreams. A request takes its time to get there and the answer its time to come back; what
/// can go wrong on the way does.
/// </summary>
internal sealed class Network(RunState run, Upstreams upstreams, StrandTime time) : HttpMessageHandler
{
    // Together well below the delay after which a search is trusted to see what was sent.
    private const int MaxTravelMilliseconds = 400;
    private const int MaxAnswerMilliseconds = 600;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var scenario = run.Scenario;
        var name = $"{request.Method} {request.RequestUri!.AbsolutePath}";
        cancellationToken.ThrowIfCancellationRequested();
        if (run.Happens(scenario.Refused))
        {
            run.Trace.Add($"{run.Clock} {name} refused");
            throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused.");
        }

        var body = request.Content is null ? null : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        if (run.Happens(scenario.CutBefore)) throw Reset(name, "cut before");
        if (run.Happens(scenario.BareBefore)) return Bare(request, name, "before");

        // From here on the bytes are on their way, whatever becomes of this process and its patience.
        var answer = upstreams.TakeAsync(Copy(request, body), run.Random.Next(MaxTravelMilliseconds));
        var (status, headers, bytes, isCut) = await answer.WaitAsync(cancellationToken);
        if (run.Happens(scenario.CutAfter))
        {
            run.Upset?.Invoke();
            throw Reset(name, "cut after");
        }

        if (run.Happens(scenario.BareAfter)) return Bare(request, name, "after");
        var pause = run.Happens(scenario.Late) ? 1000 * run.Random.Next(60) : run.Random.Next(MaxAnswerMilliseconds);
        await Task.Delay(TimeSpan.FromMilliseconds(pause), time, cancellationToken);
        if (run.Happens(scenario.Garbled)) bytes = Garbled(name, bytes);
        run.Trace.Add($"{run.Clock} {name} {(int)status}{(isCut ? " cut" : "")}");
        return Response(request, status, headers, bytes, isCut);
    }

    private HttpRequestException Reset(string name, string when)
    {
        run.Trace.Add($"{run.Clock} {name} {when}");
        return new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was reset.");
    }

    // What a proxy before the upstream says of its own, with nothing that the upstream documents.
    private HttpResponseMessage Bare(HttpRequestMessage request, string name, string when)
    {
        var status = (HttpStatusCode)(502 + run.Random.Next(3));
        run.Trace.Add($"{run.Clock} {name} bare {(int)status} {when}");
        return new HttpResponseMessage(status) { RequestMessage = request, Content = new StringContent("<html>proxy</html>") };
    }

    private byte[] Garbled(string name, byte[] bytes)
    {
        run.Trace.Add($"{run.Clock} {name} garbled");
        return run.Random.Next(3) switch
        {
            0 => [],
            1 => bytes[..(bytes.Length / 2)],
            _ => "{\"ok\": \u0001 nothing"u8.ToArray(),
        };
    }

    private static HttpRequestMessage Copy(HttpRequestMessage request, byte[]? body)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri);
        foreach (var (name, values) in request.Headers.NonValidated) copy.Headers.TryAddWithoutValidation(name, values.ToString());
        if (body is null) return copy;
        copy.Content = new ByteArrayContent(body);
        foreach (var (name, values) in request.Content!.Headers.NonValidated) copy.Content.Headers.TryAddWithoutValidation(name, values.ToString());
        return copy;
    }

    private static HttpResponseMessage Response(
        HttpRequestMessage request, HttpStatusCode status, IReadOnlyList<(string Name, string Value)> headers, byte[] bytes, bool isCut)
    {
        var response = new HttpResponseMessage(status) { RequestMessage = request };
        response.Content = isCut ? new StreamContent(new CutStream(bytes)) : new ByteArrayContent(bytes);
        response.Content.Headers.ContentLength = null;
        foreach (var (name, value) in headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value)) response.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    // What came of a body before its connection ended.
    private sealed class CutStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : throw new HttpIOException(HttpRequestError.ResponseEnded, "The answer ended early.");

        public override int Read(Span<byte> buffer) =>
            Position < Length ? base.Read(buffer) : throw new HttpIOException(HttpRequestError.ResponseEnded, "The answer ended early.");
    }
}
