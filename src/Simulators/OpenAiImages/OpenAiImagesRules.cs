using System.Globalization;
using Reelay.Simulators.OpenAi;

namespace Reelay.Simulators.OpenAiImages;

/// <summary>A checked order of pictures.</summary>
internal sealed record OpenAiImagesOrder
{
    public required string Model { get; init; }

    public required string Prompt { get; init; }

    public required int Count { get; init; }

    public required int WidthPixels { get; init; }

    public required int HeightPixels { get; init; }

    public required string Quality { get; init; }

    /// <summary><c>png</c>, <c>jpeg</c>, <c>webp</c> or <c>gif</c>.</summary>
    public required string Format { get; init; }

    public required string Background { get; init; }

    /// <summary>Frames of a gif; 1 of any other picture.</summary>
    public required int FrameCount { get; init; }

    public required int FrameMilliseconds { get; init; }

    /// <summary>Pictures that were sent along.</summary>
    public required int InputCount { get; init; }
}

/// <summary>What OpenAI's two image calls allow. Sources: the README of the provider's folder.</summary>
internal static class OpenAiImagesRules
{
    private const int MaxPromptCharacters = 32_000;
    private const int MaxSide = 3840;
    private const int MinPixels = 655_360;
    private const int MaxPixels = 8_294_400;

    private static readonly string[] _fields =
    [
        "prompt", "model", "n", "size", "quality", "output_format", "output_compression", "background", "moderation", "stream",
        "partial_images", "complexity", "frame_count", "frame_duration_ms", "safety_identifier", "user",
    ];

    private static readonly string[] _editFields = [.. _fields, "input_fidelity", "images", "mask"];
    private static readonly string[] _oldSizes = ["1024x1024", "1536x1024", "1024x1536"];

    /// <summary>The models it serves; the sandbox serves retired ones too.</summary>
    public static string[] Models { get; } =
    [
        "gpt-image-2", "gpt-image-2-2026-04-21", "gpt-image-2.5-sunburst", "gpt-image-2.5-sunburst-2026-09-08", "gpt-image-2.5-flare",
        "gpt-image-2.5-flare-2026-09-08", "gpt-image-2.6-sunburst", "gpt-image-2.6-flare", "gpt-image-1.5", "gpt-image-1-mini",
        "chatgpt-image-latest", "gpt-image-1",
    ];

