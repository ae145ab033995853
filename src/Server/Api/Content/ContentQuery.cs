using Reelay.Server.Assets.Variants;

namespace Reelay.Server.Api.Content;

/// <summary>Which content of a task is asked for.</summary>
/// <param name="Variant">Null means the output itself.</param>
/// <param name="Index">The output, 0 for the first.</param>
internal sealed record ContentQuery(VariantKind? Variant, int Index)
{
    /// <summary>Reads <c>variant</c> and <c>index</c>; an empty one is like none, and others are not looked at.</summary>
    /// <param name="query">The query.</param>
    /// <param name="outputCount">How many outputs the task has.</param>
    public static ApiResult<ContentQuery> Read(IQueryCollection query, int outputCount)
    {
        var variant = ReadVariant(query);
        if (variant.Error is { } error) return error;
        var text = (string?)query["index"];
        var index = 0;
        if (string.IsNullOrEmpty(text) || (SignedLink.TryReadNumber(text, out index) && index < outputCount))
            return variant.Value! with { Index = index };
        return ApiError.Invalid(
            "invalid_index",
            "index",
            outputCount == 1
                ? $"index can only be 0, since this video has one output; it was '{Reading.Shown.Value(text)}'."
                : $"index must be a whole number from 0 to {outputCount - 1}, not '{Reading.Shown.Value(text)}'.");
    }

    /// <summary>Reads <c>variant</c> alone.</summary>
    public static ApiResult<ContentQuery> ReadVariant(IQueryCollection query)
    {
        var word = (string?)query["variant"];
        if (word is null or "" or "video") return new ContentQuery(null, 0);
        if (VariantKinds.Parse(word) is { } kind) return new ContentQuery(kind, 0);
        return ApiError.Invalid(
            "invalid_variant", "variant", $"variant can be 'video', 'thumbnail' or 'spritesheet', not '{Reading.Shown.Value(word)}'.");
    }
}
