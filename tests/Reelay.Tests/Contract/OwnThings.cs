using Reelay.Server.Api;
using Reelay.Server.Assets.Probing;
using Reelay.Server.Catalog;
using Reelay.Server.Catalog.Orders;

namespace Reelay.Tests.Contract;

/// <summary>
/// An account that has stored the files <c>file-png</c> and <c>file-mp4</c>, the character <c>char-1</c>, the completed videos <c>sora</c>
/// and <c>kling</c> (8.2 s of 1280x720 each), and the video <c>running</c>. Links to <c>https://own.test</c> are to this server.
/// </summary>
internal sealed class OwnThings : IOrderLibrary
{
    private const string Base = "https://own.test/v1/";

    public bool HasPublicAddress { get; init; } = true;

    /// <summary>What every stored picture or clip measures; null leaves it unmeasured.</summary>
    public MediaFacts? Facts { get; init; }

    public ValueTask<LibraryFile?> FindFileAsync(string id, CancellationToken cancellationToken) => new(id switch
    {
        "file-png" => File("PNG", "image/png"),
        "file-mp4" => File("MP4", "video/mp4"),
        _ => null,
    });

    public ValueTask<LibraryFile?> FindCharacterAsync(string id, CancellationToken cancellationToken) =>
        new(id == "char-1" ? File("MP4", "video/mp4") with { Name = "Fox" } : null);

    public ValueTask<ApiResult<LibraryVideo>> FindVideoAsync(string id, int index, CancellationToken cancellationToken) => new(id switch
    {
        "sora" => Video(id, "sora-2", "sora-2"),
        "kling" => Video(id, "kling-v1-6", "kling-v1-6"),
        "running" => new ApiError(404, "video_not_completed", $"Video {id} is in_progress; only a completed one can be used."),
        _ => VideoEndpoints.NotFound(id),
    });

    public OwnLink? FindOwn(Uri link) => link.AbsoluteUri.StartsWith(Base, StringComparison.Ordinal) ? link.AbsolutePath.Split('/') switch
    {
        [_, _, "videos", var id, "content"] => new OwnLink(null, id),
        [_, _, "files", var id] => new OwnLink(id, null),
        _ => null,
    }
    : null;

    public string? FindFault(Uri link) => link.Scheme == Uri.UriSchemeHttps ? null : "Links are https.";

    public Task<Stream> OpenAsync(string assetKey, CancellationToken cancellationToken) => Task.FromResult<Stream>(new MemoryStream(Cases.Files[assetKey]));

    public ValueTask<MediaFacts?> ProbeAsync(string assetKey, CancellationToken cancellationToken) => new(Facts);

    private static LibraryFile File(string word, string type) => new(word, type, Cases.Files[word].Length, "hash-of-" + word);

    private static LibraryVideo Video(string id, string model, string upstreamModel) => new(
        File("MP4", "video/mp4"),
        model,
        new OrderSource
        {
            TaskId = id, ChannelAccount = "account", UpstreamModel = upstreamModel, UpstreamId = "up-" + id, OutputReferenceJson = """{"video_id":"v"}""",
        },
        8.2m,
        new Server.Catalog.PixelSize(1280, 720));
}
