namespace Reelay.Load;

/// <summary>Memory at rest and time to listening, against a bare Kestrel service.</summary>
/// <remarks>Ours starts on a folder that it has used before; its very first start, which makes the database, is a note.</remarks>
internal sealed class IdleBenchmark(Workplace workplace) : Benchmark
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private readonly string _data = workplace.NewFolder("idle");

    public override string Name => "idle";

    public override IReadOnlyList<Figure> Figures { get; } =
    [
        new("memory after 5 s of rest", "MB", Goal: 2, Floor: 3, IsLowerBetter: true),
        new("process start to listening", "ms", Goal: 2, Floor: 3, IsLowerBetter: true),
    ];

    public override async Task PrepareAsync()
    {
        await using var first = await Gateway.StartAsync(workplace, _data);
        Notes.Add($"idle, ours: the very first start, which makes the database, took {first.StartMilliseconds:F0} ms");
    }

    public override Task<double[]> MeasureReferenceAsync(int round) => MeasureAsync(() => References.StartAsync(workplace, "constant"));

    public override Task<double[]> MeasureOursAsync(int round) => MeasureAsync(() => Gateway.StartAsync(workplace, _data));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<double[]> MeasureAsync(Func<Task<ServerProcess>> start)
    {
        await using var server = await start();
        await Task.Delay(Rest, TimeProvider.System);
        return [server.ResidentMegabytes, server.StartMilliseconds];
    }
}
