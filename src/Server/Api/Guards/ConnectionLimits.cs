using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Reelay.Server.Api.Guards;

/// <summary><c>Reelay:Limits</c>: bounds of connections and of requests before their bodies. Bounds of bodies: <see cref="Reading.ReadingLimits"/>.</summary>
internal sealed class ConnectionLimits
{
    /// <summary>Longest request line in bytes, address included; a longer one is answered with 414. Fixed.</summary>
    public const int MaxRequestLineBytes = 8 * 1024;

    /// <summary>Most bytes of all headers together; more are answered with 431. Fixed.</summary>
    public const int MaxHeadersBytes = 64 * 1024;

    /// <summary>Most headers; more are answered with 431. Fixed.</summary>
    public const int MaxHeaderCount = 100;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Most connections at a time; further ones are closed. Default 0: no bound but the system's.</summary>
    [Range(0, int.MaxValue)]
    public int MaxConnections { get; set; }

    /// <summary>Longest time in seconds for a request's line and headers to arrive. Default 30.</summary>
    [Range(1, 600)]
    public int HeaderSeconds { get; set; } = 30;

    /// <summary>Longest time in seconds that a connection may be idle between two requests. Default 130.</summary>
    [Range(1, 3600)]
    public int IdleSeconds { get; set; } = 130;

    /// <summary>
    /// Slowest pace of a body, and of a reader of an answer, in bytes a second after five seconds; below it a body is refused with 408 and a
    /// reader cut off. Default 240; 0 switches it off.
    /// </summary>
    [Range(0, 1_000_000)]
    public int MinBytesPerSecond { get; set; } = 240;

    /// <summary>Hands them to the server.</summary>
    public void Apply(KestrelServerLimits limits)
    {
        limits.MaxRequestLineSize = MaxRequestLineBytes;
        limits.MaxRequestHeadersTotalSize = MaxHeadersBytes;
        limits.MaxRequestHeaderCount = MaxHeaderCount;
        limits.MaxConcurrentConnections = MaxConnections == 0 ? null : MaxConnections;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(HeaderSeconds);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(IdleSeconds);
        var pace = MinBytesPerSecond == 0 ? null : new MinDataRate(MinBytesPerSecond, Grace);
        limits.MinRequestBodyDataRate = pace;
        limits.MinResponseDataRate = pace;
    }
}
