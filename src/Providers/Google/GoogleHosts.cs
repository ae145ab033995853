using System.Text.RegularExpressions;

namespace Reelay.Providers.Google;

/// <summary>Google's hosts and what their names say.</summary>
internal static partial class GoogleHosts
{
    /// <summary>All hosts of the vendor lie below it.</summary>
    public const string Domain = "googleapis.com";

    /// <summary>Where the Gemini API is.</summary>
    public const string Gemini = "generativelanguage.googleapis.com";

    /// <summary>The location a Vertex host serves; null for any other host.</summary>
    public static string? LocationOf(Uri baseUrl)
    {
        if (baseUrl.Host == "aiplatform.googleapis.com")
            return "global";
        var match = Vertex().Match(baseUrl.Host);
        return match.Success ? match.Groups[1].Value + match.Groups[2].Value : null;
    }

    /// <summary>The Vertex host of a location.</summary>
    public static string VertexUrl(string location) => location switch
    {
        "global" => "https://aiplatform.googleapis.com",
        "us" or "eu" => $"https://aiplatform.{location}.rep.googleapis.com",
        _ => $"https://{location}-aiplatform.googleapis.com",
    };

    /// <summary>Whether a host is the vendor's own.</summary>
    public static bool IsVendor(Uri url) => url.Host == Domain || url.Host.EndsWith("." + Domain, StringComparison.OrdinalIgnoreCase);

    /// <summary>An address that a channel may write whole, or from a slash and then counted from its base URL.</summary>
    public static Uri? Place(ProviderAccount account, string? written) => written switch
    {
        null => null,
        ['/', ..] => new(account.BaseUrl.AbsoluteUri.TrimEnd('/') + written),
        _ => new(written),
    };

    /// <summary>Whether a setting can be such an address.</summary>
    public static bool IsPlace(string? written) => written is null or ['/', ..]
        || (Uri.TryCreate(written, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps));

    [GeneratedRegex(@"^(?:([a-z0-9-]+)-aiplatform|aiplatform\.(us|eu)\.rep)\.googleapis\.com$")]
    private static partial Regex Vertex();
}
