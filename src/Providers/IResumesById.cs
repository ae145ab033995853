using System.Text.Json;

namespace Reelay.Providers;

/// <summary>A provider that can make the reference of an order out of what was ordered and the upstream's id of it.</summary>
/// <remarks>For orders whose acceptance was told by somebody else than the answer to the submission: a callback, or an operator.</remarks>
public interface IResumesById
{
    /// <summary>What an order is polled with. Pure.</summary>
    /// <param name="request">What was submitted.</param>
    /// <param name="upstreamId">The upstream's own id of it.</param>
    /// <returns>Null if it cannot be an id of this upstream, or the order none it takes.</returns>
    JsonElement? ReferenceOf(ProviderRequest request, string upstreamId);
}

/// <summary>A provider whose upstream asks an address to prove itself before it calls back there.</summary>
public interface IAnswersChallenges
{
    /// <summary>Answers a challenge. Pure.</summary>
    /// <returns>The JSON to answer with, under status 200; null if the body is no challenge.</returns>
    ReadOnlyMemory<byte>? AnswerChallenge(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body);
}
