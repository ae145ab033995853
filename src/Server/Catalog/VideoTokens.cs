namespace Reelay.Server.Catalog;

/// <summary>How many tokens a video is, by the formula that Seedance publishes: width × height × frames / 1024.</summary>
/// <remarks>
/// 24 frames a second and one more, which is what the published samples of usage fit: 1280×720 of 5 s are 108,900, 864×496 of 4 s are 40,594 (the
/// upstream rounds down). Source: src/Providers/Seedance/README.md, "Models and prices", read 2026-11-21.
/// </remarks>
internal static class VideoTokens
{
    private const int FramesPerSecond = 24;
    private const int PixelsOfAToken = 1024;

    /// <summary>Tokens of one output, rounded up: never fewer than the upstream counts.</summary>
    /// <param name="pixels">Width times height.</param>
    /// <param name="seconds">Seconds of output, and of input video where that counts too.</param>
    public static long Of(long pixels, long seconds) => checked(((pixels * ((FramesPerSecond * seconds) + 1)) + PixelsOfAToken - 1) / PixelsOfAToken);

    /// <summary>Pixels that an order is reserved for: those of its size, or of the largest of its tier where an input decides the ratio.</summary>
    public static long PixelsOf(GenerationOrder order, ModelSpec spec)
    {
        var own = (long)order.WidthPixels * order.HeightPixels;
        var isDecidedByInput = own == 0 || order.Media.Any(media => media.Role is Providers.MediaRole.FirstFrame or Providers.MediaRole.SourceVideo);
        if (!isDecidedByInput) return own;
        var sizes = spec.Tiers.Where(tier => order.Tier.Length == 0 || tier.Name == order.Tier).SelectMany(tier => tier.Sizes);
        return Math.Max(own, sizes.Select(size => PixelSize.Parse(size).Count).DefaultIfEmpty((long)(spec.AnySize?.MaxSide ?? 0) * (spec.AnySize?.MaxSide ?? 0)).Max());
    }
}
