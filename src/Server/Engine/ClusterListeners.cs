using Reelay.Server.Accounts;
using Reelay.Server.Api;
using Reelay.Server.Storage;

namespace Reelay.Server.Engine;

/// <summary>What this node does when another tells it of something.</summary>
internal sealed class ClusterListeners(
    ClusterSignals signals, TaskEngine engine, TaskReader reader, ShardKeeper keeper, KeyRing keys, AccountBook accounts) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        signals.On(Signal.Task, id =>
        {
            reader.Forget(id);
            _ = engine.LearnAsync(id);
        });
        signals.On(Signal.Mail, id => _ = engine.ReadMailAsync(id));
        signals.On(Signal.Ended, reader.Forget);
        signals.On(Signal.Key, keys.Drop);
        signals.On(Signal.Account, id =>
        {
            accounts.Drop(id);
            keys.ForgetAccount(id);
        });
        signals.On(Signal.Shards, Turn);
        return Task.CompletedTask;
    }

    private async void Turn(string nobody) => await keeper.TurnAsync(CancellationToken.None);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
