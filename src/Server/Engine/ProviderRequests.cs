using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Server.Assets;
using Reelay.Server.Catalog;

namespace Reelay.Server.Engine;

/// <summary>An order in the words of the provider contract.</summary>
internal static class ProviderRequests
{
    /// <summary>What a channel is asked to make. The same order and upstream model always give the same request.</summary>
    public static ProviderRequest Build(GenerationOrder order, string upstreamModel) => new()
    {
        UpstreamModel = upstreamModel,
        Mode = order.Mode,
        Prompt = order.Prompt.Length == 0 ? null : order.Prompt,
        Seconds = order.Seconds > 0 ? order.Seconds : null,
        WidthPixels = order.WidthPixels > 0 ? order.WidthPixels : null,
        HeightPixels = order.HeightPixels > 0 ? order.HeightPixels : null,
        AspectRatio = AspectRatio.Name(order.WidthPixels, order.HeightPixels),
        Tier = order.Tier,
        Quality = order.Quality,
        Count = order.Count,
        Audio = order.Audio,
        Extras = (JsonObject?)order.Extras?.DeepClone() ?? [],
        UserHash = order.User is null ? null : Hex(order.User),
    };

    /// <summary>The order's files, opened from our own store.</summary>
    public static IReadOnlyList<MediaInput> Media(GenerationOrder order, IAssetStore assets) =>
    [
        .. order.Media.Select((media, position) => new MediaInput
        {
            Role = media.Role,
            Name = media.Name,
            ContentType = media.ContentType,
            SizeBytes = media.SizeBytes,
            FileName = $"input{position}.{media.ContentType[(media.ContentType.IndexOf('/') + 1)..]}",
            OpenAsync = async cancellationToken => new AssetStream(
                await assets.OpenAsync(media.AssetKey, cancellationToken)
                ?? throw new FileNotFoundException($"Input {media.AssetKey} is not in the asset store.")),
        }),
    ];

    /// <summary>Hash of everything that makes two submissions to one account look alike from outside.</summary>
    public static string Fingerprint(GenerationOrder order, string upstreamModel) => Hex(string.Join(
        '\n',
        upstreamModel, order.Mode, order.Seconds, order.WidthPixels, order.HeightPixels, order.Audio,
        order.Extras?.ToJsonString() ?? "", string.Join(',', order.Media.Select(media => media.Sha256)), order.Prompt));

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
