using Reelay.Server.Assets;
using Reelay.Server.Catalog;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>What every step of the engine works with.</summary>
internal sealed record EngineParts(
    TaskWriter Writer,
    ITaskStore Store,
    ChannelSet Channels,
    ModelCatalog Catalog,
    IAssetStore Assets,
    ResultFetcher Fetcher,
    EngineOptions Options,
    EngineGate Gate,
    TimeProvider Time,
    Randomness Randomness)
{
    /// <summary>Unix milliseconds.</summary>
    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Usual time from submission to result in seconds: the first channel's that would be chosen, else the catalog's.</summary>
    public double ExpectedSeconds(GenerationTask task)
    {
        foreach (var route in Channels.RoutesFor(task.Order))
        {
            if (route.Channel.Config.ExpectedSeconds > 0) return route.Channel.Config.ExpectedSeconds;
        }

        return Spec(task)?.ExpectedSeconds ?? 60;
    }

    /// <summary>The catalog's row for a task, or null if the operator has removed the model since.</summary>
    public ModelSpec? Spec(GenerationTask task) => Catalog.Find(task.Order.Model)?.Spec;
}

/// <summary>Whether new work may begin, and how much is under way.</summary>
internal sealed class EngineGate
{
    private int callsInFlight;
    private volatile bool isDraining;
    private readonly TaskCompletionSource quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set once, by a stop: nothing new is submitted.</summary>
    public bool IsDraining => isDraining;

    /// <summary>Set while the disk is nearly full: nothing new is submitted and nothing is fetched.</summary>
    public bool IsDiskLow { get; set; }

    /// <summary>Begins a submission, from before its row is written until after its answer is. Its end must be told by <see cref="Leave"/>.</summary>
    /// <returns>False if nothing may begin now.</returns>
    public bool TryEnter()
    {
        // Counted first: a drain that begins now either sees this call or is seen by it.
        Interlocked.Increment(ref callsInFlight);
        if (!IsDraining && !IsDiskLow) return true;
        Leave();
        return false;
    }

    /// <summary>A submission, with the write of its answer, has ended.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref callsInFlight) == 0 && IsDraining) quiet.TrySetResult();
    }

    /// <summary>Lets nothing new begin.</summary>
    /// <returns>Completes when the calls in flight have ended.</returns>
    public Task DrainAsync()
    {
        isDraining = true;
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref callsInFlight) == 0) quiet.TrySetResult();
        return quiet.Task;
    }
}
