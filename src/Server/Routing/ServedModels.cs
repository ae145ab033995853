using Reelay.Providers;

namespace Reelay.Server.Routing;

/// <summary>One model that a channel serves.</summary>
/// <param name="Public">The name callers use, where the channel adds the model to the catalog.</param>
/// <param name="Upstream">The upstream's own name.</param>
/// <param name="IsAdded">Whether the catalog gets it from this channel.</param>
internal readonly record struct ServedModel(string Public, string Upstream, bool IsAdded);

/// <summary>Which models a channel serves: those its settings name, else all that its provider knows.</summary>
internal static class ServedModels
{
    /// <summary>Reads the setting <c>Models</c>.</summary>
    public static IReadOnlyList<ServedModel> Of(ChannelConfig config, IVideoProvider provider, Uri url)
    {
        var gone = GoneAt(provider, url);
        var names = Names(config);
        if (names.Length == 0)
        {
            return [.. provider.Models.Select(model => model.Name).Distinct().Where(name => !gone.Contains(name))
                .Select(name => new ServedModel(name, name, IsAdded: false))];
        }

        var served = new List<ServedModel>();
        foreach (var name in names)
        {
            var parts = name.Split('=', 2, StringSplitOptions.TrimEntries);
            if (gone.Contains(parts[^1])) continue;
            var isKnown = provider.Models.Any(model => model.Name == parts[^1]);
            served.Add(new ServedModel(parts[0], parts[^1], parts.Length == 2 || !isKnown));
        }

        return served;
    }

    /// <summary>What the setting names and the channel does not serve, since its vendor has switched it off; null if there is nothing.</summary>
    public static string? Note(string id, ChannelConfig config, IVideoProvider provider, Uri url)
    {
        var gone = GoneAt(provider, url);
        var named = Names(config).Where(name => gone.Contains(name.Split('=', 2, StringSplitOptions.TrimEntries)[^1])).ToList();
        return named.Count == 0 ? null
            : $"The channel {id} names {string.Join(", ", named)}, which {url.Host} has switched off: it serves none of them there. "
                + "A gateway or a server of your own still can, and Reelay__Successors names what takes their place.";
    }

    // What its vendor has switched off is gone there and nowhere else, whoever names it.
    private static HashSet<string> GoneAt(IVideoProvider provider, Uri url)
    {
        var isVendor = provider.VendorHosts.Any(host => url.Host == host || url.Host.EndsWith("." + host, StringComparison.OrdinalIgnoreCase));
        return isVendor ? [.. provider.Models.Where(model => model.Lifecycle == "retired").Select(model => model.Name)] : [];
    }

    private static string[] Names(ChannelConfig config) =>
        config.Models.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
