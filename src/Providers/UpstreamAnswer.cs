using System.Text;
using System.Text.Json;

namespace Reelay.Providers;

/// <summary>A whole answer of an upstream, read within a bound.</summary>
public sealed class UpstreamAnswer
{
    /// <summary>Longest <see cref="RawText"/>, in characters.</summary>
    public const int MaxRawTextLength = 4096;

    /// <summary>Longest message made of an upstream's words, in characters.</summary>
    public const int MaxMessageLength = 1000;

    private readonly Lazy<JsonElement?> _json;
    private readonly Func<string, string> _hideSecrets;

    /// <summary>Creates the answer.</summary>
    /// <param name="statusCode">HTTP status.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="hideSecrets">Takes this account's secrets out of a text.</param>
    internal UpstreamAnswer(int statusCode, ReadOnlyMemory<byte> body, Func<string, string> hideSecrets)
    {
        StatusCode = statusCode;
        Body = body;
        _hideSecrets = hideSecrets;
        _json = new(() => Parse(body));
    }

    /// <summary>HTTP status.</summary>
    public int StatusCode { get; }

    /// <summary>The whole body.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The beginning of the body as text, at most <see cref="MaxRawTextLength"/> characters, without secrets; for operators.</summary>
    /// <remarks>Secrets are hidden before the cut, and more is looked at than is kept, so that no half of one stays at the edge.</remarks>
    public string RawText =>
        Cut(_hideSecrets(Encoding.UTF8.GetString(Body.Span[..Math.Min(Body.Length, 8 * MaxRawTextLength)])), MaxRawTextLength);

    /// <summary>The body as JSON, whatever its content type says; null if it is not whole, valid JSON.</summary>
    public JsonElement? Json => _json.Value;

    /// <summary>How long the upstream asks to wait before trying again.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>How long the upstream asks to wait before the next poll.</summary>
    public TimeSpan? PollAfter { get; internal init; }

    /// <summary>Whether the status is 200 to 299.</summary>
    public bool IsSuccess => StatusCode is >= 200 and < 300;

    /// <summary>An upstream's words as they may be shown to operators: without secrets, at most <see cref="MaxMessageLength"/> long.</summary>
    public string Clean(string words) => Cut(_hideSecrets(words), MaxMessageLength);

    /// <summary>Makes the exception for this answer; the message is cleaned.</summary>
    public ProviderException Exception(
        ProviderErrorKind kind, string message, int? confirmationCount = null, FailureCharge charge = FailureCharge.None) => new(kind, Clean(message))
        {
            StatusCode = StatusCode, RetryAfter = RetryAfter, RawBody = Body.IsEmpty ? null : RawText, ConfirmationCount = confirmationCount, Charge = charge,
        };

    private static string Cut(string text, int maxLength) => text.Length > maxLength ? text[..maxLength] : text;

    private static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        var bytes = body.Span;
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[3..];
        try
        {
            return JsonElement.Parse(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
