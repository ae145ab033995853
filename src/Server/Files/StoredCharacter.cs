namespace Reelay.Server.Files;

/// <summary>A character as it is kept: a name for prompts and the clip that shows it. Never changes.</summary>
public sealed record StoredCharacter
{
    /// <summary><c>char_</c> and 26 characters.</summary>
    public required string Id { get; init; }

    /// <summary>Account it belongs to.</summary>
    public required string AccountId { get; init; }

    /// <summary>The name as prompts must write it; 1 to 80 Unicode code points.</summary>
    public required string Name { get; init; }

    /// <summary>Key of the clip in the asset store. It stays as long as the row, and rows of characters stay.</summary>
    public required string Key { get; init; }

    /// <summary>Media type found in the clip's bytes.</summary>
    public required string ContentType { get; init; }

    /// <summary>The clip's size in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the clip's bytes.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long CreatedAt { get; init; }
}

/// <summary>Finds characters for orders.</summary>
public interface ICharacterLookup
{
    /// <summary>A character of an account, or null if there never was one or it is another account's.</summary>
    ValueTask<StoredCharacter?> FindAsync(string accountId, string characterId, CancellationToken cancellationToken = default);
}

/// <summary>The rows of characters.</summary>
internal interface ICharacterStore : ICharacterLookup
{
    /// <summary>Stores a new row, durable when it returns.</summary>
    /// <exception cref="Tasks.StoreUnavailableException">It was not written, or nobody can tell.</exception>
    Task InsertAsync(StoredCharacter character, CancellationToken cancellationToken);
}