    /// <summary>Checks a call; the first mistake is the answer.</summary>
    public static (OpenAiImagesOrder? Order, SimulatedResponse? Refusal) Read(OrderBody body, bool isEdit)
    {
        OpenAiImagesFields fields = new(body);
        string[] known = isEdit ? _editFields : _fields;
        if (body.Fields.Select(field => field.Key).FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            fields.Refuse($"Unknown parameter: '{unknown}'.", unknown, "unknown_parameter");
        if (!isEdit && body.FileList.Count > 0)
            fields.Refuse($"Unknown parameter: '{body.FileList[0].Key}'.", body.FileList[0].Key, "unknown_parameter");

        string prompt = fields.Required("prompt", MaxPromptCharacters);
        string model = fields.Required("model", 100);
        if (!Models.Contains(model))
        {
            fields.Refuse(OpenAiErrors.Envelope(
                404, $"The model '{model}' does not exist.", "invalid_request_error", "model", "model_not_found"));
        }

        int inputs = isEdit ? OpenAiImagesInputs.Check(body, fields) : 0;
        OpenAiImagesOrder order = ReadChoices(fields, prompt, model, inputs, isEdit);
        return fields.Refusal is { } refusal ? (null, refusal) : (order, null);
    }

    private static OpenAiImagesOrder ReadChoices(OpenAiImagesFields fields, string prompt, string model, int inputs, bool isEdit)
    {
        bool isNewest = model.StartsWith("gpt-image-2.", StringComparison.Ordinal);
        string[] qualities = ["low", "medium", "high", "auto", .. isNewest ? ["xhigh", "max"] : Array.Empty<string>()];
        string[] formats = ["png", "jpeg", "webp", .. isNewest ? ["gif"] : Array.Empty<string>()];
        string format = fields.Word("output_format", "png", formats);
        (int width, int height) = ReadSize(fields, model);
        OpenAiImagesOrder order = new()
        {
            Model = model,
            Prompt = prompt,
            Count = fields.Whole("n", 1, 1, 10),
            WidthPixels = width,
            HeightPixels = height,
            Quality = fields.Word("quality", "auto", qualities),
            Format = format,
            Background = fields.Word("background", "auto", "transparent", "opaque", "auto"),
            FrameCount = format == "gif" ? fields.Whole("frame_count", 9, 2, 16) : 1,
            FrameMilliseconds = format == "gif" ? fields.Whole("frame_duration_ms", 200, 20, 10_000) : 1000,
            InputCount = inputs,
        };
        CheckRest(fields, order, isEdit);
        return order;
    }

    private static void CheckRest(OpenAiImagesFields fields, OpenAiImagesOrder order, bool isEdit)
    {
        fields.Word("moderation", "auto", "auto", "low");
        fields.Word("complexity", "medium", "low", "medium", "high");
        fields.Text("safety_identifier");
        fields.Text("user");
        if (order.Background == "transparent" && order.Format is not ("png" or "webp"))
            fields.Refuse($"Transparent background is not supported for {order.Format} output format.", "background", "invalid_value");
        int compression = fields.Whole("output_compression", 100, 0, 100);
        if (compression < 100 && order.Format is not ("jpeg" or "webp"))
            fields.Refuse($"Compression less than 100 is not supported for {order.Format}.", "output_compression", "invalid_value");
        foreach (string name in new[] { "frame_count", "frame_duration_ms" })
        {
            if (fields.Has(name) && order.Format != "gif")
                fields.Refuse($"'{name}' is supported for the gif output format only.", name, "invalid_value");
        }

        if (isEdit && fields.Has("input_fidelity"))
        {
            fields.Word("input_fidelity", "low", "low", "high");
            if (order.Model is not ("gpt-image-1" or "gpt-image-1.5"))
                fields.Refuse($"{order.Model} does not support 'input_fidelity'.", "input_fidelity", "invalid_input_fidelity_model");
        }

        if (fields.Flag("stream"))
            fields.Refuse("Streaming is not played by the sandbox.", "stream", "unsupported_value");
        if (fields.Whole("partial_images", 0, 0, 3) > 0)
            fields.Refuse("Partial images can only be requested when streaming.", "partial_images", "invalid_value");
    }

    private static (int Width, int Height) ReadSize(OpenAiImagesFields fields, string model)
    {
        string size = fields.Text("size") ?? "auto";
        if (size == "auto")
            return (1024, 1024);
        string[] edges = size.Split('x');
        int width = 0, height = 0;
        bool isSize = edges.Length == 2
            && int.TryParse(edges[0], NumberStyles.None, null, out width) && int.TryParse(edges[1], NumberStyles.None, null, out height);
        bool isFree = model.StartsWith("gpt-image-2", StringComparison.Ordinal);
        if (!isFree && !_oldSizes.Contains(size))
            fields.Word("size", "", [.. _oldSizes, "auto"]);
        else if (!isSize)
            fields.Refuse($"Invalid size '{size}': expected 'auto' or WIDTHxHEIGHT.", "size", "invalid_value");
        else if (isFree && WhyNot(width, height) is { } reason)
            fields.Refuse($"Invalid size '{size}': {reason}.", "size", "invalid_value");
        return (width, height);
    }

    private static string? WhyNot(int width, int height)
    {
        if (width % 16 != 0 || height % 16 != 0)
            return "width and height must be divisible by 16";
        if (width > MaxSide || height > MaxSide)
            return $"no edge may be longer than {MaxSide} pixels";
        if (width > height * 3 || height > width * 3)
            return "the aspect ratio must be between 1:3 and 3:1";
        return (long)width * height is < MinPixels or > MaxPixels ? $"it must have {MinPixels} to {MaxPixels} pixels" : null;
    }
}
