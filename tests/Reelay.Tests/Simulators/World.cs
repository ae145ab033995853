using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

/// <summary>Sandboxes for tests: a hand-turned clock, jobs of six seconds, and the stand-in clip.</summary>
internal static class World
{
    public static SandboxOptions Options(ManualTime time) =>
        new() { Time = time, Render = RenderMode.StandIn, Random = new SeededRandomSource(7) };

    public static Task<SandboxHost> StartAsync(ManualTime? time = null) => SandboxHost.StartAsync(Options(time ?? new ManualTime()));
}
