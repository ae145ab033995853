using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Server.Catalog;
using Reelay.Server.Catalog.Orders;
using Reelay.Tests.Catalog;

namespace Reelay.Tests.Contract;

/// <summary>Models for what the rules promise and no shipped model shows yet: each has a name, its rows of upstream facts, and nothing else special.</summary>
internal static class Studio
{
    private const string Hd = "1280x720";

    public static OrderTerms Terms { get; } = new()
    {
        Catalog = ModelCatalog.Load(
            new Dictionary<string, IReadOnlyList<UpstreamModel>>(Orders.Upstream) { ["studio"] = [.. Rows()] },
            [.. Orders.Added, .. Models()],
            [new ModelAlias("sora-tall", "sora-2-pro", new JsonObject { ["size"] = "1080x1920" }), new ModelAlias("sora", "sora-2", [])]),
        Library = new OwnThings(),
    };

    public static OrderTerms Strict { get; } = Terms with { IsStrict = true };

    // One upstream model per public one; some have a second row for a mode without a length.
    private static IEnumerable<UpstreamModel> Rows() =>
    [
        Row("fixed", ["t2v"], [8]),
        Row("rounding", ["t2v"], [6, 10]),
        Row("omni", ["t2v", "r2v", "i2v_first_last"], [4, 6, 8, 10]),
        Row("omni", ["edit"], []) with { Sizes = [] },
        Row("frames", ["i2v_first_last"], [4, 6, 8]),
        Row("material", ["t2v", "i2v", "i2v_first_last", "reference_material"], [4, 5, 10]),
        Row("editor", ["video-edit"], []) with { Sizes = [] },
        Row("starter", ["i2v"], [5]) with { RatioFollowsFirstFrame = true, Sizes = ["1280x720", "720x1280", "1920x1080", "1080x1920"] },
        Row("loud", ["t2v"], [4]) with { Audio = "always" },
    ];

    private static IEnumerable<ModelSpec> Models()
    {
        yield return Model("fixed", new() { Allowed = [8], Default = 8 }, ("t2v", ["prompt"], []));
        yield return Model("rounding", new() { Allowed = [6, 10], Default = 6, RoundsUp = true }, ("t2v", ["prompt"], []));
        yield return Model(
            "omni", new() { Allowed = [4, 6, 8, 10], Default = 4, RoundsUp = true, CapsAtLargest = true },
            ("t2v", ["prompt"], []), ("r2v", ["prompt", "reference_image"], []), ("i2v_first_last", ["prompt", "first_frame"], ["last_frame"]),
            ("edit", ["prompt", "source_video"], ["reference_image"]));
        yield return Model("frames", new() { Allowed = [4, 6, 8], Default = 8 }, ("i2v_first_last", ["prompt", "first_frame"], ["last_frame"]));
        yield return Model(
            "material", new() { Allowed = [4, 5, 10], Default = 5 }, ("t2v", ["prompt"], []), ("i2v", ["first_frame"], []),
            ("i2v_first_last", ["first_frame", "last_frame"], []),
            ("reference_material", ["prompt"], ["reference_image", "reference_video", "reference_audio"]));
        yield return Model("editor", new() { Allowed = [5], Default = 5 }, ("video-edit", ["prompt", "source_video"], ["reference_image"]));
        yield return Model("starter", new() { Allowed = [5], Default = 5 }, ("i2v", ["first_frame"], [])) with
        {
            Tiers = [new() { Name = "720p", Sizes = [Hd, "720x1280"] }, new() { Name = "1080p", Sizes = ["1920x1080", "1080x1920"] }],
        };
        yield return Model("loud", new() { Allowed = [4], Default = 4 }, ("t2v", ["prompt"], [])) with { Audio = "always" };
    }

    private static UpstreamModel Row(string name, string[] modes, int[] seconds) => new()
    {
        Name = name,
        Modes = modes,
        Seconds = seconds,
        Sizes = [Hd, "720x1280"],
        Source = "test",
        References = new Dictionary<MediaRole, UpstreamReference>
        {
            [MediaRole.FirstFrame] = Takes(1, "image/png"),
            [MediaRole.LastFrame] = Takes(1, "image/png"),
            [MediaRole.ReferenceImage] = Takes(7, "image/png"),
            [MediaRole.ReferenceVideo] = Takes(3, "video/mp4"),
            [MediaRole.ReferenceAudio] = Takes(3, "audio/mpeg"),
            [MediaRole.SourceVideo] = Takes(1, "video/mp4"),
        },
    };

    private static UpstreamReference Takes(int count, string type) => new() { MaxCount = count, MaxBytes = 1 << 20, Types = [type] };

    private static ModelSpec Model(string name, SecondsSpec seconds, params (string Name, string[] Requires, string[] Takes)[] modes) =>
        ModelSpec.SelfHosted(name, "studio:" + name) with
        {
            Seconds = seconds,
            Modes = modes.ToDictionary(mode => mode.Name, mode => new ModeSpec { Requires = mode.Requires, Takes = mode.Takes }),
            AnySize = null,
            Tiers = [new() { Name = "720p", Sizes = [Hd, "720x1280"] }],
            Audio = "never",
            References = null,
            MaxSourceSeconds = 15,
            Prices = [new() { Per = "second", Micros = 1_000_000 }],
        };
}
