using System.Globalization;
using System.Text.RegularExpressions;
using Reelay.Tests.Assets;
using Reelay.Tests.Support;

namespace Reelay.Tests.Hardening;

/// <summary>The addresses of <c>Data/ssrf-corpus.txt</c>, and the names that stand in them.</summary>
internal static partial class SsrfCorpus
{
    /// <summary>Every address, with the canary's port in its place.</summary>
    public static IReadOnlyList<string> Read(int port) =>
        [.. File.ReadLines(Path.Combine(Repository.Root, "tests", "Reelay.Tests", "Hardening", "Data", "ssrf-corpus.txt"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => Unescape(line).Replace("{0}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))];

    /// <summary>What names of the corpus resolve to.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["media.test"] = FetchWorld.PublicAddressText, ["localhost"] = "127.0.0.1 ::1", ["localhost."] = "127.0.0.1", ["sub.localhost"] = "127.0.0.1",
        ["ip6-localhost"] = "::1", ["127.0.0.1."] = "127.0.0.1", ["0.0.0.0."] = "0.0.0.0", ["169.254.169.254."] = "169.254.169.254",
        ["metadata.test"] = "169.254.169.254", ["loopback.test"] = "127.0.0.1", ["loopback.test."] = "127.0.0.1", ["loopback6.test"] = "::1",
        ["mapped.test"] = "::ffff:127.0.0.1", ["compatible.test"] = "::127.0.0.1", ["nat64.test"] = "64:ff9b::7f00:1", ["sixtofour.test"] = "2002:7f00:1::",
        ["teredo.test"] = "2001:0:7f00:1::", ["linklocal.test"] = "fe80::1", ["ula.test"] = "fd00::1", ["any.test"] = "0.0.0.0", ["any6.test"] = "::",
        ["private.test"] = "10.0.0.1", ["mixed.test"] = $"127.0.0.1 {FetchWorld.PublicAddressText}", ["mixed-last.test"] = $"{FetchWorld.PublicAddressText} 127.0.0.1",
        ["mixed6.test"] = $"{FetchWorld.PublicAddressText} ::1",
    };

    private static string Unescape(string line) => Escapes().Replace(line, match => match.Value[1] switch
    {
        't' => "\t",
        'r' => "\r",
        'n' => "\n",
        _ => ((char)int.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString(),
    });

    // A backslash before anything else is one.
    [GeneratedRegex(@"\\(?:u([0-9a-f]{4})|t(?=:)|r|n)")]
    private static partial Regex Escapes();
}
