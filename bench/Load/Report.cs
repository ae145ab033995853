using System.Text;

namespace Reelay.Load;

/// <summary>One line of the table.</summary>
/// <param name="Figure">What was measured.</param>
/// <param name="Reference">The reference's values, one per round.</param>
/// <param name="Ours">Reelay's values, one per round.</param>
internal sealed record Line(Figure Figure, IReadOnlyList<double> Reference, IReadOnlyList<double> Ours)
{
    /// <summary>Ours to the reference, by their medians.</summary>
    public double Ratio => Median(Ours) / Median(Reference);

    /// <summary>How the ratio stands to goal and floor.</summary>
    public string Verdict =>
        Figure.Goal is not { } goal ? ""
        : Reaches(goal) ? "goal reached"
        : Reaches(Figure.Floor!.Value) ? "goal missed, floor held"
        : "**below the floor**";

    /// <summary>Whether the floor is held, or there is none.</summary>
    public bool HoldsFloor => Figure.Floor is not { } floor || Reaches(floor);

    /// <summary>The middle value; of an even number the mean of the two in the middle.</summary>
    public static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    public override string ToString() => string.Join(" | ",
        $"| {Figure.Name}", Figure.Unit, Shown(Reference), Shown(Ours), $"{Ratio:F2}",
        Figure.Goal is { } goal ? $"{goal:F2} / {Figure.Floor:F2}" : "", $"{Verdict} |");

    private bool Reaches(double bound) => Figure.IsLowerBetter ? Ratio <= bound : Ratio >= bound;

    private static string Shown(IReadOnlyList<double> values) => $"{Number(Median(values))} ({Number(values.Min())}–{Number(values.Max())})";

    private static string Number(double value) => value >= 100 ? value.ToString("N0") : value.ToString("F1");
}

/// <summary>The report as Markdown.</summary>
internal static class Report
{
    private const string Head =
        """
        | figure | unit | reference, median (min–max) | Reelay, median (min–max) | ratio | goal / floor | |
        |---|---|---|---|---|---|---|
        """;

    public static string Write(string day, BenchOptions options, IReadOnlyList<string> facts, IReadOnlyList<Line> lines, IReadOnlyList<string> notes)
    {
        var text = new StringBuilder();
        text.AppendLine($"# Benchmarks of {day}").AppendLine();
        foreach (var fact in facts) text.AppendLine("- " + fact);
        text.AppendLine("- command: `make bench ARGS=\"" + options.CommandLine + "\"`");
        text.AppendLine($"- load average at the end: {Machine.LoadAverage}").AppendLine();
        if (lines.Count > 0)
        {
            text.AppendLine($"{options.RoundCount} rounds, reference and Reelay in turn, {options.Seconds} s each under load. How to read this: `bench/README.md`.");
            text.AppendLine().AppendLine(Head);
            foreach (var line in lines) text.AppendLine(line.ToString());
        }

        if (lines.Count > 0 && notes.Count > 0) text.AppendLine();
        foreach (var note in notes) text.AppendLine("- " + note);
        return text.ToString();
    }
}
