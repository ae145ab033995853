using System.Text.Json;
using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Catalog.Orders;

/// <summary>The prompt, and the list of typed items that some gateways take instead of a prompt and files.</summary>
internal static class ContentReader
{
    private const string Allowed = "Items are text, image_url (first_frame, last_frame, reference_image), video_url (reference_video) and audio_url (reference_audio).";

    public static ApiError? Read(OrderDraft draft)
    {
        if (draft.Asked.One<string>(Parameters.Prompt, Values.Text, out var prompt, out var path) is { } error) return error;
        if (prompt is not null) (draft.Prompt, draft.PromptPath) = (prompt, path);
        foreach (var asked in draft.Asked.Of(Parameters.Content).ToList())
        {
            if (ReadContent(draft, asked) is { } contentError) return contentError;
        }

        return null;
    }

    private static ApiError? ReadContent(OrderDraft draft, Asked asked)
    {
        var value = asked.Value;
        if (value.ValueKind is JsonValueKind.String)
        {
            var text = value.GetString()!;
            if (!text.TrimStart().StartsWith('[')) return Merge(draft, text, asked.Path);
            if (draft.Fields.TryParseText(asked.Path, text, out value) is { } error) return error;
        }

        if (value.ValueKind is not JsonValueKind.Array) return OrderErrors.WrongType(asked, "a list of items");
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (ReadItem(draft, item, $"{asked.Path}[{index++}]") is { } error) return error;
        }

        return null;
    }

    private static ApiError? ReadItem(OrderDraft draft, JsonElement item, string path)
    {
        var asked = new Asked(Parameters.Content, path, item);

        // Form fields that repeat are text.
        if (item.ValueKind is JsonValueKind.String && item.GetString()!.TrimStart().StartsWith('{') && draft.Fields.TryParseText(path, item.GetString()!, out item) is { } parseError) return parseError;
        if (item.ValueKind is not JsonValueKind.Object) return OrderErrors.WrongType(asked, "an object with a `type`");
        var type = TextOf(item, "type");
        if (type == "text")
        {
            return item.TryGetProperty("text", out var text) && text.ValueKind is JsonValueKind.String
                ? Merge(draft, text.GetString()!, path + ".text")
                : OrderErrors.WrongType(asked, "an item with a `text`");
        }

        var role = TextOf(item, "role");
        return HintOf(type, role) is { } hint && item.TryGetProperty(type, out var value)
            ? MediaReader.ReadValue(draft, new Asked(Parameters.Content, $"{path}.{type}", value), hint)
            : OrderErrors.Unsupported(path, $"{type} {role}".Trim(), draft.Model?.Name ?? "this server", Allowed);
    }

    private static MediaHint? HintOf(string type, string role) => (type, role) switch
    {
        ("image_url", "") => MediaHint.Picture,
        ("image_url", "first_frame") => MediaHint.FirstFrame,
        ("image_url", "last_frame") => MediaHint.LastFrame,
        ("image_url", "reference_image") => MediaHint.Reference,
        ("image_url", "mask") => MediaHint.Mask,
        ("video_url", "") => MediaHint.Video,
        ("video_url", "reference_video") => MediaHint.ReferenceVideo,
        ("video_url", "source_video") => MediaHint.SourceVideo,
        ("audio_url", "" or "reference_audio") => MediaHint.Audio,
        _ => null,
    };

    private static ApiError? Merge(OrderDraft draft, string text, string path)
    {
        if (text.Length == 0 || text == draft.Prompt) return null;
        if (draft.Prompt.Length > 0) return OrderErrors.Conflict(draft.PromptPath!, path);
        (draft.Prompt, draft.PromptPath) = (text, path);
        return null;
    }

    private static string TextOf(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? Shown.Value(value.GetString()!) : "";
}
