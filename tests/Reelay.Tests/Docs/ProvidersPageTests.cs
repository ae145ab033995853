using System.Text;
using Reelay.Providers;
using Reelay.Server.Catalog;
using Reelay.Server.Routing;
using Reelay.Tests.Conformance;
using Reelay.Tests.Support;

namespace Reelay.Tests.Docs;

/// <summary>The page of providers is what the catalog says. <c>REELAY_WRITE_DOCS=1</c> rewrites it instead of comparing.</summary>
public sealed class ProvidersPageTests
{
    private static readonly string Path = System.IO.Path.Combine(Repository.Root, "docs", "providers.md");

    [Fact]
    public async Task The_page_of_providers_is_that_of_the_catalog()
    {
        var page = Page();
        if (Environment.GetEnvironmentVariable("REELAY_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(Path, page, TestContext.Current.CancellationToken);
            return;
        }

        var text = File.Exists(Path) ? await File.ReadAllTextAsync(Path, TestContext.Current.CancellationToken) : "";
        Assert.True(page == text, $"docs/providers.md is not what the catalog says; run this test once with REELAY_WRITE_DOCS=1. It should be:\n{page}");
    }

    private static string Page()
    {
        var page = new StringBuilder();
        page.Append("# Providers and their models\n\n");
        page.Append("Made from the catalog by a test; `REELAY_WRITE_DOCS=1` rewrites it. What each fact is known from stands in the provider's folder.\n");
        page.Append("*Lifecycle* is that at the vendor's own host, which gets no order for a retired model; other hosts serve it on. *Proof* names what\n");
        page.Append("others wrote and the tests run: clients that order an upstream model of the row's first mode from the provider's simulator, and the mock\n");
        page.Append("npm `@copilotkit/aimock`, from which our own adapter orders it. The tests compare this column with what was ordered. It proves the\n");
        page.Append("model, not each of its modes, and nothing of it ran against a vendor's service.\n");
        foreach (var provider in new ProviderSet().All) Append(page, provider);
        return page.ToString();
    }

    private static void Append(StringBuilder page, IVideoProvider provider)
    {
        page.Append($"\n## `{provider.Id}`\n\n[{ConformanceFixtures.FolderOf(provider)}](../src/Providers/{ConformanceFixtures.FolderOf(provider)}/README.md)");
        page.Append($"; vendor's hosts: {(provider.VendorHosts.Count == 0 ? "none" : string.Join(", ", provider.VendorHosts.Select(host => $"`{host}`")))}.\n");
        var models = ConformanceOrders.Catalog.Models.Where(model => model.Offers.Any(offer => IsOf(offer, provider))).ToList();
        if (models.Count == 0) return;
        page.Append("\n| Model | Modes | Seconds | Sizes | Inputs | Upstream model | Lifecycle | Proof |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var model in models) page.Append(Row(model, provider));
    }

    private static string Row(PublicModel model, IVideoProvider provider)
    {
        var able = model.Capability(upstream => upstream.StartsWith(provider.Id + ":", StringComparison.Ordinal))!;
        string[] cells =
        [
            $"`{model.Name}`{(model.Spec.Family is { } family ? $" (also `{family}`)" : "")}{Aliases(model)}",
            string.Join(", ", able.Modes),
            Seconds(able.Seconds),
            Sizes(model, able),
            able.References.Count == 0 ? "none" : string.Join(", ", able.References.Select(pair => $"{pair.Value.MaxCount} {MediaRoles.Name(pair.Key)}")),
            string.Join(", ", model.Offers.Where(offer => IsOf(offer, provider)).Select(offer => $"`{offer.UpstreamModel.Split(':', 2)[1]}`").Distinct()),
            Lifecycle(model.Spec.Lifecycle),
            model.Spec.Proof ?? "none",
        ];
        return $"| {string.Join(" | ", cells)} |\n";
    }

    private static string Aliases(PublicModel model) =>
        model.Spec.Aliases is { Count: > 0 } aliases ? $", aliases {string.Join(", ", aliases.Keys.Select(alias => $"`{alias}`"))}" : "";

    private static string Seconds(IReadOnlyList<int> seconds) => seconds.Count == 0 ? "none"
        : seconds.Count > 2 && seconds[^1] - seconds[0] == seconds.Count - 1 ? $"{seconds[0]} to {seconds[^1]}" : string.Join(", ", seconds);

    private static string Sizes(PublicModel model, ModelCapability able)
    {
        var tiers = model.Spec.Tiers.Select(tier => (tier.Name, Sizes: tier.Sizes.Where(able.Sizes.Contains).ToList())).Where(tier => tier.Sizes.Count > 0)
            .Select(tier => $"{tier.Name}: {(tier.Sizes.Count > 4 ? $"{tier.Sizes.Count} sizes" : string.Join(" ", tier.Sizes))}").ToList();
        if (model.Spec.AnySize is { } any) tiers.Add($"any of {any.MinSide} to {any.MaxSide}");
        return tiers.Count == 0 ? "the upstream's" : string.Join("; ", tiers);
    }

    private static string Lifecycle(LifecycleSpec lifecycle) =>
        lifecycle.State + (lifecycle.ShutdownDate is { } date ? $" {date}" : "") + (lifecycle.Successor is { } successor ? $", then `{successor}`" : "");

    private static bool IsOf(ModelOffer offer, IVideoProvider provider) => offer.UpstreamModel.StartsWith(provider.Id + ":", StringComparison.Ordinal);
}
