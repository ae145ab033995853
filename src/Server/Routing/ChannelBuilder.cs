using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Server.Catalog;

namespace Reelay.Server.Routing;

/// <summary>Makes channels of what the operator wrote, all or none: every mistake is told at once.</summary>
internal sealed class ChannelBuilder(ProviderSet providers, Func<HttpMessageInvoker> newHttp, TimeProvider time)
{
    /// <summary>Builds the channels and the models that operators added through them.</summary>
    /// <exception cref="InvalidOperationException">Lists every mistake.</exception>
    public (ChannelSet Channels, IReadOnlyList<ModelSpec> AddedModels) Build(
        IReadOnlyDictionary<string, ChannelConfig> configs, IReadOnlyList<Uri> ownAddresses)
    {
        var mistakes = configs.SelectMany(pair => ChannelSources.FindMistakes(pair.Key, pair.Value, providers, ownAddresses)).ToList();
        var channels = new List<ProviderChannel>();
        var added = new List<ModelSpec>();
        foreach (var (id, config) in configs)
        {
            if (providers.Find(config.Provider) is not { } provider) continue;

            // Nothing written, nothing to check: the first reading of options compiles a good deal of code, which a start need not wait for.
            var options = config.Options.Count > 0 ? Options(config) : default;
            if (config.Options.Count > 0 && provider is IChecksOptions check)
            {
                mistakes.AddRange(check.FindMistakes(options).Select(mistake => $"Reelay:Channels:{id}:Options: {mistake}"));
            }

            if (mistakes.Count == 0) channels.Add(Channel(id, config, provider, options, added));
        }

        if (mistakes.Count > 0) throw new InvalidOperationException("The channels have mistakes:\n- " + string.Join("\n- ", mistakes));
        return (new ChannelSet(channels), added);
    }

    private ProviderChannel Channel(
        string id, ChannelConfig config, IVideoProvider provider, JsonElement options, List<ModelSpec> added)
    {
        var url = new Uri(config.BaseUrl.TrimEnd('/'));
        return new ProviderChannel
        {
            Id = id,
            Config = config,
            Provider = provider,
            VendorAccount = VendorAccount(url, config.ApiKey),
            UpstreamModels = Models(config, provider, added),
            Account = new ProviderAccount
            {
                ChannelId = id,
                BaseUrl = url,
                Credential = config.ApiKey.Length == 0 ? new ProviderCredential.None() : new ProviderCredential.ApiKey(config.ApiKey),
                Options = options,
                Http = newHttp(),
                Time = time,
            },
        };
    }

    private static HashSet<string> Models(ChannelConfig config, IVideoProvider provider, List<ModelSpec> added)
    {
        var names = config.Models.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length == 0) return [.. provider.Models.Select(model => model.Name)];
        var served = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var parts = name.Split('=', 2, StringSplitOptions.TrimEntries);
            served.Add(parts[^1]);
            var isKnown = provider.Models.Any(model => model.Name == parts[^1]);
            if ((parts.Length == 2 || !isKnown) && added.All(spec => spec.Name != parts[0]))
            {
                added.Add(ModelSpec.SelfHosted(parts[0], provider.Id + ":" + parts[^1]));
            }
        }

        return served;
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
