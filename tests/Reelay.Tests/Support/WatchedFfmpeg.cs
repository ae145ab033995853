namespace Reelay.Tests.Support;

/// <summary>The machine's ffmpeg behind a script that notes every run, and waits as long as a test wants.</summary>
internal sealed class WatchedFfmpeg : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private WatchedFfmpeg()
    {
    }

    /// <summary>The setting that makes a server use it.</summary>
    public Dictionary<string, string?> Settings => new() { ["Reelay:Variants:Ffmpeg"] = _folder.File("ffmpeg") };

    /// <summary>How often it was started.</summary>
    public int Runs => File.Exists(_folder.File("runs")) ? File.ReadAllLines(_folder.File("runs")).Length : 0;

    /// <remarks>Another process writes the script: one that this process has open for writing could not be started.</remarks>
    public static async Task<WatchedFfmpeg> CreateAsync()
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        var made = new WatchedFfmpeg();
        var folder = made._folder.Path;
        var script = $"""
            #!/bin/sh
            echo run >> '{folder}/runs'
            while [ -e '{folder}/hold' ]; do sleep 0.02; done
            exec ffmpeg "$@"
            """;
        await Tool.RunAsync("sh", folder, "-c", "printf '%s\\n' \"$1\" > ffmpeg && chmod +x ffmpeg", "sh", script);
        return made;
    }

    /// <summary>Runs wait from now on.</summary>
    public void Hold() => File.WriteAllText(_folder.File("hold"), "");

    /// <summary>Runs go on.</summary>
    public void Release() => File.Delete(_folder.File("hold"));

    /// <summary>Waits until so many runs have begun.</summary>
    public async Task UntilRunsAsync(int count)
    {
        while (Runs < count) await GatewayHost.PauseAsync();
    }

    public void Dispose() => _folder.Dispose();
}
