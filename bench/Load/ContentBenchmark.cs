using System.Buffers.Binary;

namespace Reelay.Load;

/// <summary>Downloads of a 20 MB result through the real route, with its key and checks, against nginx with sendfile.</summary>
internal sealed class ContentBenchmark(Workplace workplace, int seconds) : Benchmark
{
    private const int ConnectionCount = 8;
    private const int WarmUpSeconds = 2;
    private const int FileBytes = 20_000_000;
    private const string FileName = "video.mp4";

    private ServerProcess? _reference;
    private ServerProcess? _ours;
    private string _path = "";

    public override string Name => "content";

    public override IReadOnlyList<Figure> Figures { get; } =
    [
        new("content of 20 MB, 8 connections", "MB/s", Goal: 1.0, Floor: 0.8),
        new("— processor time of 1 GB", "ms", IsLowerBetter: true),
    ];

    public override async Task PrepareAsync()
    {
        var folder = workplace.NewFolder("content-files");
        var file = Path.Combine(folder, FileName);
        WriteClip(file);
        _reference = await References.StartNginxAsync(workplace, folder);

        // The result comes into the store as every result does: ordered, submitted, fetched from an upstream, measured.
        await using var upstream = await References.StartAsync(workplace, "upstream", file);
        _ours = await Gateway.StartAsync(workplace, workplace.NewFolder("content"), upstream.BaseUrl);
        _path = $"/v1/videos/{await Gateway.RenderAsync(_ours.BaseUrl)}/content";
        foreach (var url in new[] { _reference.BaseUrl + "/" + FileName, _ours.BaseUrl + _path }) Wrk.Run(url, ConnectionCount, WarmUpSeconds);
    }

    public override Task<double[]> MeasureReferenceAsync(int round) => Task.FromResult(Measure(_reference!, "/" + FileName));

    public override Task<double[]> MeasureOursAsync(int round) => Task.FromResult(Measure(_ours!, _path));

    public override async ValueTask DisposeAsync()
    {
        if (_reference is not null) await _reference.DisposeAsync();
        if (_ours is not null) await _ours.DisposeAsync();
    }

    private double[] Measure(ServerProcess server, string _path)
    {
        var before = server.ProcessorTime;
        var result = Wrk.Run(server.BaseUrl + _path, ConnectionCount, seconds);
        return [result.MegabytesPerSecond, (server.ProcessorTime - before).TotalMilliseconds / (result.MegabytesPerSecond * seconds / 1000)];
    }

    // A real clip, and a box of the kind "free" that fills it up: players and our probe skip it.
    private void WriteClip(string _path)
    {
        var clip = File.ReadAllBytes(Path.Combine(workplace.Root, "src", "Simulators", "standin.mp4"));
        var padding = new byte[FileBytes - clip.Length];
        BinaryPrimitives.WriteInt32BigEndian(padding, padding.Length);
        "free"u8.CopyTo(padding.AsSpan(4));
        File.WriteAllBytes(_path, [.. clip, .. padding]);
    }
}
