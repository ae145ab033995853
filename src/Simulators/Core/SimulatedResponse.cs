using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;

namespace Reelay.Simulators;

/// <summary>One answer of a simulator, and what shall go wrong with it on the wire.</summary>
public sealed record SimulatedResponse
{
    /// <summary>HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>Headers besides length and type of the body.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Type of <see cref="Bytes"/>; a clip brings its own.</summary>
    public string? ContentType { get; init; }

    /// <summary>The body, when it is not a clip.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>The clip that is the body, or null.</summary>
    public ClipReference? Clip { get; init; }

    /// <summary>What goes wrong while it is sent.</summary>
    public WireFault Wire { get; init; }

    /// <summary>A JSON answer.</summary>
    public static SimulatedResponse Json(int status, JsonNode body) =>
        new() { Status = status, ContentType = "application/json", Bytes = Encoding.UTF8.GetBytes(JsonText.Of(body)) };

    /// <summary>An answer of any other text.</summary>
    public static SimulatedResponse Text(int status, string contentType, string body) =>
        new() { Status = status, ContentType = contentType, Bytes = Encoding.UTF8.GetBytes(body) };

    /// <summary>A clip as the answer.</summary>
    public static SimulatedResponse OfClip(ClipOrder order, ClipVariant variant) =>
        new() { Status = 200, Clip = new ClipReference(order, variant) };

    /// <summary>The same answer with one header more.</summary>
    public SimulatedResponse WithHeader(string name, string value) => this with { Headers = Headers.Add(new(name, value)) };
}

/// <summary>A file the host has to fetch from its clips.</summary>
public sealed record ClipReference(ClipOrder Order, ClipVariant Variant);

/// <summary>What goes wrong on the wire.</summary>
public enum WireFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The connection is reset and nothing is answered.</summary>
    Drop,

    /// <summary>Nothing is answered until the caller gives up.</summary>
    Hang,

    /// <summary>The whole length is announced, half of it is sent, then the connection is reset.</summary>
    Truncate,
}
