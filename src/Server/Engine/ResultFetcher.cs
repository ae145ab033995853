using Reelay.Providers;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Assets.Probing;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Brings finished outputs into the asset store, wherever they are, and measures them.</summary>
internal sealed class ResultFetcher(IAssetStore assets, MediaFetcher fetcher, EngineOptions options, TimeProvider time, Ownership? ownership = null) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(options.MaxConcurrentFetches);

    // Where there are other nodes, one of them may have taken the task over while this try waited, and its result may lie in the same folder.
    private bool IsAlone => ownership is not { IsTimed: true };

    /// <summary>
    /// Stores every output of a result under the task's and attempt's folder. What an earlier try left there is removed first; where there are
    /// other nodes, a try that fails removes only what it stored itself, and what a killed one left goes with the task.
    /// </summary>
    /// <exception cref="ProviderException">The upstream did not give the bytes.</exception>
    /// <exception cref="FetchException">The link could not be opened or read.</exception>
    /// <exception cref="ResultRejectedException">What came is no picture, video or sound.</exception>
    /// <exception cref="IOException">Our own store failed, or the output was larger than the bound.</exception>
    public async Task<IReadOnlyList<TaskAsset>> StoreAsync(
        ProviderChannel channel, TaskAttempt attempt, IAsyncEnumerable<ProviderOutput> outputs, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            var folder = $"{attempt.TaskId}/{attempt.Number}";
            if (IsAlone) await assets.DeleteFolderAsync(folder, cancellationToken);
            var keys = new List<string>();
            try
            {
                var stored = new List<TaskAsset>();
                await foreach (var output in outputs.WithCancellation(cancellationToken))
                {
                    var file = await StoreOneAsync(channel, folder, output, cancellationToken);
                    keys.Add(file.Key);
                    stored.Add(await MeasureAsync(attempt.TaskId, stored.Count, file, cancellationToken));
                }

                return stored;
            }
            catch when (!IsAlone)
            {
                foreach (var key in keys) await assets.DeleteAsync(key, CancellationToken.None);
                throw;
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private async Task<StoredAsset> StoreOneAsync(
        ProviderChannel channel, string folder, ProviderOutput output, CancellationToken cancellationToken)
    {
        switch (output)
        {
            case ProviderOutput.AtUrl(var url):
                return await StoreLinkAsync(channel, folder, url, cancellationToken);
            case ProviderOutput.Inline(var content):
                await using (content) return await assets.WriteAsync(folder, content, options.MaxResultBytes, cancellationToken);
            case ProviderOutput.Opened(var open):
                switch (await open(cancellationToken))
                {
                    case OutputContent.Elsewhere(var url):
                        return await StoreLinkAsync(channel, folder, url, cancellationToken);
                    case OutputContent.Bytes(var bytes, var length):
                        await using (bytes) return await StoreBytesAsync(folder, bytes, length, cancellationToken);
                }

                break;
        }

        throw new ArgumentOutOfRangeException(nameof(output), output, "unknown kind of output");
    }

    private async Task<StoredAsset> StoreLinkAsync(
        ProviderChannel channel, string folder, UpstreamUrl url, CancellationToken cancellationToken)
    {
        var trust = new FetchTrust.UpstreamResult(WebOrigin.Of(channel.Account.BaseUrl));
        var bounds = new FetchBounds(options.MaxResultBytes) { MaxTotalTime = TimeSpan.FromSeconds(options.FetchSeconds) };
        await using var content = await fetcher.OpenAsync(url.Value, trust, bounds, cancellationToken);
        return await assets.WriteAsync(folder, content.Stream, options.MaxResultBytes, cancellationToken);
    }

    private async Task<StoredAsset> StoreBytesAsync(string folder, Stream bytes, long? length, CancellationToken cancellationToken)
    {
        var stored = await assets.WriteAsync(folder, bytes, options.MaxResultBytes, cancellationToken);
        if (length is null || stored.SizeBytes == length) return stored;
        await assets.DeleteAsync(stored.Key, cancellationToken);
        throw new ProviderException(
            ProviderErrorKind.Unavailable, $"The upstream announced {length} bytes of content and sent {stored.SizeBytes}.");
    }

    private async Task<TaskAsset> MeasureAsync(string taskId, int position, StoredAsset file, CancellationToken cancellationToken)
    {
        await using var reader = await assets.OpenAsync(file.Key, cancellationToken)
            ?? throw new IOException($"Asset {file.Key} disappeared while it was being measured.");
        if (await MediaProbe.ProbeAsync(reader, cancellationToken) is not { } facts)
        {
            throw new ResultRejectedException($"The result of {file.SizeBytes} bytes is no picture, video or sound.");
        }

        return new TaskAsset
        {
            TaskId = taskId,
            Position = position,
            Key = file.Key,
            ContentType = facts.ContentType,
            SizeBytes = file.SizeBytes,
            Sha256 = file.Sha256,
            WidthPixels = facts.WidthPixels,
            HeightPixels = facts.HeightPixels,
            DurationMilliseconds = facts.DurationSeconds is { } seconds ? (long)(seconds * 1000) : null,
            Fps = (double?)facts.Fps,
            HasAudio = facts.HasAudio,
            CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
    }
}

/// <summary>What an upstream delivered is not what anyone ordered.</summary>
internal sealed class ResultRejectedException(string message) : IOException(message);
