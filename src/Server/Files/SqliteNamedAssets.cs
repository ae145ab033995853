using Microsoft.Data.Sqlite;
using Reelay.Server.Catalog;
using Reelay.Server.Storage;

namespace Reelay.Server.Files;

/// <summary>Every key of a stored input that some row names.</summary>
internal interface INamedAssets
{
    /// <summary>
    /// The inputs of tasks whose files were not removed yet, and every file's and character's, deleted files too until their row goes. A row
    /// committed before the call is seen; one committed meanwhile may be missed.
    /// </summary>
    IAsyncEnumerable<string> ListKeysAsync(CancellationToken cancellationToken);
}

/// <summary>The same on SQLite: each table page by page, so that no read keeps the log from being shortened for long.</summary>
internal sealed class SqliteNamedAssets(SqliteDatabase database) : INamedAssets
{
    private const int PageSize = 500;

    // Orders are read as they were written, by the same code; those without files, which are most, are not even parsed.
    private const string Tasks =
        """
        SELECT id,
            CASE WHEN instr(order_json, '"asset_key"') > 0 THEN order_json END,
            (SELECT group_concat(key, ' ') FROM task_inputs WHERE task_id = tasks.id)
        FROM tasks WHERE id > $after AND discarded_at IS NULL ORDER BY id LIMIT $limit
        """;

    private const string Files = "SELECT id, NULL, key FROM files WHERE id > $after ORDER BY id LIMIT $limit";

    private const string Characters = "SELECT id, NULL, key FROM characters WHERE id > $after ORDER BY id LIMIT $limit";

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListKeysAsync(CancellationToken cancellationToken) => Keys(cancellationToken).ToAsyncEnumerable();

    private IEnumerable<string> Keys(CancellationToken cancellationToken)
    {
        foreach (var sql in new[] { Tasks, Files, Characters })
        {
            var after = "";
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var page = database.Read(connection => connection.Query(Map, sql, ("$after", after), ("$limit", PageSize)));
                foreach (var key in page.SelectMany(row => row.Keys)) yield return key;
                if (page.Count < PageSize) break;
                after = page[^1].Id;
            }
        }
    }

    private static (string Id, IReadOnlyList<string> Keys) Map(SqliteDataReader row)
    {
        var keys = new List<string>();
        if (row.TextOrNull(1) is { } order)
        {
            // An input that is still a link has no key.
            keys.AddRange(OrderJson.Deserialize(order).Media.Select(media => media.AssetKey).Where(key => key.Length > 0));
        }

        if (row.TextOrNull(2) is { } listed) keys.AddRange(listed.Split(' '));
        return (row.GetString(0), keys);
    }
}
