using System.Buffers;
using Reelay.Providers;
using Reelay.Server.Api;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Probing;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Makes the order's pictures durable, as the last step: nothing is stored for a request that is refused anyway.</summary>
internal static class MediaIntake
{
    public static async ValueTask<ApiError?> StoreAsync(OrderDraft draft, CancellationToken cancellationToken)
    {
        foreach (var source in draft.FirstFrames)
        {
            var bounds = draft.Model.Spec.References[MediaRoles.Name(MediaRole.FirstFrame)];
            var error = source.File is { } file
                ? Keep(draft, bounds, source.Path, file.Asset)
                : await DecodeAsync(draft, bounds, source, cancellationToken);
            if (error is not null)
            {
                return error;
            }
        }

        return await DropUnusedAsync(draft);
    }

    private static ApiError? Keep(OrderDraft draft, ReferenceSpec bounds, string path, StoredAsset asset)
    {
        if (asset.SizeBytes > bounds.MaxBytes)
        {
            return TooLarge(path, bounds);
        }

        if (TypeOf(asset.Head.Span, bounds) is not { } type)
        {
            return NotAnImage(path, bounds);
        }

        draft.Media.Add(new OrderMedia(MediaRole.FirstFrame, asset.Key, type, asset.SizeBytes, asset.Sha256));
        return null;
    }

    // The type found in the first bytes, if the model takes it; what the caller says of it does not count.
    private static string? TypeOf(ReadOnlySpan<byte> head, ReferenceSpec bounds) =>
        MediaSniffer.Sniff(head) is { } type && bounds.Types.Contains(type) ? type : null;

    private static async ValueTask<ApiError?> DecodeAsync(
        OrderDraft draft, ReferenceSpec bounds, MediaSource source, CancellationToken cancellationToken)
    {
        var isText = Base64Text.TryDecode(source.Text, bounds.MaxBytes, out var bytes, out var count, out var isTooLarge);
        try
        {
            if (isTooLarge)
            {
                return TooLarge(source.Path, bounds);
            }

            if (!isText || TypeOf(bytes.AsSpan(0, Math.Min(count, MediaSniffer.HeadBytes)), bounds) is null)
            {
                return NotAnImage(source.Path, bounds);
            }

            await using var content = new MemoryStream(bytes, 0, count, writable: false);
            return Keep(draft, bounds, source.Path, await draft.Fields.SaveAsync(content, bounds.MaxBytes, cancellationToken));
        }
        finally
        {
            if (bytes.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(bytes);
            }
        }
    }

    private static async ValueTask<ApiError?> DropUnusedAsync(OrderDraft draft)
    {
        foreach (var file in draft.Fields.Files)
        {
            if (!draft.Media.Exists(media => media.AssetKey == file.Asset.Key))
            {
                await draft.Fields.DiscardOneAsync(file.Asset.Key);
            }
        }

        return null;
    }

    private static ApiError TooLarge(string path, ReferenceSpec bounds) =>
        ApiError.Invalid("file_too_large", path, $"The picture `{path}` has more than {bounds.MaxBytes:N0} bytes.");

    private static ApiError NotAnImage(string path, ReferenceSpec bounds) =>
        ApiError.Invalid("invalid_image", path, $"`{path}` is not a picture that can be used; allowed are {string.Join(", ", bounds.Types)}.");
}
