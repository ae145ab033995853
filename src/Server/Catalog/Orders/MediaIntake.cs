using System.Buffers;
using Reelay.Providers;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Probing;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Makes the order's inputs durable, as the last step: nothing is stored for a request that is refused anyway.</summary>
internal static class MediaIntake
{
    public static async ValueTask<ApiError?> StoreAsync(OrderDraft draft, CancellationToken cancellationToken)
    {
        foreach (var source in draft.Media)
        {
            var error = source switch
            {
                { Link: { } link } => KeepLink(draft, source, link),
                { File: { } file } => await KeepAsync(draft, source, file.Asset, cancellationToken),
                { Stored: { } stored } => await CopyAsync(draft, source, stored, cancellationToken),
                _ => await DecodeAsync(draft, source, cancellationToken),
            };
            if (error is not null) return error;
        }

        if (WarnOfRatio(draft, isKnown: false) is { } refusal) return refusal;
        await DropUnusedAsync(draft);
        return null;
    }

    private static ApiError? KeepLink(OrderDraft draft, MediaSource source, Uri link)
    {
        draft.Stored.Add(new OrderMedia(source.Role, "", "", 0, "") { Url = link.OriginalString });
        return null;
    }

    private static async ValueTask<ApiError?> KeepAsync(OrderDraft draft, MediaSource source, StoredAsset asset, CancellationToken cancellationToken)
    {
        if (Check(draft, source, asset.SizeBytes, asset.Head.Span, out var type) is { } error) return error;
        if (draft.Terms.Library is { } library && await library.ProbeAsync(asset.Key, cancellationToken) is { } facts)
        {
            if (CheckPicture(draft, source, facts) is { } pictureError) return pictureError;
            Bill(draft, source, facts);
        }

        draft.Stored.Add(new OrderMedia(source.Role, asset.Key, type, asset.SizeBytes, asset.Sha256) { Name = source.Stored?.Name });
        return null;
    }

    // What the account has stored is copied, so that its deletion breaks no order.
    private static async ValueTask<ApiError?> CopyAsync(OrderDraft draft, MediaSource source, LibraryFile file, CancellationToken cancellationToken)
    {
        if (CheckType(draft, source, file.SizeBytes, file.ContentType) is { } error) return error;
        try
        {
            await using var content = await draft.Terms.Library!.OpenAsync(file.AssetKey, cancellationToken);
            return await KeepAsync(draft, source, await draft.Fields.SaveAsync(content, file.SizeBytes, cancellationToken), cancellationToken);
        }
        catch (FileNotFoundException)
        {
            return new ApiError(404, "file_not_found", $"What `{source.Path}` names was deleted just now.", source.Path);
        }
    }

