using Reelay.Server.Routing;

namespace Reelay.Server.Engine;

/// <summary>Gives slots back and wakes whoever waits for one.</summary>
internal sealed class SlotKeeper(ChannelSet channels, Action<LiveTask> wake)
{
    /// <summary>An attempt of this channel has ended, or never began.</summary>
    public void Release(ProviderChannel channel)
    {
        if (channels.Release(channel) is { } next) wake(next);
    }

    /// <summary>Whoever was woken for a slot of this channel does not take it: the next who could use it may.</summary>
    public void PassOn(ProviderChannel channel)
    {
        if (channel.State.InFlight < channel.Config.MaxInFlight && channels.Dequeue(channel) is { } next) wake(next);
    }

    /// <summary>The same as <see cref="Release(ProviderChannel)"/> by id; a channel that is gone has nothing to give back.</summary>
    public void Release(string channelId)
    {
        if (channels.Find(channelId) is { } channel) Release(channel);
    }
}
