namespace Reelay.Providers.OpenAiImages;

/// <summary>How this protocol's servers are reached at the sandbox and by the variables that OpenAI's tools use.</summary>
internal static class OpenAiImagesChannels
{
    public static readonly IReadOnlyList<SandboxChannel> Sandbox =
        [new("/openai-images/v1", new ProviderCredential.ApiKey("sk-sandbox-openai-images"))];

    // An answer holds the pictures themselves and can take up to two minutes (OpenAI's image guide); nothing is sent twice, so it may last.
    private const int CallSeconds = 300;

    public static IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable)
    {
        if (variable("OPENAI_API_KEY") is not { } key) return [];
        var options = new Dictionary<string, string>();
        if (variable("OPENAI_IMAGE_PROFILE") is { } profile) options["profile"] = profile;
        var url = variable("OPENAI_BASE_URL") ?? "https://api.openai.com/v1";
        return
        [
            new("openai-images", url, new ProviderCredential.ApiKey(key))
            {
                CallSeconds = CallSeconds, Models = variable("OPENAI_IMAGE_MODELS") ?? "", Options = options,
            },
        ];
    }
}
