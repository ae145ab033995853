using System.Text.Json.Serialization;
using System.Threading.Channels;

namespace Reelay.Reference;

/// <summary>
/// The least that a durable create can do: JSON in, one task row, one ledger row and the account's reservation in a group commit with an
/// fsync, JSON out. No key, no validation, no catalog, no ownership.
/// </summary>
internal static class DurableCreate
{
    public static void Map(WebApplication app, string database)
    {
        var rows = new OrderTable(database);
        app.Lifetime.ApplicationStopped.Register(rows.Dispose);
        var queue = Channel.CreateUnbounded<Waiting>(new() { SingleReader = true });
        _ = WriteBatchesAsync(queue.Reader, rows);
        app.MapPost("/v1/videos", async context =>
        {
            var order = await context.Request.ReadFromJsonAsync(DurableCreateJson.Default.Order);
            var waiting = new Waiting(NewVideo(order!));
            queue.Writer.TryWrite(waiting);
            await waiting.Done.Task;
            await context.Response.WriteAsJsonAsync(waiting.Video, DurableCreateJson.Default.Video);
        });
    }

    private static Video NewVideo(Order order)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new Video(
            "video_" + Convert.ToHexStringLower(Guid.CreateVersion7(now).ToByteArray(bigEndian: true)), "video", order.Model ?? "sora-2",
            "queued", 0, now.ToUnixTimeSeconds(), order.Prompt, order.Seconds ?? "4", order.Size ?? "1280x720");
    }

    private static async Task WriteBatchesAsync(ChannelReader<Waiting> queue, OrderTable rows)
    {
        var batch = new List<Waiting>(OrderTable.MaxBatchCount);
        while (await queue.WaitToReadAsync())
        {
            while (batch.Count < OrderTable.MaxBatchCount && queue.TryRead(out var waiting)) batch.Add(waiting);
            rows.Write(batch);
            foreach (var waiting in batch) waiting.Done.SetResult();
            batch.Clear();
        }
    }
}

/// <summary>An order on its way to the disk.</summary>
internal sealed class Waiting(Video video)
{
    public Video Video { get; } = video;

    /// <summary>0 to 255, evenly: a random byte of the id.</summary>
    public long Shard { get; } = Convert.FromHexString(video.Id.AsSpan(video.Id.Length - 2))[0];

    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

internal sealed record Order(string Prompt, string? Model, string? Seconds, string? Size);

internal sealed record Video(
    string Id, string Object, string Model, string Status, int Progress, long CreatedAt, string Prompt, string Seconds, string Size);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Video))]
internal sealed partial class DurableCreateJson : JsonSerializerContext;
