using System.ComponentModel.DataAnnotations;
using Reelay.Providers;

namespace Reelay.Server.Routing;

/// <summary>One account at a provider as the operator wrote it: <c>Reelay:Channels:{id}</c> in the configuration.</summary>
internal sealed class ChannelConfig
{
    /// <summary>Id of the provider, for example <c>openai</c>.</summary>
    [Required]
    public string Provider { get; set; } = "openai";

    /// <summary>Root of the upstream's API, http or https, for example <c>https://host/v1</c>.</summary>
    [Required]
    public string BaseUrl { get; set; } = "";

    /// <summary>The account's secret; empty where the upstream asks for none. Never shown again.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>For accounts with a pair of keys: the public one. With <see cref="SecretKey"/>, in place of <see cref="ApiKey"/>.</summary>
    public string AccessKey { get; set; } = "";

    /// <summary>The one that signs. Never shown again.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>For accounts of a cloud: the JSON of a service account's key file, in place of <see cref="ApiKey"/>. Never shown again.</summary>
    public string ServiceAccount { get; set; } = "";

    /// <summary>
    /// Models it serves, separated by commas. Each is an upstream model the provider knows (<c>sora-2</c>), or <c>public=upstream</c> for
    /// a self-hosted model that this channel adds under its own name. Empty serves everything the provider knows.
    /// </summary>
    public string Models { get; set; } = "";

    /// <summary>Attempts that may be open at once. Default 100; 0 keeps orders queued.</summary>
    [Range(0, 100_000)]
    public int MaxInFlight { get; set; } = 100;

    /// <summary>Attempts of one upstream model that may be open at once, by the upstream's name of it; models that are not named share the rest.</summary>
    public Dictionary<string, int> MaxInFlightPerModel { get; set; } = [];

    /// <summary>Submissions a second at most; 0 for no bound. Up to 1,000.</summary>
    [Range(0.0, 1000.0)]
    public double SubmissionsPerSecond { get; set; }

    /// <summary>Submissions in any 60 seconds at most; 0 for no bound.</summary>
    [Range(0, 100_000)]
    public int SubmissionsPerMinute { get; set; }

    /// <summary>Groups of callers it is open to, separated by commas. A key names its groups; <c>default</c> is every key's that names none.</summary>
    public string Groups { get; set; } = "default";

    /// <summary>Share among channels of one priority: 200 is chosen twice as often as 100. Default 100; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int Weight { get; set; } = 100;

    /// <summary>What the operator pays here, as a factor of the catalog's price. Default 1; 0 to 100. It changes no caller's price.</summary>
    [Range(0.0, 100.0)]
    public double CostFactor { get; set; } = 1;

    /// <summary>An http proxy that its calls go through, for example <c>http://10.0.0.1:3128</c>; empty for none.</summary>
    public string Proxy { get; set; } = "";

    /// <summary>Whether the upstream is asked to call back, where it can and <c>Reelay__PublicUrl</c> is set. Default true.</summary>
    public bool Callbacks { get; set; } = true;

    /// <summary>Headers added to each of its calls; they replace none that the provider sets.</summary>
    public Dictionary<string, string> Headers { get; set; } = [];

    /// <summary>Whether orders go to it. Default true; a channel that is switched off finishes what it has.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>Higher is chosen first. Default 0.</summary>
    [Range(-1000, 1000)]
    public int Priority { get; set; }

    /// <summary>Longest duration of one submission call in seconds. Default 60; 1 to 600.</summary>
    [Range(1, 600)]
    public int CallSeconds { get; set; } = 60;

    /// <summary>Usual time from submission to result in seconds; 0 takes the catalog's. Up to 86,400.</summary>
    [Range(0.0, 86_400.0)]
    public double ExpectedSeconds { get; set; }

    /// <summary>Least time between two polls of one task in milliseconds. Default 1,000; 50 to 600,000.</summary>
    [Range(50, 600_000)]
    public int MinPollMilliseconds { get; set; } = 1000;

    /// <summary>What the provider's own options hold, by name in snake case, for example <c>profile</c>.</summary>
    public Dictionary<string, string> Options { get; set; } = [];

    /// <summary>What it authenticates with.</summary>
    public ProviderCredential Credential() =>
        ApiKey.Length > 0 ? new ProviderCredential.ApiKey(ApiKey)
        : AccessKey.Length > 0 ? new ProviderCredential.KeyPair(AccessKey, SecretKey)
        : ServiceAccount.Length > 0 ? new ProviderCredential.ServiceAccount(ServiceAccount)
        : new ProviderCredential.None();

    /// <summary>Takes over a credential in place of what there was.</summary>
    public void Take(ProviderCredential credential) => (ApiKey, AccessKey, SecretKey, ServiceAccount) = credential switch
    {
        ProviderCredential.ApiKey key => (key.Value, "", "", ""),
        ProviderCredential.KeyPair pair => ("", pair.AccessKey, pair.SecretKey, ""),
        ProviderCredential.ServiceAccount account => ("", "", "", account.Json),
        _ => ("", "", "", ""),
    };
}
