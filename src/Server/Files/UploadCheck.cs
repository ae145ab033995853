using Reelay.Server.Api;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Probing;

namespace Reelay.Server.Files;

/// <summary>Finds out what an upload is, from its bytes.</summary>
internal static class UploadCheck
{
    /// <summary>What a stored file is, or why it is of no use here.</summary>
    /// <param name="param">Where the caller sent it.</param>
    /// <exception cref="IOException">The store failed.</exception>
    public static async Task<ApiResult<MediaFacts>> MeasureAsync(
        IAssetStore assets, StoredAsset asset, string param, CancellationToken cancellationToken)
    {
        await using var reader = await assets.OpenAsync(asset.Key, cancellationToken)
            ?? throw new IOException($"Asset {asset.Key} disappeared while it was being measured.");
        var facts = await MediaProbe.ProbeAsync(reader, cancellationToken);
        if (facts is null) return UploadErrors.InvalidFile(param, $"holds nothing that can be used, whatever its name says; allowed are {UploadErrors.Kinds}");
        return MediaBounds.Fault(facts) is { } fault ? UploadErrors.InvalidFile(param, fault) : facts;
    }
}
