using System.Text;

namespace Reelay.Simulators;

/// <summary>Breaks text into lines for a picture.</summary>
internal static class TextWrap
{
    /// <summary>Whether the text needs a font with Chinese, Japanese or Korean letters.</summary>
    public static bool HasWideCharacters(string text) => text.EnumerateRunes().Any(IsWide);

    /// <summary>Breaks a text; what does not fit ends in an ellipsis.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="columns">Width of a line in Latin letters; wide ones count two.</param>
    /// <param name="maxLines">Most lines.</param>
    public static IReadOnlyList<string> Lines(string text, int columns, int maxLines)
    {
        List<string> lines = [];
        foreach (string paragraph in text.ReplaceLineEndings("\n").Split('\n'))
        {
            Wrap(paragraph, columns, maxLines + 1, lines);
            if (lines.Count > maxLines)
                return [.. lines.Take(maxLines - 1), lines[maxLines - 1] + "…"];
        }

        return lines;
    }

    private static void Wrap(string paragraph, int columns, int maxLines, List<string> lines)
    {
        StringBuilder line = new();
        int width = 0;
        int lastSpace = -1;
        foreach (Rune rune in paragraph.EnumerateRunes().Where(rune => !Rune.IsControl(rune)))
        {
            if (lines.Count >= maxLines)
                return;
            int cells = IsWide(rune) ? 2 : 1;
            if (width + cells > columns)
            {
                string rest = lastSpace > 0 && cells == 1 ? line.ToString(lastSpace + 1, line.Length - lastSpace - 1) : "";
                lines.Add(line.ToString(0, line.Length - rest.Length).TrimEnd());
                line.Clear().Append(rest);
                width = rest.EnumerateRunes().Sum(kept => IsWide(kept) ? 2 : 1);
                lastSpace = -1;
            }

            if (Rune.IsWhiteSpace(rune))
                lastSpace = line.Length;
            line.Append(rune);
            width += cells;
        }

        lines.Add(line.ToString().TrimEnd());
    }

    private static bool IsWide(Rune rune) => rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF)
        or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE4F) or (>= 0xFF00 and <= 0xFF60)
        or (>= 0x20000 and <= 0x3FFFD);
}
