using System.Globalization;
using Reelay.Server.Catalog;
using Reelay.Server.Routing;

namespace Reelay.Server.Billing;

/// <summary>What a group's callers pay, as a factor of the price list: <c>Reelay:Groups:{name}:PriceFactor</c>, 1 where nothing is said.</summary>
internal sealed class GroupFactors
{
    /// <summary>The largest factor.</summary>
    public const int Max = 1000;

    private readonly Dictionary<string, long> _millionths;

    private GroupFactors(Dictionary<string, long> millionths) => _millionths = millionths;

    /// <summary>A factor of one for all.</summary>
    public static GroupFactors None { get; } = new([]);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidOperationException">Lists every mistake.</exception>
    public static GroupFactors Read(IConfiguration configuration)
    {
        var factors = new Dictionary<string, long>(StringComparer.Ordinal);
        var mistakes = new List<string>();
        foreach (var group in configuration.GetSection("Reelay:Groups").GetChildren())
        {
            if (group["PriceFactor"] is not { } text) continue;
            if (Parse(text) is { } millionths) factors[group.Key] = millionths;
            else mistakes.Add($"Reelay:Groups:{group.Key}:PriceFactor is '{text}'; it takes a number from 0 to {Max} with at most six decimals, such as 0.85.");
        }

        return mistakes.Count == 0 ? new(factors) : throw new InvalidOperationException(string.Join(" ", mistakes));
    }

    /// <summary>The factor in millionths, exactly as it is written; null if it is none.</summary>
    public static long? Parse(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) && factor is >= 0 and <= Max
        && factor * AcceptedPrice.FactorOne is var millionths && decimal.Truncate(millionths) == millionths ? (long)millionths : null;

    /// <summary>The factor of the first of a caller's groups that has a channel able to make an order, in millionths.</summary>
    /// <param name="order">The order.</param>
    /// <param name="groups">The caller's groups in order, separated by blanks.</param>
    /// <param name="channels">The channels as they are.</param>
    public long For(GenerationOrder order, string groups, ChannelSet channels)
    {
        if (_millionths.Count == 0) return AcceptedPrice.FactorOne;
        var rank = groups.Contains(' ') && channels.RoutesFor(order, groups) is [var first, ..] ? first.GroupRank : 0;
        return GroupNames.Split(groups) is { Length: > 0 } names && _millionths.TryGetValue(names[rank], out var factor) ? factor : AcceptedPrice.FactorOne;
    }
}
