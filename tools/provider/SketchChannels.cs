namespace Reelay.Providers.Sketch;

/// <summary>How Sketch is reached at the sandbox and by its own variables.</summary>
internal static class SketchChannels
{
    public static readonly IReadOnlyList<SandboxChannel> Sandbox = [new("/sketch/v1", new ProviderCredential.ApiKey("sk-sandbox-sketch"))];

    public static IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => variable("SKETCH_API_KEY") is { } key
        ? [new("sketch", variable("SKETCH_BASE_URL") ?? "https://api.sketch.example/v1", new ProviderCredential.ApiKey(key))]
        : [];
}
