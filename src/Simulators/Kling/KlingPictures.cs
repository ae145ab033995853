using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>Checks pictures and links in a create call. Links are not fetched: the sandbox fetches nothing.</summary>
internal static class KlingPictures
{
    private const int UsualMegabytes = 10;
    private const int MinSidePixels = 300;
    private const double MaxRatio = 2.5;

    /// <summary>Checks one picture: a link, or base64 without a <c>data:</c> prefix.</summary>
    /// <param name="value">The field.</param>
    /// <param name="maxMegabytes">Largest file.</param>
    /// <returns>What is known of it, or the refusal.</returns>
    public static (KlingPicture? Picture, KlingRefusal? Refusal) Check(JsonNode? value, int maxMegabytes = UsualMegabytes)
    {
        if (value is not JsonValue text || !text.TryGetValue(out string? picture) || picture.Length == 0)
            return (null, new KlingRefusal(1201, "image can not be null"));
        if (IsLink(picture))
            return (new KlingPicture(16.0 / 9, IsBad: false), null);

        byte[] bytes = new byte[picture.Length];
        if (!Convert.TryFromBase64String(picture, bytes, out int count))
            return (null, new KlingRefusal(1201, "File is not in a valid base64 format"));
        if (count > maxMegabytes * 1024 * 1024)
            return (null, new KlingRefusal(1201, $"Image size can not exceed {maxMegabytes}MB"));
        if (ImageHeader.Read(bytes.AsSpan(0, count)) is not { ContentType: "image/png" or "image/jpeg" } header)
            return (null, new KlingRefusal(1201, "Image format must be jpg, jpeg or png"));

        double ratio = (double)header.WidthPixels / header.HeightPixels;
        bool isBad = Math.Min(header.WidthPixels, header.HeightPixels) < MinSidePixels || ratio is > MaxRatio or < 1 / MaxRatio;
        return (new KlingPicture(Math.Clamp(ratio, 1 / MaxRatio, MaxRatio), isBad), null);
    }

    /// <summary>Whether a text is a web address.</summary>
    public static bool IsLink(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https";

    /// <summary>Size of a result: a named ratio has its usual size, a picture's ratio the same number of pixels.</summary>
    public static (int WidthPixels, int HeightPixels) Size(int shortSide, string? ratio, KlingPicture? picture)
    {
        int longSide = shortSide * 16 / 9;
        if (picture is null)
            return ratio switch { "9:16" => (shortSide, longSide), "1:1" => (shortSide * 4 / 3, shortSide * 4 / 3), _ => (longSide, shortSide) };
        double height = Math.Sqrt((double)longSide * shortSide / picture.Ratio);
        return (Even(height * picture.Ratio), Even(height));
    }

    private static int Even(double pixels) => (int)Math.Round(pixels / 2) * 2;
}

/// <summary>A picture: width over height, and whether its size or ratio is outside the bounds.</summary>
internal sealed record KlingPicture(double Ratio, bool IsBad);
