using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.RegularExpressions;
using Reelay.Providers;
using Reelay.Server.Api.Reading;
using Reelay.Server.Assets.Fetching;

namespace Reelay.Server.Routing.Sources;

/// <summary>What can be wrong with the values of a channel, whichever source they came from.</summary>
internal static partial class ChannelChecks
{
    private const int MaxHeaders = 32;
    private const int MaxHeaderLength = 4096;

    /// <summary>Ends of host names that never lead to the public internet (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal).</summary>
    private static readonly string[] PrivateEndings = [".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".example", ".invalid"];

    /// <summary>Headers that a channel may not add: they authenticate, frame or route the call, and are the provider's or the transport's.</summary>
    private static readonly HashSet<string> ForbiddenHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "authorization", "proxy-authorization", "host", "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
        "upgrade", "expect", "range", "accept", "accept-encoding", "cookie", "user-agent",
    };

    /// <summary>Every mistake.</summary>
    public static IEnumerable<ChannelMistake> Find(string id, ChannelConfig channel, ProviderSet providers, IReadOnlyList<Uri> ownAddresses)
    {
        if (!Id().IsMatch(id)) yield return new(null, "a channel's id has 1 to 64 letters, digits, '_', '-' and '.', and no '@' and no ':'.");
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(channel, new ValidationContext(channel), results, validateAllProperties: true);
        foreach (var result in results.Where(result => !result.MemberNames.Contains(nameof(ChannelConfig.BaseUrl))))
        {
            yield return new(ChannelFields.OfProperty(result.MemberNames.FirstOrDefault() ?? "")?.Name, result.ErrorMessage!);
        }

        if ((channel.AccessKey.Length > 0) != (channel.SecretKey.Length > 0)) yield return new("access_key", "AccessKey and SecretKey are needed together.");
        if (Address(channel.BaseUrl, ownAddresses) is { } address) yield return new("base_url", address);
        if (Proxy(channel.Proxy) is { } proxy) yield return new("proxy", proxy);
        foreach (var mistake in Headers(channel.Headers)) yield return new("headers", mistake);
        if (ChannelField.Split(channel.Groups) is not { Length: > 0 } groups) yield return new("groups", "a channel is open to one group at least.");
        else if (Array.Find(groups, group => !Group().IsMatch(group)) is { } bad) yield return new("groups", $"'{Shown.Value(bad)}' is no group: 1 to 64 letters, digits, '_', '-' and '.'.");
        if (providers.Find(channel.Provider) is not { } provider)
        {
            yield return new("provider", $"there is no provider '{Shown.Value(channel.Provider)}'; there are {string.Join(", ", providers.Ids)}.");
            yield break;
        }

        foreach (var mistake in Models(channel, provider)) yield return mistake;
    }

    private static IEnumerable<ChannelMistake> Models(ChannelConfig channel, IVideoProvider provider)
    {
        var known = provider.Models.Select(model => model.Name).Distinct().ToList();
        var named = ChannelField.Split(channel.Models).Select(name => name.Split('=', 2, StringSplitOptions.TrimEntries)).ToList();
        foreach (var parts in named)
        {
            if (parts.Any(part => part.Length == 0)) yield return new("models", $"'{Shown.Value(string.Join('=', parts))}' must be a model, or public=upstream.");

            // Servers of a common protocol serve models of any name; a vendor's own protocol only those that are known of it.
            else if (provider is not IDescribesModels && !known.Contains(parts[^1]))
                yield return new("models", $"{provider.Id} has no model '{Shown.Value(parts[^1])}'; it has {string.Join(", ", known)}.");
        }

        foreach (var twice in named.GroupBy(parts => parts[0]).Where(group => group.Count() > 1)) yield return new("models", $"'{Shown.Value(twice.Key)}' is named twice.");
        var served = named.Count > 0 ? [.. named.Select(parts => parts[^1])] : known;
        foreach (var (model, limit) in channel.MaxInFlightPerModel)
        {
            if (!served.Contains(model))
                yield return new("max_in_flight_per_model", $"the channel serves no upstream model '{Shown.Value(model)}'; it serves {string.Join(", ", served)}.");
            else if (limit is < 0 or > 100_000) yield return new("max_in_flight_per_model", $"{model}: must be 0 to 100000, not {limit}.");
        }
    }

    private static string? Address(string text, IReadOnlyList<Uri> ownAddresses)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) return $"'{Shown.Value(text)}' is no http or https address.";
        if (url.Query.Length > 0 || url.Fragment.Length > 0) return $"'{Shown.Value(text)}' must have no query and no fragment: paths are added to it.";
        if (ownAddresses.Any(own => own.Port == url.Port && (own.Host == url.Host || (own.IsLoopback && url.IsLoopback))))
            return $"{WithoutUser(url.AbsoluteUri)} is this server's own address; orders would go round in circles.";
        return url.Scheme == "http" && IsPublic(url)
            ? $"{WithoutUser(url.AbsoluteUri)} is plain http to a public host, which would show the credential to everybody on the way; use https. Loopback and private addresses, and names without a dot, may be http."
            : null;
    }

    /// <summary>An address without user and password: the configuration may hold them, and nobody is to read them.</summary>
    public static string WithoutUser(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.UserInfo.Length > 0
            ? parsed.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped) : url;

    private static string? Proxy(string text)
    {
        if (text.Length == 0) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.PathAndQuery is "/" or "" ? null
            : "the proxy must be an address like http://10.0.0.1:3128, with http or https and without a path.";
    }

    private static IEnumerable<string> Headers(Dictionary<string, string> headers)
    {
        if (headers.Count > MaxHeaders) yield return $"a channel adds at most {MaxHeaders} headers, not {headers.Count}.";
        foreach (var (name, value) in headers)
        {
            if (!HeaderName().IsMatch(name)) yield return $"'{Shown.Value(name)}' is no name of a header.";
            else if (ForbiddenHeaders.Contains(name) || name.StartsWith("content-", StringComparison.OrdinalIgnoreCase))
                yield return $"{name} cannot be added: headers of authorization, host, content and transport are the provider's own.";
            if (value.Length > MaxHeaderLength || value.Any(letter => letter is < ' ' or > '~'))
                yield return $"{Shown.Value(name)}: the value must have at most {MaxHeaderLength} printable ASCII characters, and no line break.";
        }
    }

    private static bool IsPublic(Uri url)
    {
        var host = url.IdnHost.TrimEnd('.');
        return IPAddress.TryParse(host.Trim('[', ']'), out var address) ? PublicAddress.IsPublic(address)
            : host.Contains('.') && !PrivateEndings.Any(ending => host.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]{1,64}\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]{1,64}\z")]
    private static partial Regex Group();

    [GeneratedRegex(@"\A[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}\z")]
    private static partial Regex HeaderName();
}
