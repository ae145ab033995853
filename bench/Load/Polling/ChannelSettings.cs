using System.Globalization;

namespace Reelay.Load.Polling;

/// <summary>The channels of the polling benchmarks: accounts of one fake upstream that differ in the first part of their path.</summary>
internal static class ChannelSettings
{
    /// <summary>How many channels there are.</summary>
    public const int Count = 10;

    /// <summary>Settings of a server with ten channels and no other.</summary>
    /// <param name="upstream">Where the upstream listens.</param>
    /// <param name="median">Seconds that renders usually take.</param>
    /// <param name="provider">Whose protocol they speak.</param>
    /// <param name="bad">Account that one of them has in place of its own, or null.</param>
    public static Dictionary<string, string> Of(string upstream, double median, string provider = "openai", string? bad = null)
    {
        var settings = new Dictionary<string, string>
        {
            ["Reelay__Sandbox__Enabled"] = "true",
            ["Reelay__Channels__sandbox_openai__IsEnabled"] = "false",
            ["Reelay__Channels__sandbox_kling__IsEnabled"] = "false",

            // Real upstreams bound how often they may be asked; here the server is measured, and not the bound.
            ["Reelay__Engine__MaxPollsPerSecond"] = "100000",
            ["Reelay__Engine__MaxConcurrentPolls"] = "1000",
        };
        for (var i = 0; i < Count; i++)
        {
            var account = i == 0 && bad is not null ? bad : Name(i);
            Set(i, "Provider", provider);
            Set(i, "BaseUrl", $"{upstream}/{account}" + (provider == "openai" ? "/v1" : ""));
            Set(i, "MaxInFlight", "100000");
            Set(i, "ExpectedSeconds", median.ToString(CultureInfo.InvariantCulture));
            Set(i, "MinPollMilliseconds", Math.Clamp((int)(median * 1000 / 60), 50, 1000).ToString(CultureInfo.InvariantCulture));
            if (provider == "openai") Set(i, "ApiKey", $"sk-{Name(i)}");
            else (settings[Key(i, "AccessKey")], settings[Key(i, "SecretKey")]) = ($"ak-{Name(i)}", $"sk-{Name(i)}");
        }

        return settings;

        void Set(int channel, string name, string value) => settings[Key(channel, name)] = value;
    }

    /// <summary>Id of a channel.</summary>
    public static string Name(int channel) => $"bench{channel}";

    private static string Key(int channel, string name) => $"Reelay__Channels__{Name(channel)}__{name}";
}
