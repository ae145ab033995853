using Reelay.Simulators;

namespace Reelay.Tests.Support;

/// <summary>What a script that plays a vendor's customer is run against: a quick sandbox of stand-in clips, and a picture of 640x360 to send.</summary>
internal sealed class NodeSandbox : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private NodeSandbox(SandboxHost host) => Host = host;

    public SandboxHost Host { get; }

    /// <summary>Where files of the test lie; gone with it.</summary>
    public string Folder => _folder.Path;

    /// <summary>Path of the picture.</summary>
    public string Picture => PathOf("frame.png");

    public static async Task<NodeSandbox> StartAsync()
    {
        var sandbox = new NodeSandbox(await SandboxHost.StartAsync(new() { Duration = 0.2, Render = RenderMode.StandIn }));
        await File.WriteAllBytesAsync(sandbox.Picture, PngImage.Gradient(640, 360), TestContext.Current.CancellationToken);
        return sandbox;
    }

    /// <summary>Address of something in the sandbox, for the script's environment.</summary>
    public string Url(string path) => new Uri(Host.BaseUrl, path).ToString();

    /// <summary>Path of a file in the folder.</summary>
    public string PathOf(string name) => _folder.File(name);

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await Host.DisposeAsync();
    }
}
