using System.ComponentModel.DataAnnotations;

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

    /// <summary>
    /// Models it serves, separated by commas. Each is an upstream model the provider knows (<c>sora-2</c>), or <c>public=upstream</c> for
    /// a self-hosted model that this channel adds under its own name. Empty serves everything the provider knows.
    /// </summary>
    public string Models { get; set; } = "";

    /// <summary>Attempts that may be open at once. Default 100; 0 keeps orders queued.</summary>
    [Range(0, 100_000)]
    public int MaxInFlight { get; set; } = 100;

    /// <summary>Higher is chosen first. Default 0.</summary>
    [Range(-1000, 1000)]
    public int Priority { get; set; }

    /// <summary>Longest duration of one submission call in seconds. Default 60; 1 to 600.</summary>
    [Range(1, 600)]
    public int CallSeconds { get; set; } = 60;

    /// <summary>Usual time from submission to result in seconds; 0 takes the catalog's. Up to 86,400.</summary>
    [Range(0, 86_400)]
    public double ExpectedSeconds { get; set; }

    /// <summary>Least time between two polls of one task in milliseconds. Default 1,000; 50 to 600,000.</summary>
    [Range(50, 600_000)]
    public int MinPollMilliseconds { get; set; } = 1000;

    /// <summary>What the provider's own options hold, by name in snake case, for example <c>profile</c>.</summary>
    public Dictionary<string, string> Options { get; set; } = [];
}
