using System.Text.Json.Nodes;

namespace Reelay.Simulators.Vidu;

/// <summary>A picture of a create call: width over height, which is known only of those that came inline. Links are not fetched.</summary>
internal sealed record ViduSimulatorPicture(double Ratio, bool IsKnown)
{
    private const int MaxBytes = 10 * 1024 * 1024;
    private const int MinReferenceSide = 128;
    private const double MaxRatio = 4;

    private static readonly string[] _types = ["image/png", "image/jpeg", "image/webp"];

    /// <summary>Checks one: a link, or a <c>data:</c> URL with its type.</summary>
    /// <returns>The picture, or the reason and the words of the refusal.</returns>
    public static (ViduSimulatorPicture? Picture, string? Reason, string? Message) Check(JsonNode? node, bool isReference)
    {
        if (node is not JsonValue value || !value.TryGetValue(out string? text) || text.Length == 0)
            return (null, "FieldInvalid", "an image must be a string");
        if (IsLink(text))
            return (new(16d / 9, IsKnown: false), null, null);
        string? type = _types.FirstOrDefault(type => text.StartsWith($"data:{type};base64,", StringComparison.Ordinal));
        if (type is null)
            return (null, "ImageFormatInvalid", "an image must be a link or data:image/{png|jpeg|webp};base64,…");

        string encoded = text[(text.IndexOf(',', StringComparison.Ordinal) + 1)..];
        byte[] bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out int count) || ImageHeader.Read(bytes.AsSpan(0, count)) is not { } header || header.ContentType != type)
            return (null, "ImageFormatInvalid", $"an image is no {type}");
        if (count > MaxBytes)
            return (null, "FieldInvalid", "an image has more than 10 MB");
        double ratio = (double)header.WidthPixels / header.HeightPixels;
        if (ratio is > MaxRatio or < 1 / MaxRatio)
            return (null, "FieldInvalid", "the ratio of an image must be 1:4 to 4:1");
        return isReference && Math.Min(header.WidthPixels, header.HeightPixels) < MinReferenceSide
            ? (null, "FieldInvalid", "a reference must have at least 128x128 pixels")
            : (new(ratio, IsKnown: true), null, null);
    }

    /// <summary>Whether a text is a web address.</summary>
    public static bool IsLink(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https";
}
