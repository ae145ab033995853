using System.Text.Json.Nodes;
using Reelay.Server.Api;
using Reelay.Server.Routing.Sources;

namespace Reelay.Server.Routing;

/// <summary>
/// Where channels come from, later before earlier: the sandbox, vendor variables of the environment, <c>Reelay:Channels</c>, the file of
/// channels, and the admin API. A source that names a channel of an earlier one changes only the settings it names.
/// </summary>
internal static class ChannelSources
{
    /// <summary>Reads the channels of the process's own settings, which do not change while it runs.</summary>
    /// <param name="notes">Receives what an operator should know.</param>
    public static Dictionary<string, ChannelConfig> Read(
        IConfiguration configuration, SandboxSettings sandbox, ProviderSet providers, List<string> notes) =>
        ReadDrafts(configuration, sandbox, providers, notes).ToDictionary(pair => pair.Key, pair => pair.Value.Config, StringComparer.Ordinal);

    /// <summary>The same with where each comes from.</summary>
    public static Dictionary<string, ChannelDraft> ReadDrafts(
        IConfiguration configuration, SandboxSettings sandbox, ProviderSet providers, List<string> notes)
    {
        var drafts = new Dictionary<string, ChannelDraft>(StringComparer.Ordinal);
        void Add(string source, Dictionary<string, ChannelConfig> channels)
        {
            foreach (var (id, config) in channels) drafts[id] = new ChannelDraft(id) { Config = config }.From(source);
        }

        if (sandbox.Enabled) Add("sandbox", SandboxChannels.Of(sandbox, providers));
        var vendors = VendorVariables.Read(configuration, providers);
        if (sandbox.Enabled && !sandbox.Mix && vendors.Count > 0)
        {
            notes.Add("The sandbox serves every model, so vendor settings in the environment are ignored; Reelay__Sandbox__Mix=true uses both.");
        }
        else
        {
            Add("environment", vendors);
        }

        foreach (var section in configuration.GetSection("Reelay:Channels").GetChildren())
        {
            if (!drafts.TryGetValue(section.Key, out var draft)) drafts[section.Key] = draft = new ChannelDraft(section.Key);
            section.Bind(draft.Config);
            draft.From("configuration");
        }

        return drafts;
    }

    /// <summary>Lays a later source over the channels.</summary>
    public static void Lay(Dictionary<string, ChannelDraft> drafts, ChannelLayer layer)
    {
        foreach (var (id, settings) in layer.Channels)
        {
            if (!drafts.TryGetValue(id, out var draft)) drafts[id] = draft = new ChannelDraft(id);
            draft.Lay(layer.Source, (JsonObject)settings.DeepClone(), field => layer.Place(id, field));
        }
    }

    /// <summary>Every mistake in one channel, each naming its setting.</summary>
    public static IEnumerable<string> FindMistakes(string id, ChannelConfig channel, ProviderSet providers, IReadOnlyList<Uri> ownAddresses) =>
        FindMistakes(new ChannelDraft(id) { Config = channel }, providers, ownAddresses);

    /// <summary>Every mistake in one channel, each naming the place it was written at.</summary>
    public static IEnumerable<string> FindMistakes(ChannelDraft draft, ProviderSet providers, IReadOnlyList<Uri> ownAddresses) =>
        draft.Mistakes.Concat(ChannelChecks.Find(draft.Id, draft.Config, providers, ownAddresses)
            .Concat(draft.HasPlace("base_url") && ChannelChecks.WithoutUser(draft.Config.BaseUrl) != draft.Config.BaseUrl ? [UserInAddress] : [])
            .Select(mistake => $"{draft.Place(mistake.Field)}: {mistake.Message}"));

    // Older configurations may hold them; what is written anew has better places.
    private static readonly ChannelMistake UserInAddress =
        new("base_url", "the address must hold no user and no password; the credential has settings of its own.");

    /// <summary>Where the server listens, from its <c>urls</c>; "everywhere" counts as this machine, the one host it surely is.</summary>
    public static IReadOnlyList<Uri> OwnAddresses(string urls) =>
    [
        .. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(url => url.Replace("//*", "//127.0.0.1").Replace("//+", "//127.0.0.1").Replace("//0.0.0.0", "//127.0.0.1").Replace("//[::]", "//127.0.0.1"))
            .Select(url => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri : null)
            .OfType<Uri>(),
    ];
}
