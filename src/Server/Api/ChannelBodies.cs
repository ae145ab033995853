using System.Text.Json.Nodes;
using Reelay.Contracts;
using Reelay.Server.Routing;
using Reelay.Server.Routing.Sources;

namespace Reelay.Server.Api;

/// <summary>Channels in the words of the admin API. No secret gets past here.</summary>
internal static class ChannelBodies
{
    private const int HintLength = 4;
    private const int MinHintedLength = 12;
    private static readonly string[] SecretWords = ["secret", "key", "token", "password", "authorization"];

    /// <summary>A channel's body.</summary>
    /// <param name="source">The source that names it.</param>
    /// <param name="live">The channel as it runs, or null if nothing of it does.</param>
    /// <param name="isActive">Whether it takes orders.</param>
    /// <param name="openCount">Open attempts.</param>
    /// <param name="row">Its row in the admin API, or null.</param>
    public static Channel Of(string id, string source, ChannelConfig config, ProviderChannel? live, bool isActive, int openCount, AdminChannel? row) => new()
    {
        Id = id,
        Source = source,
        State = isActive ? "active" : openCount > 0 ? "draining" : "disabled",
        Credential = Credential(config, live?.CredentialVersion),
        OpenAttempts = openCount,
        Provider = config.Provider,
        BaseUrl = ChannelChecks.WithoutUser(config.BaseUrl),
        Models = ChannelField.Split(config.Models),
        Groups = ChannelField.Split(config.Groups),
        Enabled = config.IsEnabled,
        Priority = config.Priority,
        Weight = config.Weight,
        CostFactor = config.CostFactor,
        MaxInFlight = config.MaxInFlight,
        MaxInFlightPerModel = config.MaxInFlightPerModel,
        SubmissionsPerSecond = config.SubmissionsPerSecond,
        SubmissionsPerMinute = config.SubmissionsPerMinute,
        CallSeconds = config.CallSeconds,
        ExpectedSeconds = config.ExpectedSeconds,
        MinPollMilliseconds = config.MinPollMilliseconds,
        Callbacks = config.Callbacks,
        Proxy = config.Proxy.Length == 0 ? null : new Uri(config.Proxy).GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped),
        Headers = config.Headers.ToDictionary(pair => pair.Key, pair => Hint(pair.Value)),
        Options = Options(config),
        CreatedAt = row?.CreatedAt / 1000,
        UpdatedAt = row?.UpdatedAt / 1000,
    };

    private static ChannelCredential? Credential(ChannelConfig config, int? version) =>
        config.ApiKey.Length > 0 ? new("api_key", Hint(config.ApiKey), version)
        : config.SecretKey.Length > 0 ? new("key_pair", Hint(config.SecretKey), version)
        : config.ServiceAccount.Length > 0 ? new("service_account", Hint(config.ServiceAccount), version)
        : null;

    private static string Hint(string secret) => secret.Length < MinHintedLength ? "…" : "…" + secret[^HintLength..];

    private static JsonObject Options(ChannelConfig config)
    {
        var options = (JsonObject)ChannelFields.Find("options")!.Get(config)!;
        Shorten(options);
        return options;
    }

    private static void Shorten(JsonObject options)
    {
        foreach (var (name, value) in options.ToList())
        {
            if (value is JsonObject inner) Shorten(inner);
            else if (value is not null && SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase))) options[name] = Hint(value.ToString());
        }
    }
}
