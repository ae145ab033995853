using System.Data.Common;
using Reelay.Server.Storage;

namespace Reelay.Server.Assets.Variants;

/// <summary>Variants on SQLite.</summary>
internal sealed class SqlVariantStore(Database database, TimeProvider time) : IVariantStore
{
    private const string Columns = "task_id, position, variant, key, content_type, size_bytes, sha256, created_at";
    private const string Find = $"SELECT {Columns} FROM asset_variants WHERE task_id = @task AND position = @position AND variant = @variant";

    // The same moment decides here and in the list of what is to be removed, so nothing is recorded behind a removal.
    private const string IsKept =
        "id = @task AND deleted_at IS NULL AND discarded_at IS NULL AND finished_at IS NOT NULL AND (expires_at IS NULL OR expires_at > @now)";

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public ValueTask<AssetVariant?> FindAsync(string taskId, int position, VariantKind kind, CancellationToken cancellationToken) =>
        new(database.Read(connection => connection.Query(
            Map, Find, ("@task", taskId), ("@position", position), ("@variant", kind.ToWord())).FirstOrDefault()));

    public ValueTask<bool> IsKeptAsync(string taskId, CancellationToken cancellationToken) =>
        new(database.Read(connection => connection.Scalar<long>(
            $"SELECT 1 FROM tasks WHERE {IsKept}", ("@task", taskId), ("@now", Now)) == 1));

    public ValueTask<AssetVariant?> RecordAsync(AssetVariant variant, CancellationToken cancellationToken) =>
        new(database.Write((connection, transaction) =>
        {
            var word = variant.Kind.ToWord();
            connection.Execute(
                $"""
                INSERT INTO asset_variants ({Columns})
                SELECT @task, @position, @variant, @key, @type, @size, @sha256, @created FROM tasks WHERE {IsKept}
                ON CONFLICT (task_id, position, variant) DO NOTHING
                """,
                transaction,
                ("@task", variant.TaskId), ("@position", variant.Position), ("@variant", word), ("@key", variant.Key),
                ("@type", variant.ContentType), ("@size", variant.SizeBytes), ("@sha256", variant.Sha256), ("@created", variant.CreatedAt),
                ("@now", Now));
            return connection.Query(
                transaction, Map, Find, ("@task", variant.TaskId), ("@position", variant.Position), ("@variant", word)).FirstOrDefault();
        }));

    private static AssetVariant Map(DbDataReader row) => new(
        row.GetString(0),
        row.GetInt32(1),
        VariantKinds.Parse(row.GetString(2)) ?? throw new InvalidOperationException($"'{row.GetString(2)}' is no kind of variant."),
        row.GetString(3),
        row.GetString(4),
        row.GetInt64(5),
        row.GetString(6),
        row.GetInt64(7));
}
