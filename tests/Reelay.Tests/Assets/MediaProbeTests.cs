using Reelay.Server.Assets.Probing;

namespace Reelay.Tests.Assets;

public sealed class MediaProbeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[]> Heads() => new()
    {
        { "image/png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] },
        { "image/jpeg", [0xFF, 0xD8, 0xFF, 0xE0] },
        { "image/gif", [.. "GIF89a"u8] },
        { "image/gif", [.. "GIF87a"u8] },
        { "image/webp", [.. "RIFF\0\0\0\0WEBPVP8 "u8] },
        { "audio/wav", [.. "RIFF\0\0\0\0WAVEfmt "u8] },
        { "audio/ogg", [.. "OggS\0"u8] },
        { "audio/mpeg", [.. "ID3\x04"u8] },
        { "audio/mpeg", [0xFF, 0xFB, 0x90, 0x64] },
        { "audio/mpeg", [0xFF, 0xF3, 0x40, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0] },
        { "video/webm", [0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x86, 0x81, 1, 0x42, 0x82, 0x84, .. "webm"u8] },
        { "video/mp4", BoxBuilder.Ftyp("isom") },
        { "video/mp4", BoxBuilder.Ftyp("mp42") },
        { "video/mp4", BoxBuilder.Ftyp("3gp4") },
        { "video/quicktime", BoxBuilder.Ftyp("qt  ") },
        { "video/quicktime", [.. "\0\0\0\x08wide\0\0\0\0mdat"u8] },
        { "audio/mp4", BoxBuilder.Ftyp("M4A ") },
    };

    [Theory]
    [MemberData(nameof(Heads))]
    public void Kinds_are_told_from_the_first_bytes(string contentType, byte[] head) => Assert.Equal(contentType, MediaSniffer.Sniff(head));

    public static TheoryData<string, byte[]> Strangers() => new()
    {
        { "nothing", [] },
        { "one byte", [0x89] },
        { "half a PNG", [0x89, 0x50, 0x4E, 0x47] },
        { "half a JPEG", [0xFF, 0xD8] },
        { "UTF-16 text", [0xFF, 0xFE, 0x41, 0x00] },
        { "ADTS sound", [0xFF, 0xF1, 0x50, 0x80] },
        { "ones", [0xFF, 0xFF, 0xFF, 0xFF] },
        { "HTML", [.. "<!DOCTYPE html><html></html>"u8] },
        { "SVG", [.. "<svg xmlns='http://www.w3.org/2000/svg'/>"u8] },
        { "JSON", [.. "{\"error\":{\"message\":\"expired\"}}"u8] },
        { "XML", [.. "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"u8] },
        { "PDF", [.. "%PDF-1.7 lorem ipsum"u8] },
        { "ZIP", [.. "PK\x03\x04 lorem ipsum"u8] },
        { "AVI", [.. "RIFF\0\0\0\0AVI LIST"u8] },
        { "a playlist", [.. "#EXTM3U\n#EXT-X-VERSION:3"u8] },
        { "Matroska", [0x1A, 0x45, 0xDF, 0xA3, 0x42, 0x82, 0x88, .. "matroska"u8] },
        { "AVIF", BoxBuilder.Ftyp("avif") },
        { "HEIC", BoxBuilder.Ftyp("heic") },
        { "HEIF", BoxBuilder.Ftyp("mif1") },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task Everything_else_is_no_kind(string what, byte[] bytes)
    {
        Assert.NotNull(what);
        Assert.Null(MediaSniffer.Sniff(bytes));
        Assert.Null(await MediaProbe.ProbeAsync(new MemoryAsset(bytes), Cancellation));
    }

    public static TheoryData<string, byte[]> Pictures() => new()
    {
        { "image/png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 3, 0x20, 0, 0, 2, 0x58] },
        { "image/gif", [.. "GIF89a"u8, 0x20, 3, 0x58, 2, 0, 0, 0] },
        { "image/webp", [.. "RIFF\0\0\0\0WEBPVP8 \0\0\0\0"u8, 0, 0, 0, 0x9D, 1, 0x2A, 0x20, 0x43, 0x58, 0x42] },
        { "image/webp", [.. "RIFF\0\0\0\0WEBPVP8X\0\0\0\0"u8, 0, 0, 0, 0, 0x1F, 3, 0, 0x57, 2, 0] },
        { "image/webp", [.. "RIFF\0\0\0\0WEBPVP8L\0\0\0\0"u8, 0x2F, 0x1F, 0xC3, 0x95, 0, 0, 0, 0, 0, 0] },
        { "image/jpeg", [0xFF, 0xD8, .. Segment(0xE1, 65_535), .. Segment(0xE2, 60_000), 0xFF, .. Segment(0xC4, 20), .. Frame(0xC2)] },
    };

    [Theory]
    [MemberData(nameof(Pictures))]
    public async Task Pictures_tell_their_size_in_the_header(string contentType, byte[] file)
    {
        var facts = await MediaProbe.ProbeAsync(new MemoryAsset(file), Cancellation);

        Assert.Equal(new MediaFacts(contentType, 800, 600, null, null, null), facts);
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public async Task Cut_and_mutated_pictures_never_throw_and_never_have_an_impossible_size(string contentType, byte[] file)
    {
        var random = new Random(7);
        for (var round = 0; round < 2_000; round++)
        {
            var copy = file.AsSpan(0, random.Next(1, file.Length + 1)).ToArray();
            copy[random.Next(copy.Length)] = (byte)random.Next(256);
            var facts = await MediaProbe.ProbeAsync(new MemoryAsset(copy), Cancellation);
            if (facts is { WidthPixels: { } width, HeightPixels: { } height }) Assert.True(width > 0 && height > 0);
        }

        Assert.StartsWith("image/", contentType, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_jpeg_that_begins_its_data_without_a_frame_has_no_size()
    {
        byte[] file = [0xFF, 0xD8, .. Segment(0xFE, 10), .. Segment(0xDA, 12), .. Frame(0xC0)];

        Assert.Null((await MediaProbe.ProbeAsync(new MemoryAsset(file), Cancellation))!.WidthPixels);
    }

    private static byte[] Segment(byte marker, int length) => [0xFF, marker, (byte)(length >> 8), (byte)length, .. new byte[length - 2]];

    private static byte[] Frame(byte marker) => [0xFF, marker, 0, 17, 8, 2, 0x58, 3, 0x20, 3, .. new byte[9]];
}
