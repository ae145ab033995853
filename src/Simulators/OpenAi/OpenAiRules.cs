using System.Text.Json.Nodes;

namespace Reelay.Simulators.OpenAi;

/// <summary>What OpenAI's create call allows.</summary>
internal static class OpenAiRules
{
    private const int MaxImageUrlCharacters = 20_971_520;
    private static readonly string[] _fields = ["prompt", "model", "seconds", "size", "input_reference", "characters"];
    private static readonly string[] _sizes = ["720x1280", "1280x720"];
    private static readonly string[] _proSizes = [.. _sizes, "1024x1792", "1792x1024", "1080x1920", "1920x1080"];

    /// <summary>Lengths of a video, and of what an extension adds to one.</summary>
    public static string[] Seconds { get; } = ["4", "8", "12", "16", "20"];

    /// <summary>The models there were.</summary>
    public static string[] Models { get; } =
        ["sora-2", "sora-2-pro", "sora-2-2025-10-06", "sora-2-pro-2025-10-06", "sora-2-2025-12-08"];

    /// <summary>Checks a create call; the first mistake is the answer.</summary>
    public static OrderReading Read(OrderCall call, OpenAiCharacters characters)
    {
        OrderBody body = call.Body;
        if ((OpenAiChecks.Names(body, _fields, "input_reference")
            ?? OpenAiChecks.Texts(body, "prompt", "model", "seconds", "size")
            ?? OpenAiChecks.Prompt(body)) is { } refusal)
            return refusal;
        OrderReading reading = ReadChoices(body, body.Text("prompt")!);
        return reading.Order is null ? reading : characters.Check(body, call.Account) ?? reading;
    }

    private static OrderReading ReadChoices(OrderBody body, string prompt)
    {
        string model = body.Text("model") ?? "sora-2";
        if (!Models.Contains(model))
            return OpenAiChecks.NoModel(model);
        string seconds = body.Text("seconds") ?? "4";
        if (!Seconds.Contains(seconds))
            return OpenAiChecks.NotAmong("seconds", seconds, Seconds);
        string size = body.Text("size") ?? "720x1280";
        string[] sizes = model.StartsWith("sora-2-pro", StringComparison.Ordinal) ? _proSizes : _sizes;
        if (!sizes.Contains(size))
            return OpenAiChecks.NotAmong("size", size, sizes);

        string[] edges = size.Split('x');
        OpenAiOrder order = new(model, prompt, int.Parse(edges[0]), int.Parse(edges[1]), int.Parse(seconds));
        return CheckReference(body, order) is { } refusal ? refusal : order;
    }

    private static SimulatedResponse? CheckReference(OrderBody body, OpenAiOrder order)
    {
        bool isFile = body.Files.TryGetValue("input_reference", out ReadOnlyMemory<byte> bytes);
        if (isFile)
            return CheckImage(bytes.Span, order);
        return body.Fields.TryGetPropertyValue("input_reference", out JsonNode? node) ? CheckReferenceObject(node, order) : null;
    }

    private static SimulatedResponse? CheckReferenceObject(JsonNode? node, OpenAiOrder order)
    {
        const string name = "input_reference";
        if (node is not JsonObject reference)
            return OpenAiChecks.WrongType(name, "an object or a file", OpenAiChecks.Kind(node));
        if (reference.FirstOrDefault(field => field.Key is not ("image_url" or "file_id")).Key is { } unknown)
            return OpenAiErrors.Invalid($"Unknown parameter: '{name}.{unknown}'.", $"{name}.{unknown}", "unknown_parameter");
        if (reference.Count != 1 || reference.First().Value is not JsonValue value || !value.TryGetValue(out string? text))
            return OpenAiErrors.Invalid($"'{name}' must hold either 'image_url' or 'file_id', as a string.", name, "invalid_value");
        if (reference.ContainsKey("file_id"))
            return OpenAiErrors.Invalid($"No such File object: {text}", $"{name}.file_id", "invalid_value");
        if (text.Length > MaxImageUrlCharacters)
            return OpenAiErrors.Invalid("The image is too large.", $"{name}.image_url", "string_above_max_length");
        if (!text.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
                ? null
                : OpenAiErrors.Invalid("The image could not be fetched: the URL is not valid.", $"{name}.image_url", "invalid_image_url");
        }

        byte[] bytes = new byte[text.Length];
        int comma = text.IndexOf(";base64,", StringComparison.OrdinalIgnoreCase);
        return comma > 0 && Convert.TryFromBase64String(text[(comma + 8)..], bytes, out int count)
            ? CheckImage(bytes.AsSpan(0, count), order)
            : OpenAiErrors.Invalid("The data URL could not be decoded.", $"{name}.image_url", "invalid_image_url");
    }

    private static SimulatedResponse? CheckImage(ReadOnlySpan<byte> bytes, OpenAiOrder order)
    {
        if (ImageHeader.Read(bytes) is not { } image)
            return OpenAiErrors.Invalid(
                "Invalid 'input_reference': supported types are image/jpeg, image/png and image/webp.",
                "input_reference", "invalid_image_format");
        return image.WidthPixels == order.WidthPixels && image.HeightPixels == order.HeightPixels
            ? null
            : OpenAiErrors.Invalid("Inpaint image must match the requested width and height", "input_reference", "invalid_value");
    }
}
