using Reelay.Providers.Google;

namespace Reelay.Providers.GoogleVeo;

/// <summary>How Veo is reached at the sandbox and by the variables that Google's tools use.</summary>
internal static class GoogleVeoChannels
{
    /// <summary>The sandbox's Vertex, with results in its Cloud Storage, and the Gemini API.</summary>
    public static readonly IReadOnlyList<SandboxChannel> Sandbox =
    [
        new("/google-veo", new ProviderCredential.ServiceAccount(GoogleSandboxKey.Json))
        {
            Options = new Dictionary<string, string> { ["token_url"] = "/token", ["storage_uri"] = "gs://reelay-sandbox/veo" },
        },
        new("/google-veo", new ProviderCredential.ApiKey(GoogleSandboxKey.ApiKey))
        {
            Suffix = "gemini", Options = new Dictionary<string, string> { ["surface"] = "gemini" },
        },
    ];

    /// <summary>
    /// Vertex by a key file's text or an API key (express mode). The Gemini API's key alone makes no channel: Google has no Veo there any more.
    /// </summary>
    public static IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable)
    {
        var channels = new List<VendorChannel>();
        if (GoogleVariables.Vertex(variable) is { } credential)
        {
            var location = variable("GOOGLE_CLOUD_LOCATION") ?? "us-central1";
            var options = new Dictionary<string, string> { ["location"] = location };
            if (variable("GOOGLE_CLOUD_PROJECT") is { } project)
                options["project"] = project;
            if (variable("GOOGLE_VEO_STORAGE_URI") is { } storage)
                options["storage_uri"] = storage;
            channels.Add(new("google-veo", variable("GOOGLE_VERTEX_BASE_URL") ?? GoogleHosts.VertexUrl(location), credential) { Options = options });
        }

        if (variable("GEMINI_API_KEY") is { } key && variable("GOOGLE_GEMINI_BASE_URL") is { } url && !GoogleHosts.IsVendor(new(url)))
        {
            channels.Add(new("google-veo-gemini", url, new ProviderCredential.ApiKey(key))
            {
                Options = new Dictionary<string, string> { ["surface"] = "gemini" },
            });
        }

        return channels;
    }
}
