using System.Text;
using System.Text.Json;
using Reelay.Providers;

namespace Reelay.Tests.Engine;

/// <summary>A scripted upstream that calls back: the body is its id and what it claims, and a header says whether that counts as signed.</summary>
internal sealed class CallingUpstream : ScriptedUpstream, IReceivesCallbacks, IResumesById
{
    public CallbackReading? ReadCallback(ProviderAccount account, IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body)
    {
        var words = Encoding.UTF8.GetString(body.Span).Split(' ');
        var isSigned = headers.GetValueOrDefault("signed") == "yes";
        return new CallbackReading(words[0], isSigned ? Claim(words[1]) : null, isSigned);
    }

    public JsonElement? ReferenceOf(ProviderRequest request, string upstreamId) => Reference(upstreamId);

    private static PollResult? Claim(string word) => word switch
    {
        "succeeded" => Clip,
        "failed" => new PollResult.Failed(ProviderErrorKind.GenerationFailed, "it broke"),
        _ => null,
    };
}
