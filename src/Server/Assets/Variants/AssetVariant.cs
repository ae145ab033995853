namespace Reelay.Server.Assets.Variants;

/// <summary>A picture made of a stored output: a row of <c>asset_variants</c>.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Position">The output it shows, 0 for the first.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Key">Its key in the asset store.</param>
/// <param name="ContentType">Media type.</param>
/// <param name="SizeBytes">Size in bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal SHA-256.</param>
/// <param name="CreatedAt">When it was stored, Unix milliseconds.</param>
internal sealed record AssetVariant(
    string TaskId, int Position, VariantKind Kind, string Key, string ContentType, long SizeBytes, string Sha256, long CreatedAt);

/// <summary>What can be made of a stored output.</summary>
internal enum VariantKind
{
    /// <summary>One picture, WebP.</summary>
    Thumbnail,

    /// <summary>A grid of pictures at equal distances, JPEG.</summary>
    Spritesheet,
}

/// <summary>The words of kinds, in queries and in the database.</summary>
internal static class VariantKinds
{
    public static string ToWord(this VariantKind kind) => kind switch
    {
        VariantKind.Thumbnail => "thumbnail",
        VariantKind.Spritesheet => "spritesheet",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no word for this kind"),
    };

    /// <summary>The kind of a word, or null.</summary>
    public static VariantKind? Parse(string word) => word switch
    {
        "thumbnail" => VariantKind.Thumbnail,
        "spritesheet" => VariantKind.Spritesheet,
        _ => null,
    };
}
