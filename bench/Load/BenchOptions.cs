namespace Reelay.Load;

/// <summary>What was asked for on the command line.</summary>
internal sealed record BenchOptions
{
    public const string Usage = "--rounds 5 --seconds 5 --only status,many,create,content,idle,polling --tasks 1000 --median 3 --keep";

    private const int MaxRounds = 100;
    private const int MaxSeconds = 600;

    /// <summary>Measurements of each side, alternating. Default 5.</summary>
    public int RoundCount { get; private init; } = 5;

    /// <summary>Length of one measurement under load. Default 5.</summary>
    public int Seconds { get; private init; } = 5;

    /// <summary>Tasks of the polling benchmark. Default 1,000.</summary>
    public int TaskCount { get; private init; } = 1000;

    /// <summary>Median duration of its renders in seconds. Default 3.</summary>
    public int MedianSeconds { get; private init; } = 3;

    /// <summary>Names of the benchmarks to run; empty runs all.</summary>
    public IReadOnlyList<string> Only { get; private init; } = [];

    /// <summary>Whether the working folder, with logs and databases, stays when all is done. After a failure it always stays.</summary>
    public bool KeepsFolder { get; private init; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="ArgumentException">One is unknown or out of its bounds.</exception>
    public static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions();
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--rounds" => options with { RoundCount = Number(args, ++i, MaxRounds) },
                "--seconds" => options with { Seconds = Number(args, ++i, MaxSeconds) },
                "--tasks" => options with { TaskCount = Number(args, ++i, 100_000) },
                "--median" => options with { MedianSeconds = Number(args, ++i, 600) },
                "--only" => options with { Only = Next(args, ++i).Split([',', '|'], StringSplitOptions.RemoveEmptyEntries) },
                "--keep" => options with { KeepsFolder = true },
                _ => throw new ArgumentException($"'{args[i]}' is unknown. Known are: {Usage}", nameof(args)),
            };
        }

        return options;
    }

    private static int Number(string[] args, int index, int max) =>
        int.TryParse(Next(args, index), out var number) && number >= 1 && number <= max
            ? number
            : throw new ArgumentException($"{args[index - 1]} takes a whole number from 1 to {max}.", nameof(args));

    private static string Next(string[] args, int index) =>
        index < args.Length ? args[index] : throw new ArgumentException($"{args[^1]} needs a value.", nameof(args));
}
