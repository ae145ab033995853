using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Server.Routing.Sources;

namespace Reelay.Server.Routing;

/// <summary>Makes channels of what the operator wrote, all or none: every mistake is told at once.</summary>
internal sealed class ChannelBuilder(ProviderSet providers, Func<HttpMessageInvoker> newHttp, TimeProvider time)
{
    /// <summary>The providers that channels can name.</summary>
    public ProviderSet Providers => providers;

    /// <summary>Builds the channels, the models that operators added through them, and the upstream facts that the catalog joins.</summary>
    /// <exception cref="InvalidOperationException">Lists every mistake.</exception>
    public BuiltChannels Build(IReadOnlyDictionary<string, ChannelConfig> configs, IReadOnlyList<Uri> ownAddresses)
    {
        var mistakes = new List<string>();
        var built = Build([.. configs.Select(pair => new ChannelDraft(pair.Key) { Config = pair.Value })], ownAddresses, before: null, mistakes);
        return built ?? throw Mistaken(mistakes);
    }

    /// <summary>The exception that tells every mistake.</summary>
    public static InvalidOperationException Mistaken(IReadOnlyList<string> mistakes) =>
        new("The channels have mistakes:\n- " + string.Join("\n- ", mistakes));

    /// <summary>The same for channels that know where they were written. Those that are switched off are checked and not built.</summary>
    /// <param name="before">The channels as they were: one that has not changed is kept as it is, of another the slots live on.</param>
    /// <param name="mistakes">Receives every mistake.</param>
    /// <returns>Null if there are mistakes.</returns>
    public BuiltChannels? Build(
        IReadOnlyCollection<ChannelDraft> drafts, IReadOnlyList<Uri> ownAddresses, ChannelSnapshot? before, List<string> mistakes)
    {
        foreach (var draft in drafts) mistakes.AddRange(Check(draft, ownAddresses));
        if (mistakes.Count > 0) return null;
        var built = new BuiltChannels(providers.Models);
        foreach (var draft in drafts.Where(draft => draft.Config.IsEnabled))
        {
            var channel = Channel(draft.Id, draft.Config, before?.Find(draft.Id)?.State, built);
            var known = before?.ById.GetValueOrDefault(draft.Id);
            built.Add(known is not null && IsSame(known.Config, draft.Config) ? known : channel);
        }

        return built;
    }

    /// <summary>Builds one channel that takes no orders: for what it has open, or for a test of its account. Its settings were checked before.</summary>
    /// <param name="state">How the channel of this id stands, or null for a new one.</param>
    /// <returns>Null if its provider is gone.</returns>
    public ProviderChannel? BuildAside(string id, ChannelConfig config, ChannelState? state) =>
        providers.Find(config.Provider) is null ? null : Channel(id, config, state, new BuiltChannels(providers.Models));

    /// <summary>Whether two descriptions say the same, secrets included.</summary>
    public static bool IsSame(ChannelConfig one, ChannelConfig other) => JsonNode.DeepEquals(ChannelFields.Write(one), ChannelFields.Write(other));

    /// <summary>Every mistake in one channel, its provider's own options included.</summary>
    public IEnumerable<string> Check(ChannelDraft draft, IReadOnlyList<Uri> ownAddresses)
    {
        foreach (var mistake in ChannelSources.FindMistakes(draft, providers, ownAddresses)) yield return mistake;

        // Nothing written, nothing to check: the first reading of options compiles a good deal of code, which a start need not wait for.
        if (draft.Config.Options.Count == 0 || providers.Find(draft.Config.Provider) is not IChecksOptions check) yield break;
        foreach (var mistake in check.FindMistakes(Options(draft.Config))) yield return $"{draft.Place("options")}: {mistake}";
    }

    private ProviderChannel Channel(string id, ChannelConfig config, ChannelState? state, BuiltChannels built)
    {
        var provider = providers.Find(config.Provider)!;
        var options = config.Options.Count > 0 ? Options(config) : default;
        var url = new Uri(config.BaseUrl.TrimEnd('/'));
        var (served, gone) = ServedModels.Of(config, provider, url);
        if (gone.Count > 0) built.Gone.Add(new GoneModels(id, url.Host, gone));

        // Options can change what a channel makes of a model; then its models are its own, and orders for them go nowhere else.
        var isOwn = provider is IDescribesModels && (config.Options.Count > 0 || served.Any(model => provider.Models.All(known => known.Name != model.Upstream)));
        var key = isOwn ? $"{provider.Id}@{id}" : provider.Id;
        if (isOwn) built.Upstream[key] = ((IDescribesModels)provider).ModelsOf(options, [.. served.Select(model => model.Upstream).Distinct()]);
        foreach (var model in served.Where(model => model.IsAdded)) built.AddModel(model, key);
        return new ProviderChannel
        {
            Id = id,
            Config = config,
            Provider = provider,
            ModelKey = key,
            VendorAccount = VendorAccount(url, config.ApiKey.Length > 0 ? config.ApiKey : config.AccessKey + config.ServiceAccount),
            UpstreamModels = served.Select(model => model.Upstream).ToHashSet(StringComparer.Ordinal),
            State = state ?? new(),
            Account = new ProviderAccount
            {
                ChannelId = id,
                BaseUrl = url,
                Credential = config.Credential(),
                Options = options,
                Http = ChannelHttp.For(config, newHttp),
                Time = time,
            },
        };
    }

    // Two channels with the same credential at the same host are one account there.
    private static string VendorAccount(Uri url, string secret) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(url.GetLeftPart(UriPartial.Authority) + "\n" + secret)).AsSpan(0, 12));

    // Settings are text; what reads as JSON (true, 3, [..]) is taken as such, so that typed options can be written anywhere.
    private static JsonElement Options(ChannelConfig config)
    {
        var options = new JsonObject();
        foreach (var (name, text) in config.Options) options[name] = AsJson(text);
        return JsonSerializer.SerializeToElement<JsonNode>(options, JsonNodeJson.Default.JsonNode);
    }

    /// <summary>A setting's text as JSON, if it reads as such, else as a text.</summary>
    public static JsonNode? AsJson(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonNode))]
internal sealed partial class JsonNodeJson : System.Text.Json.Serialization.JsonSerializerContext;
