namespace Reelay.Load;

/// <summary>One figure of a benchmark.</summary>
/// <param name="Name">What is measured, in the words of the report.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Goal">Ratio, ours to the reference, that it is meant to reach; null where it only informs.</param>
/// <param name="Floor">Ratio it must not miss.</param>
/// <param name="IsLowerBetter">Whether a smaller ratio is the better one.</param>
internal sealed record Figure(string Name, string Unit, double? Goal = null, double? Floor = null, bool IsLowerBetter = false);

/// <summary>One comparison: each measurement gives a value per figure.</summary>
internal abstract class Benchmark : IAsyncDisposable
{
    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it starts a PostgreSQL; such a one runs only where it is asked for.</summary>
    public virtual bool NeedsPostgres => false;

    /// <summary>What it delivers, in the order of the values.</summary>
    public abstract IReadOnlyList<Figure> Figures { get; }

    /// <summary>Facts worth a line under the table, collected while it runs.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Starts what serves all rounds.</summary>
    public virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Measures the reference once.</summary>
    public abstract Task<double[]> MeasureReferenceAsync(int round);

    /// <summary>Measures Reelay once.</summary>
    public abstract Task<double[]> MeasureOursAsync(int round);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
