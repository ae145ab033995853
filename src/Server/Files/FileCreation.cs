using Reelay.Server.Api;
using Reelay.Server.Api.Reading;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Probing;
using Reelay.Server.Engine;

namespace Reelay.Server.Files;

/// <summary>From a form to a durable file.</summary>
internal sealed class FileCreation(UploadFolders uploads, IAssetStore assets, IFileStore store, UploadIds ids, EngineGate gate, TimeProvider time)
{
    private const string Root = "files";

    // First the bytes, then the row: a crash in between leaves bytes without a row, which the sweep removes.
    public async Task<ApiResult<StoredFile>> CreateAsync(HttpContext context, string accountId)
    {
        if (UploadErrors.Closed(gate) is { } closed) return closed;
        var id = ids.MintFile();
        await using var folder = uploads.Begin(Root, id);
        var read = await RequestReader.ReadAsync(context.Request, folder, ReadingLimits.Default, context.RequestAborted);
        if (read.Error is { } unreadable) return UploadErrors.OrNotMultipart(unreadable);
        using var fields = read.Value!;
        var form = FileForm.Read(fields);
        if (form.Error is { } refused) return refused;
        var facts = await UploadCheck.MeasureAsync(assets, form.Value!.File.Asset, form.Value.File.Path, context.RequestAborted);
        if (facts.Error is { } unfit) return unfit;

        var file = Row(id, accountId, form.Value, facts.Value!);
        folder.Keep();
        await store.InsertAsync(file, CancellationToken.None);
        return file;
    }

    private StoredFile Row(string id, string accountId, FileForm form, MediaFacts facts)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return new StoredFile
        {
            Id = id,
            AccountId = accountId,
            FileName = FileNames.Clean(form.File.FileName, facts.ContentType),
            Purpose = form.Purpose,
            Key = form.File.Asset.Key,
            ContentType = facts.ContentType,
            SizeBytes = form.File.Asset.SizeBytes,
            Sha256 = form.File.Asset.Sha256,
            CreatedAt = now,
            ExpiresAt = now + (form.LifeSeconds * 1000L),
        };
    }
}
