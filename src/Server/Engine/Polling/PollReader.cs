using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Reelay.Providers;
using Reelay.Server.Routing;

namespace Reelay.Server.Engine.Polling;

/// <summary>What a read found.</summary>
/// <param name="Result">The state, or a "running" that says nothing where the read failed.</param>
/// <param name="IsState">Whether the upstream did say how the order stands.</param>
internal sealed record PollReading(PollResult Result, bool IsState);

/// <summary>Reads one state within the channel's bounds: alone, or with others where the upstream can. Errors become answers.</summary>
internal sealed partial class PollReader(EngineParts parts, ILogger logger)
{
    private readonly ConcurrentDictionary<string, PollLine> _lines = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<ProviderChannel, BatchReader> _batches = [];

    /// <summary>Reads the state of a task's attempt once.</summary>
    /// <param name="live">The task.</param>
    /// <param name="channel">Its attempt's channel.</param>
    /// <param name="distance">Seconds from or since the expected end: those nearest go first.</param>
    /// <returns>Null if it waits in the channel's line, and will be woken.</returns>
    public async Task<PollReading?> ReadAsync(LiveTask live, ProviderChannel channel, double distance)
    {
        var memory = live.Polls!;
        var line = _lines.GetOrAdd(channel.Id, _ => new PollLine(parts.Time, parts.Options.MaxPollsPerSecond, parts.Options.MaxConcurrentPolls));
        if (channel.Provider is IPollsInBatches provider && memory.AloneCount == 0)
        {
            memory.Count++;
            return await ReadInBatchAsync(live, channel, provider, line);
        }

        if (!line.TryEnter(memory, distance)) return null;
        memory.Count++;
        try
        {
            return await ReadAloneAsync(live, channel);
        }
        finally
        {
            line.Leave();
        }
    }

    // A batch that broke proves nothing of any one order: each of its tasks is read alone at its next turn, so that one reference which
    // breaks every batch breaks them for itself only. One that the batch does not name is read alone from now on.
    private async Task<PollReading> ReadInBatchAsync(LiveTask live, ProviderChannel channel, IPollsInBatches provider, PollLine line)
    {
        var batches = _batches.GetValue(channel, _ => new BatchReader(
            channel, provider, line, TimeSpan.FromSeconds(parts.Options.PollCallSeconds), parts.Time));
        var reading = batches.ReadAsync(live.Attempt!.ReferenceJson!);
        if (live.Task.CancelRequestedAt is null)
        {
            // The batch goes on for the others.
            await Task.WhenAny(reading, live.WhenCancelled());
            if (!reading.IsCompleted) return Nothing(null);
        }

        var (result, failure) = await reading;
        var memory = live.Polls!;
        if (failure is not null)
        {
            memory.AloneCount = 1;
            LogPollFailed(live.Task.Id, channel.Id, (failure as ProviderException)?.Kind ?? ProviderErrorKind.Unavailable, failure.Message);
            return Nothing((failure as ProviderException)?.RetryAfter);
        }

        if (result is not null) return new PollReading(result, result is not PollResult.Unreadable);
        memory.AloneCount = PollMemory.AlwaysAlone;
        memory.IsWanted = true;
        return Nothing(null);
    }

    // A read that merely failed says nothing: it neither costs anything nor ends a row of unreadable answers.
    private async Task<PollReading> ReadAloneAsync(LiveTask live, ProviderChannel channel)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(parts.Options.PollCallSeconds), parts.Time);
        try
        {
            using var reference = JsonDocument.Parse(live.Attempt!.ReferenceJson!);
            live.SetPoll(limit);
            var result = await channel.Provider.PollAsync(channel.Account, reference.RootElement, limit.Token);
            var memory = live.Polls!;
            if (memory.AloneCount is > 0 and < PollMemory.AlwaysAlone) memory.AloneCount--;
            return new PollReading(result, result is not PollResult.Unreadable);
        }
        catch (ProviderException exception) when (exception.Kind == ProviderErrorKind.NotFound)
        {
            live.UnreadableCount += Weight(exception) - 1;
            return new PollReading(new PollResult.Unreadable("The upstream does not know the order: " + exception.Message), IsState: false);
        }
        catch (ProviderException exception)
        {
            LogPollFailed(live.Task.Id, channel.Id, exception.Kind, exception.Message);
            return Nothing(exception.RetryAfter);
        }
        catch (OperationCanceledException)
        {
            LogPollFailed(live.Task.Id, channel.Id, ProviderErrorKind.Unavailable, live.Task.CancelRequestedAt is null ? "no answer in time" : "broken off by a cancel");
            return Nothing(null);
        }
        finally
        {
            live.SetPoll(null);
        }
    }

    private static PollReading Nothing(TimeSpan? retryAfter) => new(new PollResult.Running(HasStarted: false, null, retryAfter), IsState: false);

    // "No such task" says more than an unreadable answer: a few in a row use up the whole budget.
    private int Weight(ProviderException exception)
    {
        if (exception.ConfirmationCount is not { } confirmations) return parts.Options.NotFoundWeight;
        return Math.Max(1, (parts.Options.MaxUnreadableCount + confirmations - 1) / Math.Max(1, confirmations));
    }

    [LoggerMessage(2030, LogLevel.Warning, "Task {TaskId}: polling channel {Channel} failed: {Kind}: {Reason}")]
    private partial void LogPollFailed(string taskId, string channel, ProviderErrorKind kind, string reason);
}
