using Reelay.Providers.Google;

namespace Reelay.Providers.GoogleOmni;

/// <summary>How Omni is reached at the sandbox and by the variables that Google's tools use.</summary>
internal static class GoogleOmniChannels
{
    /// <summary>The sandbox's Gemini API and its Vertex.</summary>
    public static readonly IReadOnlyList<SandboxChannel> Sandbox =
    [
        new("/google-omni", new ProviderCredential.ApiKey(GoogleSandboxKey.ApiKey)),
        new("/google-omni", new ProviderCredential.ServiceAccount(GoogleSandboxKey.Json))
        {
            Suffix = "vertex",
            Options = new Dictionary<string, string>
            {
                ["surface"] = "vertex", ["token_url"] = "/token", ["gcs_uri"] = "gs://reelay-sandbox/omni",
            },
        },
    ];

    /// <summary>The Gemini API by its key; Vertex by a key file's text, if a place for results is named.</summary>
    public static IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable)
    {
        var channels = new List<VendorChannel>();
        if ((variable("GEMINI_API_KEY") ?? variable("GOOGLE_API_KEY")) is { } key && GoogleVariables.Vertex(variable) is not ProviderCredential.ApiKey)
        {
            channels.Add(new("google-omni", variable("GOOGLE_GEMINI_BASE_URL") ?? "https://" + GoogleHosts.Gemini, new ProviderCredential.ApiKey(key))
            {
                Options = new Dictionary<string, string> { ["surface"] = "gemini" },
            });
        }

        if (GoogleVariables.Vertex(variable) is ProviderCredential.ServiceAccount file && variable("GOOGLE_OMNI_GCS_URI") is { } folder)
        {
            var options = new Dictionary<string, string> { ["surface"] = "vertex", ["gcs_uri"] = folder };
            if (variable("GOOGLE_CLOUD_PROJECT") is { } project)
                options["project"] = project;
            channels.Add(new("google-omni-vertex", variable("GOOGLE_VERTEX_BASE_URL") ?? GoogleHosts.VertexUrl("global"), file) { Options = options });
        }

        return channels;
    }
}
