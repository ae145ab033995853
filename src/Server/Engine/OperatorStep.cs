using Reelay.Providers;
using Reelay.Server.Catalog;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>
/// What operators decide about a lost submission. While the task is reconciling it goes on from there; once it has failed it never changes,
/// and only its attempt does. What was done stands in <c>task_actions</c>, written in the transaction that did it.
/// </summary>
/// <param name="parts">What every step works with.</param>
/// <param name="slots">Where slots are given back.</param>
/// <param name="add">Hands a new task to the engine.</param>
/// <param name="logger">The log.</param>
internal sealed partial class OperatorStep(EngineParts parts, SlotKeeper slots, Action<GenerationTask> add, ILogger<OperatorStep> logger)
{
    /// <summary>Carries out one wish, or notes why not.</summary>
    public async Task RunAsync(LiveTask live, InboxRow row)
    {
        var attempt = row.Attempt == live.Attempt?.Number ? live.Attempt
            : (await parts.Store.FindAsync(row.TaskId, CancellationToken.None))?.Attempts.FirstOrDefault(found => found.Number == row.Attempt);
        var job = new Job(live, row, OperatorWish.Of(row), attempt, ActionState.Json(live.Task, attempt));
        var (code, message) = OperatorRules.Refusal(job.Wish.Action, live.Task, attempt) ?? await DoAsync(job) ?? default;
        if (code is not null) await parts.Writer.UseMailAsync(live, row, Done(job, live.Task, attempt) with { RefusalCode = code, RefusalMessage = message });
        LogDone(row.TaskId, job.Wish.Action, job.Wish.KeyId, code ?? "done");
    }

    private async Task<(string Code, string Message)?> DoAsync(Job job) => job.Wish.Action switch
    {
        OperatorRules.Adopt => await AdoptAsync(job),
        OperatorRules.MarkLost => await WriteAsync(job, attempt => attempt with { PossibleCostMicros = 0 }, (task, closed) =>
            Endings.Fail(task, TaskErrors.OutcomeUnknown, closed.EndedAt!.Value, closed)),
        _ when job.Live.Task.Phase == TaskPhase.Reconciling => await WriteAsync(job, attempt => attempt, (task, closed) =>
            new Change(task with { Phase = TaskPhase.Accepted, OpenAttempt = null }) { Attempt = closed }),
        _ => await OrderAgainAsync(job),
    };

    private async Task<(string Code, string Message)?> AdoptAsync(Job job)
    {
        var attempt = job.Attempt!;
        if (Reference(job, attempt) is not { } reference)
        {
            return ("reference_required", $"What to poll '{job.Wish.UpstreamId}' with cannot be told from the id at this upstream; send reference, "
                + "the object that the adapter of the channel keeps.");
        }

        var now = parts.Now;
        var found = attempt with { UpstreamId = job.Wish.UpstreamId, ReferenceJson = reference };
        var outcome = await parts.Writer.ApplyAsync(job.Live, task =>
        {
            var change = OperatorRules.IsLookedFor(task, attempt) ? SubmissionCall.Accept(task, attempt, found.UpstreamId!, reference, now)!
                : OperatorRules.IsLost(task, attempt) ? new Change(task) { Attempt = found with { PossibleCostMicros = task.PriceMicros } }
                : null;
            return change is null ? null : Noted(job, change);
        });
        return outcome == OperationOutcome.UpstreamIdTaken
            ? ("upstream_id_taken", $"Another attempt of this upstream account has the id '{job.Wish.UpstreamId}'.")
            : Missed(job, outcome);
    }

    // The attempt ends as unknown, or is changed where it has; what becomes of a task that is still open is the caller's.
    private async Task<(string Code, string Message)?> WriteAsync(
        Job job, Func<TaskAttempt, TaskAttempt> mark, Func<GenerationTask, TaskAttempt, Change> go)
    {
        var attempt = job.Attempt!;
        var now = parts.Now;
        var closed = Endings.Close(attempt, AttemptOutcome.Unknown, now) with { PossibleCostMicros = job.Live.Task.PriceMicros };
        var outcome = await parts.Writer.ApplyAsync(job.Live, task =>
            OperatorRules.IsLookedFor(task, attempt) ? Noted(job, go(task, mark(closed)))
            : OperatorRules.IsLost(task, attempt) ? Noted(job, new Change(task) { Attempt = mark(attempt) })
            : null);
        if (attempt.EndedAt is null && job.Live.Task.OpenAttempt is null) slots.Release(job.Live);
        return Missed(job, outcome);
    }

