namespace Reelay.Simulators.DashScope;

/// <summary>One file that an order names, and what is known of it. Links are not fetched: the sandbox fetches nothing.</summary>
/// <param name="Type">The upstream's word for what it is for.</param>
/// <param name="WidthPixels">Width, or 0 where nobody can say.</param>
/// <param name="HeightPixels">Height, or 0.</param>
/// <param name="Seconds">Length of a video, or 0.</param>
/// <param name="Problem">Why it cannot be used, found only after the task was taken; or null.</param>
internal sealed record DashScopeSimulatorMedia(string Type, int WidthPixels, int HeightPixels, double Seconds, string? Problem)
{
    private const int MaxPictureBytes = 20 * 1024 * 1024;
    private const string Prefix = "data:image/";

    /// <summary>Looks at what a field holds; null if it is no address of the right kind at all.</summary>
    /// <param name="type">What it is for.</param>
    /// <param name="url">The address.</param>
    /// <param name="minSidePixels">Shortest side of a picture.</param>
    /// <param name="stored">Finds what was uploaded under an <c>oss://</c> address; null where it is not there or may not be read.</param>
    public static DashScopeSimulatorMedia? Read(string type, string url, int minSidePixels, Func<string, DashScopeSimulatorFile?> stored)
    {
        bool isVideo = type == "video";
        if (url.StartsWith("oss://", StringComparison.Ordinal))
        {
            DashScopeSimulatorFile? file = stored(url);
            return file is null ? new(type, 0, 0, 0, "Failed to download the multimodal content") : Judge(type, file, isVideo, minSidePixels);
        }

        if (url.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && !isVideo)
        {
            int comma = url.IndexOf(";base64,", StringComparison.Ordinal);
            byte[] bytes = new byte[url.Length];
            return comma > 0 && Convert.TryFromBase64String(url[(comma + 8)..], bytes, out int count) && count <= MaxPictureBytes
                ? Judge(type, DashScopeSimulatorFile.Of(bytes.AsSpan(0, count)), isVideo, minSidePixels)
                : null;
        }

        return Uri.TryCreate(url, UriKind.Absolute, out Uri? link) && link.Scheme is "http" or "https" ? new(type, 0, 0, 0, null) : null;
    }

    private static DashScopeSimulatorMedia Judge(string type, DashScopeSimulatorFile file, bool isVideo, int minSidePixels)
    {
        string? problem = isVideo
            ? file.Seconds > 0 ? null : "The video is not in a supported format"
            : file is { Seconds: 0, WidthPixels: > 0 } ? null : "The image is not in a supported format";

        // A video has to have 3 to 60 s; that is not played, since the stand-in for every result of this sandbox has two.
        if (problem is null && !isVideo && Math.Min(file.WidthPixels, file.HeightPixels) < minSidePixels)
            problem = $"Each side of the image must be at least {minSidePixels} pixels";
        return new(type, file.WidthPixels, file.HeightPixels, file.Seconds, problem);
    }
}

/// <summary>What is kept of an uploaded file.</summary>
/// <param name="WidthPixels">Width, or 0 if it is neither picture nor video.</param>
/// <param name="HeightPixels">Height, or 0.</param>
/// <param name="Seconds">Length of a video, or 0.</param>
internal sealed record DashScopeSimulatorFile(int WidthPixels, int HeightPixels, double Seconds)
{
    /// <summary>Reads the first bytes of a file.</summary>
    public static DashScopeSimulatorFile Of(ReadOnlySpan<byte> bytes)
    {
        if (ImageHeader.Read(bytes) is { } picture)
            return new(picture.WidthPixels, picture.HeightPixels, 0);
        return Mp4Header.Read(bytes) is { } video ? new(video.WidthPixels, video.HeightPixels, video.Seconds) : new(0, 0, 0);
    }
}
