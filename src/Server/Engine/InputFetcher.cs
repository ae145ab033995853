using System.Collections.Concurrent;
using Reelay.Providers;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Assets.Probing;
using Reelay.Server.Catalog;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Brings links of orders into the asset store, bounded, and judges what came.</summary>
internal sealed class InputFetcher(IAssetStore assets, MediaFetcher fetcher, EngineOptions options, TimeProvider time) : IDisposable
{
    private static readonly FetchTrust.CallerUrl Trust = new();

    private readonly SemaphoreSlim _slots = new(options.MaxConcurrentInputs);

    // One per account that ever ordered by link: as many as there are accounts.
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _shares = new(StringComparer.Ordinal);

    /// <summary>Fetches one link of a task into the task's folder.</summary>
    /// <param name="task">The task.</param>
    /// <param name="position">Position among its order's media.</param>
    /// <param name="bounds">What its model takes in this role, or null where it says nothing.</param>
    /// <exception cref="FetchException">The link could not be opened or read.</exception>
    /// <exception cref="InputRejectedException">What came is not what the model takes.</exception>
    /// <exception cref="IOException">Our own store failed.</exception>
    public async Task<TaskInput> FetchAsync(GenerationTask task, int position, OfferedReference? bounds, CancellationToken cancellationToken)
    {
        // The account's share first: who waits for it holds nothing of what others need.
        var share = _shares.GetOrAdd(task.AccountId, _ => new SemaphoreSlim(options.MaxConcurrentInputsPerAccount));
        await share.WaitAsync(cancellationToken);
        try
        {
            await _slots.WaitAsync(cancellationToken);
            try
            {
                return await StoreAsync(task, position, bounds, cancellationToken);
            }
            finally
            {
                _slots.Release();
            }
        }
        finally
        {
            share.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _slots.Dispose();
        foreach (var share in _shares.Values) share.Dispose();
    }

    private async Task<TaskInput> StoreAsync(GenerationTask task, int position, OfferedReference? bounds, CancellationToken cancellationToken)
    {
        var media = task.Order.Media[position];
        if (!Uri.TryCreate(media.Url, UriKind.Absolute, out var url))
            throw new FetchException(FetchFailure.BadUrl, $"Input {position} has no usable address.");
        var maxBytes = bounds?.MaxBytes ?? options.MaxInputBytes;
        var stored = await CopyAsync(url, OrderInputs.Folder(task.Id), maxBytes, cancellationToken);
        try
        {
            return Row(task, position, stored, await JudgeAsync(stored, media.Role, bounds, cancellationToken));
        }
        catch
        {
            await assets.DeleteAsync(stored.Key, CancellationToken.None);
            throw;
        }
    }

    private async Task<StoredAsset> CopyAsync(Uri url, string folder, long maxBytes, CancellationToken cancellationToken)
    {
        var limits = new FetchBounds(maxBytes) { MaxTotalTime = TimeSpan.FromSeconds(options.InputFetchSeconds) };
        try
        {
            await using var content = await fetcher.OpenAsync(url, Trust, limits, cancellationToken);
            return await assets.WriteAsync(folder, content.Stream, maxBytes, cancellationToken);
        }
        catch (FetchException exception) when (exception.Failure == FetchFailure.TooLarge)
        {
            throw new InputRejectedException($"it has more than {maxBytes:N0} bytes");
        }
    }

    // What the sender says of the file is not believed: its first bytes tell.
    private async Task<string> JudgeAsync(StoredAsset stored, MediaRole role, OfferedReference? bounds, CancellationToken cancellationToken)
    {
        await using var reader = await assets.OpenAsync(stored.Key, cancellationToken)
            ?? throw new IOException($"Asset {stored.Key} disappeared while it was being judged.");
        var facts = await MediaProbe.ProbeAsync(reader, cancellationToken)
            ?? throw new InputRejectedException($"it is no picture, video or sound; allowed are {Allowed(role, bounds)}");
        var isAllowed = bounds is null ? facts.ContentType.StartsWith(Kind(role), StringComparison.Ordinal) : bounds.Types.Contains(facts.ContentType);
        if (!isAllowed) throw new InputRejectedException($"it is {facts.ContentType}; allowed are {Allowed(role, bounds)}");
        if (facts.ContentType.StartsWith("image/", StringComparison.Ordinal)) CheckSides(facts);
        return facts.ContentType;
    }

    private void CheckSides(MediaFacts facts)
    {
        if (facts is not { WidthPixels: { } width, HeightPixels: { } height })
            throw new InputRejectedException("its width and height cannot be read");
        if (Math.Max(width, height) > options.MaxInputSidePixels)
            throw new InputRejectedException($"it has {width}x{height} pixels, more than {options.MaxInputSidePixels} to a side");
    }

    private static string Allowed(MediaRole role, OfferedReference? bounds) => bounds is null ? Kind(role) + "*" : string.Join(", ", bounds.Types);

    private static string Kind(MediaRole role) => role switch
    {
        MediaRole.FirstFrame or MediaRole.LastFrame or MediaRole.ReferenceImage or MediaRole.Mask => "image/",
        MediaRole.ReferenceVideo or MediaRole.SourceVideo or MediaRole.Character => "video/",
        MediaRole.ReferenceAudio => "audio/",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "no kind of file for this role"),
    };

    private TaskInput Row(GenerationTask task, int position, StoredAsset stored, string contentType) => new()
    {
        TaskId = task.Id,
        Position = position,
        Key = stored.Key,
        ContentType = contentType,
        SizeBytes = stored.SizeBytes,
        Sha256 = stored.Sha256,
        CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
    };
}

/// <summary>What a link led to is not what the model takes. The message is for the caller.</summary>
internal sealed class InputRejectedException(string message) : Exception(message);
