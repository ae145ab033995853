namespace Reelay.Contracts;

/// <summary>One process of the gateway. Times are Unix milliseconds.</summary>
public sealed record AdminNode
{
    /// <summary>Id, new at every start.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>node</c>.</summary>
    public string Object { get; init; } = "node";

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>When it started.</summary>
    public required long StartedAt { get; init; }

    /// <summary>When it was last heard of.</summary>
    public required long LastSeenAt { get; init; }

    /// <summary><c>live</c>, <c>draining</c> (on its way out), or <c>dead</c> (silent for longer than its lease).</summary>
    public required string Status { get; init; }

    /// <summary>Parts of the tasks that are its own, of 256.</summary>
    public required int Shards { get; init; }

    /// <summary>Unfinished tasks that it drives.</summary>
    public required int Tasks { get; init; }

    /// <summary>How late it looked at what was due, in milliseconds: the most of the last ten to twenty seconds.</summary>
    public required long LagMs { get; init; }

    /// <summary>Whether it is the one that answers.</summary>
    public required bool IsSelf { get; init; }
}
