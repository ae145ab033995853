using System.Text.Json.Nodes;

namespace Reelay.Simulators.OpenAiImages;

/// <summary>Checks the pictures of an edit, in a form or in JSON, by what their bytes say.</summary>
internal static class OpenAiImagesInputs
{
    private const int MaxImages = 16;
    private const int MaxImageBytes = 50 * 1024 * 1024;
    private const int MaxMaskBytes = 4 * 1024 * 1024;
    private const int MaxLinkCharacters = 20_971_520;

    // Where a PNG's header tells how a pixel is made; 4 and 6 have transparency.
    private const int PngColourByte = 25;

    /// <summary>Checks them; mistakes go to the fields.</summary>
    /// <returns>How many pictures there are, without the mask.</returns>
    public static int Check(OrderBody body, OpenAiImagesFields fields)
    {
        List<ReadOnlyMemory<byte>?> images = body.IsForm ? FromForm(body, fields) : FromJson(body, fields);
        ReadOnlyMemory<byte>? mask = body.IsForm ? FromForm(body, "mask")
            : fields.Has("mask") ? Linked(body.Fields["mask"], "mask", fields) : null;
        if (images.Count == 0)
            fields.Refuse("Missing required parameter: 'image'.", "image", "missing_required_parameter");
        if (images.Count > MaxImages)
            fields.Refuse($"Invalid 'image': at most {MaxImages} images, but got {images.Count}.", "image", "array_above_max_length");
        List<ImageHeader?> headers = [.. images.Select(image => CheckImage(image, fields))];
        if (mask is not null)
            CheckMask(mask.Value.Span, headers.FirstOrDefault(), fields);
        return images.Count;
    }

    private static List<ReadOnlyMemory<byte>?> FromForm(OrderBody body, OpenAiImagesFields fields)
    {
        if (body.FileList.FirstOrDefault(file => file.Key is not ("image" or "image[]" or "mask")).Key is { } unknown)
            fields.Refuse($"Unknown parameter: '{unknown}'.", unknown, "unknown_parameter");
        if (fields.Has("images") || fields.Has("mask"))
            fields.Refuse("Invalid type for 'mask': expected a file, but got a string instead.", "mask", "invalid_type");
        foreach (string name in new[] { "image", "mask" })
        {
            if (body.FileList.Count(file => file.Key == name) > 1)
                fields.Refuse($"Duplicate parameter: '{name}'.", name, "duplicate_parameter");
        }

        return [.. body.FileList.Where(file => file.Key is "image" or "image[]").Select(file => (ReadOnlyMemory<byte>?)file.Value)];
    }

    private static ReadOnlyMemory<byte>? FromForm(OrderBody body, string name) =>
        body.Files.TryGetValue(name, out ReadOnlyMemory<byte> file) ? (ReadOnlyMemory<byte>?)file : null;

    // An address of the web stands for a picture that nobody looks at: the sandbox fetches nothing.
    private static List<ReadOnlyMemory<byte>?> FromJson(OrderBody body, OpenAiImagesFields fields) =>
        body.Fields["images"] is JsonArray list ? [.. list.Select(item => Linked(item, "images", fields))] : [];

    private static ReadOnlyMemory<byte>? Linked(JsonNode? node, string name, OpenAiImagesFields fields)
    {
        if (node is not JsonObject { Count: 1 } wrapped
            || wrapped.First().Value is not JsonValue value || !value.TryGetValue(out string? link))
        {
            fields.Refuse($"'{name}' must hold either 'image_url' or 'file_id', as a string.", name, "invalid_value");
            return null;
        }

        if (!wrapped.ContainsKey("image_url"))
        {
            fields.Refuse($"No such File object: {link}", $"{name}.file_id", "invalid_value");
            return null;
        }

        if (link.Length > MaxLinkCharacters)
            fields.Refuse("The image is too large.", $"{name}.image_url", "string_above_max_length");
        int comma = link.IndexOf(";base64,", StringComparison.OrdinalIgnoreCase);
        byte[] bytes = new byte[link.Length];
        if (link.StartsWith("data:", StringComparison.OrdinalIgnoreCase) && comma > 0
            && Convert.TryFromBase64String(link[(comma + 8)..], bytes, out int count))
            return bytes.AsMemory(0, count);
        if (!Uri.TryCreate(link, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https"))
            fields.Refuse("The image could not be read: the URL is not valid.", $"{name}.image_url", "invalid_image_url");
        return null;
    }

    private static ImageHeader? CheckImage(ReadOnlyMemory<byte>? image, OpenAiImagesFields fields)
    {
        if (image is not { } bytes)
            return null;
        ImageHeader? header = ImageHeader.Read(bytes.Span);
        if (header is null)
        {
            fields.Refuse(
                "Invalid file 'image': unsupported mimetype. Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.",
                "image", "unsupported_file_mimetype");
        }

        if (bytes.Length >= MaxImageBytes)
            fields.Refuse("Invalid image file: the image must be less than 50 MB.", "image", "image_too_large");
        return header;
    }

    private static void CheckMask(ReadOnlySpan<byte> mask, ImageHeader? first, OpenAiImagesFields fields)
    {
        ImageHeader? header = ImageHeader.Read(mask);
        if (header is not { ContentType: "image/png" } || mask.Length <= PngColourByte)
            fields.Refuse("Invalid file 'mask': the mask must be a PNG file.", "mask", "unsupported_file_mimetype");
        else if (mask.Length >= MaxMaskBytes)
            fields.Refuse("Invalid mask: it must be less than 4 MB.", "mask", "image_too_large");
        else if (mask[PngColourByte] is not (4 or 6))
            fields.Refuse("Invalid mask: it must have an alpha channel.", "mask", "invalid_mask_image_format");
        else if (first is not null && (header.WidthPixels, header.HeightPixels) != (first.WidthPixels, first.HeightPixels))
            fields.Refuse("Invalid mask: it must have the same size as the first image.", "mask", "invalid_mask_image_size");
    }
}
