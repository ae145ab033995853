using Reelay.Server.Catalog;

namespace Reelay.Server.Tasks;

/// <summary>An input that was a link when its task was accepted, once it is in our store: a row of <c>task_inputs</c>. Never changes.</summary>
public sealed record TaskInput
{
    /// <summary>The task.</summary>
    public required string TaskId { get; init; }

    /// <summary>Position among the order's media, from 0.</summary>
    public required int Position { get; init; }

    /// <summary>Key in the asset store.</summary>
    public required string Key { get; init; }

    /// <summary>Media type found in the bytes.</summary>
    public required string ContentType { get; init; }

    /// <summary>Size in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256.</summary>
    public required string Sha256 { get; init; }

    /// <summary>When it was stored, Unix milliseconds.</summary>
    public required long CreatedAt { get; init; }
}

/// <summary>An order's media together with what was fetched for it.</summary>
internal static class OrderInputs
{
    /// <summary>Folder of a task's fetched inputs in the asset store; inside the task's own, so that it goes with it.</summary>
    public static string Folder(string taskId) => taskId + "/inputs";

    /// <summary>Whether an input is not in the store yet as far as the order knows.</summary>
    public static bool IsLink(this OrderMedia media) => string.IsNullOrEmpty(media.AssetKey);

    /// <summary>Positions of links that nothing was fetched for yet.</summary>
    public static IEnumerable<int> Missing(GenerationOrder order, IReadOnlyList<TaskInput> inputs) =>
        Enumerable.Range(0, order.Media.Count).Where(position => order.Media[position].IsLink() && Find(inputs, position) is null);

    /// <summary>The order's media by position, links replaced by what was fetched for them.</summary>
    public static IReadOnlyList<OrderMedia> Files(GenerationOrder order, IReadOnlyList<TaskInput> inputs) => inputs.Count == 0
        ? order.Media
        : [.. order.Media.Select((media, position) => media.IsLink() && Find(inputs, position) is { } input ? Filled(media, input) : media)];

    private static OrderMedia Filled(OrderMedia media, TaskInput input) => media with
    {
        AssetKey = input.Key,
        ContentType = input.ContentType,
        SizeBytes = input.SizeBytes,
        Sha256 = input.Sha256,
    };

    private static TaskInput? Find(IReadOnlyList<TaskInput> inputs, int position) => inputs.FirstOrDefault(input => input.Position == position);
}
