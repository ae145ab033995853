using System.Text.Json.Nodes;
using Reelay.Contracts;
using Reelay.Server.Catalog;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>Tasks, for operators: every account's, deleted ones too, with attempts and the upstream's own words.</summary>
internal sealed class AdminTaskEndpoints(Authentication authentication, ITaskStore store)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/v1/tasks", ListAsync);
        routes.MapGet("/admin/v1/tasks/{id}", ReadAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var query = authentication.AuthenticateAdmin(context).Error is { } refused ? refused : Query(context.Request);
        if (query.Error is { } error)
        {
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        var limit = query.Value!.Limit;
        var rows = limit == 0 ? [] : await store.ListAsync(query.Value with { Limit = limit + 1 }, context.RequestAborted);
        var page = rows.Take(limit).Select(Body).ToList();
        await JsonAnswer.WriteAsync(context, Page.Of(page, row => row.Id, rows.Count > limit), ContractsJson.Default.PageAdminTask);
    }

    private async Task ReadAsync(HttpContext context)
    {
        if (authentication.AuthenticateAdmin(context).Error is { } error)
        {
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        var id = VideoEndpoints.RouteId(context);
        var found = TaskIds.Normalize(id) is { } known ? await store.FindAsync(known, context.RequestAborted) : null;
        if (found is null) await ErrorWriter.WriteAsync(context, VideoEndpoints.NotFound(id));
        else await JsonAnswer.WriteAsync(context, Detail(found, await store.ListActionsAsync(found.Task.Id, context.RequestAborted)), ContractsJson.Default.AdminTask);
    }

    private static ApiResult<TaskListQuery> Query(HttpRequest request)
    {
        var query = ListReader.Query(request);
        if (query.Error is not null) return query;
        var phase = (string?)request.Query["phase"];
        var words = Enum.GetValues<TaskPhase>().Select(TaskPhases.ToWord).ToList();
        if (phase is not null && !words.Contains(phase))
        {
            return ApiError.Invalid("invalid_phase", "phase", $"phase must be one of {string.Join(", ", words)}, not '{Reading.Shown.Value(phase)}'.");
        }

        return query.Value! with
        {
            IncludesDeleted = true,
            AccountId = request.Query["account_id"],
            Phase = phase is null ? null : TaskPhases.Parse(phase),
        };
    }

    private static AdminTask Body(GenerationTask task) => new()
    {
        Id = task.Id,
        Phase = task.Phase.ToWord(),
        AccountId = task.AccountId,
        KeyId = task.KeyId,
        Model = task.Order.Model,
        Progress = task.Progress,
        Version = task.Version,
        Shard = task.Shard,
        PriceMicros = task.PriceMicros,
        SettledMicros = task.SettledMicros,
        SettlementBasis = task.SettlementBasis,
        Error = task.Error is { } error ? new VideoError(error.Code, error.Message) : null,
        CreatedAt = task.CreatedAt,
        FinishedAt = task.FinishedAt,
        CancelRequestedAt = task.CancelRequestedAt,
        DeletedAt = task.DeletedAt,
    };

    /// <summary>The single view of a task.</summary>
    public static AdminTask Detail(TaskDetail found, IReadOnlyList<TaskAction> actions) => Body(found.Task) with
    {
        Price = found.Task.Price is { } price ? JsonNode.Parse(price.ToJson()) : null,
        CostMicros = found.Attempts.Any(attempt => attempt.CostMicros is not null) ? found.Attempts.Sum(attempt => attempt.CostMicros ?? 0) : null,
        Order = JsonNode.Parse(OrderJson.Serialize(found.Task.Order)),
        Attempts = [.. found.Attempts.Select(Attempt)],
        Assets = [.. found.Assets.Select(asset => new AdminAsset(asset.Position, asset.Key, asset.ContentType, asset.SizeBytes, asset.Sha256))],
        Timeline = Timeline(found),
        Actions = [.. actions.Select(Action)],
        ResubmittedAs = actions.FirstOrDefault(action => action.NewTaskId is not null)?.NewTaskId,
    };

    private static AdminAction Action(TaskAction action) => new()
    {
        Id = action.Id,
        Action = action.Action,
        KeyId = action.KeyId,
        Attempt = action.Attempt,
        AskedAt = action.AskedAt,
        DoneAt = action.DoneAt,
        Refusal = action.RefusalCode is { } code ? new VideoError(code, action.RefusalMessage!) : null,
        Before = JsonNode.Parse(action.BeforeJson),
        After = JsonNode.Parse(action.AfterJson),
    };

    private static AdminAttempt Attempt(TaskAttempt attempt) => new()
    {
        Number = attempt.Number,
        Channel = attempt.ChannelId,
        UpstreamModel = attempt.UpstreamModel,
        UpstreamId = attempt.UpstreamId,
        Token = attempt.Token,
        StartedAt = attempt.StartedAt,
        SendBy = attempt.SendBy,
        SubmittedAt = attempt.SubmittedAt,
        EndedAt = attempt.EndedAt,
        Outcome = attempt.Outcome is { } outcome ? TaskRows.ToWord(outcome) : null,
        ErrorKind = attempt.ErrorKind,
        ErrorMessage = attempt.ErrorMessage,
        ErrorRaw = attempt.ErrorRaw,
        PossibleCostMicros = attempt.PossibleCostMicros == 0 ? null : attempt.PossibleCostMicros,
        CostMicros = attempt.CostMicros,
        CostBasis = attempt.CostBasis,
    };

    // Told by the rows' own times, so there is no second record that could disagree with them.
    private static List<TimelineEntry> Timeline(TaskDetail found)
    {
        var task = found.Task;
        var entries = new List<TimelineEntry> { new(task.CreatedAt, "accepted") };
        foreach (var attempt in found.Attempts)
        {
            entries.Add(new(attempt.StartedAt, "submitting", attempt.Number));
            if (attempt.SubmittedAt is { } submitted) entries.Add(new(submitted, "submitted", attempt.Number));
            if (attempt.EndedAt is { } ended) entries.Add(new(ended, "attempt_" + TaskRows.ToWord(attempt.Outcome!.Value), attempt.Number));
        }

        if (task.CancelRequestedAt is { } cancelled) entries.Add(new(cancelled, "cancel_requested"));
        if (task.FinishedAt is { } finished) entries.Add(new(finished, task.Phase.ToWord()));
        if (task.DeletedAt is { } deleted) entries.Add(new(deleted, "deleted"));
        if (task.DiscardedAt is { } discarded) entries.Add(new(discarded, "files_removed"));
        return [.. entries.OrderBy(entry => entry.At)];
    }
}
