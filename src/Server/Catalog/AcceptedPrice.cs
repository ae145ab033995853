using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Server.Catalog;

/// <summary>The price an order was accepted under. Stored with the task, which is settled by it whatever the catalog says later.</summary>
public sealed record AcceptedPrice
{
    /// <summary>A factor of one, in millionths.</summary>
    public const long FactorOne = 1_000_000;

    /// <summary>The most that one order may cost: a billion dollars, in micro-dollars. Sums of a billion such orders still fit.</summary>
    public const long MaxMicros = 1_000_000_000_000_000;

    private const long TokensOfAPrice = 1_000_000;

    /// <summary><c>second</c> of each output, <c>output</c>, <c>call</c>, <c>token</c> (a price is for a million), or <c>none</c>: without a price.</summary>
    public required string Per { get; init; }

    /// <summary>Micro-dollars for a unit, as the operator sells it; not negative.</summary>
    public required long Micros { get; init; }

    /// <summary>The group's factor in millionths; not negative.</summary>
    public required long FactorMillionths { get; init; }

    /// <summary>Which price list it is from.</summary>
    public required string Version { get; init; }

    /// <summary>The units that were reserved for: seconds of all outputs, outputs, calls or tokens.</summary>
    public required long Units { get; init; }

    /// <summary>Of the tokens' seconds those of input videos, whose length nobody knew; 0 for all other units.</summary>
    public required int InputSeconds { get; init; }

    /// <summary>An order of a model that has no price and is not free: only an account without a balance may make it.</summary>
    [JsonIgnore]
    public bool IsMissing => Per == "none";

    /// <summary>What so many units are sold for, rounded up to a whole micro-dollar.</summary>
    /// <exception cref="OverflowException">It is more than <see cref="MaxMicros"/>.</exception>
    public long Charge(long units) => Amount(units, FactorMillionths);

    /// <summary>The same without the group's factor: what the operator's cost is reckoned from.</summary>
    /// <exception cref="OverflowException">It is more than <see cref="MaxMicros"/>.</exception>
    public long List(long units) => Amount(units, FactorOne);

    /// <summary>As it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, AcceptedPriceJson.Default.AcceptedPrice);

    /// <summary>Reads a stored one.</summary>
    public static AcceptedPrice FromJson(string text) => JsonSerializer.Deserialize(text, AcceptedPriceJson.Default.AcceptedPrice)!;

    // Wide enough for the largest of each, and checked all the same: a wrong sign would pay the caller.
    private long Amount(long units, long factorMillionths)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(units);
        ArgumentOutOfRangeException.ThrowIfNegative(factorMillionths);
        var divisor = checked((Int128)FactorOne * (Per == "token" ? TokensOfAPrice : 1));
        var micros = checked(((Int128)units * Micros * factorMillionths + divisor - 1) / divisor);
        return micros <= MaxMicros ? (long)micros : throw new OverflowException($"A price of {micros} micro-dollars is above the largest, {MaxMicros}.");
    }
}

/// <summary>Generated reading and writing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AcceptedPrice))]
internal sealed partial class AcceptedPriceJson : JsonSerializerContext;
