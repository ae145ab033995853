using System.Text.Json;
using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>
/// An order for a model that no channel serves any more, made by its successor: the old model's defaults hold, and each of its values becomes
/// what the operator's mapping says.
/// </summary>
internal static class SuccessionReader
{
    private static readonly Parameter[] _sizing =
        [Parameters.Size, Parameters.Width, Parameters.Height, Parameters.AspectRatio, Parameters.Tier, Parameters.Quality];

    /// <summary>Rewrites what was asked. What the old model did not document is left to the successor.</summary>
    public static ApiError? Apply(OrderDraft draft, Succession succession)
    {
        var (old, successor) = (succession.Old.Name, succession.New.Name);
        draft.Note("model", successor, "mapped", $"no channel serves `{old}` any more, and the operator names `{successor}` for it");
        draft.Warnings.Add(new OrderWarning("model", "model_succeeded", $"`{old}` is served no more; `{successor}` makes it in its place."));

        // Where an earlier video is gone on from, it decides what is not asked.
        var hasDefaults = draft.Source is null && draft.Terms.Route.Mode is null;
        return MapSeconds(draft, succession, hasDefaults) ?? MapSize(draft, succession, hasDefaults);
    }

    private static ApiError? MapSeconds(OrderDraft draft, Succession succession, bool hasDefault)
    {
        if (draft.Asked.One<int>(Parameters.Seconds, SecondsReader.ReadValue, out var asked, out var path) is { } error) return error;
        if (succession.Old.Spec.Seconds is not { } spec || (path is null && !hasDefault)) return null;
        if (path is null) asked = spec.WhereNoneIsAsked(Succession.SecondsOf(succession.Old).Contains);
        if (!succession.Seconds.TryGetValue(asked, out var image))
        {
            return OrderErrors.Invalid(
                "invalid_seconds", path ?? Parameters.Seconds.Name, asked.ToString(),
                $"`{succession.Old.Name}` is made by `{succession.New.Name}` now, with {string.Join(", ", succession.Seconds.Keys.Order())} seconds.");
        }

        draft.SecondsEcho = asked.ToString();
        Put(draft, Parameters.Seconds, path, asked.ToString(), image.ToString());
        return null;
    }

    private static ApiError? MapSize(OrderDraft draft, Succession succession, bool hasDefault)
    {
        if (draft.Asked.One<string>(Parameters.Size, Values.Text, out var asked, out var path) is { } error) return error;
        if (path is null && (!hasDefault || Array.Exists(_sizing, parameter => draft.Asked.Of(parameter).Any()))) return null;
        var size = asked?.Trim() ?? succession.Old.Spec.DefaultSize;
        if (succession.Sizes.TryGetValue(size, out var image))
        {
            draft.SizeEcho = size;
            Put(draft, Parameters.Size, path, size, image);
            return null;
        }

        return !Succession.SizesOf(succession.Old).Contains(size) ? null : OrderErrors.Invalid(
            "invalid_size", path ?? Parameters.Size.Name, size,
            $"`{succession.Old.Name}` is made by `{succession.New.Name}` now, in {string.Join(", ", succession.Sizes.Keys)}.");
    }

    private static void Put(OrderDraft draft, Parameter parameter, string? path, string asked, string image)
    {
        draft.Asked.Replace(new Asked(parameter, path ?? parameter.Name, JsonSerializer.SerializeToElement(image, AliasJson.Default.String)));
        if (path is null || asked == image) return;
        draft.Note(parameter.Name, image, "mapped", $"so the operator maps `{asked}`");
        draft.Warnings.Add(new OrderWarning(path, "value_mapped", $"`{path}` = `{asked}` becomes {image}."));
    }
}
