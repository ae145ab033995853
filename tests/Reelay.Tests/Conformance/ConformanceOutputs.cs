using System.Net;
using Reelay.Providers;

namespace Reelay.Tests.Conformance;

/// <summary>Reads results as the server does.</summary>
internal static class ConformanceOutputs
{
    /// <summary>Reads what a synchronous upstream answered, to its end.</summary>
    public static async Task<List<ProviderOutput>> ReadAllAsync(Submission.Finished finished, CancellationToken cancellationToken)
    {
        var outputs = new List<ProviderOutput>();
        await foreach (var output in finished.Outputs.WithCancellation(cancellationToken))
        {
            outputs.Add(output);
            if (output is ProviderOutput.Inline(var content)) Assert.True(await LengthAsync(content, cancellationToken) > 0, "an output is empty");
        }

        finished.ReadUsage();
        return outputs;
    }

    /// <summary>The bytes of one result; a link is fetched plainly, without the account's credential.</summary>
    /// <exception cref="HttpRequestException">The link gave something else than 200.</exception>
    public static async Task<long> LengthAsync(ProviderOutput output, HttpMessageInvoker http, CancellationToken cancellationToken)
    {
        switch (output)
        {
            case ProviderOutput.Inline(var inline):
                return await LengthAsync(inline, cancellationToken);
            case ProviderOutput.AtUrl(var url):
                return await GetAsync(url.Value, http, cancellationToken);
            case ProviderOutput.Opened opened:
                var content = await opened.OpenAsync(cancellationToken);
                return content is OutputContent.Elsewhere(var elsewhere)
                    ? await GetAsync(elsewhere.Value, http, cancellationToken)
                    : await LengthAsync(((OutputContent.Bytes)content).Content, cancellationToken);
            default:
                throw new ArgumentOutOfRangeException(nameof(output), output, "no way to read it");
        }
    }

    private static async Task<long> GetAsync(Uri url, HttpMessageInvoker http, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK) throw new HttpRequestException("no result", null, response.StatusCode);
        return await LengthAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken);
    }

    private static async Task<long> LengthAsync(Stream content, CancellationToken cancellationToken)
    {
        await using (content)
        {
            using var copy = new MemoryStream();
            await content.CopyToAsync(copy, cancellationToken);
            return copy.Length;
        }
    }
}
