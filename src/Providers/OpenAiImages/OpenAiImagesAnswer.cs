using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Reelay.Providers.OpenAiImages;

/// <summary>One answer with pictures, read while it arrives: no picture is ever held whole.</summary>
internal sealed class OpenAiImagesAnswer(
    ProviderAccount account, OpenAiImagesOptions options, HttpResponseMessage response, int wantedCount)
{
    private const int MaxLinkBytes = 64 * 1024;
    private const int MaxUsageBytes = 64 * 1024;

    /// <summary>What the answer says was used; null before it was read to its end, or if it says nothing.</summary>
    public Usage? Usage { get; private set; }

    /// <summary>The pictures in order, as many as were ordered. Once; closes the answer.</summary>
    /// <exception cref="ProviderException">The answer is not this protocol's, or holds fewer pictures than were ordered.</exception>
    /// <exception cref="IOException">The answer broke off.</exception>
    /// <exception cref="InvalidOperationException">A picture was not read to its end before the next was asked for.</exception>
    public async IAsyncEnumerable<ProviderOutput> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var answer = response;
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var lexer = new OpenAiImagesLexer(body);
        var count = 0;
        await lexer.TakeAsync('{', cancellationToken);
        for (var isFirst = true; await lexer.NextNameAsync(isFirst, cancellationToken) is { } name; isFirst = false)
        {
            if (name == "usage")
            {
                Usage = Used(await lexer.ReadValueAsync(MaxUsageBytes, cancellationToken));
            }
            else if (name == "error")
            {
                RefuseError(lexer, await lexer.ReadValueAsync(MaxUsageBytes, cancellationToken));
            }
            else if (name != "data" || !await lexer.TryTakeAsync('[', cancellationToken))
            {
                await lexer.SkipValueAsync(cancellationToken);
            }
            else
            {
                for (var isFirstItem = true; await lexer.NextItemAsync(isFirstItem, cancellationToken); isFirstItem = false)
                {
                    // Nobody ordered or pays for more.
                    if (count == wantedCount)
                    {
                        await lexer.SkipValueAsync(cancellationToken);
                        continue;
                    }

                    await foreach (var output in ReadItemAsync(lexer, cancellationToken))
                        yield return output;
                    count++;
                }
            }
        }

        if (count < wantedCount)
            throw lexer.Malformed($"it holds {count} of {wantedCount} pictures");
    }

    // One output: the bytes where there are any, else the link.
    private async IAsyncEnumerable<ProviderOutput> ReadItemAsync(
        OpenAiImagesLexer lexer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await lexer.TakeAsync('{', cancellationToken);
        string? link = null;
        var isDelivered = false;
        for (var isFirst = true; await lexer.NextNameAsync(isFirst, cancellationToken) is { } name; isFirst = false)
        {
            if (name == "url")
            {
                link = (await lexer.ReadValueAsync(MaxLinkBytes, cancellationToken)).AsText();
            }
            else if (name == "b64_json" && !isDelivered && await lexer.TryTakeAsync('"', cancellationToken))
            {
                isDelivered = true;
                await using var picture = new OpenAiImagesPicture(lexer);
                yield return new ProviderOutput.Inline(picture);
                if (await picture.ReadAsync(new byte[1], cancellationToken) > 0)
                    throw new InvalidOperationException("A picture must be read to its end before the next is asked for.");
            }
            else
            {
                await lexer.SkipValueAsync(cancellationToken);
            }
        }

        if (isDelivered)
            yield break;
        yield return Linked(link) ?? throw lexer.Malformed("a picture without bytes and without a usable link");
    }

    private void RefuseError(OpenAiImagesLexer lexer, JsonElement error)
    {
        if (error.ValueKind == JsonValueKind.Null)
            return;
        var words = error.Member("message").AsText() ?? error.AsText() ?? "without words";
        var hidden = UpstreamSecrets.Hide(words, account, response.RequestMessage);
        throw lexer.Malformed("it is an error: " + hidden[..Math.Min(hidden.Length, UpstreamAnswer.MaxMessageLength)]);
    }

    private static Usage? Used(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        var usage = json.Deserialize(OpenAiImagesWire.Default.OpenAiImagesUsage)!;
        var (input, output) = (Whole(usage.InputTokens), Whole(usage.OutputTokens));
        return input is null && output is null ? null : new(InputTokens: input, OutputTokens: output);
    }

    private static long? Whole(decimal? number) => number is >= 0 and < long.MaxValue ? (long)number : null;

    // Against the base URL with a slash, so that "/v1/…" counts from the host, as SGLang means it.
    private ProviderOutput? Linked(string? link)
    {
        var root = new Uri(account.BaseUrl.AbsoluteUri.TrimEnd('/') + "/");
        if (link is null || !Uri.TryCreate(root, link, out var url))
            return null;
        if (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            return null;
        var isOwn = Uri.Compare(url, root, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
        return isOwn ? new ProviderOutput.Opened(token => OpenAsync(url, token)) : new ProviderOutput.AtUrl(new(url));
    }

    private async Task<OutputContent> OpenAsync(Uri url, CancellationToken cancellationToken)
    {
        using var request = OpenAiImagesRequests.Authorized(new(HttpMethod.Get, url), account, options);
        var file = await UpstreamHttp.OpenAsync(account, request, cancellationToken);
        if ((int)file.StatusCode == 200)
            return new OutputContent.Bytes(await file.Content.ReadAsStreamAsync(cancellationToken), file.Content.Headers.ContentLength);
        using (file)
        {
            if ((int)file.StatusCode is 301 or 302 or 303 or 307 or 308 && file.Headers.Location is { } location)
                return new OutputContent.Elsewhere(new(new Uri(url, location)));
            var refusal = await UpstreamHttp.ReadRestAsync(account, file, cancellationToken);
            throw OpenAiImagesErrors.Table.OfRead(refusal, OpenAiImagesErrors.Read(refusal));
        }
    }
}
