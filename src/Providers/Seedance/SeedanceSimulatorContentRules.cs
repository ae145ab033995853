using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reelay.Simulators.Seedance;

/// <summary>What the items of a create call hold.</summary>
internal sealed record SeedanceInputs(string Prompt, int Firsts, int Lasts, int Images, int Videos, int Sounds, double? PictureRatio)
{
    /// <summary>Files of any kind as material.</summary>
    public int References => Images + Videos + Sounds;
}

/// <summary>Checks <c>content</c>: types, roles, what excludes what, and pictures that came with it. Links are not fetched.</summary>
internal static partial class SeedanceContentRules
{
    private const int MaxImageBytes = 30_000_000;

    /// <summary>The prompt as far as it can be found, whatever else is wrong.</summary>
    public static string? PromptOf(JsonObject body) => body["content"] is JsonArray items
        ? items.OfType<JsonObject>().Where(item => SeedanceFields.TextOf(item["type"]) == "text")
            .Select(item => SeedanceFields.TextOf(item["text"])).FirstOrDefault()
        : null;

    /// <summary>Reads and checks all items.</summary>
    public static SeedanceInputs Read(JsonObject body, SeedanceModel model, SeedanceFields fields)
    {
        SeedanceInputs inputs = new("", 0, 0, 0, 0, 0, null);
        fields.Require(body["content"] is JsonArray { Count: > 0 }, "content", "it must be a list with at least one item");
        int pictures = (body["content"] as JsonArray)?.OfType<JsonObject>().Count(item => SeedanceFields.TextOf(item["type"]) == "image_url") ?? 0;
        foreach (JsonNode? node in body["content"] as JsonArray ?? [])
            inputs = Add(inputs, node as JsonObject, pictures, fields);
        if (fields.Mistake is null)
            fields.Refuse(Check(inputs, model));
        return inputs;
    }

    private static SeedanceInputs Add(SeedanceInputs inputs, JsonObject? item, int pictures, SeedanceFields fields)
    {
        string? type = SeedanceFields.TextOf(item?["type"]);
        string? role = SeedanceFields.TextOf(item?["role"]);
        fields.Require(item is not null && item.All(field => field.Value is null || field.Key is "type" or "role" || field.Key == type), "content", "an item has a field it must not have");
        switch (type)
        {
            case "text":
                fields.Require(inputs.Prompt.Length == 0, "content", "there must be one text at most");
                fields.Require(SeedanceFields.TextOf(item!["text"]) is { Length: > 0 }, "content.text", "it must not be empty");
                return inputs with { Prompt = SeedanceFields.TextOf(item["text"]) ?? "" };
            case "image_url":
                fields.Require(role is not null || pictures == 1, "content.role", "with several images each needs a role");
                return AddPicture(inputs, Url(item!, type), role ?? "first_frame", fields);
            case "video_url":
                fields.Require(role == "reference_video", "content.role", "a video must be reference_video");
                fields.Require(IsLink(Url(item!, type)), "content.video_url", "it must be a link");
                return inputs with { Videos = inputs.Videos + 1 };
            case "audio_url":
                fields.Require(role == "reference_audio", "content.role", "a sound must be reference_audio");
                fields.Require(IsLink(Url(item!, type)) || SoundData().IsMatch(Url(item!, type) ?? ""), "content.audio_url", "it must be a link or a data URL of wav or mp3");
                return inputs with { Sounds = inputs.Sounds + 1 };
            default:
                fields.Require(false, "content.type", $"the type {type} is not supported");
                return inputs;
        }
    }

    private static SeedanceInputs AddPicture(SeedanceInputs inputs, string? url, string role, SeedanceFields fields)
    {
        double? ratio = null;
        if (!IsLink(url))
            ratio = Picture(url ?? "", fields);
        inputs = inputs with { PictureRatio = inputs.PictureRatio ?? ratio };
        switch (role)
        {
            case "first_frame": return inputs with { Firsts = inputs.Firsts + 1 };
            case "last_frame": return inputs with { Lasts = inputs.Lasts + 1 };
            case "reference_image": return inputs with { Images = inputs.Images + 1 };
            default:
                fields.Require(false, "content.role", $"the role {role} is not supported");
                return inputs;
        }
    }

    private static double? Picture(string url, SeedanceFields fields)
    {
        // The lower-case name of the format is asked for; bare base64 is no link of any kind.
        if (!ImageData().IsMatch(url))
        {
            fields.Refuse(new(400, "InvalidImageURL.InvalidFormat", "The image must be a link or a data URL with a lower-case format.", "content.image_url"));
            return null;
        }

        string text = url[(url.IndexOf(',', StringComparison.Ordinal) + 1)..];
        byte[] bytes = new byte[(text.Length / 4 * 3) + 3];
        bool isRight = Convert.TryFromBase64String(text, bytes, out int count) && count < MaxImageBytes;
        fields.Require(isRight, "content.image_url", "it must be base64 of less than 30 MB");
        if (!isRight || ImageHeader.Read(bytes.AsSpan(0, count)) is not { } header)
            return null;
        double ratio = (double)header.WidthPixels / header.HeightPixels;
        bool isSized = Math.Min(header.WidthPixels, header.HeightPixels) >= 300 && Math.Max(header.WidthPixels, header.HeightPixels) <= 6000;
        fields.Require(isSized && ratio is > 0.4 and < 2.5, "content.image_url", "sides must be 300 to 6000 pixels and the ratio above 0.4 and below 2.5");
        return ratio;
    }

    private static SeedanceRefusal? Check(SeedanceInputs inputs, SeedanceModel model)
    {
        string? mistake =
            inputs.Firsts + inputs.Lasts > 0 && inputs.References > 0 ? "first/last frame content cannot be mixed with reference media content"
            : inputs.Firsts > 1 || inputs.Lasts > 1 || inputs.Lasts > inputs.Firsts ? "there must be one first frame, and one last frame at most beside it"
            : inputs.Firsts > 0 && !model.HasFirst ? "the model takes no first frame"
            : inputs.Lasts > 0 && !model.HasLast ? "the model takes no last frame"
            : inputs.Images > model.Images ? $"the model takes at most {model.Images} reference images"
            : inputs.Videos > model.Clips || inputs.Sounds > model.Clips ? $"the model takes at most {model.Clips} reference videos and sounds"
            : inputs.Sounds > 0 && inputs.Images + inputs.Videos == 0 ? "audio cannot be the only reference media"
            : inputs.Firsts + inputs.References == 0 && !model.HasText ? "the model needs an image"
            : inputs.Firsts == 0 && inputs.Prompt.Length == 0 ? "a text is needed"
            : null;
        return mistake is null ? null : SeedanceRefusal.Parameter("content", mistake);
    }

    private static string? Url(JsonObject item, string type) => SeedanceFields.TextOf((item[type] as JsonObject)?["url"]);

    private static bool IsLink(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" or "asset";

    [GeneratedRegex("^data:image/[a-z0-9.+-]+;base64,")]
    private static partial Regex ImageData();

    [GeneratedRegex("^data:audio/(wav|mp3);base64,")]
    private static partial Regex SoundData();
}
