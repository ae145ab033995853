using System.Text;

namespace Reelay.Server.Storage;

/// <summary>Text as PostgreSQL takes it: it knows no U+0000, and no half of a surrogate pair has a form in UTF-8.</summary>
internal static class PostgresText
{
    /// <summary>The same text, with U+FFFD in place of what cannot be stored. What upstreams answer, and callers name, can be anything.</summary>
    public static string Of(string text) =>
        !text.Contains('\0') && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? text
        : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
}
