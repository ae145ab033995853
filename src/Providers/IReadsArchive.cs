namespace Reelay.Providers;

/// <summary>A provider whose upstream shows tasks that others than this gateway ordered there: an earlier gateway, which keeps its callers' old tasks.</summary>
public interface IReadsArchive
{
    /// <summary>Reads one task by the id that its caller knows. Changes nothing.</summary>
    /// <returns>Null if the upstream does not know it.</returns>
    /// <exception cref="ProviderException">It could not be read.</exception>
    Task<ArchivedVideo?> ReadArchivedAsync(ProviderAccount account, string id, CancellationToken cancellationToken);
}

/// <summary>A task of an earlier gateway, as it shows it. What it does not say is null.</summary>
public sealed record ArchivedVideo
{
    /// <summary>The id its caller knows it by.</summary>
    public required string Id { get; init; }

    /// <summary>How it stands.</summary>
    public required PollResult State { get; init; }

    /// <summary>The model it was ordered by.</summary>
    public string? Model { get; init; }

    /// <summary>What it was made of.</summary>
    public string? Prompt { get; init; }

    /// <summary>Size as the earlier gateway writes it, usually <c>WxH</c>.</summary>
    public string? Size { get; init; }

    /// <summary>Length in seconds.</summary>
    public decimal? Seconds { get; init; }

    /// <summary>When it was ordered.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>When its files go there.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The code of its error, in the earlier gateway's words.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The words of its error for its caller, who has read them there before.</summary>
    public string? ErrorMessage { get; init; }
}
