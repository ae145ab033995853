using System.Net;
using System.Text.Json;

namespace Reelay.Tests.Support;

/// <summary>One block of a stream of server-sent events; a comment or a lone <c>retry</c> is one too.</summary>
internal sealed record ServerEvent(string? Id, string? Name, string? Retry, string? Comment, string? Data)
{
    public JsonElement Video => JsonDocument.Parse(Data!).RootElement;
}

/// <summary>Reads server-sent events as they come.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly StreamReader _reader;

    private EventReader(HttpResponseMessage response, Stream body) => (Response, _reader) = (response, new StreamReader(body));

    public HttpResponseMessage Response { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<EventReader> OpenAsync(HttpClient client, string id, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/videos/{id}/events");
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.ToString());
        return new EventReader(response, await response.Content.ReadAsStreamAsync(Cancellation));
    }

    /// <summary>The next block, or null at the end of the stream.</summary>
    public async Task<ServerEvent?> NextAsync()
    {
        var fields = new Dictionary<string, string>();
        while (await _reader.ReadLineAsync(Cancellation) is { } line)
        {
            if (line.Length == 0)
            {
                return new(
                    fields.GetValueOrDefault("id"), fields.GetValueOrDefault("event"), fields.GetValueOrDefault("retry"),
                    fields.GetValueOrDefault(""), fields.GetValueOrDefault("data"));
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            fields.Add(line[..colon], line[(colon + 1)..].TrimStart());
        }

        Assert.Empty(fields);
        return null;
    }

    /// <summary>Everything up to the end of the stream.</summary>
    public async Task<List<ServerEvent>> RestAsync()
    {
        var rest = new List<ServerEvent>();
        while (await NextAsync() is { } next) rest.Add(next);
        return rest;
    }

    public void Dispose()
    {
        _reader.Dispose();
        Response.Dispose();
    }
}
