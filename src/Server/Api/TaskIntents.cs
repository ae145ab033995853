using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>Cancels and deletes: durable wishes, answered at once; the task's owner decides what becomes of them.</summary>
internal sealed class TaskIntents(GroupCommitter committer, TaskEngine engine, TaskReader reader, AssetJanitor janitor, TimeProvider time)
{
    /// <summary>Notes a wish.</summary>
    /// <param name="id">The id as the caller sent it.</param>
    /// <param name="accountId">The caller's account, or null for operators.</param>
    /// <param name="isDelete">Delete, else cancel.</param>
    /// <returns>The row with the wish in it.</returns>
    public async Task<ApiResult<GenerationTask>> WriteAsync(string id, string? accountId, bool isDelete)
    {
        if (TaskIds.Normalize(id) is not { } known) return VideoEndpoints.NotFound(id);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var result = await committer.WriteAsync(new StoreOperation.Intent(known, accountId, isDelete, now));
        if (!result.IsApplied) return VideoEndpoints.NotFound(id);
        engine.Learn(result.Task!);
        reader.Forget(known);
        if (isDelete && !result.Task!.IsLive) janitor.Wake();
        return result.Task!;
    }
}
