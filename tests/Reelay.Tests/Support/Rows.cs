using Reelay.Server.Catalog;
using Reelay.Server.Tasks;

namespace Reelay.Tests.Support;

/// <summary>Rows with good defaults: a test names only what it is about.</summary>
internal static class Rows
{
    public const string Account = "acct_test";
    public const string Key = "key_test";
    public const string Provider = "scripted";
    public const string UpstreamModel = "model-1";

    private static readonly TaskIds Ids = new(TimeProvider.System, Randomness.System);

    public static string Id() => Ids.Mint();

    public static GenerationOrder Order(string prompt = "a red boat", string? externalId = null) => new()
    {
        Model = "sora-2",
        UpstreamModels = [Provider + ":" + UpstreamModel],
        Prompt = prompt,
        Mode = "t2v",
        SecondsEcho = "4",
        SizeEcho = "720x1280",
        Seconds = 4,
        WidthPixels = 720,
        HeightPixels = 1280,
        Tier = "720p",
        Audio = true,
        ExternalTaskId = externalId,
    };

    public static GenerationTask Task(
        string? id = null, long price = 400, string account = Account, string? externalId = null, string prompt = "a red boat", long createdAt = 1000)
    {
        id ??= Id();
        return new()
        {
            Id = id,
            Shard = TaskIds.ShardOf(id),
            AccountId = account,
            KeyId = Key,
            Order = Order(prompt, externalId),
            BaseUrl = "http://gateway.test",
            PriceMicros = price,
            CreatedAt = createdAt,
        };
    }

    public static TaskAttempt Attempt(GenerationTask task, int number = 1, string channel = "main", string fingerprint = "same") => new()
    {
        TaskId = task.Id,
        Number = number,
        ChannelId = channel,
        ChannelAccount = "vendor-" + channel,
        UpstreamModel = UpstreamModel,
        Token = $"{task.Id}-{number}",
        Fingerprint = fingerprint,
        DeadlineAt = long.MaxValue / 2,
    };

    /// <summary>The task as it is while an attempt is being sent.</summary>
    public static GenerationTask Submitting(GenerationTask task) => task with
    {
        Version = task.Version + 1,
        Phase = TaskPhase.Submitting,
        AttemptCount = task.AttemptCount + 1,
        OpenAttempt = task.AttemptCount + 1,
    };

    /// <summary>The task as it is once the upstream has it.</summary>
    public static GenerationTask Submitted(GenerationTask task) => task with { Version = task.Version + 1, Phase = TaskPhase.Submitted };

    /// <summary>The failed task, its attempt closed or never begun.</summary>
    public static GenerationTask Failed(GenerationTask task, long at = 5000) => task with
    {
        Version = task.Version + 1,
        Phase = TaskPhase.Failed,
        Error = new("generation_failed", "It failed."),
        FinishedAt = at,
        ExpiresAt = at + 1000,
        OpenAttempt = null,
    };

    /// <summary>The completed task.</summary>
    public static GenerationTask Completed(GenerationTask task, long settled, long at = 5000) => task with
    {
        Version = task.Version + 1,
        Phase = TaskPhase.Completed,
        HasStarted = true,
        Progress = 100,
        SettledMicros = settled,
        SettlementBasis = "measured",
        FinishedAt = at,
        ExpiresAt = at + 1000,
        OpenAttempt = null,
    };

    public static TaskAsset Asset(GenerationTask task) => new()
    {
        TaskId = task.Id,
        Position = 0,
        Key = task.Id + "/1/file",
        ContentType = "video/mp4",
        SizeBytes = 10,
        Sha256 = new string('a', 64),
        WidthPixels = 720,
        HeightPixels = 1280,
        DurationMilliseconds = 4000,
        Fps = 24,
        HasAudio = true,
        CreatedAt = 4000,
    };
}
