using System.Text.RegularExpressions;
using Reelay.Providers;
using Reelay.Server.Api.Reading;
using Reelay.Server.Engine;
using Reelay.Server.Routing;

namespace Reelay.Server.Api.Archives;

/// <summary>A task that an earlier gateway knows.</summary>
/// <param name="Archive">Which one.</param>
/// <param name="Channel">The channel it was read through.</param>
/// <param name="Video">The task.</param>
internal sealed record Archived(Archive Archive, ProviderChannel Channel, ArchivedVideo Video);

/// <summary>Looks ids that are not known here up at earlier gateways: read-only, for the accounts that are mapped to one, until its date.</summary>
internal sealed partial class ArchiveReader(
    IReadOnlyList<Archive> archives, ChannelSet channels, EngineOptions options, TimeProvider time, ILogger<ArchiveReader> logger) : IDisposable
{
    // Callers guess ids for nothing; what they cost the earlier gateway is bounded.
    private const int MaxLookups = 16;

    private readonly SemaphoreSlim _slots = new(MaxLookups);

    /// <summary>The task of that id, for an account; without an account, for a link that was signed here.</summary>
    /// <returns>The same refusal as for any unknown id, unless an archive knows it or cannot be asked.</returns>
    public async Task<ApiResult<Archived>> FindAsync(string id, string? accountId, CancellationToken cancellationToken)
    {
        var unknown = VideoEndpoints.NotFound(id);
        if (archives.Count == 0 || !PlausibleId().IsMatch(id)) return unknown;
        var isAway = false;
        foreach (var archive in archives)
        {
            if (archive.Until <= time.GetUtcNow() || (accountId is not null && !archive.Accounts.Contains(accountId))) continue;
            if (channels.Find(archive.ChannelId) is not { Provider: IReadsArchive provider } channel) continue;
            try
            {
                if (await LookUpAsync(provider, channel, id, cancellationToken) is { } video) return new Archived(archive, channel, video);
            }
            catch (ProviderException exception)
            {
                LogFailed(archive.ChannelId, exception.Message);
                isAway = true;
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                LogFailed(archive.ChannelId, exception.Message);
                isAway = true;
            }
        }

        // "There is none" would be believed.
        return isAway ? Away(id) : unknown;
    }

    /// <summary>The earlier gateway could not be asked.</summary>
    public static ApiError Away(string id) =>
        new(503, "archive_unavailable", $"Video {Shown.Value(id)} may be at an earlier gateway, which does not answer just now.", "id") { RetryAfterSeconds = 5 };

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private async Task<ArchivedVideo?> LookUpAsync(IReadsArchive provider, ProviderChannel channel, string id, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.PollCallSeconds), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await _slots.WaitAsync(both.Token);
        try
        {
            return await provider.ReadArchivedAsync(channel.Account, id, both.Token);
        }
        finally
        {
            _slots.Release();
        }
    }

    [LoggerMessage(1040, LogLevel.Warning, "The archive {Channel} could not be asked for a task: {Reason}")]
    private partial void LogFailed(string channel, string reason);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_.:-]{3,127}\z")]
    private static partial Regex PlausibleId();
}
