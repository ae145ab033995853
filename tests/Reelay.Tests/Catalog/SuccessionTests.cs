using Reelay.Server.Catalog;
using Reelay.Server.Catalog.Orders;

namespace Reelay.Tests.Catalog;

/// <summary>What becomes of an order for a model that no channel serves any more.</summary>
public sealed class SuccessionTests
{
    private static readonly Dictionary<string, string> _nothing = [];

    [Fact]
    public void Each_documented_value_becomes_itself_or_what_is_written_and_the_rest_is_told()
    {
        var succession = Assert.Single(Load(new SuccessorSpec("sora-2-pro", "viduq3-pro", new Dictionary<string, string> { ["20"] = "16" }, _nothing)).Successions);
        Assert.Equal([(4, 4), (8, 8), (12, 12), (16, 16), (20, 16)], succession.Seconds.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(["720x1280", "1280x720", "1080x1920", "1920x1080"], succession.Sizes.Keys);
        Assert.Equal(["size 1024x1792", "size 1792x1024"], succession.Missing);
        Assert.Contains("size 1024x1792, size 1792x1024", succession.Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sora-3", "viduq3-pro", "8", "8", "there is no such model")]
    [InlineData("sora-2", "viduq9", "8", "8", "`viduq9` is not in the catalog")]
    [InlineData("sora-2", "", "8", "8", "the successor `` is not in the catalog")]
    [InlineData("sora-2", "sora-2", "8", "8", "has a successor itself")]
    [InlineData("sora-2", "viduq3-pro", "7", "8", "it has no seconds `7`")]
    [InlineData("sora-2", "viduq3-pro", "20", "40", "makes no `40` seconds")]
    [InlineData("sora-2", "viduq3-pro", "20", "long", "makes no `long` seconds")]
    public void Every_mistake_is_named(string name, string model, string from, string to, string says)
    {
        var mistakes = Assert.Throws<CatalogException>(() => Load(new SuccessorSpec(name, model, new Dictionary<string, string> { [from] = to }, _nothing))).Mistakes;
        Assert.Contains(mistakes, mistake => mistake.Contains(name, StringComparison.Ordinal) && mistake.Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public void Mistakes_in_sizes_and_chains_are_named_too()
    {
        var sizes = new Dictionary<string, string> { ["720x1280"] = "7x7", ["1x1"] = "1280x720" };
        var chain = new SuccessorSpec("sora-2-pro", "sora-2", _nothing, _nothing);
        var mistakes = Assert.Throws<CatalogException>(() => Load(new SuccessorSpec("sora-2", "viduq3-pro", _nothing, sizes), chain)).Mistakes;
        Assert.Equal(3, mistakes.Count);
        Assert.Contains("The successor of sora-2: `viduq3-pro` makes no size `7x7`, which 720x1280 should become.", mistakes);
        Assert.Contains("The successor of sora-2: it has no size `1x1`.", mistakes);
        Assert.Contains("The successor of sora-2-pro: the successor `sora-2` has a successor itself; name the last one.", mistakes);
    }

    [Theory]
    [InlineData("""{"model":"sora-2","prompt":"x"}""", 4, "4", 720, 1280, "720x1280", "model_succeeded")]
    [InlineData("""{"model":"sora-2","prompt":"x","seconds":"8","size":"1280x720"}""", 8, "8", 1280, 720, "1280x720", "model_succeeded")]
    [InlineData("""{"model":"sora-2","prompt":"x","duration":20}""", 16, "20", 720, 1280, "720x1280", "model_succeeded value_mapped")]
    [InlineData("""{"model":"sora-2","prompt":"x","aspect_ratio":"9:16","resolution":"1080p"}""", 4, "4", 1080, 1920, null, "model_succeeded")]
    public async Task The_old_defaults_hold_and_values_become_what_the_mapping_says(
        string json, int seconds, string echo, int width, int height, string? sizeEcho, string warnings)
    {
        var order = await Orders.AcceptAsync(json, Gone("openai:"));
        Assert.Equal(("sora-2", "viduq3-pro", seconds, echo), (order.Model, order.CatalogModel, order.Seconds, order.SecondsEcho));
        Assert.Equal((width, height), (order.WidthPixels, order.HeightPixels));
        if (sizeEcho is not null) Assert.Equal(sizeEcho, order.SizeEcho);
        Assert.Equal(warnings, string.Join(' ', order.Warnings.Select(warning => warning.Code)));
        Assert.All(order.UpstreamModels, model => Assert.Equal("vidu:viduq3-pro", model));
    }

    [Theory]
    [InlineData("""{"model":"sora-2","prompt":"x","seconds":16}""", "seconds", "`sora-2` is made by `doubao-seedance-1-5-pro-251215` now, with 4, 8, 12 seconds.")]
    [InlineData("""{"model":"sora-2","prompt":"x","seconds":5}""", "seconds", "with 4, 8, 12 seconds.")]
    [InlineData("""{"model":"sora-2","prompt":"x","size":"7x7000"}""", "size", "7x7000")]
    public async Task What_has_no_image_is_refused_with_what_has_one(string json, string param, string says)
    {
        var terms = Gone("openai:") with { Catalog = Load(new SuccessorSpec("sora-2", "doubao-seedance-1-5-pro-251215", _nothing, _nothing)) };
        var refused = (await Orders.ReadAsync(json, terms)).Error!;
        Assert.Equal((400, param), (refused.Status, refused.Param));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_a_channel_serves_the_old_model_nothing_changes()
    {
        var order = await Orders.AcceptAsync("""{"model":"sora-2","prompt":"x","seconds":20}""", Gone("nobody:"));
        Assert.Equal((20, null), (order.Seconds, order.CatalogModel));
        Assert.Empty(order.Warnings);
    }

    [Fact]
    public async Task Where_nobody_serves_the_successor_either_the_order_is_refused()
    {
        var refused = (await Orders.ReadAsync("""{"model":"sora-2","prompt":"x"}""", Gone("openai:") with { CanServe = _ => false })).Error!;
        Assert.Equal("model_not_found", refused.Code);
    }

    private static ModelCatalog Load(params SuccessorSpec[] successors) => ModelCatalog.Load(Orders.Upstream, successors: successors);

    private static OrderTerms Gone(string prefix) => new()
    {
        Catalog = Load(new SuccessorSpec("sora-2", "viduq3-pro", new Dictionary<string, string> { ["20"] = "16" }, _nothing)),
        CanServe = model => !model.StartsWith(prefix, StringComparison.Ordinal),
    };
}
