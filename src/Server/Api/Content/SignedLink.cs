using System.Globalization;
using Reelay.Server.Assets.Links;

namespace Reelay.Server.Api.Content;

/// <summary>The signed part of a request, and what is answered when it is worth nothing.</summary>
internal static class SignedLink
{
    // 1 January 9999: what comes after cannot be told in a date.
    private const long MaxSeconds = 253_370_764_800;

    /// <summary>Whether a request claims to be a signed link.</summary>
    public static bool IsClaimed(HttpRequest request) => request.Query.ContainsKey("signature") || request.Query.ContainsKey("expires");

    /// <summary>Judges a link to an output: its id (canonical), <c>index</c>, <c>expires</c> and <c>signature</c>.</summary>
    public static ApiError? Refusal(LinkSigner links, HttpRequest request, string taskId)
    {
        var index = 0;
        var text = (string?)request.Query["index"];
        if (!string.IsNullOrEmpty(text) && !TryReadNumber(text, out index)) return Of(LinkVerdict.Altered);
        return Of(links.VerifyContent(taskId, index, request.Query["expires"], request.Query["signature"]));
    }

    /// <summary>The refusal for a verdict, or null for a good link.</summary>
    public static ApiError? Of(LinkVerdict verdict) => verdict switch
    {
        LinkVerdict.Good => null,
        LinkVerdict.Expired => new(403, "link_expired", "The link has passed its expires and no longer works.", "expires"),
        LinkVerdict.Altered => new(
            403, "invalid_signature", "The link is not as it was given: its id, index, expires and signature belong together.", "signature"),
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "no answer for this verdict"),
    };

    /// <summary>When a signed link ends, as it says itself; null if it says nothing that can be read.</summary>
    public static DateTimeOffset? Ends(IQueryCollection query) =>
        long.TryParse(query["expires"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < MaxSeconds
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    /// <summary>Reads a whole number of digits only.</summary>
    public static bool TryReadNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
