using System.Text.Json;
using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>The prompt, from <c>prompt</c> or from the text of <c>content</c>; counted in Unicode code points and never cut.</summary>
internal static class PromptReader
{
    public static ApiError? Read(OrderDraft draft)
    {
        if (draft.Asked.One<string>(Parameters.Prompt, Values.Text, out var prompt, out var path) is { } error)
        {
            return error;
        }

        // Items of content add first frames to the list that is read here.
        for (var index = 0; index < draft.Asked.All.Count; index++)
        {
            var asked = draft.Asked.All[index];
            if (ReferenceEquals(asked.Parameter, Parameters.Content)
                && ContentReader.Read(draft, asked, ref prompt, ref path) is { } contentError)
            {
                return contentError;
            }
        }

        draft.Prompt = prompt ?? "";
        return CheckLength(draft);
    }

    private static ApiError? CheckLength(OrderDraft draft)
    {
        // No text has more code points than characters, so that the common case needs no count.
        var length = draft.Prompt.Length;
        var max = draft.Offers.Max(offer => offer.MaxPromptLength);
        if (length > max)
        {
            length = Count(draft.Prompt);
        }

        return draft.TryNarrow(offer => offer.MaxPromptLength >= length)
            ? null
            : OrderErrors.PromptTooLong(length, draft.Model.Name, max);
    }

    private static int Count(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}

/// <summary>The list of typed items that some gateways take instead of a prompt and an image.</summary>
internal static class ContentReader
{
    public static ApiError? Read(OrderDraft draft, Asked asked, ref string? prompt, ref string? promptPath)
    {
        var value = asked.Value;
        if (value.ValueKind is JsonValueKind.String)
        {
            var text = value.GetString()!;
            if (!text.TrimStart().StartsWith('['))
            {
                return Merge(text, asked.Path, ref prompt, ref promptPath);
            }

            if (draft.Fields.TryParseText(asked.Path, text, out value) is { } error)
            {
                return error;
            }
        }

        if (value.ValueKind is not JsonValueKind.Array)
        {
            return OrderErrors.WrongType(asked, "a list of items");
        }

        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (ReadItem(draft, item, $"{asked.Path}[{index++}]", ref prompt, ref promptPath) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static ApiError? ReadItem(OrderDraft draft, JsonElement item, string path, ref string? prompt, ref string? promptPath)
    {
        var asked = new Asked(Parameters.Content, path, item);
        if (item.ValueKind is not JsonValueKind.Object)
        {
            return OrderErrors.WrongType(asked, "an object with a `type`");
        }

        var type = TextOf(item, "type");
        if (type == "text")
        {
            return item.TryGetProperty("text", out var text) && text.ValueKind is JsonValueKind.String
                ? Merge(text.GetString()!, path + ".text", ref prompt, ref promptPath)
                : OrderErrors.WrongType(asked, "an item with a `text`");
        }

        if (type == "image_url" && TextOf(item, "role") is "" or "first_frame" && item.TryGetProperty("image_url", out var image))
        {
            draft.Asked.Add(new Asked(Parameters.FirstFrame, path + ".image_url", image));
            return null;
        }

        return OrderErrors.Unsupported(
            path, $"{type} {TextOf(item, "role")}".Trim(), draft.Model.Name, "Allowed are text items and one image_url item as first_frame.");
    }

    private static ApiError? Merge(string text, string path, ref string? prompt, ref string? promptPath)
    {
        if (text.Length == 0 || text == prompt)
        {
            return null;
        }

        if (prompt is not null)
        {
            return OrderErrors.Conflict(promptPath!, path);
        }

        (prompt, promptPath) = (text, path);
        return null;
    }

    private static string TextOf(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? Api.Reading.Shown.Value(value.GetString()!) : "";
}
