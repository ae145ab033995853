using Microsoft.Data.Sqlite;
using Reelay.Server.Storage;

namespace Reelay.Tests.Fuzz;

/// <summary>The asset store beside the rows that name its files.</summary>
internal sealed class FuzzFiles(string folder, SqliteConnection database)
{
    private const string Named =
        """
        SELECT key FROM assets JOIN tasks ON tasks.id = task_id WHERE discarded_at IS NULL
        UNION ALL SELECT key FROM asset_variants JOIN tasks ON tasks.id = task_id WHERE discarded_at IS NULL
        UNION ALL SELECT key FROM task_inputs JOIN tasks ON tasks.id = task_id WHERE discarded_at IS NULL
        UNION ALL SELECT json_extract(m.value, '$.asset_key') FROM tasks, json_each(order_json, '$.media') m WHERE discarded_at IS NULL
        UNION ALL SELECT key FROM files
        UNION ALL SELECT key FROM characters
        """;

    /// <summary>How much is deleted and not yet cleaned away.</summary>
    public long Expected() => database.Scalar<long>(
        "SELECT (SELECT count(*) FROM tasks WHERE deleted_at IS NOT NULL AND discarded_at IS NULL) + (SELECT count(*) FROM files WHERE deleted_at IS NOT NULL)");

    /// <summary>Files that no row names, and files that a row names and that are not there.</summary>
    public List<string> Find()
    {
        var assets = Path.Combine(folder, "assets");
        var named = database.Query(row => row.TextOrNull(0) ?? "", Named).Where(key => key.Length > 0).ToHashSet(StringComparer.Ordinal);
        var stored = Directory.EnumerateFiles(assets, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(assets, path).Replace('\\', '/')).ToHashSet(StringComparer.Ordinal);
        return [.. stored.Except(named).Select(key => key + " belongs to nobody"), .. named.Except(stored).Select(key => key + " is named and not there")];
    }
}
