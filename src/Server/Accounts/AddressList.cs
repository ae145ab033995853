using System.Net;

namespace Reelay.Server.Accounts;

/// <summary>Addresses and networks. IPv4 addresses inside IPv6 ones count as IPv4, here and there.</summary>
public sealed class AddressList
{
    private const int MappedPrefix = 96;

    private readonly IPNetwork[] _networks;

    private AddressList(IPNetwork[] networks) => _networks = networks;

    /// <summary>Every address.</summary>
    public static AddressList Everywhere { get; } = new([]);

    /// <summary>Whether it holds every address.</summary>
    public bool IsEverywhere => _networks.Length == 0;

    /// <summary>Its networks as they are kept and shown, for example <c>10.0.0.0/8</c>.</summary>
    public IEnumerable<string> Words => _networks.Select(network => network.ToString());

    /// <summary>Reads addresses and networks.</summary>
    /// <param name="words">For example <c>10.0.0.7</c>, <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>; none for everywhere.</param>
    /// <param name="unknown">The first word that is neither, or null.</param>
    public static AddressList Read(IEnumerable<string?> words, out string? unknown)
    {
        unknown = null;
        var networks = new List<IPNetwork>();
        foreach (var word in words)
        {
            if (Parse(word) is { } network) networks.Add(network);
            else unknown ??= word ?? "null";
        }

        return networks.Count == 0 ? Everywhere : new([.. networks.Distinct()]);
    }

    /// <summary>Whether an address is in it. One that is not known is only in a list of every address.</summary>
    public bool Contains(IPAddress? address)
    {
        if (IsEverywhere) return true;
        if (address is null) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        foreach (var network in _networks)
        {
            if (network.Contains(address)) return true;
        }

        return false;
    }

    private static IPNetwork? Parse(string? word)
    {
        // Of 010.0.0.1 and 1.2 some take one address and some another.
        if (word is null || word.Length > 64 || (!word.Contains(':') && !IsPlain(word))) return null;
        if (IPAddress.TryParse(word, out var address)) return One(address);
        if (!IPNetwork.TryParse(word, out var network)) return null;
        return network is { BaseAddress.IsIPv4MappedToIPv6: true, PrefixLength: >= MappedPrefix }
            ? new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedPrefix)
            : network;
    }

    private static IPNetwork One(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        return new IPNetwork(new IPAddress(bytes), bytes.Length * 8);
    }

    private static bool IsPlain(string word)
    {
        var parts = word.Split('/')[0].Split('.');
        return parts.Length == 4 && parts.All(part => part.Length is > 0 and <= 3 && part.All(char.IsAsciiDigit) && (part.Length == 1 || part[0] != '0'));
    }
}
