namespace Reelay.Tests.Cluster;

/// <summary>Whether the long runs over real processes were asked for.</summary>
internal static class Chaos
{
    /// <summary>Skips a run that only <c>make chaos</c> makes (<c>REELAY_CHAOS_SECONDS</c>).</summary>
    public static void SkipUnlessAsked() =>
        Assert.SkipUnless(Environment.GetEnvironmentVariable("REELAY_CHAOS_SECONDS") is { Length: > 0 }, "A run of `make chaos`.");
}
