using System.Data.Common;
using Reelay.Server.Storage;

namespace Reelay.Server.Files;

/// <summary>Rows of characters on SQLite.</summary>
internal sealed class SqlCharacterStore(Database database) : ICharacterStore
{
    private const string Columns = "id, account_id, name, key, content_type, size_bytes, sha256, created_at";

    public ValueTask<StoredCharacter?> FindAsync(string accountId, string characterId, CancellationToken cancellationToken = default) =>
        new(database.Read(connection => connection.Query(
            Map,
            $"SELECT {Columns} FROM characters WHERE id = @id AND account_id = @account",
            ("@id", characterId), ("@account", accountId)).FirstOrDefault()));

    public Task InsertAsync(StoredCharacter character, CancellationToken cancellationToken)
    {
        database.WriteOne(
            $"INSERT INTO characters ({Columns}) VALUES (@id, @account, @name, @key, @type, @size, @sha256, @created)",
            ("@id", character.Id), ("@account", character.AccountId), ("@name", character.Name), ("@key", character.Key),
            ("@type", character.ContentType), ("@size", character.SizeBytes), ("@sha256", character.Sha256), ("@created", character.CreatedAt));
        return Task.CompletedTask;
    }

    private static StoredCharacter Map(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        AccountId = row.GetString(1),
        Name = row.GetString(2),
        Key = row.GetString(3),
        ContentType = row.GetString(4),
        SizeBytes = row.GetInt64(5),
        Sha256 = row.GetString(6),
        CreatedAt = row.GetInt64(7),
    };
}
