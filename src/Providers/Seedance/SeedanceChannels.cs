namespace Reelay.Providers.Seedance;

/// <summary>How Ark is reached at the sandbox and by the vendor's own variables, of which one platform each has a pair.</summary>
internal static class SeedanceChannels
{
    public static readonly IReadOnlyList<SandboxChannel> Sandbox =
        [new("/seedance/api/v3", new ProviderCredential.ApiKey("ark-sandbox-seedance"))];

    private static readonly (string Id, string Variable, string BaseUrl)[] _platforms =
    [
        ("seedance", "ARK", "https://ark.cn-beijing.volces.com/api/v3"),
        ("seedance-byteplus", "BYTEPLUS", "https://ark.ap-southeast.bytepluses.com/api/v3"),
    ];

    public static IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) =>
    [
        .. from platform in _platforms
           let key = variable(platform.Variable + "_API_KEY")
           where key is not null
           select new VendorChannel(
               platform.Id, variable(platform.Variable + "_BASE_URL") ?? platform.BaseUrl, new ProviderCredential.ApiKey(key)),
    ];
}
