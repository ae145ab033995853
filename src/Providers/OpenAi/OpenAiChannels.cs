namespace Reelay.Providers.OpenAi;

/// <summary>How servers of this protocol are reached at the sandbox and by the variables that OpenAI's tools use.</summary>
internal static class OpenAiChannels
{
    public static readonly IReadOnlyList<SandboxChannel> Sandbox = [new("/openai/v1", new ProviderCredential.ApiKey("sk-sandbox-openai"))];

    // OpenAI's own video service is gone: without an address there is nothing to speak to.
    public static IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable)
    {
        if ((variable("OPENAI_VIDEO_BASE_URL") ?? variable("OPENAI_BASE_URL")) is not { } url) return [];
        ProviderCredential credential = variable("OPENAI_API_KEY") is { } key ? new ProviderCredential.ApiKey(key) : new ProviderCredential.None();
        var options = new Dictionary<string, string>();
        if (variable("OPENAI_VIDEO_PROFILE") is { } profile) options["profile"] = profile;
        return [new("openai", url, credential) { Models = variable("OPENAI_VIDEO_MODELS") ?? "", Options = options }];
    }
}
