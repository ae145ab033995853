using Reelay.Providers;
using Reelay.Server.Catalog;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>
/// What an attempt costs the operator: what the upstream says, else the price list without any group's factor, times the channel's cost
/// factor. Not bounded by what the caller's order reserved: what is more is the operator's.
/// </summary>
internal static class AttemptCosts
{
    /// <summary>An attempt that delivered.</summary>
    public static TaskAttempt Delivered(
        TaskAttempt attempt, GenerationTask task, double factor, IReadOnlyList<TaskAsset> assets, Usage? usage) =>
        Of(attempt, usage?.CostMicros, task.Price is { } price ? List(price, Settlement.Delivered(task, price, assets, usage, isCapped: false).Units) : task.PriceMicros, factor);

    /// <summary>An attempt that is charged in full though its task has no result of it.</summary>
    public static TaskAttempt Charged(TaskAttempt attempt, GenerationTask task, double factor, long? reportedMicros = null) =>
        Of(attempt, reportedMicros, task.Price is { } price ? List(price, price.Units) : task.PriceMicros, factor);

    /// <summary>The cost factor of the channel that an attempt went to; 1 if the channel is gone.</summary>
    public static double FactorOf(EngineParts parts, TaskAttempt attempt) => parts.Channels.Find(attempt)?.Config.CostFactor ?? 1;

    private static TaskAttempt Of(TaskAttempt attempt, long? reportedMicros, long listMicros, double factor) => reportedMicros is >= 0 and { } told
        ? attempt with { CostMicros = told, CostBasis = "reported" }
        : attempt with { CostMicros = (long)decimal.Ceiling(listMicros * (decimal)Math.Clamp(factor, 0, 100)), CostBasis = "reckoned" };

    // What an upstream reports is not bounded by anything; a figure nobody would believe must not stop the task from ending.
    private static long List(AcceptedPrice price, long units)
    {
        try
        {
            return price.List(units);
        }
        catch (OverflowException)
        {
            return AcceptedPrice.MaxMicros;
        }
    }
}
