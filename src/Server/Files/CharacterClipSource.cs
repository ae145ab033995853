using System.Buffers;
using System.Text.Json;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;
using Reelay.Server.Assets;
using Reelay.Server.Catalog.Orders;

namespace Reelay.Server.Files;

/// <summary>Brings a character's clip into the request's folder, however it was sent.</summary>
internal sealed class CharacterClipSource(RequestFields fields, UploadFolder folder, IFileLookup files, string accountId)
{
    private const string Allowed = "Send a file part, a data URL, base64, or {\"file_id\": \"file_…\"}; links are not opened here.";

    /// <summary>The stored clip, or why there is none.</summary>
    public async Task<ApiResult<StoredAsset>> StoreAsync(CancellationToken cancellationToken)
    {
        var hasField = fields.TryGet("video", out var value) && value.ValueKind is not JsonValueKind.Null;
        if (fields.Files.Count > 1) return UploadErrors.InvalidFile(fields.Files[1].Path, "came more than once; a character has one clip");
        if (fields.Files.Count == 1 && hasField) return OrderErrors.Conflict(fields.Files[0].Path, "video");
        if (fields.Files.Count == 1) return fields.Files[0].Asset;
        if (!hasField) return UploadErrors.VideoRequired;
        return value.ValueKind switch
        {
            JsonValueKind.String => await FromTextAsync(value, cancellationToken),
            JsonValueKind.Object => await FromObjectAsync(value, cancellationToken),
            _ => Wrong(value),
        };
    }

    private async Task<ApiResult<StoredAsset>> FromTextAsync(JsonElement value, CancellationToken cancellationToken)
    {
        var start = Base64Text.Start(value);
        if (start.Length == 0) return UploadErrors.VideoRequired;
        if (start[0] == '{')
        {
            if (fields.TryParseText("video", value.GetString()!, out var parsed) is { } error) return error;
            return parsed.ValueKind is JsonValueKind.Object ? await FromObjectAsync(parsed, cancellationToken) : Wrong(parsed);
        }

        var isText = Base64Text.TryDecode(value, ReadingLimits.Default.MaxJsonBytes, out var bytes, out var count, out _);
        try
        {
            if (!isText || count == 0) return Wrong(value);
            await using var content = new MemoryStream(bytes, 0, count, writable: false);
            return await fields.SaveAsync(content, count, cancellationToken);
        }
        finally
        {
            if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private async Task<ApiResult<StoredAsset>> FromObjectAsync(JsonElement value, CancellationToken cancellationToken)
    {
        string? id = null;
        foreach (var member in value.EnumerateObject())
        {
            if (member.Name != "file_id") return UploadErrors.UnknownField("video." + member.Name, "`file_id` alone");
            if (member.Value.ValueKind is not JsonValueKind.String) return Wrong(member.Value);
            id = member.Value.GetString()!;
        }

        if (id is null) return UploadErrors.VideoRequired;
        if (await files.FindAsync(accountId, id, cancellationToken) is not { } file) return UploadErrors.FileNotFound(id, "video.file_id");

        // Null: deleted between the two reads.
        return await folder.CopyAsync(file.Key, cancellationToken) is { } copy ? copy : UploadErrors.FileNotFound(id, "video.file_id");
    }

    private static ApiError Wrong(JsonElement value) =>
        ApiError.Invalid("invalid_file", "video", $"`video` = `{Values.Show(value)}` is no video. {Allowed}");
}
