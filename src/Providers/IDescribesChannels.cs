namespace Reelay.Providers;

/// <summary>A provider that knows how it is reached where no operator wrote a channel: at the sandbox, and by the vendor's own variables.</summary>
public interface IDescribesChannels
{
    /// <summary>Where the sandbox plays this upstream: one channel for each, under <c>sandbox_</c> and the provider's id.</summary>
    IReadOnlyList<SandboxChannel> SandboxChannels { get; }

    /// <summary>Makes channels of the variables that the vendor's own tools read. Pure. Each key has a base URL beside it.</summary>
    /// <param name="variable">A variable of the environment by its name; null if it is not set or empty.</param>
    /// <returns>None where no account is described.</returns>
    IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => [];
}

/// <summary>One simulator as a channel. Its address and credential are no secrets: the sandbox listens on this machine alone.</summary>
/// <param name="Path">Below the sandbox's root, from a slash: the simulator's id, then what the upstream's own base URL ends in.</param>
/// <param name="Credential">What the simulator accepts.</param>
public sealed record SandboxChannel(string Path, ProviderCredential Credential)
{
    /// <summary>Told apart by it where a provider has several: added to the channel's id after an underscore. Null for the first.</summary>
    public string? Suffix { get; init; }

    /// <summary>The channel's whole id, or null for <c>sandbox_</c> and the provider's, with the suffix.</summary>
    public string? Id { get; init; }

    /// <summary>Models it serves, separated by commas; empty for all that the provider knows.</summary>
    public string Models { get; init; } = "";

    /// <summary>Its priority; of channels that could take an order the highest does.</summary>
    public int Priority { get; init; }

    /// <summary>Successors by old public name that hold while the sandbox is on: what shows a mapping without a vendor's account.</summary>
    public IReadOnlyDictionary<string, string> Successors { get; init; } = new Dictionary<string, string>();

    /// <summary>The provider's own options, by name in snake case, each as a text or as the text of its JSON.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Id of the simulator: the first segment of <see cref="Path"/>.</summary>
    public string Simulator => Path.TrimStart('/').Split('/')[0];
}

/// <summary>One account at the vendor, as its variables describe it.</summary>
/// <param name="Id">Id of the channel.</param>
/// <param name="BaseUrl">Root of the upstream's API.</param>
/// <param name="Credential">What it authenticates with.</param>
public sealed record VendorChannel(string Id, string BaseUrl, ProviderCredential Credential)
{
    /// <summary>Models it serves, separated by commas; empty for all that the provider knows.</summary>
    public string Models { get; init; } = "";

    /// <summary>Longest duration of one submission call in seconds, or null for the usual.</summary>
    public int? CallSeconds { get; init; }

    /// <summary>Submissions a second at most, where the vendor publishes such a limit; null for no bound.</summary>
    public double? SubmissionsPerSecond { get; init; }

    /// <summary>Least time between two polls of one task in milliseconds, or null for the usual.</summary>
    public int? MinPollMilliseconds { get; init; }

    /// <summary>The provider's own options, by name in snake case, each as a text or as the text of its JSON.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}
