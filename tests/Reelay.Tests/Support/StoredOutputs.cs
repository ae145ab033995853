using Reelay.Server.Api;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Probing;
using Reelay.Server.Storage;

namespace Reelay.Tests.Support;

/// <summary>Puts other files behind a finished task than its upstream delivered.</summary>
internal static class StoredOutputs
{
    /// <summary>Replaces or adds an output.</summary>
    /// <param name="contentType">What the row says, or null for what is found in the bytes.</param>
    public static async Task PutAsync(this GatewayHost gateway, string id, int position, byte[] bytes, string? contentType = null)
    {
        var assets = gateway.Services.GetRequiredService<IAssetStore>();
        var file = await assets.WriteAsync(id + "/1", new MemoryStream(bytes), bytes.Length, TestContext.Current.CancellationToken);
        await using var reader = await assets.OpenAsync(file.Key, TestContext.Current.CancellationToken);
        var facts = await MediaProbe.ProbeAsync(reader!, TestContext.Current.CancellationToken);
        gateway.Database(connection => connection.Execute(
            """
            DELETE FROM assets WHERE task_id = @id AND position = @position;
            INSERT INTO assets (task_id, position, key, content_type, size_bytes, sha256, width, height, duration_ms, fps, created_at)
            VALUES (@id, @position, @key, @type, @size, @sha256, @width, @height, @duration, @fps, 1000)
            """,
            null,
            ("@id", id), ("@position", position), ("@key", file.Key), ("@type", contentType ?? facts!.ContentType), ("@size", file.SizeBytes),
            ("@sha256", file.Sha256), ("@width", facts?.WidthPixels), ("@height", facts?.HeightPixels),
            ("@duration", facts?.DurationSeconds is { } seconds ? (long)(seconds * 1000) : null), ("@fps", (double?)facts?.Fps)));
        gateway.Services.GetRequiredService<TaskReader>().Forget(id);
    }
}
