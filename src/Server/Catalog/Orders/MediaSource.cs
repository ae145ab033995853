using System.Text.Json;
using Reelay.Providers;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Catalog.Orders;

/// <summary>One input of a request before it is stored. Exactly one of file, text, link and stored is set.</summary>
internal sealed record MediaSource(string Path, MediaHint Hint)
{
    /// <summary>A file part of the form.</summary>
    public FilePart? File { get; init; }

    /// <summary>A data URL or bare base64.</summary>
    public JsonElement Text { get; init; }

    /// <summary>An address elsewhere.</summary>
    public Uri? Link { get; init; }

    /// <summary>The id of an uploaded file or a character, until it is looked up.</summary>
    public string? LibraryId { get; init; }

    /// <summary>Something the account has stored here.</summary>
    public LibraryFile? Stored { get; init; }

    /// <summary>The earlier task it is the result of, or null.</summary>
    public LibraryVideo? Video { get; init; }

    /// <summary>What it is for; set with the mode.</summary>
    public MediaRole Role { get; set; }

    /// <summary>The parameter it stands in, without places in lists and members.</summary>
    public string Root
    {
        get
        {
            var place = Path.IndexOf('.', StringComparison.Ordinal);
            var isPlaced = place > 0 && (Path[..place] == Parameters.Metadata.Name || Parameters.Places.Contains(Path[..place]));
            var end = Path.AsSpan(isPlaced ? place + 1 : 0).IndexOfAny('[', '.');
            return end < 0 ? Path : Path[..(end + (isPlaced ? place + 1 : 0))];
        }
    }

    /// <summary>Whether both surely hold the same file.</summary>
    public bool IsSame(MediaSource other) =>
        File is not null ? File.Asset.Sha256 == other.File?.Asset.Sha256
        : Link is not null ? Link == other.Link
        : LibraryId is not null ? LibraryId == other.LibraryId
        : Stored is not null ? Stored.AssetKey == other.Stored?.AssetKey
        : other is { File: null, Link: null, LibraryId: null, Stored: null } && JsonElement.DeepEquals(Text, other.Text);
}
