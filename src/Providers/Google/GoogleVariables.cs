namespace Reelay.Providers.Google;

/// <summary>Credentials in the variables that Google's tools use.</summary>
internal static class GoogleVariables
{
    /// <summary>Vertex's: a key file's text, or with <c>GOOGLE_GENAI_USE_VERTEXAI</c> an API key; null if there is none.</summary>
    public static ProviderCredential? Vertex(Func<string, string?> variable)
    {
        if (variable("GOOGLE_APPLICATION_CREDENTIALS_JSON") is { } json)
            return new ProviderCredential.ServiceAccount(json);
        return variable("GOOGLE_GENAI_USE_VERTEXAI") is "true" or "1" or "True" && variable("GOOGLE_API_KEY") is { } key
            ? new ProviderCredential.ApiKey(key)
            : null;
    }
}
