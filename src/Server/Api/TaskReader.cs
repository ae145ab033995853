using System.Collections.Concurrent;
using Reelay.Contracts;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Api.Intents;
using Reelay.Server.Assets.Links;
using Reelay.Server.Engine;
using Reelay.Server.Engine.Polling;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>Reads tasks for callers: owned ones from memory, finished ones from a bounded cache, all others from the store.</summary>
internal sealed class TaskReader(TaskEngine engine, ITaskStore store, ReadNotes reads, Ownership ownership, TimeProvider time)
{
    private const int MaxCached = 20_000;

    // Another node may delete a finished task, or remove its files, and tell nobody here.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Snapshot> _finished = new(StringComparer.Ordinal);
    private long _forgotten;

    /// <summary>A task of an account, or null if there is none that it may see. Without an account, any that is not deleted: for signed links.</summary>
    public async ValueTask<Snapshot?> FindAsync(string id, string? accountId)
    {
        var snapshot = Mine(FindInMemory(id), accountId) ?? await LoadAsync(id, accountId);
        return snapshot is null || snapshot.Task.DeletedAt is not null ? null : snapshot;
    }

    /// <summary>Whether a task is, or before its deletion was, an account's: a list can go on behind a row that was deleted meanwhile.</summary>
    public async ValueTask<bool> IsCursorAsync(string id, string accountId) =>
        (Mine(FindInMemory(id), accountId) ?? await LoadAsync(id, accountId)) is not null;

    /// <summary>The same as <see cref="FindAsync"/> for an id as a caller sent it.</summary>
    public async ValueTask<ApiResult<Snapshot>> FindOrRefuseAsync(string id, string? accountId)
    {
        if (TaskIds.Normalize(id) is not { } known || await FindAsync(known, accountId) is not { } found) return VideoEndpoints.NotFound(id);
        if (accountId is not null) reads.Read(known, found.Task.CreatedAt);
        return found;
    }

    /// <summary>Forgets what was kept of a task whose row has changed after its end.</summary>
    public void Forget(string id)
    {
        Interlocked.Increment(ref _forgotten);
        _finished.TryRemove(id, out _);
    }

    private Snapshot? Kept(string id)
    {
        var kept = _finished.GetValueOrDefault(id);
        if (!ownership.IsTimed || kept is null || time.GetElapsedTime(kept.ReadAt) < MaxAge) return kept;
        _finished.TryRemove(new KeyValuePair<string, Snapshot>(id, kept));
        return null;
    }

    // A live task is served as its driver last committed it; the snapshot is kept with it until the next commit.
    private Snapshot? FindInMemory(string id)
    {
        if (engine.Find(id) is not { } live) return Kept(id);
        if (!ownership.MayAct(live)) return null;
        var task = live.Task;
        if (task.Phase == TaskPhase.Completed) return null;
        var position = TaskEngine.QueuePosition(live);
        if (live.Snapshot is { } kept && ReferenceEquals(kept.Task, task) && kept.QueuePosition == position) return kept;
        return live.Snapshot = new Snapshot(task, []) { QueuePosition = position };
    }

    // What is in memory but another account's is looked for in the store as an id that never was: nobody can tell one from the other by the
    // work it makes.
    private static Snapshot? Mine(Snapshot? found, string? accountId) => accountId is null || found?.Task.AccountId == accountId ? found : null;

    private async Task<Snapshot?> LoadAsync(string id, string? accountId)
    {
        if (Mine(Kept(id), accountId) is { } kept) return kept;
        var readAt = time.GetTimestamp();
        var before = Volatile.Read(ref _forgotten);
        if (await store.ViewAsync(id, accountId, CancellationToken.None) is not { } found) return null;
        var snapshot = new Snapshot(found.Task, found.Assets) { ReadAt = readAt };
        if (!found.Task.IsLive)
        {
            if (_finished.Count >= MaxCached) _finished.Clear();
            _finished[id] = snapshot;

            // A row that was read before a delete must not be kept after it.
            if (Volatile.Read(ref _forgotten) != before) _finished.TryRemove(id, out _);
        }

        return snapshot;
    }
}

/// <summary>A committed row with its files, and its public body once somebody asked for it.</summary>
internal sealed class Snapshot(GenerationTask task, IReadOnlyList<TaskAsset> assets)
{
    private Made? _body;
    private MadeFor? _dialectBody;
    private CompletionEstimate? _estimate;

    public GenerationTask Task { get; } = task;

    public IReadOnlyList<TaskAsset> Assets { get; } = assets;

    /// <summary>When its row was asked for: timestamp of the monotonic clock; 0 where nobody keeps it.</summary>
    public long ReadAt { get; init; }

    /// <summary>Where it stood in the line it waits in when it was looked at, or null.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>When the result is to be expected; null for a terminal task. Kept until that moment has passed.</summary>
    public CompletionEstimate? Estimate(CompletionEstimates estimates)
    {
        if (Task.Phase.IsTerminal()) return null;
        var known = Volatile.Read(ref _estimate);
        if (known is not null && known.At > estimates.Now) return known;
        known = estimates.For(Task);
        Volatile.Write(ref _estimate, known);
        return known;
    }

    /// <summary>The public object as UTF-8, with links under a base URL; made once per base and estimate.</summary>
    public byte[] Body(string baseUrl, LinkSigner links, CompletionEstimates estimates)
    {
        var estimate = Estimate(estimates);
        if (Volatile.Read(ref _body) is { } made && made.BaseUrl == baseUrl && ReferenceEquals(made.Estimate, estimate)) return made.Json;
        var json = JsonAnswer.Serialize(VideoBodies.From(Task, Assets, baseUrl, links, QueuePosition, estimate), ContractsJson.Default.Video);
        Volatile.Write(ref _body, new Made(baseUrl, estimate, json));
        return json;
    }

    /// <summary>The same in some dialects; the last one asked is kept beside the usual one.</summary>
    public byte[] Body(string baseUrl, LinkSigner links, CompletionEstimates estimates, Dialect dialects)
    {
        if (dialects == Dialect.None) return Body(baseUrl, links, estimates);
        var estimate = Estimate(estimates);
        if (Volatile.Read(ref _dialectBody) is { } made && made.Dialects == dialects && made.BaseUrl == baseUrl
            && ReferenceEquals(made.Estimate, estimate))
        {
            return made.Json;
        }

        var json = DialectJson.Render(VideoBodies.From(Task, Assets, baseUrl, links, QueuePosition, estimate), dialects);
        Volatile.Write(ref _dialectBody, new MadeFor(dialects, baseUrl, estimate, json));
        return json;
    }

    private sealed record Made(string BaseUrl, CompletionEstimate? Estimate, byte[] Json);

    private sealed record MadeFor(Dialect Dialects, string BaseUrl, CompletionEstimate? Estimate, byte[] Json);
}
