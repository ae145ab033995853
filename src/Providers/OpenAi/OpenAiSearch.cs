namespace Reelay.Providers.OpenAi;

/// <summary>Looks through a server's list for a submission whose answer was lost.</summary>
internal static class OpenAiSearch
{
    private const int MaxRows = 1000;
    private const int PageRows = 100;

    /// <summary>The rows of the query's window, newest first.</summary>
    /// <exception cref="ProviderException">The list could not be read.</exception>
    public static async Task<IReadOnlyList<FoundSubmission>> FindAsync(
        ProviderAccount account, OpenAiOptions options, SubmissionQuery query, CancellationToken cancellationToken)
    {
        // Rows carry whole seconds, cut off, so one from the first second of the window may look older than the window.
        var from = DateTimeOffset.FromUnixTimeSeconds(query.SentFrom.ToUnixTimeSeconds());
        var found = new List<FoundSubmission>();
        string? after = null;
        for (var read = 0; read < MaxRows;)
        {
            var page = await ReadPageAsync(account, options, after, cancellationToken);
            var oldest = DateTimeOffset.MaxValue;
            foreach (var video in page.Rows.Take(MaxRows - read))
            {
                read++;
                if (VideosAnswers.Id(video) is not { } id || LenientJson.AsUnixTime(video.CreatedAt) is not { } created)
                    continue;
                oldest = created < oldest ? created : oldest;
                if (created >= from && created <= query.SentUntil)
                    found.Add(new(id, OpenAiAnswers.Reference(id), created, IsMatch(video, query.Request, options)));
            }

            if (oldest < from || page.Next is null || page.Next == after)
                break;
            after = page.Next;
        }

        return found.DistinctBy(row => row.UpstreamId).OrderByDescending(row => row.CreatedAt).ToList();
    }

    private static async Task<(List<VideosJob> Rows, string? Next)> ReadPageAsync(
        ProviderAccount account, OpenAiOptions options, string? after, CancellationToken cancellationToken)
    {
        var path = $"videos?limit={PageRows}&order=desc" + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}");
        using var request = OpenAiRequests.New(HttpMethod.Get, account, options, path);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (!answer.IsSuccess)
            throw OpenAiErrors.Table.OfRead(answer, VideosErrors.Read(answer));
        if (answer.Json is not { } list || list.Member("data").ValueKind != System.Text.Json.JsonValueKind.Array)
            throw answer.Exception(ProviderErrorKind.Unavailable, "the list of videos is not one");

        var rows = list.Member("data").Items().Select(row => VideosJob.Of(row)).OfType<VideosJob>().ToList();

        // SGLang and TensorRT-LLM send no cursor: what they sent is all there is.
        var hasMore = list.Member("has_more").ValueKind == System.Text.Json.JsonValueKind.True && rows.Count > 0;
        return (rows, hasMore ? list.Member("last_id").AsText() ?? rows[^1].Id : null);
    }

    // The prompt must be there and equal; of the rest, what the row shows.
    private static bool IsMatch(VideosJob video, ProviderRequest request, OpenAiOptions options)
    {
        if (request.Prompt is null || video.Prompt != request.Prompt)
            return false;
        var seconds = video.Seconds ?? video.Duration;
        if (OpenAiModes.NeedsSource(request.Mode))
            return request.Source is { } source && IsMadeFrom(source, video.RemixedFromVideoId, seconds, request);
        var size = request is { WidthPixels: { } width, HeightPixels: { } height } ? $"{width}x{height}" : null;
        return video.RemixedFromVideoId is null
            && (!options.SendModel || video.Model is null || video.Model == request.UpstreamModel)
            && (seconds is null || request.Seconds is null || seconds == request.Seconds)
            && (string.IsNullOrEmpty(video.Size) || size is null || video.Size == size);
    }

    // An edit is as long as its source, an extension longer by what was asked: without both lengths the two look alike. The row of an order
    // that brought its source as a file shows nothing of it, so such an order is never found.
    private static bool IsMadeFrom(SourceReference source, string? sourceId, decimal? seconds, ProviderRequest request) =>
        sourceId == OpenAiAnswers.IdOf(source) && seconds is not null
        && seconds == OpenAiAnswers.SecondsOf(source) + (request.Seconds ?? 0);
}
