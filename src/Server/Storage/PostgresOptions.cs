using System.ComponentModel.DataAnnotations;

namespace Reelay.Server.Storage;

/// <summary>Settings <c>Reelay__Postgres__*</c>. The database itself is named by <c>ConnectionStrings__Reelay</c>.</summary>
public sealed class PostgresOptions
{
    /// <summary>Most connections of one node, 4 to 500. Those of all nodes together must stay below the server's <c>max_connections</c>.</summary>
    [Range(4, 500)]
    public int MaxConnections { get; set; } = 20;

    /// <summary>How long connecting, or waiting for a connection of the pool, may take, in seconds, 1 to 60.</summary>
    [Range(1, 60)]
    public int ConnectSeconds { get; set; } = 5;

    /// <summary>How long one statement may take, in seconds, 1 to 600.</summary>
    [Range(1, 600)]
    public int CommandSeconds { get; set; } = 15;

    /// <summary>
    /// Whether nodes tell each other at once what is new (<c>LISTEN</c>, <c>NOTIFY</c>). Without it, or while it is broken, it shows within
    /// five seconds at the latest.
    /// </summary>
    public bool Notifications { get; set; } = true;

    /// <summary>
    /// Another address of the same database that goes to it directly, for migrations and for waiting for notifications, where the usual one
    /// leads through a pooler; null for the usual one.
    /// </summary>
    public string? DirectConnection { get; set; }
}
