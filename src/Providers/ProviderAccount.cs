using System.Text.Json;

namespace Reelay.Providers;

/// <summary>One account at an upstream, as an adapter needs it for one call.</summary>
public sealed record ProviderAccount
{
    /// <summary>Id of the channel this account belongs to; for messages only.</summary>
    public required string ChannelId { get; init; }

    /// <summary>Root of the upstream's API, without a trailing slash, for example <c>https://api.openai.com/v1</c>.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>What the account authenticates with.</summary>
    public required ProviderCredential Credential { get; init; }

    /// <summary>Settings of this channel in the provider's own <c>…Options</c> shape; an undefined element means all defaults.</summary>
    public JsonElement Options { get; init; }

    /// <summary>Sends requests. It neither retries nor follows redirects, and it has no time-out of its own.</summary>
    public required HttpMessageInvoker Http { get; init; }

    /// <summary>
    /// Whether an order may still be sent: asked when its first byte is about to go. Null where nobody could have forbidden it meanwhile.
    /// </summary>
    public Func<bool>? MaySend { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }
}

/// <summary>What an account authenticates with. Closed set; never written to a log (<c>ToString</c> hides the secret).</summary>
public abstract record ProviderCredential
{
    private ProviderCredential()
    {
    }

    /// <summary>Says only which kind of credential this is.</summary>
    public sealed override string ToString() => GetType().Name;

    /// <summary>The upstream asks for none (self-hosted servers).</summary>
    public sealed record None : ProviderCredential;

    /// <summary>One secret, sent as the protocol says.</summary>
    public sealed record ApiKey(string Value) : ProviderCredential;

    /// <summary>An access key and the secret that signs with it.</summary>
    public sealed record KeyPair(string AccessKey, string SecretKey) : ProviderCredential;

    /// <summary>A service account's JSON key file.</summary>
    public sealed record ServiceAccount(string Json) : ProviderCredential;
}
