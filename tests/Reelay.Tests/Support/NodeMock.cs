using System.Diagnostics;

namespace Reelay.Tests.Support;

/// <summary>A mock server of another team's that runs until it is disposed of.</summary>
/// <param name="process">Its process.</param>
/// <param name="url">Where it listens.</param>
internal sealed class NodeMock(Process process, string url) : IDisposable
{
    public string Url => url;

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
