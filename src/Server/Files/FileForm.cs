using System.Text.Json;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;
using Reelay.Server.Catalog.Orders;

namespace Reelay.Server.Files;

/// <summary>The form of an upload.</summary>
/// <param name="File">The file, stored already.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="LifeSeconds">How long it lives, or null for ever.</param>
internal sealed record FileForm(FilePart File, string Purpose, int? LifeSeconds)
{
    private const string Anchor = "created_at";
    private const int MinLifeSeconds = 3_600;
    private const int MaxLifeSeconds = 2_592_000;

    // OpenAI's purposes under which a picture, video or sound can be uploaded; its others (batch, fine-tune, evals) are for lists of requests.
    private static readonly string[] Purposes = ["vision", "user_data", "assistants"];

    /// <summary>Reads the form.</summary>
    public static ApiResult<FileForm> Read(RequestFields fields)
    {
        if (ReadFile(fields, out var file) is { } unfit) return unfit;
        if (ReadPurpose(fields, out var purpose) is { } unknown) return unknown;
        if (ReadLife(fields, out var lifeSeconds) is { } unlivable) return unlivable;
        return new FileForm(file!, purpose, lifeSeconds);
    }

    private static ApiError? ReadFile(RequestFields fields, out FilePart? file)
    {
        file = null;
        foreach (var field in fields.Fields)
        {
            if (field.Name == "file") return UploadErrors.InvalidFile("file", "came as text; it must be a part with a file name, holding the bytes");
            if (field.Name is not ("purpose" or "expires_after")) return UploadErrors.UnknownField(field.Name, "`file`, `purpose` and `expires_after`");
        }

        foreach (var part in fields.Files)
        {
            if (part.Name != "file") return UploadErrors.UnknownField(part.Path, "the file as `file`, and the texts `purpose` and `expires_after`");
            if (file is not null) return UploadErrors.InvalidFile(part.Path, "came more than once; upload one file at a time");
            file = part;
        }

        if (file is null) return UploadErrors.FileRequired;
        return file.Asset.SizeBytes == 0 ? UploadErrors.InvalidFile(file.Path, "is empty") : null;
    }

    private static ApiError? ReadPurpose(RequestFields fields, out string purpose)
    {
        purpose = "";
        var hasPurpose = fields.TryGet("purpose", out var value);
        if (hasPurpose && value.ValueKind is JsonValueKind.String) purpose = value.GetString()!;
        if (Purposes.Contains(purpose)) return null;
        var said = hasPurpose ? $"`purpose` = `{Values.Show(value)}` is not taken here" : "`purpose` is required";
        return ApiError.Invalid("invalid_purpose", "purpose", $"{said}; allowed are {string.Join(", ", Purposes)}: this server keeps only pictures, videos and sounds.");
    }

    private static ApiError? ReadLife(RequestFields fields, out int? lifeSeconds)
    {
        lifeSeconds = null;
        if (!fields.TryGet("expires_after", out var value)) return null;
        if (value.ValueKind is JsonValueKind.String)
        {
            var text = value.GetString()!;
            if (text.Length == 0) return null;
            if (text.StartsWith('{') && fields.TryParseText("expires_after", text, out value) is { } error) return error;
        }

        if (value.ValueKind is not JsonValueKind.Object) return BadLife("expires_after", value);
        foreach (var member in value.EnumerateObject())
        {
            if (member.Name is not ("anchor" or "seconds")) return UploadErrors.UnknownField($"expires_after[{member.Name}]", "`anchor` and `seconds`");
        }

        if (!value.TryGetProperty("anchor", out var anchor) || anchor.ValueKind is not JsonValueKind.String || !anchor.ValueEquals(Anchor))
        {
            return BadLife("expires_after[anchor]", anchor);
        }

        if (!value.TryGetProperty("seconds", out var element) || !Values.TryInteger(element, out var seconds)
            || seconds is < MinLifeSeconds or > MaxLifeSeconds)
        {
            return BadLife("expires_after[seconds]", element);
        }

        lifeSeconds = seconds;
        return null;
    }

    private static ApiError BadLife(string path, JsonElement value)
    {
        var said = value.ValueKind is JsonValueKind.Undefined ? "is missing" : $"= `{Values.Show(value)}` is not allowed";
        return ApiError.Invalid(
            "invalid_expires_after",
            path,
            $"`{path}` {said}. Send expires_after[anchor]={Anchor} and expires_after[seconds] from {MinLifeSeconds:N0} to {MaxLifeSeconds:N0}, or neither.");
    }
}
