using System.Data.Common;
using Reelay.Server.Storage;

namespace Reelay.Server.Files;

/// <summary>Rows of files on SQLite. Calls run to their end on the caller's thread, as SQLite has no asynchronous interface.</summary>
internal sealed class SqlFileStore(Database database, TimeProvider time) : IFileStore
{
    private const string Columns = "id, account_id, file_name, purpose, key, content_type, size_bytes, sha256, created_at, expires_at";
    private const string Visible = "deleted_at IS NULL AND (expires_at IS NULL OR expires_at > @now)";

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public ValueTask<StoredFile?> FindAsync(string accountId, string fileId, CancellationToken cancellationToken = default) =>
        new(database.Read(connection => connection.Query(
            Map,
            $"SELECT {Columns} FROM files WHERE id = @id AND account_id = @account AND {Visible}",
            ("@id", fileId), ("@account", accountId), ("@now", Now)).FirstOrDefault()));

    public Task InsertAsync(StoredFile file, CancellationToken cancellationToken)
    {
        database.WriteOne(
            $"""
            INSERT INTO files ({Columns})
            VALUES (@id, @account, @name, @purpose, @key, @type, @size, @sha256, @created, @expires)
            """,
            ("@id", file.Id), ("@account", file.AccountId), ("@name", file.FileName), ("@purpose", file.Purpose), ("@key", file.Key),
            ("@type", file.ContentType), ("@size", file.SizeBytes), ("@sha256", file.Sha256), ("@created", file.CreatedAt),
            ("@expires", file.ExpiresAt));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<StoredFile>> ListAsync(FileListQuery query, CancellationToken cancellationToken)
    {
        // The direction and the cursor are in the text, so that the index gives the page without sorting.
        var (compare, direction) = query.IsDescending ? ("<", "DESC") : (">", "ASC");
        var purpose = query.Purpose is null ? "" : "AND purpose = @purpose";
        var cursor = query.AfterId is null ? "" : $"AND id {compare} @after";
        return Rows(
            $"""
            WHERE account_id = @account AND {Visible} {purpose} {cursor}
            ORDER BY id {direction} LIMIT @limit
            """,
            ("@account", query.AccountId), ("@purpose", query.Purpose), ("@after", query.AfterId), ("@now", Now), ("@limit", query.Limit));
    }

    public Task<bool> DeleteAsync(string accountId, string fileId, CancellationToken cancellationToken) =>
        Task.FromResult(database.WriteOne(
            $"UPDATE files SET deleted_at = @now WHERE id = @id AND account_id = @account AND {Visible}",
            ("@id", fileId), ("@account", accountId), ("@now", Now)) == 1);

    public Task<IReadOnlyList<StoredFile>> ListDeletedAsync(int limit, CancellationToken cancellationToken) =>
        Rows("WHERE deleted_at IS NOT NULL LIMIT @limit", ("@limit", limit));

    public Task<IReadOnlyList<StoredFile>> ListExpiredAsync(int limit, CancellationToken cancellationToken) => Rows(
        "WHERE expires_at IS NOT NULL AND deleted_at IS NULL AND expires_at <= @now LIMIT @limit", ("@now", Now), ("@limit", limit));

    public Task RemoveAsync(string fileId, CancellationToken cancellationToken)
    {
        database.WriteOne("DELETE FROM files WHERE id = @id", ("@id", fileId));
        return Task.CompletedTask;
    }

    private Task<IReadOnlyList<StoredFile>> Rows(string rest, params (string Name, object? Value)[] values) =>
        Task.FromResult<IReadOnlyList<StoredFile>>(
            database.Read(connection => connection.Query(Map, $"SELECT {Columns} FROM files {rest}", values)));

    private static StoredFile Map(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        AccountId = row.GetString(1),
        FileName = row.GetString(2),
        Purpose = row.GetString(3),
        Key = row.GetString(4),
        ContentType = row.GetString(5),
        SizeBytes = row.GetInt64(6),
        Sha256 = row.GetString(7),
        CreatedAt = row.GetInt64(8),
        ExpiresAt = row.LongOrNull(9),
    };
}
