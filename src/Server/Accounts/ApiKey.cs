using System.Security.Cryptography;
using System.Text;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Tasks;

namespace Reelay.Server.Accounts;

/// <summary>A caller's or operator's key, without its secret: only the secret's hash is kept.</summary>
public sealed record ApiKey
{
    /// <summary>Id for the admin API, <c>key_</c> and 20 characters.</summary>
    public required string Id { get; init; }

    /// <summary>Account it belongs to.</summary>
    public required string AccountId { get; init; }

    /// <summary>The operator's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>Last four characters of the secret.</summary>
    public required string SecretHint { get; init; }

    /// <summary>Whether it may use the admin API.</summary>
    public bool IsAdmin { get; init; }

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

    /// <summary>Groups of channels its orders may go to, in the order in which they are tried: words separated by blanks.</summary>
    public string Groups { get; init; } = Routing.GroupNames.Default;

    /// <summary>When it was made, Unix milliseconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>When it was revoked, or null. Unix milliseconds.</summary>
    public long? RevokedAt { get; init; }
}

/// <summary>What an operator says of a key to be made.</summary>
/// <param name="AccountId">Account it will belong to.</param>
/// <param name="Name">The operator's name for it.</param>
internal sealed record KeyTerms(string AccountId, string Name)
{
    public bool IsAdmin { get; init; }

    public bool IsStrict { get; init; }

    public bool IsLenient { get; init; }

    public bool HasIdempotentExternalIds { get; init; }

    public Dialect Dialects { get; init; }

    public Operations Withheld { get; init; }

    public string Groups { get; init; } = Routing.GroupNames.Default;
}

/// <summary>How secrets are made and hashed.</summary>
internal static class KeySecrets
{
    /// <summary>Longest secret that is looked up, in characters; longer ones are refused unread.</summary>
    public const int MaxLength = 256;

    /// <summary>Bytes of a hash.</summary>
    public const int HashLength = SHA256.HashSizeInBytes;

    private const int RandomLength = 48;

    /// <summary>A new secret of 285 random bits.</summary>
    public static string Mint(Randomness randomness) => "sk-" + randomness.Text(RandomLength);

    /// <summary>SHA-256 of a secret. A secret of full entropy needs no slow hash, and the look-up by hash leaks no prefix by its timing.</summary>
    public static void Hash(ReadOnlySpan<char> secret, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[MaxLength * 3];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(secret, bytes)], hash);
    }
}

/// <summary>Accounts and keys.</summary>
internal interface IKeyStore
{
    /// <summary>Makes an account if there is none with this id.</summary>
    void EnsureAccount(string id, string name, bool isUnlimited);

    /// <summary>The key with this hash, or null. Revoked keys are not found.</summary>
    ApiKey? FindByHash(byte[] hash);

    /// <summary>Stores a new key.</summary>
    void Insert(ApiKey key, byte[] hash);

    /// <summary>All keys, oldest first, revoked ones too; at most 1,000.</summary>
    IReadOnlyList<ApiKey> List();

    /// <summary>Revokes a key.</summary>
    /// <returns>False if there is none with this id, or it was revoked before.</returns>
    bool Revoke(string id, long at);
}
