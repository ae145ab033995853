using System.Net;
using Reelay.Server.Assets.Fetching;

namespace Reelay.Server.Webhooks;

/// <summary>
/// Which addresses may be told at all. This looks at the text alone, so that a mistake is told at once; where the name really leads is checked
/// with every connection (<see cref="FetchTrust.Webhook"/>).
/// </summary>
internal sealed class WebhookUrls(FetcherOptions options)
{
    /// <summary>Longest address in characters.</summary>
    public const int MaxLength = 2_048;

    // Names that lead to this machine or stay inside a network: RFC 6761, RFC 6762, RFC 8375, and what ICANN set aside for private use.
    private static readonly string[] PrivateNames = ["localhost", "local", "internal", "home.arpa", "localdomain", "lan", "intranet"];

    /// <summary>Why nothing can be sent to an address, as a sentence, or null if it may be tried.</summary>
    public string? FindFault(string text)
    {
        if (text.Length > MaxLength) return $"It has at most {MaxLength:N0} characters.";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url)) return "It is an absolute https address.";
        if (url.Scheme is not ("http" or "https")) return "It is an https address.";
        if (FetchUrl.FindFault(url) is { } fault) return fault;
        if (options.WebhookOrigins.Contains(WebOrigin.Of(url))) return null;
        if (url.Scheme != Uri.UriSchemeHttps) return "It is an https address; plain http is only for origins that the operator allows.";
        return IsPrivate(url) ? "Its host is not on the public internet." : null;
    }

    /// <summary>Where an account's deliveries to an address go: what shares one circuit.</summary>
    public static string Destination(string accountId, string url) => $"{accountId} {WebOrigin.Of(new Uri(url))}";

    /// <summary>The origin of a destination.</summary>
    public static string OriginOf(string destination) => destination[(destination.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private static bool IsPrivate(Uri url)
    {
        if (IPAddress.TryParse(url.IdnHost, out var address)) return !PublicAddress.IsPublic(address);
        var host = url.IdnHost.TrimEnd('.').ToLowerInvariant();
        return !host.Contains('.', StringComparison.Ordinal)
            || Array.Exists(PrivateNames, name => host == name || host.EndsWith("." + name, StringComparison.Ordinal));
    }
}
