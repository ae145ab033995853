namespace Reelay.Load.Polling;

/// <summary>A server with ten channels, the upstream behind them, and what is ordered of it.</summary>
internal sealed class PollingSite : IAsyncDisposable
{
    // The runtime compiles anew what runs often: several seconds of processor time, however many tasks there are.
    private const int WarmUpCount = 2000;
    private const double WarmUpMedian = 1;

    private PollingSite(ServerProcess upstream, ServerProcess server, Renders renders) => (Upstream, Server, Renders) = (upstream, server, renders);

    public ServerProcess Upstream { get; }

    public ServerProcess Server { get; }

    public Renders Renders { get; }

    /// <summary>Starts both.</summary>
    /// <param name="learned">Folder of <see cref="Learned"/>.</param>
    /// <param name="median">Seconds that renders usually take.</param>
    /// <param name="seed">Of the durations.</param>
    /// <param name="bad">Account that one channel has in place of its own, or null.</param>
    /// <param name="isWarm">Whether everything was done a few times before.</param>
    public static async Task<PollingSite> StartAsync(
        Workplace workplace, string learned, double median, int seed = 11, string? bad = null, bool isWarm = true)
    {
        var upstream = await References.StartAsync(workplace, "upstream", workplace.Clip);
        var data = Learned.Copy(workplace, learned, "polling");
        var server = await Gateway.StartAsync(workplace, data, null, ChannelSettings.Of(upstream.BaseUrl, median, bad: bad), Memory.Settings(workplace));
        var site = new PollingSite(upstream, server, new Renders(data, upstream, server, seed));
        if (isWarm) await site.WarmUpAsync();
        return site;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    // Rejected renders teach nothing about durations.
    private async Task WarmUpAsync()
    {
        await Renders.OrderAsync(WarmUpCount, WarmUpMedian, mark: Renders.Rejected);
        await Renders.UntilFinishedAsync();
        Renders.ForgetOrdered();
    }
}
