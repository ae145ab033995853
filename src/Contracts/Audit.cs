using System.Text.Json.Nodes;

namespace Reelay.Contracts;

/// <summary>One administrative change as the audit log has it. Times are Unix milliseconds.</summary>
public sealed record AdminAuditEntry
{
    /// <summary>Id; later entries have greater numbers.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>audit_entry</c>.</summary>
    public string Object { get; init; } = "audit_entry";

    /// <summary>When it was asked for.</summary>
    public required long At { get; init; }

    /// <summary>The key it was asked with.</summary>
    public required string KeyId { get; init; }

    /// <summary>Where the request came from.</summary>
    public required string Address { get; init; }

    /// <summary>HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>The route as the documentation writes it.</summary>
    public required string Route { get; init; }

    /// <summary>What it was about: the route's id, or the id of what was made.</summary>
    public string? Target { get; init; }

    /// <summary>Fields of the body that may be shown, with their values.</summary>
    public required JsonObject Fields { get; init; }

    /// <summary>Names of all other fields that were sent.</summary>
    public required IReadOnlyList<string> OtherFields { get; init; }

    /// <summary>Status of the answer; absent while it is not known.</summary>
    public int? Status { get; init; }

    /// <summary>Code of the refusal.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>When the answer was known.</summary>
    public long? FinishedAt { get; init; }
}

/// <summary>How far the secrets of the database are under the present master key.</summary>
public sealed record AdminMasterKey
{
    /// <summary>Always <c>master_key</c>.</summary>
    public string Object { get; init; } = "master_key";

    /// <summary>Id of the key that encrypts.</summary>
    public required string Id { get; init; }

    /// <summary>Ids of older keys that still decrypt.</summary>
    public required IReadOnlyList<string> PreviousIds { get; init; }

    /// <summary>Where it comes from: <c>file</c> or <c>setting</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Secrets that are kept.</summary>
    public required int SecretCount { get; init; }

    /// <summary>Those of them that an older key encrypted.</summary>
    public required int OutdatedCount { get; init; }
}

/// <summary>The keys of signed links.</summary>
public sealed record AdminLinkKeys
{
    /// <summary>Always <c>link_keys</c>.</summary>
    public string Object { get; init; } = "link_keys";

    /// <summary>Keys that verify; the newest signs.</summary>
    public required int Count { get; init; }
}
