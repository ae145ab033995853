using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Reelay.Server.Api;

/// <summary>
/// <c>Reelay:TrustedProxies</c>: whose <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c> are believed. Nobody's by default, not even
/// this machine's: links would begin with whatever a caller likes.
/// </summary>
internal sealed class TrustedProxies(IReadOnlyList<IPNetwork> networks)
{
    /// <summary>The setting: addresses and networks (<c>10.0.0.0/8</c>) as one text or as a list; see <see cref="SettingWords"/>.</summary>
    /// <exception cref="InvalidOperationException">A word is neither.</exception>
    public static TrustedProxies Read(IConfiguration configuration) =>
        new([.. SettingWords.Of(configuration.GetSection("Reelay:TrustedProxies")).Select(Parse)]);

    /// <summary>Before everything that asks where a request came from. Without proxies nothing is added, and the headers stay unread.</summary>
    public void Use(IApplicationBuilder app)
    {
        if (networks.Count == 0) return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,

            // From the nearest on, as long as each one is trusted; the default believes the nearest alone.
            ForwardLimit = null,
        };

        // Both begin with this machine in them.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in networks) options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }

    private static IPNetwork Parse(string word)
    {
        if (IPAddress.TryParse(word, out var address))
        {
            if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        return IPNetwork.TryParse(word, out var network) ? network : throw new InvalidOperationException(
            $"Reelay:TrustedProxies has '{word}'; it takes addresses and networks, for example 10.0.0.7 or 10.0.0.0/8.");
    }
}
