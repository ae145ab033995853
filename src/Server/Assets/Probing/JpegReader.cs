using System.Buffers.Binary;

namespace Reelay.Server.Assets.Probing;

/// <summary>Reads the dimensions of a JPEG file, which follow profiles and previews of any size.</summary>
internal static class JpegReader
{
    private const int MaxSegments = 1_000;

    /// <summary>Gives the dimensions as stored (the camera's note on rotation is not applied), or null without a frame header.</summary>
    public static async ValueTask<PixelSize?> ReadAsync(AssetWindow file, CancellationToken cancellationToken)
    {
        var offset = 2L;
        for (var i = 0; i < MaxSegments; i++)
        {
            var header = await file.ReadAsync(offset, 9, cancellationToken);
            if (header.Length < 9 || header.Span[0] != 0xFF) return null;
            var marker = header.Span[1];
            if (marker == 0xFF)
            {
                offset++;
            }
            else if (IsFrameHeader(marker))
            {
                return ReadFrame(header.Span);
            }
            else if (IsBare(marker))
            {
                offset += 2;
            }
            else
            {
                var length = BinaryPrimitives.ReadUInt16BigEndian(header.Span[2..]);
                if (length < 2 || IsPictureBegun(marker)) return null;
                offset += 2 + length;
            }
        }

        return null;
    }

    private static PixelSize? ReadFrame(ReadOnlySpan<byte> header) =>
        PixelSize.From(BinaryPrimitives.ReadUInt16BigEndian(header[7..]), BinaryPrimitives.ReadUInt16BigEndian(header[5..]));

    // Start-of-frame markers, without the three that define tables in the same range.
    private static bool IsFrameHeader(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static bool IsBare(byte marker) => marker is 0x01 or (>= 0xD0 and <= 0xD8);

    // Scan data or the end of the image before any frame header.
    private static bool IsPictureBegun(byte marker) => marker is 0xDA or 0xD9;
}
