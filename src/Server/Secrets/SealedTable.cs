using Reelay.Server.Storage;

namespace Reelay.Server.Secrets;

/// <summary>A table of SQLite with one envelope to a row.</summary>
/// <param name="database">The database.</param>
/// <param name="table">Its table.</param>
/// <param name="key">SQL expression of the text that follows the owner's prefix and tells the row from others.</param>
/// <param name="ownerPrefix">What owners' names begin with, for example <c>channel/</c>.</param>
/// <param name="column">Column of the envelope.</param>
internal sealed class SealedTable(Database database, string table, string key, string ownerPrefix, string column = "sealed") : ISealedRows
{
    // Behind one byte of version; see SecretBox.
    private readonly string _isOutdated = $"substr({column}, 2, {MasterKey.IdBytes}) <> @id";

    public string Name => table;

    public (int All, int Outdated) Count(byte[] keyId) => database.Read(connection => connection.Query(
        row => (row.GetInt32(0), row.GetInt32(1)),
        $"SELECT count(*), count(CASE WHEN {_isOutdated} THEN 1 END) FROM {table} WHERE {column} IS NOT NULL", ("@id", keyId))[0]);

    public IReadOnlyList<SealedRow> ListOutdated(byte[] keyId, int limit) => database.Read(connection => connection.Query(
        row => new SealedRow(row.GetString(0), ownerPrefix + row.GetString(0), row.GetFieldValue<byte[]>(1)),
        $"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL AND {_isOutdated} LIMIT @limit", ("@id", keyId), ("@limit", limit)));

    public bool Replace(SealedRow row, byte[] envelope) => database.Write((connection, transaction) => connection.Execute(
        $"UPDATE {table} SET {column} = @new WHERE {key} = @key AND {column} = @old",
        transaction,
        ("@new", envelope), ("@key", row.Key), ("@old", row.Envelope))) == 1;
}
