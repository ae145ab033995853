namespace Reelay.Server.Api.Content;

/// <summary>Names offered to whoever saves a file.</summary>
internal static class MediaNames
{
    /// <summary>The usual ending of a media type, with its dot.</summary>
    public static string Extension(string contentType) => contentType switch
    {
        "video/mp4" => ".mp4",
        "video/quicktime" => ".mov",
        "video/webm" => ".webm",
        "image/png" => ".png",
        "image/jpeg" => ".jpg",
        "image/webp" => ".webp",
        "image/gif" => ".gif",
        "audio/mpeg" => ".mp3",
        "audio/wav" => ".wav",
        "audio/mp4" => ".m4a",
        "audio/ogg" => ".ogg",
        _ => ".bin",
    };
}
