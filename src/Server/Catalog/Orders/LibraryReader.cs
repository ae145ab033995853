using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Looks up what a request names of the account's own: the source of an edit or extension, uploaded files, characters, our own links.</summary>
internal static class LibraryReader
{
    public static async ValueTask<ApiError?> ReadAsync(OrderDraft draft, CancellationToken cancellationToken)
    {
        if (await ReadSourceAsync(draft, cancellationToken) is { } sourceError) return sourceError;
        for (var index = 0; index < draft.Media.Count; index++)
        {
            var source = draft.Media[index];
            var found = source.LibraryId is not null ? await FindIdAsync(draft, source, source.LibraryId, cancellationToken)
                : source.Link is { } link && draft.Terms.Library?.FindOwn(link) is { } own ? await FindOwnAsync(draft, source, own, cancellationToken)
                : source;
            if (found.Error is { } error) return error;
            draft.Media[index] = found.Value!;
        }

        return null;
    }

    private static async ValueTask<ApiError?> ReadSourceAsync(OrderDraft draft, CancellationToken cancellationToken)
    {
        if (draft.Asked.One<string>(Parameters.SourceTask, Values.Text, out var id, out var path) is { } error) return error;
        if (draft.Terms.Route.SourceId is { } named)
        {
            if (id is not null && (Tasks.TaskIds.Normalize(id) ?? id) != (Tasks.TaskIds.Normalize(named) ?? named)) return OrderErrors.Conflict("id", path!);
            (id, path) = (named, "id");
        }

        if (id is null) return null;
        draft.SourcePath = path;
        if (draft.Terms.Library is not { } library) return NotHere(path!, "a video");
        var found = await library.FindVideoAsync(id, 0, cancellationToken);
        if (found.Error is { } missing) return missing with { Param = path };
        draft.Source = found.Value;
        return null;
    }

    private static async ValueTask<ApiResult<MediaSource>> FindIdAsync(
        OrderDraft draft, MediaSource source, string id, CancellationToken cancellationToken)
    {
        if (draft.Terms.Library is not { } library) return NotHere(source.Path, "a file");
        var isCharacter = source.Hint is MediaHint.Character;
        var file = isCharacter ? await library.FindCharacterAsync(id, cancellationToken) : await library.FindFileAsync(id, cancellationToken);
        return file is not null ? source with { LibraryId = null, Stored = file }
            : isCharacter ? Missing("character_not_found", source.Path, "character", id)
            : Missing("file_not_found", source.Path, "file", id);
    }

    // A link to ourselves is never fetched: it is looked up, for the same account alone.
    private static async ValueTask<ApiResult<MediaSource>> FindOwnAsync(
        OrderDraft draft, MediaSource source, OwnLink own, CancellationToken cancellationToken)
    {
        var library = draft.Terms.Library!;
        if (own.FileId is { } fileId)
        {
            return await library.FindFileAsync(fileId, cancellationToken) is { } file
                ? source with { Link = null, Stored = file }
                : Missing("file_not_found", source.Path, "file", fileId);
        }

        var video = await library.FindVideoAsync(own.TaskId!, own.Index, cancellationToken);
        return video.Error is { } error ? error with { Param = source.Path } : source with { Link = null, Stored = video.Value!.File, Video = video.Value };
    }

    private static ApiError Missing(string code, string path, string kind, string id) =>
        new(404, code, $"`{path}` names the {kind} '{Api.Reading.Shown.Value(id)}', which does not exist.", path);

    private static ApiError NotHere(string path, string kind) => ApiError.Invalid("unsupported_parameter", path, $"`{path}` names {kind} of this server, which cannot be looked up here.");
}
