namespace Reelay.Simulators.Hailuo;

/// <summary>Checks input files: links, which are not fetched, and <c>data:</c> URLs, which are looked into.</summary>
internal static class HailuoMedia
{
    private const double MaxRatio = 2.5;

    /// <summary>Whether a text is a web address.</summary>
    public static bool IsLink(string? text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https";

    /// <summary>Checks one picture.</summary>
    /// <param name="text">The link or <c>data:</c> URL.</param>
    /// <param name="maxBytes">It must have fewer bytes.</param>
    /// <param name="minSide">Its shorter side must have so many pixels.</param>
    /// <returns>Its ratio, or what is wrong with it.</returns>
    public static (double Ratio, string? Mistake) Picture(string? text, int maxBytes, int minSide)
    {
        if (IsLink(text))
            return (16.0 / 9, null);
        if (Bytes(text, "image/") is not { } bytes)
            return (0, "an image must be a URL or data:image/…;base64");
        if (bytes.Length >= maxBytes)
            return (0, "an image is too large");
        if (ImageHeader.Read(bytes) is not { } header)
            return (0, "an image must be jpg, jpeg, png or webp");
        double ratio = (double)header.WidthPixels / header.HeightPixels;
        return Math.Min(header.WidthPixels, header.HeightPixels) < minSide ? (0, $"the short side of an image must have at least {minSide} px")
            : ratio is > MaxRatio or < 1 / MaxRatio ? (0, "the aspect ratio of an image must be 2:5 to 5:2")
            : (ratio, null);
    }

    /// <summary>Checks a video or a sound: that it is one by its name, not empty, and a video by its bytes.</summary>
    public static string? Other(string? text, string kind)
    {
        if (IsLink(text))
            return null;
        if (Bytes(text, kind + "/") is not { Length: > 0 } bytes)
            return $"a {kind} must be a URL or data:{kind}/…;base64";
        return kind == "video" && Mp4Header.Read(bytes) is null ? "the video could not be read" : null;
    }

    /// <summary>Size of a result with that many lines on its shorter side.</summary>
    public static (int WidthPixels, int HeightPixels) Size(int shortSide, double ratio) =>
        ratio >= 1 ? (Even(shortSide * ratio), shortSide) : (shortSide, Even(shortSide / ratio));

    private static int Even(double pixels) => (int)Math.Round(pixels / 2) * 2;

    private static byte[]? Bytes(string? text, string kind)
    {
        const string mark = ";base64,";
        int at = text?.IndexOf(mark, StringComparison.Ordinal) ?? -1;
        if (at < 0 || !text!.StartsWith("data:" + kind, StringComparison.Ordinal))
            return null;
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text[(at + mark.Length)..], bytes, out int count) ? bytes[..count] : null;
    }
}