    // The same order once more, with files, a price and a life of its own. Its id was minted with the wish: done twice, it is made once.
    private async Task<(string Code, string Message)?> OrderAgainAsync(Job job)
    {
        var old = job.Live.Task;
        var earlier = (await parts.Store.ListActionsAsync(old.Id, CancellationToken.None)).FirstOrDefault(action => action.NewTaskId is not null);
        if (earlier is not null) return ("already_resubmitted", $"The task was resubmitted as {earlier.NewTaskId}.");
        if (await CopyAsync(job) is not { } media) return ("inputs_gone", "The input files of the order are no longer kept; it can only be ordered anew.");

        var task = new GenerationTask
        {
            Id = job.Wish.NewTaskId!,
            Shard = TaskIds.ShardOf(job.Wish.NewTaskId),
            AccountId = old.AccountId,
            KeyId = old.KeyId,
            Groups = old.Groups,
            Order = old.Order with { Media = media },
            BaseUrl = old.BaseUrl,
            PriceMicros = old.PriceMicros,
            Price = old.Price,
            CreatedAt = parts.Now,
        };
        var created = await parts.Writer.CreateAsync(job.Live, task);
        if (created is not (OperationOutcome.Applied or OperationOutcome.IdTaken))
        {
            await parts.Assets.DeleteFolderAsync(task.Id, CancellationToken.None);
            return created == OperationOutcome.InsufficientBalance
                ? ("insufficient_user_quota", "The account's balance does not pay for the order once more.")
                : Missed(job, created);
        }

        await parts.Writer.UseMailAsync(job.Live, job.Row, Done(job, old, job.Attempt, task.Id));
        if (created == OperationOutcome.Applied) add(task);
        return null;
    }

    // The old task's files go with it, so the new one gets copies in its own folder; what was fetched for links is not fetched again.
    private async Task<IReadOnlyList<OrderMedia>?> CopyAsync(Job job)
    {
        var copies = new List<OrderMedia>();
        foreach (var media in OrderInputs.Files(job.Live.Task.Order, job.Live.Inputs))
        {
            if (media.IsLink())
            {
                copies.Add(media);
                continue;
            }

            if (await parts.Assets.CopyAsync(media.AssetKey, job.Wish.NewTaskId + "/order", CancellationToken.None) is not { } copy) return null;
            copies.Add(media with { AssetKey = copy.Key, Url = null });
        }

        return copies;
    }

    private string? Reference(Job job, TaskAttempt attempt)
    {
        if (job.Wish.ReferenceJson is { } given) return given;
        if (parts.Channels.Find(attempt) is not { Provider: IResumesById provider } channel) return null;
        var request = ProviderRequests.Build(job.Live.Task.Order, attempt.UpstreamModel, channel.VendorAccount);
        return provider.ReferenceOf(request, job.Wish.UpstreamId!) is { } reference ? reference.GetRawText() : null;
    }

    private Change Noted(Job job, Change change) => change with { UsedMail = [job.Row.Id], Action = Done(job, change.After, change.Attempt) };

    private TaskAction Done(Job job, GenerationTask after, TaskAttempt? attempt, string? newTaskId = null) => new()
    {
        Id = job.Wish.Id,
        TaskId = after.Id,
        Attempt = attempt?.Number ?? 0,
        KeyId = job.Wish.KeyId,
        Action = job.Wish.Action,
        AskedAt = job.Row.CreatedAt,
        DoneAt = parts.Now,
        NewTaskId = newTaskId,
        BeforeJson = job.Before,
        AfterJson = ActionState.Json(after, attempt, newTaskId),
    };

    // The task went on between the look and the write, or belongs to another node now, which will read the wish.
    private static (string Code, string Message)? Missed(Job job, OperationOutcome? outcome) =>
        outcome is null ? OperatorRules.Refusal(job.Wish.Action, job.Live.Task, job.Attempt) ?? ("wrong_phase", "The task has gone on meanwhile; look again.")
        : null;

    [LoggerMessage(2130, LogLevel.Information, "Task {TaskId}: an operator's {Action} with key {KeyId}: {Result}.")]
    private partial void LogDone(string taskId, string action, string keyId, string result);

    private sealed record Job(LiveTask Live, InboxRow Row, OperatorWish Wish, TaskAttempt? Attempt, string Before);
}
