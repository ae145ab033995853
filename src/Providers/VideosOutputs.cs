using System.Text.Json;

namespace Reelay.Providers;

/// <summary>
/// Finds the files of a finished job of the Videos protocol, wherever its server puts them, and opens those that take the account's key.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="id">The job's id.</param>
/// <param name="errors">What the upstream's errors mean.</param>
/// <param name="authorize">Adds the account's credential; only for requests to the account's own origin.</param>
internal sealed class VideosOutputs(
    ProviderAccount account, string id, ErrorTable errors, Func<HttpRequestMessage, HttpRequestMessage> authorize)
{
    // Base64 in JSON has to be held whole; a clip larger than this must come as a link or as bytes.
    private const int MaxJsonContentBytes = 64 * 1024 * 1024;
    private const int MaxHops = 5;
    private const int MaxOutputs = 100;

    /// <summary>Query parameter of the content route that picks one of several outputs, or null where there is only one.</summary>
    public string? IndexQuery { get; init; }

    /// <summary>Whether results are taken from the content route, whatever links a job has beside it.</summary>
    public bool IsContentOnly { get; init; }

    /// <summary>The outputs of a job: the first place that names any, else the content route.</summary>
    public IReadOnlyList<ProviderOutput> Of(VideosJob video)
    {
        IEnumerable<IEnumerable<string?>> places = IsContentOnly ? [] : Places(video);
        var named = places.Select(place => place.Select(Read).OfType<ProviderOutput>().ToList())
            .FirstOrDefault(found => found.Count > 0);
        return named ?? [.. Enumerable.Range(0, ContentCount(video)).Select(index => Opened(ContentUrl(video, index)))];
    }

    private static IEnumerable<IEnumerable<string?>> Places(VideosJob video) =>
    [
        SeveralOutputs(video),
        [video.Url],
        [video.OutputUrl],
        [video.VideoUrl],
        [video.Output.Member("url").AsText() ?? video.Output.AsText()],
        video.Data.Items().Select(item => item.Member("url").AsText() ?? InBase64(item)),
        video.UnsignedUrls.Items().Select(item => item.AsText()),
        [video.Metadata.Member("url").AsText()],
    ];

    // A list of one says no more than the links beside it.
    private static List<string?> SeveralOutputs(VideosJob video) =>
        video.Outputs.Items().Take(MaxOutputs).Select(item => item.Member("url").AsText()).ToList() is { Count: > 1 } several
        && several.TrueForAll(link => link is not null) ? several : [];

    private static string? InBase64(JsonElement item) =>
        item.Member("b64_json").AsText() is { } text ? $"data:video/mp4;base64,{text}" : null;

    private int ContentCount(VideosJob video) =>
        IndexQuery is null ? 1
        : video.NumOutputs is > 1 and <= MaxOutputs ? (int)video.NumOutputs.Value
        : Math.Clamp(video.Outputs.Items().Count(), 1, MaxOutputs);

    // No variant for a single file: SGLang reads it as a number, and answers 404 to "video".
    private Uri ContentUrl(VideosJob video, int index) => Absolute(
        $"videos/{Uri.EscapeDataString(id)}/content" + (ContentCount(video) > 1 ? $"?{IndexQuery}={index}" : ""))!;

    private ProviderOutput? Read(string? link)
    {
        if (link is null)
            return null;
        if (link.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            return Decode(link) is { } bytes ? new ProviderOutput.Inline(new MemoryStream(bytes, writable: false)) : null;
        if (Absolute(link) is not { } url)
            return null;
        return IsOwnOrigin(url) ? Opened(url) : new ProviderOutput.AtUrl(new(url));
    }

    private ProviderOutput.Opened Opened(Uri url) => new(cancellationToken => OpenAsync(url, cancellationToken));

    private async Task<OutputContent> OpenAsync(Uri url, CancellationToken cancellationToken)
    {
        for (var hop = 0; hop < MaxHops; hop++)
        {
            using var request = authorize(new(HttpMethod.Get, url));
            request.Headers.Accept.Clear();
            request.Headers.Accept.Add(new("*/*"));
            var response = await UpstreamHttp.OpenAsync(account, request, cancellationToken);
            var isStreamed = false;
            try
            {
                // A link that is signed in itself refuses a second authentication, also at the upstream's own host.
                if (hop > 0 && (int)response.StatusCode is 400 or 401 or 403)
                    return new OutputContent.Elsewhere(new(url));
                var next = await NextAsync(url, response, cancellationToken);
                if (next is null)
                {
                    isStreamed = true;
                    return new OutputContent.Bytes(
                        await response.Content.ReadAsStreamAsync(cancellationToken), response.Content.Headers.ContentLength);
                }

                if (next.Bytes is not null)
                    return new OutputContent.Bytes(new MemoryStream(next.Bytes, writable: false), next.Bytes.Length);
                if (!IsOwnOrigin(next.Url!))
                    return new OutputContent.Elsewhere(new(next.Url!));
                url = next.Url!;
            }
            finally
            {
                // The stream that was handed out ends the connection itself.
                if (!isStreamed)
                    response.Dispose();
            }
        }

        throw new ProviderException(ProviderErrorKind.Unavailable, $"the content of {id} was redirected more than {MaxHops} times");
    }

    /// <summary>Where an answer leads: null for the bytes themselves, else another address or bytes that came inside JSON.</summary>
    private async Task<Destination?> NextAsync(Uri asked, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (status is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
            return Web(new(asked, location)) is { } target ? new(target, null) : throw Unusable(status, "a redirect to no web address");
        var type = response.Content.Headers.ContentType?.MediaType?.ToLowerInvariant();
        var isJson = type is "application/json" || type?.EndsWith("+json", StringComparison.Ordinal) == true;
        if (status is 200 && !isJson)
            return null;

        var limit = status == 200 ? MaxJsonContentBytes : UpstreamHttp.MaxJsonBytes;
        var answer = await UpstreamHttp.ReadRestAsync(account, response, cancellationToken, limit);
        if (status is not 200)
            throw Refused(answer);
        return Inside(answer) ?? throw answer.Exception(ProviderErrorKind.Unavailable, "the content is JSON without a file or a link");
    }

    private Destination? Inside(UpstreamAnswer answer)
    {
        if (VideosJob.Of(answer.Json) is not { } video)
            return null;
        var body = answer.Json!.Value;
        var places = Places(video).SelectMany(place => place).Append(InBase64(body)).Append(body.Member("data").AsText());
        foreach (var link in places.OfType<string>())
        {
            if (link.StartsWith("data:", StringComparison.OrdinalIgnoreCase) && Decode(link) is { } bytes)
                return new(null, bytes);
            if (Absolute(link) is { } url)
                return new(url, null);
        }

        return null;
    }

    private ProviderException Refused(UpstreamAnswer answer)
    {
        // The job is finished, so "gone" means the file, not the job.
        var error = VideosErrors.Read(answer);
        return answer.StatusCode == 410
            ? answer.Exception(ProviderErrorKind.Expired, error?.Message ?? "the file is gone")
            : errors.OfRead(answer, error);
    }

    private static ProviderException Unusable(int status, string what) =>
        new(ProviderErrorKind.Unavailable, $"the content answered with {what}") { StatusCode = status };

    // Against the base URL with a slash, so that "/v1/…" counts from the host and "videos/…" from the API's root.
    private Uri? Absolute(string link) =>
        Uri.TryCreate(new Uri(account.BaseUrl.AbsoluteUri.TrimEnd('/') + "/"), link, out var url) ? Web(url) : null;

    private static Uri? Web(Uri url) => url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps ? url : null;

    private bool IsOwnOrigin(Uri url) => Uri.Compare(
        url, account.BaseUrl, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static byte[]? Decode(string dataUrl)
    {
        var comma = dataUrl.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !dataUrl[..comma].EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            return null;
        var text = dataUrl.AsSpan(comma + 1);
        var bytes = new byte[text.Length / 4 * 3 + 3];
        return Convert.TryFromBase64Chars(text, bytes, out var count) ? bytes[..count] : null;
    }

    private sealed record Destination(Uri? Url, byte[]? Bytes);
}
