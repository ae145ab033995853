using System.Text.Json;

namespace Reelay.Providers.Hailuo;

/// <summary>The third step of the first protocol: a file's id becomes a link that lives an hour, so it is asked for when it is opened.</summary>
internal static class HailuoFiles
{
    /// <summary>The output behind a file's id. Each opening asks for a fresh link, without which nothing can be had.</summary>
    public static ProviderOutput.Opened Output(ProviderAccount account, HailuoOptions options, string fileId) =>
        new(cancellationToken => OpenAsync(account, options, fileId, cancellationToken));

    /// <summary>An absolute link of the web; null for anything else.</summary>
    public static Uri? Link(JsonElement value) =>
        Uri.TryCreate(value.AsText(), UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) ? url : null;

    private static async Task<OutputContent> OpenAsync(
        ProviderAccount account, HailuoOptions options, string fileId, CancellationToken cancellationToken)
    {
        using var request = HailuoRequests.RetrieveFile(account, fileId);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (HailuoErrors.IsOk(answer))
        {
            // The link needs no key, and gets none.
            var file = HailuoAnswers.Read(answer)?.File ?? default;
            return (Link(file.Member("download_url")) ?? Link(file.Member("backup_download_url"))) is { } url
                ? new OutputContent.Elsewhere(new(url))
                : throw answer.Exception(ProviderErrorKind.Unavailable, "the answer names no link to the file");
        }

        var exception = HailuoErrors.OfRead(answer, options);
        throw exception.Kind == ProviderErrorKind.NotFound ? answer.Exception(ProviderErrorKind.Expired, exception.Message) : exception;
    }
}
