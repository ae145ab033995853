using System.Data.Common;
using Reelay.Server.Catalog;
using Reelay.Server.Storage;

namespace Reelay.Server.Tasks;

/// <summary>Columns and rows of tasks, attempts, assets and inputs. Each column list and its reader stand side by side.</summary>
internal static class TaskRows
{
    public const string TaskColumns =
        "t.id, t.shard, t.version, t.account_id, t.key_id, t.order_json, t.base_url, t.phase, t.has_started, t.progress, " +
        "t.attempt_count, t.open_attempt, t.price_micros, t.settled_micros, t.settlement_basis, t.error_code, t.error_message, " +
        "t.created_at, t.finished_at, t.expires_at, t.cancel_requested_at, t.deleted_at, t.discarded_at, t.usage_json, " +
        "t.groups, t.failover_count, t.failover_budget_micros, t.deadline_at, t.price_json";

    public const int TaskColumnCount = 29;

    public const string AttemptColumns =
        "a.task_id, a.number, a.channel_id, a.channel_account, a.credential_version, a.upstream_model, a.token, a.fingerprint, " +
        "a.started_at, a.send_by, a.submitted_at, a.upstream_id, a.reference_json, a.deadline_at, a.ended_at, a.outcome, " +
        "a.error_kind, a.error_message, a.error_raw, a.possible_cost_micros, a.output_reference_json, a.cost_micros, a.cost_basis";

    public const string AssetColumns =
        "task_id, position, key, content_type, size_bytes, sha256, width, height, duration_ms, fps, has_audio, created_at";

    public const string InputColumns = "task_id, position, key, content_type, size_bytes, sha256, created_at";

    public static GenerationTask Task(DbDataReader row) => Task(row, 0);

    public static GenerationTask Task(DbDataReader row, int at) => new()
    {
        Id = row.GetString(at),
        Shard = row.GetInt32(at + 1),
        Version = row.GetInt64(at + 2),
        AccountId = SharedText.Of(row.GetString(at + 3)),
        KeyId = SharedText.Of(row.GetString(at + 4)),
        Order = OrderJson.Deserialize(row.GetString(at + 5)),
        BaseUrl = SharedText.Of(row.GetString(at + 6)),
        Phase = TaskPhases.Parse(row.GetString(at + 7)),
        HasStarted = row.Flag(at + 8),
        Progress = row.GetInt32(at + 9),
        AttemptCount = row.GetInt32(at + 10),
        OpenAttempt = (int?)row.LongOrNull(at + 11),
        PriceMicros = row.GetInt64(at + 12),
        SettledMicros = row.LongOrNull(at + 13),
        SettlementBasis = row.TextOrNull(at + 14),
        Error = row.TextOrNull(at + 15) is { } code ? new TaskError(code, row.GetString(at + 16)) : null,
        CreatedAt = row.GetInt64(at + 17),
        FinishedAt = row.LongOrNull(at + 18),
        ExpiresAt = row.LongOrNull(at + 19),
        CancelRequestedAt = row.LongOrNull(at + 20),
        DeletedAt = row.LongOrNull(at + 21),
        DiscardedAt = row.LongOrNull(at + 22),
        Usage = row.TextOrNull(at + 23) is { } usage ? UsageJson.Read(usage) : null,
        Groups = SharedText.Of(row.GetString(at + 24)),
        FailoverCount = row.GetInt32(at + 25),
        FailoverBudgetMicros = row.GetInt64(at + 26),
        DeadlineAt = row.LongOrNull(at + 27),
        Price = row.TextOrNull(at + 28) is { } price ? AcceptedPrice.FromJson(price) : null,
    };

    public static TaskAttempt Attempt(DbDataReader row) => Attempt(row, 0);

    public static TaskAttempt Attempt(DbDataReader row, int at) => new()
    {
        TaskId = row.GetString(at),
        Number = row.GetInt32(at + 1),
        ChannelId = SharedText.Of(row.GetString(at + 2)),
        ChannelAccount = SharedText.Of(row.GetString(at + 3)),
        CredentialVersion = row.GetInt32(at + 4),
        UpstreamModel = SharedText.Of(row.GetString(at + 5)),
        Token = row.GetString(at + 6),
        Fingerprint = row.GetString(at + 7),
        StartedAt = row.GetInt64(at + 8),
        SendBy = row.GetInt64(at + 9),
        SubmittedAt = row.LongOrNull(at + 10),
        UpstreamId = row.TextOrNull(at + 11),
        ReferenceJson = row.TextOrNull(at + 12),
        DeadlineAt = row.GetInt64(at + 13),
        EndedAt = row.LongOrNull(at + 14),
        Outcome = row.TextOrNull(at + 15) is { } word ? ParseOutcome(word) : null,
        ErrorKind = row.TextOrNull(at + 16),
        ErrorMessage = row.TextOrNull(at + 17),
        ErrorRaw = row.TextOrNull(at + 18),
        PossibleCostMicros = row.GetInt64(at + 19),
        OutputReferenceJson = row.TextOrNull(at + 20),
        CostMicros = row.LongOrNull(at + 21),
        CostBasis = row.TextOrNull(at + 22),
    };

    public static TaskAsset Asset(DbDataReader row) => new()
    {
        TaskId = row.GetString(0),
        Position = row.GetInt32(1),
        Key = row.GetString(2),
        ContentType = row.GetString(3),
        SizeBytes = row.GetInt64(4),
        Sha256 = row.GetString(5),
        WidthPixels = (int?)row.LongOrNull(6),
        HeightPixels = (int?)row.LongOrNull(7),
        DurationMilliseconds = row.LongOrNull(8),
        Fps = row.IsDBNull(9) ? null : row.GetDouble(9),
        HasAudio = row.IsDBNull(10) ? null : row.Flag(10),
        CreatedAt = row.GetInt64(11),
    };

    public static TaskInput Input(DbDataReader row) => new()
    {
        TaskId = row.GetString(0),
        Position = row.GetInt32(1),
        Key = row.GetString(2),
        ContentType = row.GetString(3),
        SizeBytes = row.GetInt64(4),
        Sha256 = row.GetString(5),
        CreatedAt = row.GetInt64(6),
    };

    public static string ToWord(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Completed => "completed",
        AttemptOutcome.Failed => "failed",
        AttemptOutcome.NotAccepted => "not_accepted",
        AttemptOutcome.Unknown => "unknown",
        AttemptOutcome.Cancelled => "cancelled",
        AttemptOutcome.Abandoned => "abandoned",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "no word for this outcome"),
    };

    private static AttemptOutcome ParseOutcome(string word) =>
        word == "not_accepted" ? AttemptOutcome.NotAccepted : Enum.Parse<AttemptOutcome>(word, ignoreCase: true);
}
