using System.ComponentModel.DataAnnotations;
using Reelay.Server.Api;

namespace Reelay.Server.Routing;

/// <summary>Where channels come from: the sandbox, vendor variables of the environment, and <c>Reelay:Channels</c>, which may change either.</summary>
internal static class ChannelSources
{
    /// <summary>Reads every channel. Later sources lay their values over earlier ones of the same id.</summary>
    /// <param name="notes">Receives what an operator should know.</param>
    public static Dictionary<string, ChannelConfig> Read(IConfiguration configuration, SandboxSettings sandbox, List<string> notes)
    {
        var channels = sandbox.Enabled ? SandboxChannels.Of(sandbox) : new(StringComparer.Ordinal);
        var vendors = VendorVariables.Read(configuration);
        if (sandbox.Enabled && !sandbox.Mix && vendors.Count > 0)
        {
            notes.Add("The sandbox serves every model, so vendor settings in the environment are ignored; Reelay__Sandbox__Mix=true uses both.");
        }
        else
        {
            foreach (var (id, channel) in vendors) channels[id] = channel;
        }

        foreach (var section in configuration.GetSection("Reelay:Channels").GetChildren())
        {
            if (!channels.TryGetValue(section.Key, out var channel)) channels[section.Key] = channel = new ChannelConfig();
            section.Bind(channel);
        }

        return channels;
    }

    /// <summary>Every mistake in one channel, each naming its setting.</summary>
    public static IEnumerable<string> FindMistakes(string id, ChannelConfig channel, ProviderSet providers, IReadOnlyList<Uri> ownAddresses)
    {
        var place = $"Reelay:Channels:{id}";
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(channel, new ValidationContext(channel), results, validateAllProperties: true);
        foreach (var result in results) yield return $"{place}: {result.ErrorMessage}";
        if (id.AsSpan().IndexOfAny("@:") >= 0) yield return $"{place}: a channel's id has no '@' and no ':'.";
        if ((channel.AccessKey.Length > 0) != (channel.SecretKey.Length > 0)) yield return $"{place}: AccessKey and SecretKey are needed together.";
        if (providers.Find(channel.Provider) is null)
        {
            yield return $"{place}:Provider: there is no provider '{channel.Provider}'; there are {string.Join(", ", providers.Ids)}.";
        }

        if (!Uri.TryCreate(channel.BaseUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            yield return $"{place}:BaseUrl: '{channel.BaseUrl}' is no http or https address.";
        }
        else if (ownAddresses.Any(own => own.Port == url.Port && (own.Host == url.Host || (own.IsLoopback && url.IsLoopback))))
        {
            yield return $"{place}:BaseUrl: {url} is this server's own address; orders would go round in circles.";
        }
    }

    /// <summary>Where the server listens, from its <c>urls</c>; "everywhere" counts as this machine, the one host it surely is.</summary>
    public static IReadOnlyList<Uri> OwnAddresses(string urls) =>
    [
        .. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(url => url.Replace("//*", "//127.0.0.1").Replace("//+", "//127.0.0.1").Replace("//0.0.0.0", "//127.0.0.1").Replace("//[::]", "//127.0.0.1"))
            .Select(url => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri : null)
            .OfType<Uri>(),
    ];
}
