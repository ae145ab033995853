namespace Reelay.Load;

/// <summary>What was asked for on the command line.</summary>
internal sealed record BenchOptions
{
    public const string Usage = "--rounds 5 --seconds 5 --only status,many,create,content,idle,polling,waiting,callbacks,isolation,postgres,foreign,claim,nodes --tasks 1000,10000 --median 30,60 --name engine --keep";

    private const int MaxRounds = 100;
    private const int MaxSeconds = 600;

    /// <summary>Measurements of each side, alternating. Default 5.</summary>
    public int RoundCount { get; private init; } = 5;

    /// <summary>Length of one measurement under load. Default 5.</summary>
    public int Seconds { get; private init; } = 5;

    /// <summary>Sizes of the benchmarks of waiting tasks. Default 1,000.</summary>
    public IReadOnlyList<int> TaskCounts { get; private init; } = [1000];

    /// <summary>Median durations of their renders in seconds. Default 10.</summary>
    public IReadOnlyList<int> MediansSeconds { get; private init; } = [10];

    /// <summary>What the report's file is called after the day; null writes none unless everything runs.</summary>
    public string? ReportName { get; private init; }

    /// <summary>Names of the benchmarks to run; empty runs all.</summary>
    public IReadOnlyList<string> Only { get; private init; } = [];

    /// <summary>The arguments as they were given.</summary>
    public string CommandLine { get; private init; } = "";

    /// <summary>Whether the working folder, with logs and databases, stays when all is done. After a failure it always stays.</summary>
    public bool KeepsFolder { get; private init; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="ArgumentException">One is unknown or out of its bounds.</exception>
    public static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions { CommandLine = string.Join(' ', args) };
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--rounds" => options with { RoundCount = Number(args, ++i, MaxRounds) },
                "--seconds" => options with { Seconds = Number(args, ++i, MaxSeconds) },
                "--tasks" => options with { TaskCounts = Numbers(args, ++i, 100_000) },
                "--median" => options with { MediansSeconds = Numbers(args, ++i, 600) },
                "--name" => options with { ReportName = Next(args, ++i) },
                "--only" => options with { Only = Next(args, ++i).Split([',', '|'], StringSplitOptions.RemoveEmptyEntries) },
                "--keep" => options with { KeepsFolder = true },
                _ => throw new ArgumentException($"'{args[i]}' is unknown. Known are: {Usage}", nameof(args)),
            };
        }

        return options;
    }

    private static IReadOnlyList<int> Numbers(string[] args, int index, int max) =>
        [.. Next(args, index).Split(',').Select(text => Number(args[index - 1], text, max))];

    private static int Number(string[] args, int index, int max) => Number(args[index - 1], Next(args, index), max);

    private static int Number(string name, string text, int max) =>
        int.TryParse(text, out var number) && number >= 1 && number <= max
            ? number
            : throw new ArgumentException($"{name} takes whole numbers from 1 to {max}.", nameof(text));

    private static string Next(string[] args, int index) =>
        index < args.Length ? args[index] : throw new ArgumentException($"{args[^1]} needs a value.", nameof(args));
}