    private static async ValueTask<ApiError?> DecodeAsync(OrderDraft draft, MediaSource source, CancellationToken cancellationToken)
    {
        var most = draft.Offers.Max(offer => offer.References[source.Role].MaxBytes);
        var isText = Base64Text.TryDecode(source.Text, most, out var bytes, out var count, out var isTooLarge);
        try
        {
            if (isTooLarge) return TooLarge(source, most);
            if (!isText) return WrongType(draft, source);
            if (Check(draft, source, count, bytes.AsSpan(0, Math.Min(count, MediaSniffer.HeadBytes)), out _) is { } error) return error;
            await using var content = new MemoryStream(bytes, 0, count, writable: false);
            return await KeepAsync(draft, source, await draft.Fields.SaveAsync(content, most, cancellationToken), cancellationToken);
        }
        finally
        {
            if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    // The type found in the first bytes counts; what the caller says of it does not.
    private static ApiError? Check(OrderDraft draft, MediaSource source, long sizeBytes, ReadOnlySpan<byte> head, out string type)
    {
        type = MediaSniffer.Sniff(head) ?? "";
        return CheckType(draft, source, sizeBytes, type);
    }

    private static ApiError? CheckType(OrderDraft draft, MediaSource source, long sizeBytes, string type)
    {
        if (!draft.TryNarrow(offer => offer.References[source.Role].Types.Contains(type))) return WrongType(draft, source);
        return draft.TryNarrow(offer => offer.References[source.Role].MaxBytes >= sizeBytes)
            ? null
            : TooLarge(source, draft.Offers.Max(offer => offer.References[source.Role].MaxBytes));
    }

    private static ApiError? CheckPicture(OrderDraft draft, MediaSource source, MediaFacts facts)
    {
        if (MediaBounds.Fault(facts) is { } fault) return InvalidPicture(source, fault);
        if (facts is not { WidthPixels: > 0 and { } width, HeightPixels: > 0 and { } height }) return null;
        if (!facts.ContentType.StartsWith("image/", StringComparison.Ordinal)) return null;
        var size = new PixelSize(width, height);
        if (source.Role is MediaRole.FirstFrame && WarnOfRatio(draft, isKnown: true, size.Ratio) is { } refusal) return refusal;
        if (!draft.TryNarrow(offer => !(size.ShortSidePixels < offer.References[source.Role].MinSide)))
        {
            return InvalidPicture(source, $"is {size} pixels; each side needs at least {draft.Offers.Min(offer => offer.References[source.Role].MinSide)}");
        }

        var ratio = Math.Max(size.Ratio, 1 / size.Ratio);
        return draft.TryNarrow(offer => !(ratio > offer.References[source.Role].MaxRatio))
            ? null
            : InvalidPicture(source, $"is {size} pixels; one side may be at most {draft.Offers.Max(offer => offer.References[source.Role].MaxRatio):0.##} times the other");
    }

    // Where the source decides the length and is here to be measured, no more than that is reserved.
    private static void Bill(OrderDraft draft, MediaSource source, MediaFacts facts)
    {
        if (source.Role is MediaRole.SourceVideo && draft is { BilledSeconds: not null, Source: null } && facts.DurationSeconds is { } seconds)
        {
            draft.BilledSeconds = Math.Max((int)Math.Ceiling(seconds), 1);
        }
    }

    private static ApiError? WarnOfRatio(OrderDraft draft, bool isKnown, double ratio = 0)
    {
        if (draft.AskedRatio is not { } asked) return null;
        draft.AskedRatio = null;
        if (isKnown && Math.Abs(asked - ratio) <= ratio * SizeRule.Tolerance) return null;
        var param = draft.AskedRatioPath ?? Parameters.Size.Name;
        var (code, input) = draft.Media.Exists(source => source.Role is MediaRole.FirstFrame)
            ? ("aspect_ratio_follows_image", "first frame")
            : ("size_follows_source", "source");
        return ExtrasReader.Report(draft, param, code, $"The video has the ratio of its {input}; `{param}` chose the resolution only.");
    }

    private static async ValueTask DropUnusedAsync(OrderDraft draft)
    {
        foreach (var file in draft.Fields.Files)
        {
            if (!draft.Stored.Exists(media => media.AssetKey == file.Asset.Key)) await draft.Fields.DiscardOneAsync(file.Asset.Key);
        }
    }

    private static ApiError TooLarge(MediaSource source, long most) =>
        ApiError.Invalid("file_too_large", Shown.Name(source.Path), $"The file `{Shown.Name(source.Path)}` has more than {most:N0} bytes.");

    private static ApiError InvalidPicture(MediaSource source, string what) =>
        ApiError.Invalid("invalid_image", Shown.Name(source.Path), $"The picture `{Shown.Name(source.Path)}` {what}.");

    private static ApiError WrongType(OrderDraft draft, MediaSource source)
    {
        var kind = source.Role switch
        {
            MediaRole.ReferenceAudio => "audio",
            MediaRole.ReferenceVideo or MediaRole.SourceVideo or MediaRole.Character => "video",
            _ => "image",
        };
        var types = string.Join(", ", draft.Offers.SelectMany(offer => offer.References[source.Role].Types).Distinct());
        return ApiError.Invalid(
            "invalid_" + kind, Shown.Name(source.Path), $"`{Shown.Name(source.Path)}` is not {(kind == "video" ? "a video" : kind == "audio" ? "a sound" : "a picture")} that can be used; allowed are {types}.");
    }
}
