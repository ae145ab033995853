using Microsoft.AspNetCore.WebUtilities;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Assets.Probing;
using Reelay.Server.Catalog;
using Reelay.Server.Catalog.Orders;
using Reelay.Server.Engine;
using Reelay.Server.Files;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>What every account's library works with.</summary>
internal sealed record LibraryParts(
    ITaskStore Tasks, IFileLookup Files, ICharacterLookup Characters, IAssetStore Assets, FetcherOptions Fetching, InputAddresses Addresses,
    TimeProvider Time);

/// <summary>What one request may name of its account's own.</summary>
/// <param name="parts">Shared by all.</param>
/// <param name="accountId">The account.</param>
/// <param name="baseUrl">What links to this server begin with, in the words of this request.</param>
/// <param name="dialects">How its key wants to hear of states.</param>
internal sealed class AccountLibrary(LibraryParts parts, string accountId, string baseUrl, Dialect dialects) : IOrderLibrary
{
    /// <inheritdoc/>
    public bool HasPublicAddress => parts.Addresses.IsKnown;

    /// <inheritdoc/>
    public async ValueTask<LibraryFile?> FindFileAsync(string id, CancellationToken cancellationToken) =>
        await parts.Files.FindAsync(accountId, id, cancellationToken) is { } file
            ? new LibraryFile(file.Key, file.ContentType, file.SizeBytes, file.Sha256)
            : null;

    /// <inheritdoc/>
    public async ValueTask<LibraryFile?> FindCharacterAsync(string id, CancellationToken cancellationToken) =>
        await parts.Characters.FindAsync(accountId, id, cancellationToken) is { } character
            ? new LibraryFile(character.Key, character.ContentType, character.SizeBytes, character.Sha256, character.Name)
            : null;

    /// <inheritdoc/>
    public async ValueTask<ApiResult<LibraryVideo>> FindVideoAsync(string id, int index, CancellationToken cancellationToken)
    {
        var found = TaskIds.Normalize(id) is { } known ? await parts.Tasks.FindOwnAsync(known, accountId, cancellationToken) : null;
        if (found is null || found.Task.DeletedAt is not null) return VideoEndpoints.NotFound(id);
        if (found.Task.Phase != TaskPhase.Completed)
        {
            var status = DialectJson.Status(VideoBodies.Status(found.Task), dialects);
            return new ApiError(404, "video_not_completed", $"Video {found.Task.Id} is {status}; only a completed one can be used.");
        }

        var hasExpired = found.Task.ExpiresAt <= parts.Time.GetUtcNow().ToUnixTimeMilliseconds();
        if (found.Assets.Count == 0 || hasExpired) return new ApiError(404, "asset_expired", $"The file of video {found.Task.Id} has passed its expires_at and is gone.");
        return index < found.Assets.Count ? Video(found, found.Assets[index])
            : ApiError.Invalid("invalid_index", "index", $"Video {found.Task.Id} has the outputs 0 to {found.Assets.Count - 1}, not {index}.");
    }

    /// <inheritdoc/>
    public OwnLink? FindOwn(Uri link)
    {
        var text = link.GetLeftPart(UriPartial.Path);
        if (!text.StartsWith(baseUrl + "/v1/", StringComparison.OrdinalIgnoreCase)) return null;
        var segments = text[(baseUrl.Length + 4)..].Split('/');
        var query = QueryHelpers.ParseQuery(link.Query);
        return segments is ["videos", var video, "content"]
            ? new OwnLink(null, Uri.UnescapeDataString(video), int.TryParse(query.GetValueOrDefault("index"), out var index) && index >= 0 ? index : 0)
            : segments is ["files", var file, ..] && (segments.Length == 2 || segments is [_, _, "content"]) ? new OwnLink(Uri.UnescapeDataString(file), null)
            : null;
    }

    /// <inheritdoc/>
    public string? FindFault(Uri link)
    {
        if (FetchUrl.FindFault(link) is { } fault) return fault;
        if (FindOwn(link)?.TaskId is not null && QueryHelpers.ParseQuery(link.Query).TryGetValue("variant", out var variant) && variant != "video")
        {
            return "Of a video of ours only the output itself can be used, not a picture made of it.";
        }

        var isTrusted = parts.Fetching.MediaOrigins.Contains(WebOrigin.Of(link)) || parts.Fetching.Rewrites.Any(rewrite => rewrite.Apply(link) != link);
        return link.Scheme == Uri.UriSchemeHttps || isTrusted || FindOwn(link) is not null ? null : "Links are https.";
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(string assetKey, CancellationToken cancellationToken) => new AssetStream(
        await parts.Assets.OpenAsync(assetKey, cancellationToken) ?? throw new FileNotFoundException($"Asset {assetKey} is not in the asset store."));

    /// <inheritdoc/>
    public async ValueTask<MediaFacts?> ProbeAsync(string assetKey, CancellationToken cancellationToken)
    {
        await using var reader = await parts.Assets.OpenAsync(assetKey, cancellationToken);
        return reader is null ? null : await MediaProbe.ProbeAsync(reader, cancellationToken);
    }

    private static LibraryVideo Video(TaskDetail found, TaskAsset asset)
    {
        var attempt = found.Attempts.FirstOrDefault(attempt => attempt.Outcome == AttemptOutcome.Completed);
        return new LibraryVideo(
            new LibraryFile(asset.Key, asset.ContentType, asset.SizeBytes, asset.Sha256),
            found.Task.Order.CatalogModel ?? found.Task.Order.Model,
            new OrderSource
            {
                TaskId = found.Task.Id,
                ChannelAccount = attempt?.ChannelAccount,
                UpstreamModel = attempt?.UpstreamModel,
                UpstreamId = attempt?.UpstreamId,
                OutputReferenceJson = attempt?.OutputReferenceJson,
            },
            asset.DurationMilliseconds / 1000m,
            asset is { WidthPixels: { } width, HeightPixels: { } height } ? new Catalog.PixelSize(width, height) : null);
    }
}
