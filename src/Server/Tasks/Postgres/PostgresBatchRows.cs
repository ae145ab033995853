using Reelay.Server.Tasks.Batches;
using Reelay.Server.Webhooks;

namespace Reelay.Server.Tasks.Postgres;

/// <summary>
/// The rows of a batch on PostgreSQL: what its operations look at was read and locked in one round trip (<see cref="PostgresLook"/>), is decided
/// on here, and what they write goes out in a second one, with the commit.
/// </summary>
internal sealed partial class PostgresBatchRows(PostgresWrites writes) : IBatchRows
{
    private readonly PostgresWrites _writes = writes;
    private readonly Dictionary<long, (string? Owner, long Epoch)> _shards = [];
    private readonly Dictionary<(string AccountId, string Key), KeptClaim> _claims = [];
    private readonly Dictionary<string, AccountFigures> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Id, bool IsKey, long Day), SpentFigures> _spent = [];
    private readonly Dictionary<(string Channel, string Model), long> _open = [];
    private readonly Dictionary<string, long> _intents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _versions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GenerationTask> _tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Account, string Id), (string TaskId, int Number)> _upstreamIds = [];
    private readonly List<(string TaskId, int Attempt, string Kind, string Dedupe)> _mail = [];
    private readonly Dictionary<string, DeliveryState> _deliveries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<StoredEndpoint>> _endpoints = new(StringComparer.Ordinal);

    public long Now { get; set; }

    public bool Owns(ShardFence fence) => _shards.TryGetValue(fence.Shard, out var row) && row == (fence.NodeId, fence.Epoch);

    public AccountFigures? Account(string id) => _accounts.GetValueOrDefault(id);

    public KeptClaim? Claim(string accountId, string key) => _claims.TryGetValue((accountId, key), out var claim) ? claim : null;

    public long? Claims(string taskId) => _intents.TryGetValue(taskId, out var claims) ? claims : null;

    public SpentFigures Spent(string id, bool isKey, long day, long month, long nextMonth) => _spent.GetValueOrDefault((id, isKey, day));

    public GenerationTask? Task(string id) => _tasks.GetValueOrDefault(id);

    public bool IsFull(string channelId, string? model, long slots) =>
        (model is null
            ? _open.Sum(row => row.Key.Channel == channelId ? row.Value : 0)
            : _open.GetValueOrDefault((channelId, model))) >= slots;

    public bool IsUpstreamIdTaken(TaskAttempt attempt) =>
        _upstreamIds.TryGetValue((attempt.ChannelAccount, attempt.UpstreamId!), out var owner) && owner != (attempt.TaskId, attempt.Number);

    public (bool IsThere, long Count) Mail(InboxRow row) => (
        _mail.Exists(mail => (mail.TaskId, mail.Attempt, mail.Dedupe) == (row.TaskId, row.Attempt, row.Dedupe)),
        _mail.Count(mail => mail.TaskId == row.TaskId && mail.Kind == row.Kind));

    public IReadOnlyList<StoredEndpoint> Endpoints(string accountId) => _endpoints.GetValueOrDefault(accountId, []);

    private void CountOpened(TaskAttempt attempt)
    {
        var key = (attempt.ChannelId, attempt.UpstreamModel);
        _open[key] = _open.GetValueOrDefault(key) + 1;
    }

    private sealed record DeliveryState(string AccountId, int AttemptCount, long NextAt, string? LeaseOwner, long? EndedAt);
}
