using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Server.Catalog;
using Reelay.Server.Routing;

namespace Reelay.Tests.Conformance;

/// <summary>Orders made of the rows of a provider's models: for each row and mode the least there can be, and the most.</summary>
internal static class ConformanceOrders
{
    private static readonly Lazy<ModelCatalog> _catalog = new(() => ModelCatalog.Load(new ProviderSet().Models));

    // Where no public model says what a mode needs.
    private static readonly Dictionary<string, MediaRole[]> _usual = new()
    {
        ["t2v"] = [],
        ["t2i"] = [],
        ["i2v"] = [MediaRole.FirstFrame],
        ["i2v_first_last"] = [MediaRole.FirstFrame, MediaRole.LastFrame],
        ["multi_i2v"] = [MediaRole.ReferenceImage],
        ["reference_images"] = [MediaRole.ReferenceImage],
        ["r2v"] = [MediaRole.ReferenceImage],
        ["edit"] = [MediaRole.SourceVideo],
        ["extend"] = [MediaRole.SourceVideo],
    };

    /// <summary>The shipped catalog.</summary>
    public static ModelCatalog Catalog => _catalog.Value;

    /// <summary>All orders of a provider with the row each is made of.</summary>
    public static IEnumerable<(UpstreamModel Row, ConformanceOrder Order)> All(ProviderConformance suite) =>
        from row in suite.Provider.Models
        from mode in row.Modes
        from isFull in new[] { false, true }
        let order = suite.Arrange(Make(suite, row, mode, isFull), row)
        where order is not null
        select (row, order);

    /// <summary>The simplest order: from text alone if there is one.</summary>
    public static ConformanceOrder First(ProviderConformance suite) =>
        All(suite).OrderBy(pair => pair.Order.NeedsSource).ThenBy(pair => pair.Order.Media.Count).Select(pair => pair.Order).First();

    /// <summary>A value within a parameter's bounds; null for what has no obvious one.</summary>
    public static JsonNode? Sample(ExtraParameter extra) => extra.Type switch
    {
        "text" => extra.Allowed.Count > 0 ? extra.Allowed[0] : "rain",
        "integer" => (int)(extra.Min ?? extra.Max ?? 1),
        "number" => extra.Min ?? extra.Max ?? 1,
        "boolean" => true,
        _ => null,
    };

    private static ConformanceOrder Make(ProviderConformance suite, UpstreamModel row, string mode, bool isFull)
    {
        var (width, height) = Size(row, isFull);
        var request = new ProviderRequest
        {
            UpstreamModel = row.Name,
            Mode = mode,
            Prompt = "A paper boat on a canal",
            Seconds = row.Seconds.Count == 0 ? null : isFull ? row.Seconds[^1] : row.Seconds[0],
            WidthPixels = width,
            HeightPixels = height,
            Tier = width is null ? null : TierNames.Nearest(Math.Min(width.Value, height!.Value)),
            AspectRatio = width is null ? null : Ratio(width.Value, height!.Value),
            Quality = row.Qualities.Count == 0 ? null : isFull ? row.Qualities[^1] : row.Qualities[0],
            Audio = row.Audio == "choice" ? isFull : null,
            Count = isFull ? row.MaxOutputs : 1,
            UserHash = isFull && row.TakesUser ? "user-hash" : null,
        };
        foreach (var extra in isFull ? row.Extras : [])
        {
            if (suite.Sample(extra, row, request) is { } value) request.Extras[extra.Name] = value;
        }

        var needed = Needed(suite.Provider, row, mode);
        var files = new List<MediaInput>();
        foreach (var role in needed.Where(row.References.ContainsKey))
        {
            var count = isFull && role is MediaRole.ReferenceImage ? row.References[role].MaxCount : 1;
            for (var index = 0; index < count; index++) files.Add(suite.File(role, row.References[role], index));
        }

        return new(request, files) { NeedsSource = needed.Contains(MediaRole.SourceVideo) && !row.References.ContainsKey(MediaRole.SourceVideo) };
    }

    private static IReadOnlyList<MediaRole> Needed(IVideoProvider provider, UpstreamModel row, string mode)
    {
        var known = Catalog.Models.FirstOrDefault(model =>
            model.Spec.Modes.ContainsKey(mode) && model.Offers.Any(offer => offer.UpstreamModel == $"{provider.Id}:{row.Name}"));
        IReadOnlyList<MediaRole> roles = known is null
            ? _usual.GetValueOrDefault(mode, [])
            : [.. known.Spec.Modes[mode].Requires.Where(word => word != "prompt").Select(word => MediaRoles.TryParse(word, out var role) ? role : default)];

        // References may be of any kind the row takes; an edit of a picture model works on references.
        if (roles is [MediaRole.ReferenceImage] && !row.References.ContainsKey(MediaRole.ReferenceImage)
            && row.References.Keys.FirstOrDefault(role => role is MediaRole.ReferenceVideo, MediaRole.Mask) is var other and not MediaRole.Mask)
            return [other];
        return roles is [MediaRole.SourceVideo] && !row.References.ContainsKey(MediaRole.SourceVideo) && row.References.ContainsKey(MediaRole.ReferenceImage)
            ? [MediaRole.ReferenceImage]
            : roles;
    }

    private static (int? Width, int? Height) Size(UpstreamModel row, bool isFull)
    {
        if (row.Sizes.Count > 0)
        {
            var size = PixelSize.Parse(isFull ? row.Sizes[^1] : row.Sizes[0]);
            return (size.WidthPixels, size.HeightPixels);
        }

        (int, int)[] usual = [(1280, 720), (1024, 1024), (1536, 864)];
        return row.AnySize is { } bounds && usual.Where(size => bounds.Contains(size.Item1, size.Item2)).ToList() is [var first, ..] ? first : (null, null);
    }

    private static string Ratio(int width, int height)
    {
        string[] usual = ["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"];
        var ratio = (double)width / height;
        return usual.MinBy(name => Math.Abs((double.Parse(name.Split(':')[0]) / double.Parse(name.Split(':')[1])) - ratio))!;
    }
}
