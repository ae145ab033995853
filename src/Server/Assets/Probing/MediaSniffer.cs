namespace Reelay.Server.Assets.Probing;

/// <summary>Tells the kind of a file from its first bytes; what a sender says about it is never believed.</summary>
internal static class MediaSniffer
{
    /// <summary>Bytes from the beginning that are enough for every kind.</summary>
    public const int HeadBytes = 64;

    /// <summary>Gives the content type, or null for anything that is not a picture, clip or sound we handle.</summary>
    /// <param name="head">The first bytes of the file; fewer than <see cref="HeadBytes"/> only if the file is shorter.</param>
    public static string? Sniff(ReadOnlySpan<byte> head)
    {
        if (PngReader.HasSignature(head)) return "image/png";
        if (head is [0xFF, 0xD8, 0xFF, ..]) return "image/jpeg";
        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8)) return "image/gif";
        if (head.StartsWith("OggS"u8)) return "audio/ogg";
        if (head is [0x1A, 0x45, 0xDF, 0xA3, ..]) return SniffMatroska(head);
        if (head.Length >= 12 && head.StartsWith("RIFF"u8)) return SniffRiff(head.Slice(8, 4));
        if (head.Length >= 12) return SniffBoxes(head) ?? SniffMp3(head);
        return SniffMp3(head);
    }

    private static string? SniffRiff(ReadOnlySpan<byte> form)
    {
        if (form.SequenceEqual("WEBP"u8)) return "image/webp";
        return form.SequenceEqual("WAVE"u8) ? "audio/wav" : null;
    }

    // The document type is the last thing in a short header; other Matroska files are none of ours.
    private static string? SniffMatroska(ReadOnlySpan<byte> head) => head.IndexOf("webm"u8) > 0 ? "video/webm" : null;

    private static string? SniffBoxes(ReadOnlySpan<byte> head)
    {
        var type = head.Slice(4, 4);
        if (!type.SequenceEqual("ftyp"u8))
        {
            // QuickTime files from before the file type box begin with one of these.
            var isOldQuickTime = type.SequenceEqual("moov"u8) || type.SequenceEqual("mdat"u8) || type.SequenceEqual("wide"u8);
            return isOldQuickTime ? "video/quicktime" : null;
        }

        var brand = head.Slice(8, 4);
        if (brand.SequenceEqual("qt  "u8)) return "video/quicktime";
        if (brand.StartsWith("M4A"u8) || brand.StartsWith("M4B"u8) || brand.StartsWith("M4P"u8)) return "audio/mp4";
        return IsStillImageBrand(brand) ? null : "video/mp4";
    }

    // HEIF, AVIF and camera raw files share the box format but hold pictures that nothing here can read.
    private static bool IsStillImageBrand(ReadOnlySpan<byte> brand) =>
        brand.StartsWith("hei"u8) || brand.StartsWith("hev"u8) || brand.StartsWith("avi"u8) || brand.StartsWith("crx"u8)
        || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8);

    private static string? SniffMp3(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("ID3"u8)) return "audio/mpeg";
        if (head.Length < 4 || head[0] != 0xFF || (head[1] & 0xE0) != 0xE0) return null;

        var isKnownVersion = (head[1] >> 3 & 3) != 1;
        var isLayer3 = (head[1] >> 1 & 3) == 1;
        var isUsualBitRate = (head[2] >> 4) is > 0 and < 15;
        var isKnownSampleRate = (head[2] >> 2 & 3) != 3;
        return isKnownVersion && isLayer3 && isUsualBitRate && isKnownSampleRate ? "audio/mpeg" : null;
    }
}
