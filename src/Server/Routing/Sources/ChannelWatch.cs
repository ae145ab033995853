using Reelay.Server.Engine;

namespace Reelay.Server.Routing.Sources;

/// <summary>Has the registry look every two seconds: at files by their time, since mounted folders send no events.</summary>
internal sealed partial class ChannelWatch(ChannelRegistry registry, TaskEngine engine, TimeProvider time, ILogger<ChannelWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        registry.Changed = engine.ChannelsChanged;
        while (true)
        {
            try
            {
                await Task.Delay(Pause, time, stoppingToken);
                registry.Look();
                registry.Channels.Holds.WriteRest();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception)
            {
                // A database that is locked, say; the next look does what this one could not.
                LogFailed(exception);
            }
        }
    }

    [LoggerMessage(2403, LogLevel.Error, "The channels could not be looked after; it is tried again in two seconds.")]
    private partial void LogFailed(Exception exception);
}
