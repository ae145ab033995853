using System.Text;

namespace Reelay.Server.Api.Reading;

/// <summary>Makes what callers sent fit for a message: short, on one line, without control characters.</summary>
internal static class Shown
{
    private const int MaxLength = 64;

    /// <summary>A field name.</summary>
    public static string Name(string name) => Value(name);

    /// <summary>A value, cut after 64 characters.</summary>
    public static string Value(string value)
    {
        if (value.Length <= MaxLength && !NeedsCleaning(value))
        {
            return value;
        }

        var text = new StringBuilder(MaxLength + 1);
        foreach (var rune in value.EnumerateRunes())
        {
            if (text.Length + rune.Utf16SequenceLength > MaxLength)
            {
                return text.Append('…').ToString();
            }

            text.Append(Rune.IsControl(rune) || rune.Value is '`' ? "?" : rune.ToString());
        }

        return text.ToString();
    }

    private static bool NeedsCleaning(string value)
    {
        foreach (var character in value)
        {
            if (char.IsControl(character) || char.IsSurrogate(character) || character == '`')
            {
                return true;
            }
        }

        return false;
    }
}
