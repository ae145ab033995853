using System.Text.Json;
using System.Text.RegularExpressions;

namespace Reelay.Providers.Google;

/// <summary>Opens the results that Google's services name: files of the Gemini API, objects of Cloud Storage, bytes in the answer itself.</summary>
/// <param name="account">The account.</param>
/// <param name="authorizeAsync">Makes what a read authenticates with.</param>
/// <param name="version">Version in the path of files, for example <c>v1beta</c>.</param>
/// <param name="storageUrl">Where Cloud Storage is, or null for its usual place: beside Google's own hosts, else below the base URL.</param>
internal sealed partial class GoogleFiles(
    ProviderAccount account, Func<CancellationToken, Task<GoogleAuthorization>> authorizeAsync, string version, Uri? storageUrl)
{
    private static readonly Uri _storage = new("https://storage.googleapis.com");

    /// <summary>The output that a link names; null if it is none that can be opened.</summary>
    public ProviderOutput? OfLink(string? link)
    {
        if (link is null)
            return null;
        var storage = Storage().Match(link);
        if (storage.Success)
            return Opened(ObjectUrl(storage.Groups[1].Value, storage.Groups[2].Value));
        if (!Uri.TryCreate(link, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            return null;

        // Google's own address of a file is asked for at the channel's, as Google's client does it: a key goes nowhere else.
        var file = File().Match(url.AbsolutePath);
        var isOwn = IsOwnOrigin(url) || url.Host == GoogleHosts.Gemini;
        return file.Success && isOwn
            ? Opened(IsOwnOrigin(url) ? url : new($"{Root}/{version}/files/{file.Groups[1].Value}:download?alt=media"))
            : new ProviderOutput.AtUrl(new(url));
    }

    /// <summary>The output that came as base64; null if it is none.</summary>
    public static ProviderOutput? OfBase64(JsonElement text) =>
        text.ValueKind == JsonValueKind.String && text.TryGetBytesFromBase64(out var bytes) && bytes.Length > 0
            ? new ProviderOutput.Inline(new MemoryStream(bytes, writable: false))
            : null;

    private string Root => account.BaseUrl.AbsoluteUri.TrimEnd('/');

    private Uri ObjectUrl(string bucket, string name)
    {
        var root = storageUrl ?? (GoogleHosts.IsVendor(account.BaseUrl) ? _storage : account.BaseUrl);
        return new($"{root.AbsoluteUri.TrimEnd('/')}/download/storage/v1/b/{bucket}/o/{Uri.EscapeDataString(name)}?alt=media");
    }

    private bool IsOwnOrigin(Uri url) => Uri.Compare(
        url, account.BaseUrl, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private ProviderOutput.Opened Opened(Uri url) => new(cancellationToken => OpenAsync(url, cancellationToken));

    private async Task<OutputContent> OpenAsync(Uri url, CancellationToken cancellationToken)
    {
        var authorization = await authorizeAsync(cancellationToken);
        using var request = authorization.On(new(HttpMethod.Get, url));
        var response = await UpstreamHttp.OpenAsync(account, request, cancellationToken);
        var isStreamed = false;
        try
        {
            var status = (int)response.StatusCode;
            if (status == 200)
            {
                var content = new OutputContent.Bytes(
                    await response.Content.ReadAsStreamAsync(cancellationToken), response.Content.Headers.ContentLength);
                isStreamed = true;
                return content;
            }

            // Wherever it leads, the key stays here.
            if (status is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
                return new OutputContent.Elsewhere(new(new Uri(url, location)));
            var answer = await UpstreamHttp.ReadRestAsync(account, response, cancellationToken);
            throw authorization.Judged(answer.Exception(
                status is 404 or 410 ? ProviderErrorKind.Expired : ProviderErrorKind.Unavailable,
                $"HTTP {status} for a result: {GoogleErrors.Read(answer)?.Message}"));
        }
        finally
        {
            // The stream that was handed out ends the connection itself.
            if (!isStreamed)
                response.Dispose();
        }
    }

    [GeneratedRegex("^gs://([a-z0-9][a-z0-9._-]{1,220})/(.+)$")]
    private static partial Regex Storage();

    [GeneratedRegex(@"/v1(?:beta\d*|alpha)?/files/([A-Za-z0-9_-]+):download$")]
    private static partial Regex File();
}
