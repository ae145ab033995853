using System.Text.Json;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Catalog.Orders;

/// <summary>One picture of a request before it is stored: a file part, or text that holds its bytes.</summary>
/// <param name="Path">Where it stood.</param>
/// <param name="File">The file part, or null.</param>
/// <param name="Text">The text, a data URL or bare base64, or undefined.</param>
internal readonly record struct MediaSource(string Path, FilePart? File, JsonElement Text);

/// <summary>Collects first frames from all their names and spellings.</summary>
internal static class FirstFrameReader
{
    private const string Allowed = "Send a file, a data URL or base64.";

    public static ApiError? Read(OrderDraft draft)
    {
        foreach (var file in draft.Fields.Files)
        {
            draft.FirstFrames.Add(new MediaSource(file.Path, file, default));
        }

        foreach (var asked in draft.Asked.All)
        {
            if (ReferenceEquals(asked.Parameter, Parameters.FirstFrame) && ReadValue(draft, asked) is { } error)
            {
                return error;
            }
        }

        return Merge(draft);
    }

    private static ApiError? ReadValue(OrderDraft draft, Asked asked) => asked.Value.ValueKind switch
    {
        JsonValueKind.String => ReadText(draft, asked),
        JsonValueKind.Array => ReadList(draft, asked),
        JsonValueKind.Object => ReadObject(draft, asked),
        JsonValueKind.Null => null,
        _ => OrderErrors.WrongType(asked, "a picture"),
    };

    private static ApiError? ReadText(OrderDraft draft, Asked asked)
    {
        var start = Base64Text.Start(asked.Value);
        if (start.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || start.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return OrderErrors.Unsupported(asked, draft.Model.Name, $"Links come in a later version. {Allowed}");
        }

        if (start is ['{' or '[', ..])
        {
            return draft.Fields.TryParseText(asked.Path, asked.Value.GetString()!, out var parsed)
                ?? ReadValue(draft, asked with { Value = parsed });
        }

        if (start.Length > 0)
        {
            draft.FirstFrames.Add(new MediaSource(asked.Path, null, asked.Value));
        }

        return null;
    }

    private static ApiError? ReadList(OrderDraft draft, Asked asked)
    {
        var index = 0;
        foreach (var item in asked.Value.EnumerateArray())
        {
            if (ReadValue(draft, asked with { Path = $"{asked.Path}[{index++}]", Value = item }) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static ApiError? ReadObject(OrderDraft draft, Asked asked)
    {
        JsonElement? found = null;
        var foundName = "";
        foreach (var member in asked.Value.EnumerateObject())
        {
            if (member.Value.ValueKind is JsonValueKind.Null)
            {
                continue;
            }

            if (member.Name is not ("url" or "image_url" or "file_id"))
            {
                return OrderErrors.Invalid("unsupported_parameter", $"{asked.Path}.{member.Name}", Values.Show(member.Value), "A picture has `image_url` or `file_id`.");
            }

            if (found is not null)
            {
                return OrderErrors.Conflict($"{asked.Path}.{foundName}", $"{asked.Path}.{member.Name}");
            }

            (found, foundName) = (member.Value, member.Name);
        }

        return foundName switch
        {
            "" => null,
            "file_id" => OrderErrors.Unsupported(
                asked with { Path = $"{asked.Path}.file_id", Value = found!.Value }, draft.Model.Name, $"Uploaded files come in a later version. {Allowed}"),
            _ => ReadValue(draft, asked with { Path = $"{asked.Path}.{foundName}", Value = found!.Value }),
        };
    }

    // The same picture under two names is one picture.
    private static ApiError? Merge(OrderDraft draft)
    {
        var frames = draft.FirstFrames;
        for (var index = frames.Count - 1; index > 0; index--)
        {
            if (!IsSame(frames[0], frames[index]))
            {
                return OrderErrors.Unsupported(
                    frames[index].Path, "a second picture", draft.Model.Name, $"It takes one first frame, and `{frames[0].Path}` holds another.");
            }

            frames.RemoveAt(index);
        }

        return null;
    }

    private static bool IsSame(MediaSource left, MediaSource right) => left.File is not null
        ? left.File.Asset.Sha256 == right.File?.Asset.Sha256
        : right.File is null && JsonElement.DeepEquals(left.Text, right.Text);
}
