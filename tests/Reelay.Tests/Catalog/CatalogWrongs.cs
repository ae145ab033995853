using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Reelay.Server.Catalog;
using Reelay.Simulators;
using Reelay.Tests.Conformance;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Catalog;

/// <summary>One request with one thing wrong in it.</summary>
/// <param name="What">What is wrong.</param>
/// <param name="Body">The request.</param>
/// <param name="Names">Of these the refusal must name one.</param>
internal sealed record CatalogWrong(string What, JsonObject Body, IReadOnlyList<string> Names);

/// <summary>Everything that can be wrong with the smallest order of a model, one at a time.</summary>
internal static class CatalogWrongs
{
    private static readonly ConcurrentDictionary<PixelSize, byte[]> _pictures = [];
    private static readonly byte[] Video = Clips.Make(4, 1280, 720);

    /// <summary>Every request with one mistake.</summary>
    public static IEnumerable<CatalogWrong> Of(PublicModel model, string mode, JsonObject right) =>
        [.. Modes(model, right), .. Lengths(model, mode, right), .. Shapes(model, mode, right), .. Files(model, mode, right)];

    /// <summary>A file of a role as an item of <c>content</c>; a picture has the model's default size, or a video the kind of a reference.</summary>
    public static JsonObject File(PublicModel model, string role)
    {
        if (role.EndsWith("video", StringComparison.Ordinal)) return Item("video_url", role, Video, "video/mp4");
        if (role.EndsWith("audio", StringComparison.Ordinal)) return Item("audio_url", role, [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 0], "audio/mpeg");
        var size = PixelSize.Parse(model.Spec.DefaultSize);
        return Item("image_url", role, _pictures.GetOrAdd(size, size => PngImage.Gradient(size.WidthPixels, size.HeightPixels)), "image/png");
    }

    private static JsonObject Item(string type, string role, byte[] bytes, string contentType) => new()
    {
        ["type"] = type, ["role"] = role, [type] = new JsonObject { ["url"] = $"data:{contentType};base64,{Convert.ToBase64String(bytes)}" },
    };

    private static IEnumerable<CatalogWrong> Modes(PublicModel model, JsonObject right)
    {
        var known = model.Spec.Modes;
        var others = ConformanceOrders.Catalog.Models.SelectMany(other => other.Spec.Modes.Keys).Distinct()
            .Where(mode => !known.ContainsKey(mode) && !known.Values.Any(own => own.Aliases?.Contains(mode) == true));

        // A model that cannot may name another that edits its results.
        foreach (var mode in others.Where(mode => model.Spec.EditWith is null || mode is not ("edit" or "extend")))
            yield return new($"mode {mode}", With(right, "mode", mode), [.. known.Keys]);
        yield return new("no mode there is", With(right, "mode", "sideways"), [.. known.Keys]);
    }

    private static IEnumerable<CatalogWrong> Lengths(PublicModel model, string mode, JsonObject right)
    {
        // Where the source decides the length it is a hint, and one length is used whatever is asked.
        var offers = model.Offers.Where(offer => offer.Modes.Contains(mode)).ToList();
        if (offers.Exists(offer => offer.Seconds.IsNone)) yield break;
        var allowed = offers.SelectMany(offer => offer.Seconds.Values).Distinct().Order().ToList();
        if (model.Spec.Seconds is not { } spec || allowed.Count == 0) yield break;
        var names = allowed.Select(seconds => seconds.ToString()).ToList();
        yield return new("61 seconds", With(right, "seconds", 61), [.. names, "60"]);
        yield return new("half a second", With(right, "seconds", 5.5), [.. names, "whole"]);
        if (spec.RoundsUp || spec.CapsAtLargest || spec.Allowed is { Count: 1 }) yield break;
        if (Enumerable.Range(1, 60).FirstOrDefault(seconds => !allowed.Contains(seconds)) is > 0 and var other)
            yield return new($"{other} seconds", With(right, "seconds", other), names);
    }

    private static IEnumerable<CatalogWrong> Shapes(PublicModel model, string mode, JsonObject right)
    {
        // Where a picture or a source video decides the ratio, a size is a hint.
        var offers = model.Offers.Where(offer => offer.Modes.Contains(mode)).ToList();
        if (offers.Exists(offer => offer.Sizes.IsNone || offer.RatioFollowsFirstFrame)) yield break;
        var sizes = offers.SelectMany(offer => offer.Sizes.Sizes).Distinct().Select(size => size.ToString()).ToList();
        if (sizes.Count == 0) yield break;
        var tiers = model.Spec.Tiers.Select(tier => tier.Name).ToList();
        var names = sizes.Concat(tiers).Concat(sizes.Select(size => size.Replace('x', ':'))).Append(":").ToList();
        yield return new("a size of no ratio there is", With(right, "size", "100x5000"), names);
        yield return new("a ratio there is not", With(right, "aspect_ratio", "1:50"), names);
        foreach (var tier in new[] { "480p", "8k" }.Where(tier => !tiers.Contains(tier)))
            yield return new($"tier {tier}", With(right, "tier", tier), [.. tiers, .. sizes]);
    }

    private static IEnumerable<CatalogWrong> Files(PublicModel model, string mode, JsonObject right)
    {
        var spec = model.Spec.Modes[mode];
        if (spec.Requires.Contains("prompt"))
        {
            var silent = Copy(right);
            silent.Remove("prompt");
            yield return new("no prompt", silent, ["prompt"]);
        }

        foreach (var role in spec.Requires.Where(role => role != "prompt"))
        {
            var poor = Copy(right);
            if (role == "source_video") poor.Remove("video_id");
            else poor["content"] = new JsonArray([.. Items(right).Where(item => (string?)item["role"] != role).Select(item => item.DeepClone())]);
            yield return new($"no {role}", poor, [role, "image", "video", "picture", mode]);
            if (role == "source_video" || Items(right).FirstOrDefault(item => (string?)item["role"] == role) is not { } file) continue;

            var bounds = model.Offers.Where(offer => offer.Modes.Contains(mode)).SelectMany(offer => offer.References)
                .Where(pair => MediaRoles.Name(pair.Key) == role).Select(pair => pair.Value).ToList();
            var most = bounds.Max(reference => reference.MaxCount);
            var rich = Copy(right);
            for (var count = 1; count <= most; count++) rich["content"]!.AsArray().Add(file.DeepClone());
            yield return new($"{most + 1} of {role}", rich, [most.ToString(), role, mode]);

            var odd = Copy(right);
            var type = (string)file["type"]!;
            odd["content"]!.AsArray().Single(item => (string?)item!["role"] == role)![type]!["url"] =
                "data:application/octet-stream;base64," + Convert.ToBase64String("just some words of no kind"u8);
            yield return new($"a {role} of no kind", odd, [.. bounds.SelectMany(reference => reference.Types), "allowed are"]);
        }
    }

    private static IEnumerable<JsonObject> Items(JsonObject body) => (body["content"] as JsonArray)?.OfType<JsonObject>() ?? [];

    private static JsonObject With(JsonObject right, string name, JsonNode value)
    {
        var wrong = Copy(right);
        wrong[name] = value;
        return wrong;
    }

    private static JsonObject Copy(JsonObject body) => (JsonObject)body.DeepClone();
}
