namespace Reelay.Server.Assets;

/// <summary>Stores that others can read from directly, by links that need no key.</summary>
internal interface IAssetLinks
{
    /// <summary>Longest life of a link.</summary>
    TimeSpan MaxLife { get; }

    /// <summary>A link to a file, good for GET or for HEAD. Whether the file is there is not looked at.</summary>
    /// <param name="key">The file.</param>
    /// <param name="isHead">For HEAD instead of GET: a link is good for one of them.</param>
    /// <param name="headers">What whoever follows it is told.</param>
    /// <param name="life">How long it is good, at least a second; <see cref="MaxLife"/> at most.</param>
    Uri Link(string key, bool isHead, AssetLinkHeaders headers, TimeSpan life);
}

/// <summary>Headers of the answer behind a link.</summary>
/// <param name="ContentType">Type of the file.</param>
/// <param name="ContentDisposition">Whether it is shown, and its name.</param>
/// <param name="CacheControl">Who may keep it.</param>
internal sealed record AssetLinkHeaders(string ContentType, string ContentDisposition, string CacheControl);
