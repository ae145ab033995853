using Reelay.Providers;

namespace Reelay.Server.Routing;

/// <summary>One model that a channel serves.</summary>
/// <param name="Public">The name callers use, where the channel adds the model to the catalog.</param>
/// <param name="Upstream">The upstream's own name.</param>
/// <param name="IsAdded">Whether the catalog gets it from this channel.</param>
internal readonly record struct ServedModel(string Public, string Upstream, bool IsAdded);

/// <summary>Which models a channel serves: those its settings name, else all that its provider knows.</summary>
/// <param name="Models">What it serves.</param>
/// <param name="Gone">What the setting names, as written, and the channel does not serve, since its vendor has switched it off.</param>
internal sealed record ServedModels(IReadOnlyList<ServedModel> Models, IReadOnlyList<string> Gone)
{
    /// <summary>Reads the setting <c>Models</c>.</summary>
    public static ServedModels Of(ChannelConfig config, IVideoProvider provider, Uri url)
    {
        var gone = GoneAt(provider, url);
        var names = config.Models.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length == 0)
        {
            return new(
                [
                    .. provider.Models.Select(model => model.Name).Distinct().Where(name => !gone.Contains(name))
                        .Select(name => new ServedModel(name, name, IsAdded: false)),
                ],
                []);
        }

        var (served, missing) = (new List<ServedModel>(), new List<string>());
        foreach (var name in names)
        {
            var parts = name.Split('=', 2, StringSplitOptions.TrimEntries);
            if (gone.Contains(parts[^1]))
            {
                missing.Add(name);
                continue;
            }

            var isKnown = provider.Models.Any(model => model.Name == parts[^1]);
            served.Add(new ServedModel(parts[0], parts[^1], parts.Length == 2 || !isKnown));
        }

        return new(served, missing);
    }

    // What its vendor has switched off is gone there and nowhere else, whoever names it.
    private static HashSet<string> GoneAt(IVideoProvider provider, Uri url)
    {
        var isVendor = provider.VendorHosts.Any(host => url.Host == host || url.Host.EndsWith("." + host, StringComparison.OrdinalIgnoreCase));
        return isVendor ? [.. provider.Models.Where(model => model.Lifecycle == "retired").Select(model => model.Name)] : [];
    }
}

/// <summary>What a channel's settings name and its vendor has switched off.</summary>
/// <param name="ChannelId">The channel.</param>
/// <param name="Host">Where it is gone.</param>
/// <param name="Names">The models as written.</param>
internal sealed record GoneModels(string ChannelId, string Host, IReadOnlyList<string> Names)
{
    /// <summary>What an operator should know of those that were not told yet; null if all were.</summary>
    /// <param name="told">Channels and models that were told; those of the note are added.</param>
    public string? Note(HashSet<(string ChannelId, string Model)> told)
    {
        var news = Names.Where(name => told.Add((ChannelId, name))).ToList();
        return news.Count == 0 ? null
            : $"The channel {ChannelId} names {string.Join(", ", news)}, which {Host} has switched off: it serves none of them there. "
                + "A gateway or a server of your own still can, and Reelay__Successors names what takes their place.";
    }
}
