using System.Text;
using Reelay.Server.Catalog;

namespace Reelay.Tests.Catalog;

public class CatalogTests
{
    [Theory]
    [InlineData("sora-2", "720x1280, 1280x720", "720p")]
    [InlineData("sora-2-pro", "720x1280, 1280x720, 1024x1792, 1792x1024, 1080x1920, 1920x1080", "720p 1024p 1080p")]
    [InlineData("sora-2-2025-10-06", "720x1280, 1280x720", "720p")]
    [InlineData("sora-2-2025-12-08", "720x1280, 1280x720", "720p")]
    [InlineData("sora-2-pro-2025-10-06", "720x1280, 1280x720, 1024x1792, 1792x1024, 1080x1920, 1920x1080", "720p 1024p 1080p")]
    public void The_shipped_sora_models_have_the_published_facts(string name, string sizes, string tiers)
    {
        var model = Orders.Catalog.Find(name)!;
        Assert.Equal(["t2v i2v", "edit", "extend"], model.Offers.Select(row => string.Join(' ', row.Modes)));
        var offer = model.Offers[0];
        Assert.Equal("4, 8, 12, 16, 20", offer.Seconds.ToString());
        Assert.Equal(sizes, offer.Sizes.ToString());
        Assert.Equal(tiers, string.Join(' ', offer.Sizes.Tiers));
        Assert.Equal(("always", 32_000, "full", 3600, 900), (offer.Audio, offer.MaxPromptLength, model.Spec.CancelCharge, model.Spec.DeadlineSeconds, model.Spec.MaxQueueSeconds));
        Assert.Equal(("retired", "2026-09-24"), (model.Spec.Lifecycle.State, model.Spec.Lifecycle.ShutdownDate));
    }

    [Fact]
    public void A_listing_shows_the_union_of_what_is_servable()
    {
        var lab = Orders.Catalog.Find("lab")!;
        var all = lab.Capability(_ => true)!;
        Assert.Equal([4, 5, 10], all.Seconds);
        Assert.Equal(["1280x720", "720x1280", "960x720", "1920x1080"], all.Sizes);
        Assert.Equal(("choice", 32_000), (all.Audio, all.MaxPromptLength));
        Assert.Equal([5, 10], lab.Capability(id => id == "lab:large")!.Seconds);
        Assert.Null(lab.Capability(_ => false));
    }

    [Fact]
    public void A_channels_model_with_a_shipped_name_replaces_it()
    {
        var catalog = ModelCatalog.Load(Orders.Upstream, [ModelSpec.SelfHosted("sora-2", "openai:Wan-AI/Wan2.2")]);
        Assert.Equal("openai:Wan-AI/Wan2.2", Assert.Single(catalog.Find("sora-2")!.Offers).UpstreamModel);
    }

    [Fact]
    public void Every_mistake_is_reported_at_once()
    {
        var bad = ModelSpec.SelfHosted("bad", "nobody:bad") with
        {
            Audio = "loud",
            CancelCharge = "half",
            DefaultSize = "large",
            Seconds = new() { Allowed = [4, 90], Default = 4 },
            Modes = new Dictionary<string, ModeSpec> { ["edit"] = new() { Requires = ["source_video"] } },
            Lifecycle = new() { State = "asleep", ShutdownDate = "soon", Source = "" },
            MaxQueueSeconds = 1,
            DeadlineSeconds = 1,
        };
        var stray = ModelSpec.SelfHosted("stray", "nobody:x");
        var orphan = ModelSpec.SelfHosted("orphan", "openai:x") with { Lifecycle = new() { State = "retired", Successor = "gone", Source = "test" } };
        var exception = Assert.Throws<CatalogException>(() => ModelCatalog.Load(Orders.Upstream, [bad, stray, orphan]));

        Assert.Equal(12, exception.Mistakes.Count);
        Assert.Equal(10, exception.Mistakes.Count(mistake => mistake.StartsWith("bad: ", StringComparison.Ordinal)));
        foreach (var mistake in exception.Mistakes)
        {
            Assert.Contains(mistake, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_shipped_model_must_name_listed_upstream_models()
    {
        var exception = Assert.Throws<CatalogException>(() => ModelCatalog.Load(new Dictionary<string, IReadOnlyList<Reelay.Providers.UpstreamModel>>(Orders.Upstream)
        {
            ["openai"] = [.. Orders.Upstream["openai"].Where(row => row.Name == "sora-2").Select(row => row with { Audio = "never" })],
        }));
        Assert.Equal(7, exception.Mistakes.Count);
        Assert.Contains(exception.Mistakes, mistake => mistake.Contains("audio is `always`", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{", "x.json: ")]
    [InlineData("""[{"name":"x","sizes":[]}]""", "sizes")]
    [InlineData("""[{"name":"x"}]""", "upstream")]
    public void A_file_that_cannot_be_read_is_a_mistake(string json, string says)
    {
        var mistakes = new List<string>();
        Assert.Empty(CatalogFiles.ReadOne("x.json", new MemoryStream(Encoding.UTF8.GetBytes(json)), mistakes));
        Assert.Contains(says, Assert.Single(mistakes), StringComparison.Ordinal);
    }
}
