using System.Collections.Frozen;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Catalog;

namespace Reelay.Server.Accounts;

/// <summary>A caller's or operator's key, without its secret: only the secret's hash is kept.</summary>
/// <remarks>All times are Unix milliseconds.</remarks>
public sealed record ApiKey
{
    /// <summary>What a key may do unless it is said otherwise.</summary>
    public const KeyScopes CallerScopes = KeyScopes.Create | KeyScopes.Read;

    /// <summary>Id for the admin API, <c>key_</c> and 20 characters.</summary>
    public required string Id { get; init; }

    /// <summary>Account it belongs to.</summary>
    public required string AccountId { get; init; }

    /// <summary>The operator's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>Last four characters of the secret; fewer or none where it was imported by its hash.</summary>
    public string SecretHint { get; init; } = "";

    /// <summary>What it may do.</summary>
    public KeyScopes Scopes { get; init; } = CallerScopes;

    /// <summary>Whether it may use the admin API.</summary>
    public bool IsAdmin => Scopes.HasFlag(KeyScopes.Admin);

    /// <summary>Whether hints that a model cannot honour are refused instead of listed as warnings.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Whether of two places that name a parameter differently the top level wins, instead of a refusal.</summary>
    public bool IsLenient { get; init; }

    /// <summary>Whether an <c>external_task_id</c> stands for one order only, as an idempotency key does.</summary>
    public bool HasIdempotentExternalIds { get; init; }

    /// <summary>How its answers differ from OpenAI's.</summary>
    public Dialect Dialects { get; init; }

    /// <summary>Operations that do not exist for it.</summary>
    public Operations Withheld { get; init; }

    /// <summary>Groups that the operator named, in order: words separated by blanks; empty for those of the account.</summary>
    public string OwnGroups { get; init; } = "";

    /// <summary>
    /// Groups of channels its orders may go to, in the order in which they are tried: words separated by blanks. What the operator named, as
    /// far as the account has it; where nothing is named, the account's default ones.
    /// </summary>
    public string Groups { get; init; } = Routing.GroupNames.Default;

    /// <summary>Public models it may order, by their own or their family's name; empty for all.</summary>
    public IReadOnlySet<string> Models { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Where it may be used from.</summary>
    public AddressList Addresses { get; init; } = AddressList.Everywhere;

    /// <summary>Bounds of its own.</summary>
    public Limits Limits { get; init; } = Limits.None;

    /// <summary>Bounds of its account, as they were when the key was read.</summary>
    public Limits AccountLimits { get; init; } = Limits.None;

    /// <summary>Whether its account was disabled when the key was read.</summary>
    public bool IsAccountDisabled { get; init; }

    /// <summary>When it was made.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>When it was changed last, or null.</summary>
    public long? UpdatedAt { get; init; }

    /// <summary>When it stops working, or null.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>When an operator disabled it, or null.</summary>
    public long? DisabledAt { get; init; }

    /// <summary>When it was revoked, or null; unlike a disabled one it never comes back.</summary>
    public long? RevokedAt { get; init; }

    /// <summary>Until when the secret before the last rotation works too, or null.</summary>
    public long? PreviousUntil { get; init; }

    /// <summary>When it was used last, to about a minute; null if never.</summary>
    public long? LastUsedAt { get; init; }

    /// <summary>Whether it may order a model.</summary>
    public bool MayOrder(PublicModel model) =>
        Models.Count == 0 || Models.Contains(model.Name) || (model.Spec.Family is { } family && Models.Contains(family));
}

/// <summary>What a key may do. Their words are the names in snake case.</summary>
[Flags]
public enum KeyScopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Order, upload, cancel and delete: every method under <c>/v1</c> but GET and HEAD.</summary>
    Create = 1,

    /// <summary>GET and HEAD under <c>/v1</c>.</summary>
    Read = 2,

    /// <summary>Everything under <c>/admin/v1</c>.</summary>
    Admin = 4,
}
