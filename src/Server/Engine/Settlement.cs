using Reelay.Providers;
using Reelay.Server.Catalog;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>What a finished task costs: what was delivered, at the price it was accepted under, never more than was reserved.</summary>
internal static class Settlement
{
    /// <summary>The amount and what it rests on.</summary>
    public static (long Micros, string Basis) For(GenerationTask task, IReadOnlyList<TaskAsset> assets, Usage? usage)
    {
        if (task.Price is not { } price) return WithoutPrice(task, assets, usage);
        var (units, basis) = Delivered(task, price, assets, usage, isCapped: true);
        return (Math.Min(price.Charge(Math.Min(units, price.Units)), task.PriceMicros), basis);
    }

    /// <summary>Units that were delivered, and what says so.</summary>
    /// <param name="task">The task.</param>
    /// <param name="price">The price it was accepted under.</param>
    /// <param name="assets">Its stored files.</param>
    /// <param name="usage">What the upstream says, or null.</param>
    /// <param name="isCapped">Whether an output counts at most as long as it was ordered: callers do not pay for more, operators may.</param>
    public static (long Units, string Basis) Delivered(
        GenerationTask task, AcceptedPrice price, IReadOnlyList<TaskAsset> assets, Usage? usage, bool isCapped) => price.Per switch
        {
            "second" => Seconds(task, price, assets, usage, isCapped),
            "output" when assets.Count > 0 && (assets.Count < price.Units || !isCapped) => (assets.Count, "measured"),
            "token" => Tokens(price, assets, usage),
            _ => (price.Units, "requested"),
        };

    /// <summary>Seconds of video that were delivered, over all outputs; 0 for pictures.</summary>
    public static long SecondsOf(GenerationTask task, IReadOnlyList<TaskAsset> assets) =>
        Ordered(task) <= 0 ? 0 : assets.Sum(asset => asset.DurationMilliseconds is { } milliseconds ? Whole(milliseconds / 1000m) : Ordered(task));

    // An extension is sold by what it adds, of which the finished file does not tell.
    private static (long Units, string Basis) Seconds(
        GenerationTask task, AcceptedPrice price, IReadOnlyList<TaskAsset> assets, Usage? usage, bool isCapped)
    {
        var ordered = Ordered(task);
        if (ordered <= 0 || task.Order.Mode == "extend") return (price.Units, "requested");
        long Counted(decimal seconds) => isCapped ? Math.Min(Whole(seconds), ordered) : Whole(seconds);
        if (assets is [{ DurationMilliseconds: not null }, ..])
        {
            return (assets.Sum(asset => asset.DurationMilliseconds is { } milliseconds ? Counted(milliseconds / 1000m) : ordered), "measured");
        }

        return usage?.Seconds is { } told ? (Counted(Math.Min(told, int.MaxValue)) * task.Order.Count, "reported") : (price.Units, "requested");
    }

    private static (long Units, string Basis) Tokens(AcceptedPrice price, IReadOnlyList<TaskAsset> assets, Usage? usage)
    {
        if (usage?.OutputTokens is > 0 and { } told) return (told, "reported");
        if (assets.Count == 0 || assets.Any(asset => asset is not { WidthPixels: > 0, HeightPixels: > 0, DurationMilliseconds: > 0 })) return (price.Units, "requested");
        return (assets.Sum(asset => VideoTokens.Of(
            (long)asset.WidthPixels!.Value * asset.HeightPixels!.Value, Whole(asset.DurationMilliseconds!.Value / 1000m) + price.InputSeconds)), "measured");
    }

    // Tasks of a database from before prices were kept with them: a part of what was reserved.
    private static (long Micros, string Basis) WithoutPrice(GenerationTask task, IReadOnlyList<TaskAsset> assets, Usage? usage)
    {
        if (Ordered(task) <= 0 || task.Order.Mode == "extend") return (task.PriceMicros, "requested");
        if (assets is [{ DurationMilliseconds: { } milliseconds }, ..]) return (Part(task, milliseconds / 1000m), "measured");
        return usage?.Seconds is { } seconds ? (Part(task, seconds), "reported") : (task.PriceMicros, "requested");
    }

    private static long Part(GenerationTask task, decimal delivered)
    {
        var ordered = Ordered(task);
        var seconds = Math.Min(Whole(Math.Min(delivered, int.MaxValue)), ordered);
        return (long)((((Int128)task.PriceMicros * seconds) + ordered - 1) / ordered);
    }

    // Whole seconds are sold, so a clip of 4.04 s counts as 4.
    private static long Whole(decimal seconds) => Math.Max(1, (long)Math.Round(seconds, MidpointRounding.AwayFromZero));

    private static int Ordered(GenerationTask task) => task.Order.BilledSeconds ?? task.Order.Seconds;
}
