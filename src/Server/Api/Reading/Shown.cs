using System.Text;

namespace Reelay.Server.Api.Reading;

/// <summary>Makes what callers sent fit for a message: short, on one line, without control characters.</summary>
internal static class Shown
{
    private const int MaxLength = 64;
    private const int MaxSentenceLength = 1_000;

    /// <summary>A field name.</summary>
    public static string Name(string name) => Value(name);

    /// <summary>A value, cut after 64 characters.</summary>
    public static string Value(string value) =>
        value.Length <= MaxLength && !NeedsCleaning(value) && !value.Contains('`', StringComparison.Ordinal) ? value : Clean(value, MaxLength, mark: '`');

    /// <summary>A whole message, which may hold more than one value: a bound for what slipped through.</summary>
    public static string Sentence(string message) =>
        message.Length <= MaxSentenceLength && !NeedsCleaning(message) ? message : Clean(message, MaxSentenceLength, mark: null);

    private static string Clean(string value, int maxLength, char? mark)
    {
        var text = new StringBuilder(maxLength + 1);
        foreach (var rune in value.EnumerateRunes())
        {
            if (text.Length + rune.Utf16SequenceLength > maxLength)
            {
                return text.Append('…').ToString();
            }

            text.Append(Rune.IsControl(rune) || rune.Value == mark ? "?" : rune.ToString());
        }

        return text.ToString();
    }

    private static bool NeedsCleaning(string value)
    {
        foreach (var character in value)
        {
            if (char.IsControl(character) || char.IsSurrogate(character))
            {
                return true;
            }
        }

        return false;
    }
}
