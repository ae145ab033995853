namespace Reelay.Server.Assets.Fetching;

/// <summary>The most that one fetch may take.</summary>
/// <param name="MaxBytes">Largest body in bytes.</param>
internal sealed record FetchBounds(long MaxBytes)
{
    /// <summary>Longest time from the call of <c>OpenAsync</c> to the last byte, redirects and the reader's own pauses included.</summary>
    /// <value>Default 5 min.</value>
    public TimeSpan MaxTotalTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest wait for the headers of each answer, name resolution and connecting included.</summary>
    /// <value>Default 30 s.</value>
    public TimeSpan MaxHeaderTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for more bytes of the body while they are asked for.</summary>
    /// <value>Default 30 s.</value>
    public TimeSpan MaxIdleTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most redirects that are followed; 0 follows none.</summary>
    /// <value>Default 5.</value>
    public int MaxRedirects { get; init; } = 5;
}
