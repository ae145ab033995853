namespace Reelay.Contracts;

/// <summary>An uploaded picture, video or sound: the object of <c>/v1/files</c>. Keys that are null are left out.</summary>
public sealed record FileObject
{
    /// <summary><c>file_</c> and 26 characters; sorts by time.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>file</c>.</summary>
    public string Object { get; init; } = "file";

    /// <summary>Size in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>When it goes, Unix seconds; null if it stays until it is deleted.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>The caller's name for it, without folders.</summary>
    public required string Filename { get; init; }

    /// <summary>What the caller said it is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>Always <c>processed</c>: nothing is left to be done when a file is answered.</summary>
    public string Status { get; init; } = "processed";

    /// <summary>Media type found in its bytes, whatever was declared.</summary>
    public required string ContentType { get; init; }
}

/// <summary>Answer to the delete of a file.</summary>
public sealed record DeletedFile(string Id, bool Deleted = true, string Object = "file");

/// <summary>Somebody or something that prompts can name: the object of <c>/v1/videos/characters</c>.</summary>
/// <param name="Id"><c>char_</c> and 26 characters.</param>
/// <param name="Name">The name as prompts must write it.</param>
/// <param name="CreatedAt">Unix seconds.</param>
public sealed record Character(string Id, string Name, long CreatedAt);
