namespace Reelay.Server.Routing;

/// <summary>Channels from the variables that vendors' own tools use; each provider's key has a base URL beside it.</summary>
internal static class VendorVariables
{
    // An answer holds the pictures themselves and can take up to two minutes (OpenAI's image guide); nothing is sent twice, so it may last.
    private const int ImageCallSeconds = 300;

    /// <summary>The channels by id.</summary>
    public static Dictionary<string, ChannelConfig> Read(IConfiguration environment)
    {
        var channels = new Dictionary<string, ChannelConfig>(StringComparer.Ordinal);
        if (OpenAi(environment) is { } openAi) channels["openai"] = openAi;
        if (OpenAiImages(environment) is { } images) channels["openai-images"] = images;
        if (Kling(environment) is { } kling) channels["kling"] = kling;
        return channels;
    }

    // OpenAI's own video service is gone: without an address there is nothing to speak to.
    private static ChannelConfig? OpenAi(IConfiguration environment)
    {
        var url = environment["OPENAI_VIDEO_BASE_URL"] ?? environment["OPENAI_BASE_URL"];
        if (string.IsNullOrEmpty(url)) return null;
        var channel = new ChannelConfig
        {
            BaseUrl = url.TrimEnd('/'),
            ApiKey = environment["OPENAI_API_KEY"] ?? "",
            Models = environment["OPENAI_VIDEO_MODELS"] ?? "",
        };
        if (environment["OPENAI_VIDEO_PROFILE"] is { Length: > 0 } profile) channel.Options["profile"] = profile;
        return channel;
    }

    private static ChannelConfig? OpenAiImages(IConfiguration environment)
    {
        if (environment["OPENAI_API_KEY"] is not { Length: > 0 } key) return null;
        var channel = new ChannelConfig
        {
            Provider = "openai_images",
            BaseUrl = Or(environment["OPENAI_BASE_URL"], "https://api.openai.com/v1"),
            ApiKey = key,
            CallSeconds = ImageCallSeconds,
            Models = environment["OPENAI_IMAGE_MODELS"] ?? "",
        };
        if (environment["OPENAI_IMAGE_PROFILE"] is { Length: > 0 } profile) channel.Options["profile"] = profile;
        return channel;
    }

    private static ChannelConfig? Kling(IConfiguration environment)
    {
        var (key, access, secret) = (environment["KLING_API_KEY"] ?? "", environment["KLING_ACCESS_KEY"] ?? "", environment["KLING_SECRET_KEY"] ?? "");
        return key.Length == 0 && access.Length == 0 && secret.Length == 0 ? null : new ChannelConfig
        {
            Provider = "kling",
            BaseUrl = Or(environment["KLING_BASE_URL"], "https://api-singapore.klingai.com"),
            ApiKey = key,
            AccessKey = access,
            SecretKey = secret,
        };
    }

    private static string Or(string? configured, string usual) => string.IsNullOrEmpty(configured) ? usual : configured.TrimEnd('/');
}
