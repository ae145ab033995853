using System.Text.Json;
using Reelay.Contracts;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>
/// What operators decide about tasks whose submission was lost. An action is mail for the task's owner, and answered with what the owner
/// noted of it.
/// </summary>
internal sealed class AdminTaskActions(
    Authentication authentication, ITaskStore store, GroupCommitter committer, TaskEngine engine, TaskReader reader, TaskIds ids, TimeProvider time)
{
    private const int MaxIdLength = 2048;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/admin/v1/tasks/{id}/adopt", context => ActAsync(context, OperatorRules.Adopt)).WithMetadata(new AuditedFields("upstream_id", "attempt"));
        routes.MapPost("/admin/v1/tasks/{id}/mark-lost", context => ActAsync(context, OperatorRules.MarkLost)).WithMetadata(new AuditedFields("attempt"));
        routes.MapPost("/admin/v1/tasks/{id}/resubmit", context => ActAsync(context, OperatorRules.Resubmit)).WithMetadata(new AuditedFields());
    }

    private async Task ActAsync(HttpContext context, string action)
    {
        var asked = await AskAsync(context, action);
        if (asked.Error is { } error) await ErrorWriter.WriteAsync(context, error);
        else await JsonAnswer.WriteAsync(context, asked.Value!, ContractsJson.Default.AdminTask);
    }

    private async Task<ApiResult<AdminTask>> AskAsync(HttpContext context, string action)
    {
        var key = authentication.AuthenticateAdmin(context);
        if (key.Error is { } stranger) return stranger;
        var id = VideoEndpoints.RouteId(context);
        if (TaskIds.Normalize(id) is not { } known || await store.FindAsync(known, context.RequestAborted) is not { } found) return VideoEndpoints.NotFound(id);
        var read = await ReadAsync(context, action);
        if (read.Error is { } wrong) return wrong;
        var named = read.Value!.Attempt;
        var attempt = named is null ? (found.Attempts.Count > 0 ? found.Attempts[^1] : null) : found.Attempts.FirstOrDefault(row => row.Number == named);
        if (named is not null && attempt is null)
            return ApiError.Invalid("invalid_attempt", "attempt", $"attempt {named} is none of the task's, which has {found.Attempts.Count}.");

        // Said at once where it is plain; the owner judges by the row as it is then.
        if (OperatorRules.Refusal(action, found.Task, attempt) is var (code, message)) return Refused(code, message);
        var wish = read.Value.Wish with
        {
            Id = ids.Mint().Replace(TaskIds.Prefix, "act_", StringComparison.Ordinal),
            KeyId = key.Value!.Id,
            NewTaskId = action == OperatorRules.Resubmit ? MintIn(found.Task.Shard) : null,
        };
        var posted = await committer.WriteAsync(new StoreOperation.Post(wish.ToRow(known, attempt!.Number, time.GetUtcNow().ToUnixTimeMilliseconds())));
        if (posted.Outcome == OperationOutcome.InboxFull) return Pending("Too many actions wait for this task already.");
        await engine.ReadMailAsync(known);
        return await AnswerAsync(wish.Id, known);
    }

    // The owner may be another node, so the answer is looked for where it is written.
    private async Task<ApiResult<AdminTask>> AnswerAsync(string actionId, string taskId)
    {
        var begun = time.GetTimestamp();
        while (time.GetElapsedTime(begun) < Patience)
        {
            if (await store.FindActionAsync(actionId, CancellationToken.None) is { } done)
            {
                if (done.RefusalCode is { } code) return Refused(code, done.RefusalMessage!);
                reader.Forget(taskId);
                var found = await store.FindAsync(taskId, CancellationToken.None);
                return AdminTaskEndpoints.Detail(found!, await store.ListActionsAsync(taskId, CancellationToken.None));
            }

            await Task.Delay(Pause, time);
        }

        return Pending("The action is noted and will be carried out; look at the task's actions for what came of it.");
    }

    private static ApiError Refused(string code, string message) =>
        code == "insufficient_user_quota" ? new ApiError(403, code, message) { ShouldRetry = false } : new ApiError(400, code, message, code switch
        {
            "upstream_id_taken" => "upstream_id",
            "reference_required" => "reference",
            _ => null,
        });

    private static ApiError Pending(string message) => new(503, "action_pending", message) { ShouldRetry = false, RetryAfterSeconds = 10 };

    // In the same shard, so that whoever owns the task can make the new one.
    private string MintIn(int shard)
    {
        string id;
        do id = ids.Mint();
        while (TaskIds.ShardOf(id) != shard);
        return id;
    }

    // A named attempt is one that is over; without a name the last is meant. What a resubmission says beyond its address is nothing.
    private static async Task<ApiResult<Asked>> ReadAsync(HttpContext context, string action)
    {
        var wish = new OperatorWish { Id = "", KeyId = "", Action = action };
        if (action == OperatorRules.Resubmit || (action == OperatorRules.MarkLost && !AdminJson.HasBody(context))) return new Asked(wish, null);
        var read = await AdminJson.ReadAsync(context, action == OperatorRules.Adopt
            ? "Send {\"upstream_id\": \"…\"}, and reference where the upstream needs more than its id."
            : "Send {\"attempt\": 1}, or nothing where the last attempt is meant.");
        if (read.Error is { } unreadable) return unreadable;
        var body = read.Value!.Root;
        int? attempt = null;
        if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty("attempt", out var named))
        {
            if (named.ValueKind != JsonValueKind.Number || !named.TryGetInt32(out var number) || number < 1)
                return ApiError.Invalid("invalid_attempt", "attempt", "attempt must be the number of one of the task's attempts, 1 for the first.");
            attempt = number;
        }

        if (action == OperatorRules.MarkLost) return new Asked(wish, attempt);
        var adopted = Adopted(wish, body);
        return adopted.Error is { } wrong ? wrong : new Asked(adopted.Value!, attempt);
    }

    private static ApiResult<OperatorWish> Adopted(OperatorWish wish, JsonElement body)
    {
        var isObject = body.ValueKind == JsonValueKind.Object;
        if (!isObject || !body.TryGetProperty("upstream_id", out var id) || id.ValueKind != JsonValueKind.String
            || id.GetString() is not { Length: > 0 and <= MaxIdLength } text)
        {
            return ApiError.Invalid("invalid_upstream_id", "upstream_id", $"upstream_id must be the upstream's own id of the order, a text of 1 to {MaxIdLength} characters.");
        }

        if (!body.TryGetProperty("reference", out var reference) || reference.ValueKind == JsonValueKind.Null) return wish with { UpstreamId = text };
        return reference.ValueKind == JsonValueKind.Object
            ? wish with { UpstreamId = text, ReferenceJson = reference.GetRawText() }
            : ApiError.Invalid("invalid_reference", "reference", "reference must be the object that the channel's adapter polls with; leave it out to have it made of the id.");
    }

    private sealed record Asked(OperatorWish Wish, int? Attempt);
}
