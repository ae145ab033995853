using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Files;

/// <summary>Every refusal of the file and character routes.</summary>
internal static class UploadErrors
{
    /// <summary>Every kind of file that is taken, in the words of an error.</summary>
    public const string Kinds = "PNG, JPEG, WebP or GIF; MP4, QuickTime or WebM; MP3, WAV, Ogg or M4A";

    public static ApiError FileRequired { get; } = ApiError.Invalid(
        "file_required", "file", "Send multipart/form-data with the file as the part `file`, with a file name, and the text `purpose` beside it.");

    public static ApiError VideoRequired { get; } = ApiError.Invalid(
        "video_required", "video", "`video` is required: a file part, a data URL, base64, or {\"file_id\": \"file_…\"}.");

    /// <summary>One answer for ids that never were, are another account's, are deleted or have expired: nobody learns which.</summary>
    public static ApiError FileNotFound(string id, string param) =>
        new(404, "file_not_found", $"There is no file with the id '{Shown.Value(id)}'.", param);

    /// <summary>The same for characters.</summary>
    public static ApiError CharacterNotFound(string id) =>
        new(404, "character_not_found", $"There is no character with the id '{Shown.Value(id)}'.", "id");

    /// <summary>The file itself is not what it must be.</summary>
    /// <param name="fault">The rest of a sentence that begins with the parameter.</param>
    public static ApiError InvalidFile(string param, string fault) =>
        ApiError.Invalid("invalid_file", Shown.Name(param), $"`{Shown.Name(param)}` {fault}.");

    /// <summary>A part or field that the route does not take.</summary>
    public static ApiError UnknownField(string name, string allowed) =>
        ApiError.Invalid("unknown_parameter", Shown.Name(name), $"`{Shown.Name(name)}` is not taken here; allowed are {allowed}.");

    /// <summary>The body is JSON or something else that no file can come in.</summary>
    public static ApiError OrNotMultipart(ApiError unreadable) =>
        unreadable.Code is "invalid_json" or "invalid_form" or "unsupported_media_type" ? FileRequired : unreadable;

    /// <summary>Why nothing is stored just now, or null.</summary>
    public static ApiError? Closed(Engine.EngineGate gate)
    {
        if (gate.IsDraining) return new ApiError(503, "shutting_down", "The server is stopping; another try will reach its successor.");
        return gate.IsDiskLow ? new ApiError(503, "disk_full", "The server is short of disk space.") { RetryAfterSeconds = 30 } : null;
    }
}
