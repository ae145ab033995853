using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Reelay.Server.Catalog;

/// <summary>Names of price lists: where one is from, and which one it is.</summary>
internal static class PriceVersions
{
    /// <summary>Names a list by what stands in it, so that equal lists have equal names.</summary>
    /// <param name="source">Where it is from: <c>shipped</c> or <c>settings</c>.</param>
    /// <param name="prices">The rows, in order.</param>
    public static string Of(string source, IReadOnlyList<PriceSpec> prices)
    {
        var text = string.Join('\n', prices.Select(row => string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Tier}|{row.Quality}|{row.Mode}|{row.Audio}|{row.InputVideo}|{row.Per}|{row.Micros}|{row.InputSeconds}")));
        return source + "-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
    }
}
