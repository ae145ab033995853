using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Server.Assets;
using Reelay.Server.Catalog;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>An order in the words of the provider contract.</summary>
internal static class ProviderRequests
{
    /// <summary>What a channel is asked to make. The same order, upstream model and account always give the same request.</summary>
    /// <param name="order">The order.</param>
    /// <param name="upstreamModel">The upstream's own name of the model.</param>
    /// <param name="vendorAccount">The account behind the channel: only the one that made an earlier result knows it by an id.</param>
    public static ProviderRequest Build(GenerationOrder order, string upstreamModel, string vendorAccount) => new()
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
        Source = Source(order.Source, upstreamModel, vendorAccount),
        UserHash = order.User is null ? null : Hex(order.User),
    };

    /// <summary>The order's files, opened from our own store.</summary>
    /// <param name="order">The order.</param>
    /// <param name="inputs">What was fetched for its links.</param>
    /// <param name="assets">The store.</param>
    /// <param name="publicUrl">Where the upstream can fetch the file at a position, or null.</param>
    public static IReadOnlyList<MediaInput> Media(
        GenerationOrder order, IReadOnlyList<TaskInput> inputs, IAssetStore assets, Func<int, Uri?> publicUrl) =>
    [
        .. OrderInputs.Files(order, inputs).Select((media, position) => new MediaInput
        {
            Role = media.Role,
            Name = media.Name,
            ContentType = media.ContentType,
            SizeBytes = media.SizeBytes,
            FileName = FileName(position, media.ContentType),
            PublicUrl = publicUrl(position),
            OpenAsync = async cancellationToken => new AssetStream(
                await assets.OpenAsync(media.AssetKey, cancellationToken)
                ?? throw new FileNotFoundException($"Input {media.AssetKey} is not in the asset store.")),
        }),
    ];

    /// <summary>What an upstream reads as the name of the file at a position.</summary>
    /// <param name="position">Place among the order's files, from 0.</param>
    /// <param name="contentType">Its type; empty while nobody knows it.</param>
    public static string FileName(int position, string contentType) =>
        contentType.Length == 0 ? $"input{position}" : $"input{position}.{Extension(contentType)}";

    /// <summary>Hash of everything that makes two submissions to one account look alike from outside.</summary>
    public static string Fingerprint(GenerationOrder order, IReadOnlyList<TaskInput> inputs, string upstreamModel) => Hex(string.Join(
        '\n',
        upstreamModel, order.Mode, order.Seconds, order.WidthPixels, order.HeightPixels, order.Tier, order.Quality, order.Count, order.Audio,
        order.Source?.UpstreamId,
        order.Extras?.ToJsonString() ?? "", string.Join(',', OrderInputs.Files(order, inputs).Select(media => media.Sha256)), order.Prompt));

    // By its id an upstream goes on with the model that made the source; another model must be sent the file.
    private static SourceReference? Source(OrderSource? source, string upstreamModel, string vendorAccount)
    {
        if (source is not { UpstreamId: { } id, OutputReferenceJson: { } json }) return null;
        if (source.ChannelAccount != vendorAccount || source.UpstreamModel != upstreamModel) return null;
        using var reference = JsonDocument.Parse(json);
        return new SourceReference(id, reference.RootElement.Clone());
    }

    private static string Extension(string contentType) => contentType switch
    {
        "video/quicktime" => "mov",
        "audio/mpeg" => "mp3",
        "audio/mp4" => "m4a",
        _ => contentType[(contentType.IndexOf('/') + 1)..],
    };

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
