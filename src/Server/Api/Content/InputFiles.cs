using Reelay.Server.Storage;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api.Content;

/// <summary>Finds the stored file of one input of a task: durable since the order was accepted, or fetched by the engine since.</summary>
internal sealed class InputFiles(Database database)
{
    /// <summary>The file, or null if there is no such input or it is still only a link.</summary>
    /// <param name="task">The task.</param>
    /// <param name="position">Where the input stands in the order's media, from 0.</param>
    public InputFile? Find(GenerationTask task, int position)
    {
        var media = task.Order.Media;
        if (position >= media.Count) return null;
        var (key, input) = (media[position].AssetKey, media[position]);
        if (key.Length > 0) return new InputFile(key, input.ContentType, input.SizeBytes, input.Sha256, task.CreatedAt);
        return database.Read(connection => connection.Query(
            row => new InputFile(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetInt64(4)),
            "SELECT key, content_type, size_bytes, sha256, created_at FROM task_inputs WHERE task_id = @task AND position = @position",
            ("@task", task.Id), ("@position", position)).FirstOrDefault());
    }
}

/// <summary>A stored input.</summary>
/// <param name="Key">Its key in the asset store.</param>
/// <param name="ContentType">Media type found in its bytes.</param>
/// <param name="SizeBytes">Size in bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal SHA-256.</param>
/// <param name="CreatedAt">When it was stored or accepted, Unix milliseconds.</param>
internal sealed record InputFile(string Key, string ContentType, long SizeBytes, string Sha256, long CreatedAt);
