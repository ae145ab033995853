using System.Data.Common;
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
internal sealed class SqlNamedAssets(Database database) : INamedAssets
{
    private const int PageSize = 500;

    private const string Tasks = "SELECT id, order_json, NULL FROM tasks WHERE id > @after AND discarded_at IS NULL ORDER BY id LIMIT @limit";

    // A task has a handful of them, so that a page begins behind a task and not within one.
    private const string Inputs =
        """
        SELECT i.task_id, NULL, CASE WHEN t.discarded_at IS NULL THEN i.key END FROM task_inputs i JOIN tasks t ON t.id = i.task_id
        WHERE i.task_id IN (SELECT DISTINCT task_id FROM task_inputs WHERE task_id > @after ORDER BY task_id LIMIT @limit)
        ORDER BY i.task_id
        """;

    private const string Files = "SELECT id, NULL, key FROM files WHERE id > @after ORDER BY id LIMIT @limit";

    private const string Characters = "SELECT id, NULL, key FROM characters WHERE id > @after ORDER BY id LIMIT @limit";

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListKeysAsync(CancellationToken cancellationToken) => Keys(cancellationToken).ToAsyncEnumerable();

    private IEnumerable<string> Keys(CancellationToken cancellationToken)
    {
        foreach (var sql in new[] { Tasks, Inputs, Files, Characters })
        {
            var after = "";
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var page = database.Read(connection => connection.Query(Map, sql, ("@after", after), ("@limit", PageSize)));
                foreach (var key in page.SelectMany(row => row.Keys)) yield return key;
                if (page.Count == 0) break;
                after = page[^1].Id;
            }
        }
    }

    private static (string Id, IReadOnlyList<string> Keys) Map(DbDataReader row)
    {
        var keys = new List<string>();

        // Orders are read as they were written, by the same code; those without files, which are most, are not even parsed.
        if (row.TextOrNull(1) is { } order && order.Contains("\"asset_key\"", StringComparison.Ordinal))
        {
            // An input that is still a link has no key.
            keys.AddRange(OrderJson.Deserialize(order).Media.Select(media => media.AssetKey).Where(key => key.Length > 0));
        }

        if (row.TextOrNull(2) is { } key) keys.Add(key);
        return (row.GetString(0), keys);
    }
}
