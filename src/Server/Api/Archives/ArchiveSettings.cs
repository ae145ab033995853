using System.Globalization;
using Reelay.Providers;
using Reelay.Server.Routing;

namespace Reelay.Server.Api.Archives;

/// <summary>One earlier gateway whose tasks some accounts may still read here: <c>Reelay:Archives:{channel}</c> in the configuration.</summary>
/// <param name="ChannelId">The channel it is reached through.</param>
/// <param name="Accounts">Accounts that may read there what is not known here.</param>
/// <param name="Until">The moment after which it is asked no more.</param>
internal sealed record Archive(string ChannelId, IReadOnlySet<string> Accounts, DateTimeOffset Until);

/// <summary>Reads the archives of the configuration.</summary>
internal static class ArchiveSettings
{
    private const string Section = "Reelay:Archives";

    /// <summary>Every archive; none by default.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing or wrong.</exception>
    public static IReadOnlyList<Archive> Read(IConfiguration configuration) =>
        [.. configuration.GetSection(Section).GetChildren().Select(Read)];

    /// <summary>Finds the archives whose channel is not there or cannot be read from.</summary>
    /// <exception cref="InvalidOperationException">There is one.</exception>
    public static void Check(IEnumerable<Archive> archives, ChannelSet channels)
    {
        foreach (var archive in archives)
        {
            if (channels.Find(archive.ChannelId) is not { } channel)
                throw new InvalidOperationException($"{Section}:{archive.ChannelId}: there is no channel of this id that is switched on; MaxInFlight 0 keeps orders from it.");
            if (channel.Provider is not IReadsArchive)
                throw new InvalidOperationException($"{Section}:{archive.ChannelId}: nothing can be looked up at a channel of the provider {channel.Provider.Id}.");
        }
    }

    private static Archive Read(IConfigurationSection section)
    {
        var accounts = (section["Accounts"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (accounts.Length == 0) throw new InvalidOperationException($"{section.Path}:Accounts must name the accounts that may read there, separated by commas.");
        return DateTimeOffset.TryParse(section["Until"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until)
            ? new(section.Key, accounts.ToHashSet(StringComparer.Ordinal), until)
            : throw new InvalidOperationException($"{section.Path}:Until must be a date such as 2027-03-31, not '{section["Until"]}'.");
    }
}
