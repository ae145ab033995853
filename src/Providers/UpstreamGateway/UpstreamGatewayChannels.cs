namespace Reelay.Providers.UpstreamGateway;

/// <summary>How gateways are reached at the sandbox and by variables.</summary>
internal static class UpstreamGatewayChannels
{
    /// <summary>
    /// A Reelay, a new-api and an Aurora. The first only looks for what was lost: the sandbox writes down every call that reaches it, and one
    /// that is sent again is a second call there.
    /// </summary>
    public static readonly IReadOnlyList<SandboxChannel> Sandbox =
    [
        Channel("gateway-reelay", null, ("kind", "reelay"), ("lost", "find")),
        Channel("gateway-new-api", "new_api", ("kind", "new_api")),
        Channel("gateway-aurora", "aurora", ("kind", "aurora")),
    ];

    /// <summary>One gateway by its address; it has no usual one. Without names of models nothing is served through it.</summary>
    public static IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable)
    {
        if (variable("UPSTREAM_GATEWAY_BASE_URL") is not { } url || variable("UPSTREAM_GATEWAY_MODELS") is not { } models) return [];
        ProviderCredential credential = variable("UPSTREAM_GATEWAY_API_KEY") is { } key ? new ProviderCredential.ApiKey(key) : new ProviderCredential.None();
        var options = new Dictionary<string, string>();
        if (variable("UPSTREAM_GATEWAY_KIND") is { } kind) options["kind"] = kind;
        return [new("upstream-gateway", url, credential) { Models = models, Options = options }];
    }

    private static SandboxChannel Channel(string simulator, string? suffix, params IEnumerable<(string Name, string Value)> options) =>
        new($"/{simulator}/v1", new ProviderCredential.ApiKey("sk-sandbox-" + simulator))
        {
            Suffix = suffix, Options = options.ToDictionary(option => option.Name, option => option.Value),
        };
}
