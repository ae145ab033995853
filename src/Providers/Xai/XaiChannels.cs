namespace Reelay.Providers.Xai;

/// <summary>How xAI is reached at the sandbox and by its own variables.</summary>
internal static class XaiChannels
{
    public static readonly IReadOnlyList<SandboxChannel> Sandbox = [new("/xai/v1", new ProviderCredential.ApiKey("xai-sandbox-key"))];

    // Every tier has one request a second for videos and five for pictures, without bursts (docs.x.ai, rate limits); polls at 2 s or more.
    private const double VideosPerSecond = 1;
    private const double PicturesPerSecond = 5;
    private const int PollMilliseconds = 2000;

    // An answer with pictures takes as long as they do.
    private const int PictureCallSeconds = 180;

    public static IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable)
    {
        if (variable("XAI_API_KEY") is not { } key)
            return [];
        var url = variable("XAI_BASE_URL") ?? "https://api.x.ai/v1";
        return
        [
            new("xai", url, new ProviderCredential.ApiKey(key))
            {
                Models = Names(makesPictures: false), SubmissionsPerSecond = VideosPerSecond, MinPollMilliseconds = PollMilliseconds,
            },
            new("xai-images", url, new ProviderCredential.ApiKey(key))
            {
                Models = Names(makesPictures: true), SubmissionsPerSecond = PicturesPerSecond, CallSeconds = PictureCallSeconds,
            },
        ];
    }

    // Two channels of one account, since its limits are two.
    private static string Names(bool makesPictures) => string.Join(',', XaiCapability.Known.GroupBy(row => row.Name)
        .Where(rows => rows.Any(row => row.Modes.Contains("t2i")) == makesPictures).Select(rows => rows.Key));
}
