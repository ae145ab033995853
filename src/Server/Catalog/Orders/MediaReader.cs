using System.Text.Json;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Collects inputs from all their names and spellings: files, data URLs, base64, links, ids.</summary>
internal static class MediaReader
{
    /// <summary>Most inputs of one request; no upstream takes as many.</summary>
    public const int MaxCount = 64;

    private static readonly string[] _linkNames = ["url", "image_url", "video_url", "audio_url", "image"];

    public static ApiError? Read(OrderDraft draft)
    {
        if (CheckPlaces(draft) is { } conflict) return conflict;
        foreach (var file in draft.Fields.Files)
        {
            var source = new MediaSource(file.Path, Parameters.Find(file.Name)!.Media!.Value) { File = file };
            if (Add(draft, source) is { } error) return error;
        }

        for (var index = 0; index < draft.Asked.All.Count; index++)
        {
            var asked = draft.Asked.All[index];
            if (asked.Parameter.Media is { } hint && ReadValue(draft, asked, hint) is { } error) return error;
        }

        return null;
    }

    // One name in two places is one field; several names in one place are several files.
    private static ApiError? CheckPlaces(OrderDraft draft)
    {
        if (draft.Terms.IsLenient) return null;
        var seen = new Dictionary<string, Asked>(StringComparer.Ordinal);
        foreach (var asked in draft.Asked.All)
        {
            if (asked.Parameter.Media is null) continue;
            var name = asked.Path[(asked.Path.LastIndexOf('.') + 1)..];
            if (!asked.IsTopLevel && draft.Fields.Files.FirstOrDefault(file => file.Name == name) is { } part) return OrderErrors.Conflict(part.Path, asked.Path);
            if (seen.TryAdd(name, asked) || seen[name].Path == asked.Path || JsonElement.DeepEquals(Single(seen[name].Value), Single(asked.Value))) continue;
            return OrderErrors.Conflict(seen[name].Path, asked.Path);
        }

        return null;
    }

    private static JsonElement Single(JsonElement value) =>
        value.ValueKind is JsonValueKind.Array && value.GetArrayLength() == 1 ? value[0] : value;

    /// <summary>Reads one value: text, a list, or an object that names a link or an id.</summary>
    public static ApiError? ReadValue(OrderDraft draft, Asked asked, MediaHint hint) => asked.Value.ValueKind switch
    {
        JsonValueKind.String => ReadText(draft, asked, hint),
        JsonValueKind.Array => ReadList(draft, asked, hint),
        JsonValueKind.Object => ReadObject(draft, asked, hint),
        JsonValueKind.Null => null,
        _ => OrderErrors.WrongType(asked, "a file, a link, a data URL or base64"),
    };

    private static ApiError? ReadText(OrderDraft draft, Asked asked, MediaHint hint)
    {
        var start = Base64Text.Start(asked.Value);
        if (start.Length == 0) return null;
        if (start is ['{' or '[', ..])
        {
            return draft.Fields.TryParseText(asked.Path, asked.Value.GetString()!, out var parsed)
                ?? ReadValue(draft, asked with { Value = parsed }, hint);
        }

        if (hint is MediaHint.Character) return Add(draft, new MediaSource(asked.Path, hint) { LibraryId = asked.Value.GetString()!.Trim() });
        return start.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || start.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            ? ReadLink(draft, asked, hint)
            : Add(draft, new MediaSource(asked.Path, hint) { Text = asked.Value });
    }

    private static ApiError? ReadLink(OrderDraft draft, Asked asked, MediaHint hint)
    {
        var text = asked.Value.GetString()!.Trim();
        var fault = Uri.TryCreate(text, UriKind.Absolute, out var link) ? draft.Terms.Library?.FindFault(link) : "It is no address.";
        return fault is null
            ? Add(draft, new MediaSource(asked.Path, hint) { Link = link })
            : OrderErrors.Invalid("invalid_url", asked.Path, Shown.Value(text), fault);
    }

    private static ApiError? ReadList(OrderDraft draft, Asked asked, MediaHint hint)
    {
        var index = 0;
        foreach (var item in asked.Value.EnumerateArray())
        {
            if (ReadValue(draft, asked with { Path = $"{asked.Path}[{index++}]", Value = item }, hint) is { } error) return error;
        }

        return null;
    }

    private static ApiError? ReadObject(OrderDraft draft, Asked asked, MediaHint hint)
    {
        JsonElement? found = null;
        var foundName = "";
        foreach (var member in asked.Value.EnumerateObject())
        {
            if (member.Value.ValueKind is JsonValueKind.Null) continue;
            if (member.Name == "type")
            {
                hint = FrameHint(member.Value, hint);
                continue;
            }

            var takesId = hint is MediaHint.Character or MediaHint.Video;
            if (!_linkNames.Contains(member.Name) && member.Name != "file_id" && !(takesId && member.Name == "id"))
            {
                return OrderErrors.Invalid(
                    "unsupported_parameter", $"{asked.Path}.{member.Name}", Values.Show(member.Value),
                    takesId ? "It has `id`, `url` or `file_id`." : "It has `url`, `image_url` or `file_id`.");
            }

            if (found is not null) return OrderErrors.Conflict($"{asked.Path}.{foundName}", $"{asked.Path}.{member.Name}");
            (found, foundName) = (member.Value, member.Name);
        }

        return found is null ? null : ReadMember(draft, asked with { Path = $"{asked.Path}.{foundName}", Value = found.Value }, foundName, hint);
    }

    private static ApiError? ReadMember(OrderDraft draft, Asked asked, string name, MediaHint hint)
    {
        if (name is not ("file_id" or "id")) return ReadValue(draft, asked, hint);
        if (Values.Text(asked, out var id) is { } error) return error;
        if (name == "id" && hint is MediaHint.Video)
        {
            draft.Asked.Add(asked with { Parameter = Parameters.SourceTask });
            return null;
        }

        return Add(draft, new MediaSource(asked.Path, hint) { LibraryId = id.Trim() });
    }

    // One vendor's lists say of each picture which frame it is.
    private static MediaHint FrameHint(JsonElement type, MediaHint hint) =>
        type.ValueKind is not JsonValueKind.String ? hint
        : type.ValueEquals("first_frame"u8) ? MediaHint.FirstFrame
        : type.ValueEquals("end_frame"u8) || type.ValueEquals("last_frame"u8) ? MediaHint.LastFrame
        : hint;

    // A picture may be first and last frame at once, and then it is two.
    private static bool MayBeOne(MediaHint left, MediaHint right) => left == right || Embraces(left, right) || Embraces(right, left);

    private static bool Embraces(MediaHint vague, MediaHint sure) => (vague, sure) is
        (MediaHint.Picture, MediaHint.FirstFrame or MediaHint.Reference) or (MediaHint.Video, MediaHint.SourceVideo or MediaHint.ReferenceVideo);

    // The same file under two names is one file; twice in one list it is two. What is more surely told wins.
    private static ApiError? Add(OrderDraft draft, MediaSource source)
    {
        for (var index = 0; index < draft.Media.Count; index++)
        {
            var other = draft.Media[index];
            if (other.Root == source.Root || !MayBeOne(other.Hint, source.Hint) || !other.IsSame(source)) continue;
            if (other.Hint is MediaHint.Picture or MediaHint.Video) draft.Media[index] = other with { Hint = source.Hint };
            return null;
        }

        if (draft.Media.Count == MaxCount)
        {
            return ApiError.Invalid("too_many_references", Shown.Name(source.Path), $"The request has more than {MaxCount} input files.");
        }

        draft.Media.Add(source);
        return null;
    }
}
