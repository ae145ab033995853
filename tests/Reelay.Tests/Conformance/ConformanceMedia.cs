using Reelay.Providers;
using Reelay.Simulators;
using Reelay.Tests.Reading;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Conformance;

/// <summary>Small files that have all an upstream looks at.</summary>
internal static class ConformanceMedia
{
    private static readonly byte[] Picture = PngImage.Gradient(640, 360);
    private static readonly byte[] Video = Clips.Make(5, 1280, 720);

    /// <summary>A file of the first type that the reference takes, with a public link beside it.</summary>
    public static MediaInput Of(MediaRole role, UpstreamReference reference)
    {
        var type = reference.Types.Contains("image/png") ? "image/png" : reference.Types[0];
        var (bytes, extension) = type switch
        {
            "image/png" => (role == MediaRole.Mask ? WithAlpha(Picture) : Picture, "png"),
            "image/jpeg" => (Bodies.Jpeg, "jpg"),
            "image/webp" => (Bodies.WebP, "webp"),
            "video/quicktime" => (Video, "mov"),
            _ when type.StartsWith("video/", StringComparison.Ordinal) => (Video, "mp4"),
            _ => ([.. "ID3"u8, 4, 0, 0, 0, 0, 0, 0], "mp3"),
        };
        return Of(role, type, bytes, extension);
    }

    /// <summary>A file of given bytes.</summary>
    public static MediaInput Of(MediaRole role, string contentType, byte[] bytes, string extension) => new()
    {
        Role = role,
        ContentType = contentType,
        SizeBytes = bytes.Length,
        FileName = "input." + extension,
        Name = role == MediaRole.Character ? "Mossy" : null,
        OpenAsync = _ => Task.FromResult<Stream>(new MemoryStream(bytes)),
        PublicUrl = new("https://media.example/input." + extension),
    };

    // The colour type in the header is all that tells whether there is an alpha channel.
    private static byte[] WithAlpha(byte[] png)
    {
        byte[] masked = [.. png];
        masked[25] = 6;
        return masked;
    }
}
