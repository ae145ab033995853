using Reelay.Server.Tasks;

namespace Reelay.Server.Engine.Callbacks;

/// <summary>Reads a task's mail, oldest first, and does what it asks for. Each row is removed once it was used.</summary>
internal sealed class MailStep(EngineParts parts, CallbackStep callbacks, OperatorStep operators, AnswerStep answers)
{
    /// <summary>Reads all mail of a task; the caller drives it.</summary>
    /// <returns>What is next, or null if the task's phase decides.</returns>
    public async Task<NextStep?> RunAsync(LiveTask live)
    {
        NextStep? next = null;
        foreach (var row in await parts.Store.ReadInboxAsync(live.Task.Id, CancellationToken.None))
        {
            if (row.Kind == InboxRow.Operator) await operators.RunAsync(live, row);
            else if (row.Kind == InboxRow.Answer) await answers.RunAsync(live, row);
            else next = await callbacks.RunAsync(live, row);
        }

        return next;
    }

    /// <summary>Reads only what tells that an order is accepted whose submission is still under way, beside the driver that waits for its answer.</summary>
    public async Task ReadEarlyAsync(LiveTask live)
    {
        foreach (var row in await parts.Store.ReadInboxAsync(live.Task.Id, CancellationToken.None))
        {
            if (row.Kind == InboxRow.Callback && await callbacks.AdoptEarlyAsync(live, row)) return;
        }
    }
}
