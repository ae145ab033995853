using System.Text.Json;

namespace Reelay.Providers.Vidu;

/// <summary>Reads a callback: what a poll of that moment would have answered.</summary>
internal static class ViduCallbacks
{
    /// <summary>Which task it speaks of, or null if it is none. Never its state: the signature does not cover the body.</summary>
    public static CallbackReading? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            return ViduAnswers.Read(JsonElement.Parse(body.Span)) is { State: not null, Id: { } id } && ViduAnswers.IsId(id)
                ? new(id, Result: null, IsSigned: false)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
