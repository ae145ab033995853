using System.Collections.Concurrent;
using Reelay.Server.Routing;

namespace Reelay.Server.Engine;

/// <summary>Gives slots back and sees to it that whoever waits for a channel is called as soon as it has an opening.</summary>
/// <remarks>
/// What opens a channel calls somebody: a slot that is given back, an alarm at the end of a rest or at the next token of a rate, the good end
/// of a trial. So waiting tasks need no timers of their own, except for the end of their patience.
/// </remarks>
internal sealed class SlotKeeper(
    ChannelSet channels, EngineGate gate, SteadyClock clock, Action<LiveTask> wake, Action<WheelItem, TimeSpan> schedule)
{
    private static readonly TimeSpan GatePause = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, ChannelAlarm> _alarms = new(StringComparer.Ordinal);

    private bool IsAnybodyWaiting => channels.All.Any(channel => channel.State.Waiting > 0);

    private long Now => clock.Now;

    /// <summary>A task's attempt has ended, or its shard is another node's: what it holds is given back, once. Called by its driver.</summary>
    public void Release(LiveTask live)
    {
        if (live.Slot is not { } held) return;
        live.Slot = null;
        held.Channel.State.Release(held.Model);
        Fill(held.Channel);
    }

    /// <summary>Gives a slot back whose attempt has ended without anybody saying so. Called after every step.</summary>
    public void Settle(LiveTask live)
    {
        if (live.Task.OpenAttempt is null) Release(live);
    }

    /// <summary>Calls as many waiting tasks as a channel has openings, and sets its alarm if time will bring more.</summary>
    public void Fill(ProviderChannel channel)
    {
        if (channels.Find(channel.Id) is not { } current || !channels.IsOpen(current)) return;
        var now = Now;
        if (gate.IsClosed)
        {
            // Whoever was called now would have to go back.
            if (IsAnybodyWaiting) SetAlarm(current, now + (long)GatePause.TotalMilliseconds);
            return;
        }

        for (var openings = current.State.Openings(current.Config, now); openings > 0; openings--)
        {
            if (channels.Call(current) is not { } next) return;
            wake(next);
        }

        var at = current.State.NextAt(current.Config, now);
        if (at > now && IsAnybodyWaiting) SetAlarm(current, at);
    }

    /// <summary>A call has been answered: the task has started somewhere, or stays away. The opening may be another's.</summary>
    public void EndCall(ProviderChannel channel)
    {
        channel.State.EndCall();
        Fill(channel);
    }

    /// <summary>Has a channel looked at when time lets its next order go.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="at">Milliseconds of the steady clock.</param>
    public void SetAlarm(ProviderChannel channel, long at)
    {
        var alarm = _alarms.GetOrAdd(channel.Id, static id => new ChannelAlarm(id));
        lock (alarm)
        {
            // One that rings too early sets itself anew; one that is overdue was lost.
            var now = Now;
            if (alarm.At is { } set && set <= at && set > now - ChannelAlarm.MarginMilliseconds) return;
            alarm.At = at;
            schedule(alarm, TimeSpan.FromMilliseconds(Math.Max(1, at - now)));
        }
    }

    /// <summary>An alarm is due.</summary>
    public void Ring(ChannelAlarm alarm)
    {
        lock (alarm) alarm.At = null;
        if (channels.Find(alarm.ChannelId) is { } channel) Fill(channel);
    }
}

/// <summary>The moment at which a channel is looked at again.</summary>
internal sealed class ChannelAlarm(string channelId) : WheelItem
{
    /// <summary>How long an alarm may be overdue before it counts as lost, in milliseconds.</summary>
    public const long MarginMilliseconds = 1000;

    public string ChannelId => channelId;

    /// <summary>When it rings, Unix milliseconds, or null.</summary>
    public long? At { get; set; }
}
