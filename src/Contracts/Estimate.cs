using System.Text.Json.Nodes;

namespace Reelay.Contracts;

/// <summary>What an order would be and cost; nothing was created.</summary>
public sealed record Estimate
{
    /// <summary>Always <c>video.estimate</c>.</summary>
    public string Object { get; init; } = "video.estimate";

    /// <summary>The public model that was named.</summary>
    public required string Model { get; init; }

    /// <summary>Seconds as asked, else the default.</summary>
    public required string Seconds { get; init; }

    /// <summary>Size as asked, else the default.</summary>
    public required string Size { get; init; }

    /// <summary>What would run and be billed.</summary>
    public required VideoEffective Effective { get; init; }

    /// <summary>How many outputs.</summary>
    public required int Count { get; init; }

    /// <summary>The most it can cost, in micro-dollars: what a create reserves.</summary>
    public required long PriceMicros { get; init; }

    /// <summary>The same in dollars, for people.</summary>
    public required string Price { get; init; }

    /// <summary>Usual time from order to result in seconds.</summary>
    public required double ExpectedSeconds { get; init; }

    /// <summary>Hints that would have no effect.</summary>
    public IReadOnlyList<VideoWarning>? Warnings { get; init; }

    /// <summary>What the server decided beyond what was asked.</summary>
    public IReadOnlyList<EstimateNote>? Notes { get; init; }

    /// <summary>For operators: how it would be sent.</summary>
    public EstimateExplanation? Explain { get; init; }
}

/// <summary>Something the server decided beyond what was asked.</summary>
/// <param name="Param">The parameter.</param>
/// <param name="Value">What it became.</param>
/// <param name="How"><c>default</c>, <c>inferred</c>, <c>mapped</c> or <c>rounded</c>.</param>
/// <param name="Why">In words.</param>
public sealed record EstimateNote(string Param, string Value, string How, string Why);

/// <summary>How an order would be sent.</summary>
public sealed record EstimateExplanation
{
    /// <summary>Upstream models that can honour exactly this order, as <c>provider:model</c>, in the order they are tried.</summary>
    public required IReadOnlyList<string> UpstreamModels { get; init; }

    /// <summary>Channels that serve them now, the one that would be chosen first.</summary>
    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>The first call to the upstream; absent if no channel serves the order.</summary>
    public EstimateRequest? Request { get; init; }

    /// <summary>Why the provider would send nothing, if so.</summary>
    public string? Refusal { get; init; }
}

/// <summary>A request to an upstream, secrets removed.</summary>
public sealed record EstimateRequest
{
    /// <summary>HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>Address, without secrets.</summary>
    public required string Url { get; init; }

    /// <summary>Headers; those that authenticate are left out.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The body as JSON, where it is; long base64 is cut.</summary>
    public JsonNode? Json { get; init; }

    /// <summary>The body as text, where it is not JSON; bytes of files are left out.</summary>
    public string? Text { get; init; }
}
