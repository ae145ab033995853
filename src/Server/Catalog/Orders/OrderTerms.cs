using Reelay.Server.Assets.Probing;

namespace Reelay.Server.Catalog.Orders;

/// <summary>What the server and the caller's key add to a request before it can become an order.</summary>
public sealed record OrderTerms
{
    /// <summary>The models of this server.</summary>
    public required ModelCatalog Catalog { get; init; }

    /// <summary>Whether this key may order a public model; all by default.</summary>
    public Func<PublicModel, bool> MayOrder { get; init; } = _ => true;

    /// <summary>Whether a channel open to this key serves an upstream model, named <c>provider:model</c>; all by default.</summary>
    public Func<string, bool> CanServe { get; init; } = _ => true;

    /// <summary>The model when the request names none; empty makes <c>model</c> required.</summary>
    public string DefaultModel { get; init; } = "sora-2";

    /// <summary>Whether hints that cannot be honoured are refused instead of reported.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Whether of two values of one parameter the one at top level wins instead of both being refused.</summary>
    public bool IsLenient { get; init; }

    /// <summary>Why a caller's address cannot be told of the order's end, as a sentence; null if it may be tried.</summary>
    public Func<string, string?> FindCallbackFault { get; init; } = _ => null;

    /// <summary>What the route asks for beyond the body: a mode and perhaps a source. None for a plain create.</summary>
    public OrderRoute Route { get; init; }

    /// <summary>What the account has stored; null where nothing of it can be named.</summary>
    internal IOrderLibrary? Library { get; init; }
}

/// <summary>What a route says about an order.</summary>
/// <param name="Mode">The task mode it stands for, or null.</param>
/// <param name="SourceId">The task it goes on from, where the path names it; or null.</param>
public readonly record struct OrderRoute(string? Mode, string? SourceId)
{
    /// <summary>Whether it needs an earlier video.</summary>
    public bool NeedsSource => Mode is not null;
}

/// <summary>What an account has stored here, and how files are looked at. One per request.</summary>
internal interface IOrderLibrary
{
    /// <summary>An uploaded file, or null if the account has none with this id.</summary>
    ValueTask<LibraryFile?> FindFileAsync(string id, CancellationToken cancellationToken);

    /// <summary>A character, or null if the account has none with this id.</summary>
    ValueTask<LibraryFile?> FindCharacterAsync(string id, CancellationToken cancellationToken);

    /// <summary>One output of a completed task, or why it cannot be used.</summary>
    /// <param name="id">The task.</param>
    /// <param name="index">Which output, from 0.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    ValueTask<Api.ApiResult<LibraryVideo>> FindVideoAsync(string id, int index, CancellationToken cancellationToken);

    /// <summary>What a link names if it leads to this server; null for all others.</summary>
    OwnLink? FindOwn(Uri link);

    /// <summary>Why a link cannot be fetched whatever it leads to; null if it may be tried.</summary>
    string? FindFault(Uri link);

    /// <summary>Opens stored bytes.</summary>
    Task<Stream> OpenAsync(string assetKey, CancellationToken cancellationToken);

    /// <summary>Measures stored bytes; null if they are no picture, video or sound.</summary>
    ValueTask<MediaFacts?> ProbeAsync(string assetKey, CancellationToken cancellationToken);

    /// <summary>Whether upstreams can fetch files from this server.</summary>
    bool HasPublicAddress { get; }
}

/// <summary>A stored file.</summary>
/// <param name="AssetKey">Its key.</param>
/// <param name="ContentType">Media type found in its bytes.</param>
/// <param name="SizeBytes">Size in bytes.</param>
/// <param name="Sha256">Hash of its bytes.</param>
/// <param name="Name">A character's name, else null.</param>
internal sealed record LibraryFile(string AssetKey, string ContentType, long SizeBytes, string Sha256, string? Name = null);

/// <summary>The result of an earlier task.</summary>
/// <param name="File">The output.</param>
/// <param name="Model">The public model that made it.</param>
/// <param name="Source">How an upstream may know it.</param>
/// <param name="Seconds">Its measured length, or null.</param>
/// <param name="Size">Its measured size, or null.</param>
internal sealed record LibraryVideo(LibraryFile File, string Model, OrderSource Source, decimal? Seconds, PixelSize? Size);

/// <summary>Something of ours that a link names: a file, or an output of a task.</summary>
internal readonly record struct OwnLink(string? FileId, string? TaskId, int Index = 0);
