using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Server.Routing;

/// <summary>Makes channels of what the operator wrote, all or none: every mistake is told at once.</summary>
internal sealed class ChannelBuilder(ProviderSet providers, Func<HttpMessageInvoker> newHttp, TimeProvider time)
{
    /// <summary>Builds the channels, the models that operators added through them, and the upstream facts that the catalog joins.</summary>
    /// <exception cref="InvalidOperationException">Lists every mistake.</exception>
    public BuiltChannels Build(IReadOnlyDictionary<string, ChannelConfig> configs, IReadOnlyList<Uri> ownAddresses)
    {
        var mistakes = configs.SelectMany(pair => ChannelSources.FindMistakes(pair.Key, pair.Value, providers, ownAddresses)).ToList();
        var built = new BuiltChannels(providers.Models);
        foreach (var (id, config) in configs)
        {
            if (providers.Find(config.Provider) is not { } provider) continue;

            // Nothing written, nothing to check: the first reading of options compiles a good deal of code, which a start need not wait for.
            var options = config.Options.Count > 0 ? Options(config) : default;
            if (config.Options.Count > 0 && provider is IChecksOptions check)
            {
                mistakes.AddRange(check.FindMistakes(options).Select(mistake => $"Reelay:Channels:{id}:Options: {mistake}"));
            }

            if (mistakes.Count == 0) built.Add(Channel(id, config, provider, options, built));
        }

        return mistakes.Count == 0 ? built : throw new InvalidOperationException("The channels have mistakes:\n- " + string.Join("\n- ", mistakes));
    }

    private ProviderChannel Channel(string id, ChannelConfig config, IVideoProvider provider, JsonElement options, BuiltChannels built)
    {
        var url = new Uri(config.BaseUrl.TrimEnd('/'));
        var served = ServedModels.Of(config, provider, url);

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
            VendorAccount = VendorAccount(url, config.ApiKey.Length > 0 ? config.ApiKey : config.AccessKey),
            UpstreamModels = served.Select(model => model.Upstream).ToHashSet(StringComparer.Ordinal),
            Account = new ProviderAccount
            {
                ChannelId = id,
                BaseUrl = url,
                Credential = Credential(config),
                Options = options,
                Http = newHttp(),
                Time = time,
            },
        };
    }

    private static ProviderCredential Credential(ChannelConfig config) =>
        config.ApiKey.Length > 0 ? new ProviderCredential.ApiKey(config.ApiKey)
        : config.AccessKey.Length > 0 ? new ProviderCredential.KeyPair(config.AccessKey, config.SecretKey)
        : new ProviderCredential.None();

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

    private static JsonNode? AsJson(string text)
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
