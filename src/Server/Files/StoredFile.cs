namespace Reelay.Server.Files;

/// <summary>An uploaded file as it is kept. Never changes until it is deleted.</summary>
public sealed record StoredFile
{
    /// <summary><c>file_</c> and 26 characters.</summary>
    public required string Id { get; init; }

    /// <summary>Account it belongs to.</summary>
    public required string AccountId { get; init; }

    /// <summary>The caller's name for it, for showing only.</summary>
    public required string FileName { get; init; }

    /// <summary>What the caller said it is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>Its key in the asset store. To be copied, never named by a task: deleting the file removes what is under it.</summary>
    public required string Key { get; init; }

    /// <summary>Media type found in its bytes.</summary>
    public required string ContentType { get; init; }

    /// <summary>Its size in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of its bytes.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>From when on it is gone, Unix milliseconds, or null.</summary>
    public long? ExpiresAt { get; init; }
}

/// <summary>Finds files for orders.</summary>
public interface IFileLookup
{
    /// <summary>
    /// A file of an account, or null if there never was one, it is another account's, deleted or expired: a caller must not learn which. Its
    /// bytes may go at any time, so whoever needs them longer copies them and is ready to find them gone.
    /// </summary>
    ValueTask<StoredFile?> FindAsync(string accountId, string fileId, CancellationToken cancellationToken = default);
}

/// <summary>The rows of uploaded files.</summary>
internal interface IFileStore : IFileLookup
{
    /// <summary>Stores a new row, durable when it returns.</summary>
    /// <exception cref="Tasks.StoreUnavailableException">It was not written, or nobody can tell.</exception>
    Task InsertAsync(StoredFile file, CancellationToken cancellationToken);

    /// <summary>A page of an account's files, by id in the asked direction; neither deleted nor expired ones.</summary>
    Task<IReadOnlyList<StoredFile>> ListAsync(FileListQuery query, CancellationToken cancellationToken);

    /// <summary>Hides a file from everybody, durably. Its row stays until <see cref="RemoveAsync"/>.</summary>
    /// <returns>False if the account has no such file.</returns>
    Task<bool> DeleteAsync(string accountId, string fileId, CancellationToken cancellationToken);

    /// <summary>Files whose bytes should be gone because they were deleted. Looks at every row: not for every minute.</summary>
    Task<IReadOnlyList<StoredFile>> ListDeletedAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Files whose bytes should be gone because their time is over.</summary>
    Task<IReadOnlyList<StoredFile>> ListExpiredAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Removes the row of a file whose bytes are gone.</summary>
    Task RemoveAsync(string fileId, CancellationToken cancellationToken);
}

/// <summary>Which files to list.</summary>
internal sealed record FileListQuery
{
    public required string AccountId { get; init; }

    /// <summary>Only those for this purpose, or null for all.</summary>
    public string? Purpose { get; init; }

    /// <summary>Begin after this id, which need not exist any more.</summary>
    public string? AfterId { get; init; }

    /// <summary>Newest first, else oldest first.</summary>
    public bool IsDescending { get; init; } = true;

    /// <summary>Most rows.</summary>
    public required int Limit { get; init; }
}
