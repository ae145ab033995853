using System.Text;
using System.Text.Json;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;
using Reelay.Server.Assets;
using Reelay.Server.Engine;

namespace Reelay.Server.Files;

/// <summary>From a request to a durable character.</summary>
internal sealed class CharacterCreation(
    UploadFolders uploads, IAssetStore assets, IFileLookup files, ICharacterStore store, UploadIds ids, EngineGate gate, TimeProvider time)
{
    private const string Root = "characters";
    private const string Allowed = "`name` and `video`";
    private const int MaxNameLength = 80;

    public async Task<ApiResult<StoredCharacter>> CreateAsync(HttpContext context, string accountId)
    {
        if (UploadErrors.Closed(gate) is { } closed) return closed;
        var id = ids.MintCharacter();
        await using var folder = uploads.Begin(Root, id);
        var read = await RequestReader.ReadAsync(context.Request, folder, ReadingLimits.Default, context.RequestAborted);
        if (read.Error is { } unreadable) return unreadable;
        using var fields = read.Value!;
        if (Unknown(fields) is { } unknown) return unknown;
        if (ReadName(fields, out var name) is { } unnamed) return unnamed;
        var clip = await new CharacterClipSource(fields, folder, files, accountId).StoreAsync(context.RequestAborted);
        if (clip.Error is { } missing) return missing;
        var facts = await UploadCheck.MeasureAsync(assets, clip.Value!, "video", context.RequestAborted);
        if ((facts.Error ?? CharacterClip.Check(facts.Value!, "video")) is { } unfit) return unfit;

        var character = new StoredCharacter
        {
            Id = id,
            AccountId = accountId,
            Name = name,
            Key = clip.Value!.Key,
            ContentType = facts.Value!.ContentType,
            SizeBytes = clip.Value.SizeBytes,
            Sha256 = clip.Value.Sha256,
            CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        folder.Keep();
        await store.InsertAsync(character, CancellationToken.None);
        return character;
    }

    private static ApiError? Unknown(RequestFields fields)
    {
        foreach (var field in fields.Fields)
        {
            if (field.Name is not ("name" or "video")) return UploadErrors.UnknownField(field.Name, Allowed);
        }

        foreach (var part in fields.Files)
        {
            if (part.Name != "video") return UploadErrors.UnknownField(part.Path, Allowed);
        }

        return null;
    }

    // Kept letter by letter: a prompt must contain the name verbatim.
    private static ApiError? ReadName(RequestFields fields, out string name)
    {
        name = fields.TryGet("name", out var value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";
        var length = name.EnumerateRunes().Count();
        if (!string.IsNullOrWhiteSpace(name) && length <= MaxNameLength && !name.EnumerateRunes().Any(Rune.IsControl)) return null;
        var said = length > MaxNameLength ? $" It has {length:N0}." : "";
        return ApiError.Invalid(
            "invalid_name", "name", $"`name` must be a text of 1 to {MaxNameLength} characters on one line, as prompts will write it.{said}");
    }
}
