using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Reelay.Tests.Support;

namespace Reelay.Tests.OpenApi;

/// <summary>
/// Writes down what clients of a gateway ask and are answered, one line of JSON each, for <c>tests/node/scenarios/openapi.js</c> to judge.
/// Give <see cref="Around"/> to <see cref="GatewayHost.StartAsync"/>; or set <c>REELAY_ANSWERS</c> to a file, and the whole suite writes there.
/// </summary>
internal sealed class AnswerRecorder(HttpMessageHandler inner, string file, bool keepsEvents) : DelegatingHandler(inner)
{
    private const int MaxBodyLength = 1 << 20;
    private static readonly Lock Gate = new();
    private static readonly string? Suite = Environment.GetEnvironmentVariable("REELAY_ANSWERS");

    /// <summary>What a gateway's clients send through unless a test says otherwise.</summary>
    public static HttpMessageHandler OfSuite(HttpMessageHandler inner) =>
        string.IsNullOrEmpty(Suite) ? inner : new AnswerRecorder(inner, Suite, keepsEvents: false);

    /// <summary>Records into a file, event streams too: whoever asks for one reads it to its end.</summary>
    public static Func<HttpMessageHandler, HttpMessageHandler> Around(string file) => inner => new AnswerRecorder(inner, file, keepsEvents: true);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = IsJson(request.Content?.Headers) ? await request.Content!.ReadAsStringAsync(cancellationToken) : null;
        var response = await base.SendAsync(request, cancellationToken);
        var isKept = IsJson(response.Content.Headers) || (keepsEvents && IsOf(response.Content.Headers, "text/event-stream"));
        if (isKept) await response.Content.LoadIntoBufferAsync(cancellationToken);
        var line = new JsonObject
        {
            ["test"] = TestContext.Current.Test?.TestDisplayName,
            ["method"] = request.Method.Method,
            ["path"] = request.RequestUri!.AbsolutePath,
            ["query"] = request.RequestUri.Query,
            ["asked"] = asked?.Length <= MaxBodyLength ? asked : null,
            ["status"] = (int)response.StatusCode,
            ["headers"] = Headers(response),
            ["body"] = isKept ? await response.Content.ReadAsStringAsync(cancellationToken) : null,
        };
        lock (Gate) File.AppendAllText(file, line.ToJsonString() + "\n");
        return response;
    }

    // As they came: what has been parsed is written in another order.
    private static JsonObject Headers(HttpResponseMessage response) => new(response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
        .Select(header => KeyValuePair.Create(header.Key.ToLowerInvariant(), (JsonNode?)string.Join(", ", header.Value))));

    private static bool IsJson(HttpContentHeaders? headers) => IsOf(headers, "application/json");

    private static bool IsOf(HttpContentHeaders? headers, string type) => headers?.ContentType?.MediaType == type;
}
