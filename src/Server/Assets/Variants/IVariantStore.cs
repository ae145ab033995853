namespace Reelay.Server.Assets.Variants;

/// <summary>Remembers which variants are made. <c>StoreOperation.Discard</c> forgets those of a task together with its assets.</summary>
internal interface IVariantStore
{
    /// <summary>What is made already, or null.</summary>
    ValueTask<AssetVariant?> FindAsync(string taskId, int position, VariantKind kind, CancellationToken cancellationToken);

    /// <summary>Whether the files of a task are still to be kept: not deleted, not past <c>expires_at</c>, not discarded.</summary>
    ValueTask<bool> IsKeptAsync(string taskId, CancellationToken cancellationToken);

    /// <summary>Records a file that is durable, unless the files of its task are no longer kept.</summary>
    /// <returns>The row that counts: another's if somebody was first, null if the task's files are no longer kept.</returns>
    ValueTask<AssetVariant?> RecordAsync(AssetVariant variant, CancellationToken cancellationToken);
}
