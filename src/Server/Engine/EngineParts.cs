using Reelay.Server.Assets;
using Reelay.Server.Catalog;
using Reelay.Server.Engine.Polling;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>What every step of the engine works with.</summary>
internal sealed record EngineParts(
    TaskWriter Writer,
    ITaskStore Store,
    ChannelSet Channels,
    IAssetStore Assets,
    ResultFetcher Fetcher,
    InputFetcher Inputs,
    InputAddresses InputAddresses,
    EngineOptions Options,
    EngineGate Gate,
    TimeProvider Time,
    Randomness Randomness)
{
    /// <summary>The models as they now are.</summary>
    public ModelCatalog Catalog => Channels.Now.Catalog;

    /// <summary>Where upstreams may call back; null where they never do.</summary>
    public Callbacks.CallbackAddresses? Callbacks { get; init; }

    /// <summary>For what this process keeps in memory and compares with itself.</summary>
    public SteadyClock Steady { get; init; } = new(Time);

    /// <summary>Unix milliseconds, for rows.</summary>
    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>What is known of how long upstreams take.</summary>
    public DurationBook Durations { get; } = new(Time);

    /// <summary>Usual time from acceptance to result in seconds: of the first channel that would be chosen, learned or its own, else the catalog's.</summary>
    public double ExpectedSeconds(GenerationOrder order, string groups, double catalogSeconds)
    {
        foreach (var route in Channels.RoutesFor(order, groups))
        {
            var channel = route.Channel;
            return Durations.Learned(channel.Id, route.UpstreamModel)?.Median
                ?? (channel.Config.ExpectedSeconds > 0 ? channel.Config.ExpectedSeconds : catalogSeconds);
        }

        return catalogSeconds;
    }

    /// <summary>The same for a task.</summary>
    public double ExpectedSeconds(GenerationTask task) => ExpectedSeconds(task.Order, task.Groups, Spec(task)?.ExpectedSeconds ?? 60);

    /// <summary>What to expect of an attempt: learned, else assumed as the channel or the catalog says.</summary>
    public DurationCurve DurationOf(GenerationTask task, ProviderChannel channel, string upstreamModel) =>
        Durations.Curve(channel.Id, upstreamModel, AssumedSeconds(task, channel));

    /// <summary>What the channel, else the catalog, says is usual, in seconds.</summary>
    public double AssumedSeconds(GenerationTask task, ProviderChannel channel) =>
        channel.Config.ExpectedSeconds > 0 ? channel.Config.ExpectedSeconds : Spec(task)?.ExpectedSeconds ?? 60;

    /// <summary>The catalog's row for a task, or null if the operator has removed the model since.</summary>
    public ModelSpec? Spec(GenerationTask task) => Catalog.Find(task.Order.CatalogModel ?? task.Order.Model)?.Spec;
}
