using System.Net;
using System.Net.Http.Headers;

namespace Reelay.Providers;

/// <summary>
/// The one way to an upstream: sends a request and turns every way of failing into a <see cref="ProviderException"/> that says how far the
/// call got. Nothing here retries or follows a redirect.
/// </summary>
public static class UpstreamHttp
{
    /// <summary>Largest JSON answer that is read.</summary>
    public const int MaxJsonBytes = 4 * 1024 * 1024;

    private static readonly ProductInfoHeaderValue Product = new("Reelay", typeof(UpstreamHttp).Assembly.GetName().Version!.ToString(2));

    /// <summary>Sends a request that may start paid work, and reads the whole answer, whatever its status except a redirect.</summary>
    /// <remarks>
    /// The request goes out as HTTP/1.1 without <c>Expect</c>, so an <see cref="UpstreamContent"/> whose first byte was never asked for
    /// proves that nothing can have been accepted: a time-out while connecting is <see cref="ProviderErrorKind.NotSent"/>. For any other
    /// content a time-out counts as sent.
    /// </remarks>
    /// <exception cref="ProviderException">
    /// <see cref="ProviderErrorKind.NotSent"/> if surely nothing was sent, else <see cref="ProviderErrorKind.OutcomeUnknown"/>.
    /// </exception>
    public static async Task<UpstreamAnswer> SubmitAsync(
        ProviderAccount account, HttpRequestMessage request, CancellationToken cancellationToken, int maxBytes = MaxJsonBytes)
    {
        using var response = await SendOrderAsync(account, request, cancellationToken);
        return await ReadAnswerAsync(ProviderErrorKind.OutcomeUnknown, account, request, response, maxBytes, cancellationToken);
    }

    /// <summary>Sends a request that may start paid work, for upstreams whose answer is the work itself and is read as it arrives.</summary>
    /// <returns>
    /// With status 200 the answer as soon as its headers are there, which the caller disposes; with any other the whole answer.
    /// </returns>
    /// <remarks>What is sent, and how a failure is classed, is as in <see cref="SubmitAsync"/>.</remarks>
    /// <exception cref="ProviderException">
    /// <see cref="ProviderErrorKind.NotSent"/> if surely nothing was sent, else <see cref="ProviderErrorKind.OutcomeUnknown"/>.
    /// </exception>
    public static async Task<(HttpResponseMessage? Opened, UpstreamAnswer? Answer)> SubmitStreamedAsync(
        ProviderAccount account, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await SendOrderAsync(account, request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.OK)
            return (response, null);
        using (response)
            return (null, await ReadAnswerAsync(ProviderErrorKind.OutcomeUnknown, account, request, response, MaxJsonBytes, cancellationToken));
    }

    /// <summary>Sends a request that changes nothing that costs money, and reads the whole answer, whatever its status except a redirect.</summary>
    /// <exception cref="ProviderException"><see cref="ProviderErrorKind.Unavailable"/>: no whole answer could be had.</exception>
    /// <exception cref="OperationCanceledException">The caller's own token ended it.</exception>
    public static async Task<UpstreamAnswer> ReadAsync(
        ProviderAccount account, HttpRequestMessage request, CancellationToken cancellationToken, int maxBytes = MaxJsonBytes)
    {
        using var response = await OpenAsync(account, request, cancellationToken);
        if ((int)response.StatusCode is >= 300 and < 400)
            throw Redirected(ProviderErrorKind.Unavailable, response);
        return await ReadAnswerAsync(ProviderErrorKind.Unavailable, account, request, response, maxBytes, cancellationToken);
    }

    /// <summary>Sends a read and returns as soon as the headers are there, for bodies that are streamed. The caller disposes the answer.</summary>
    /// <exception cref="ProviderException"><see cref="ProviderErrorKind.Unavailable"/>: no answer could be had.</exception>
    /// <exception cref="OperationCanceledException">The caller's own token ended it.</exception>
    public static async Task<HttpResponseMessage> OpenAsync(
        ProviderAccount account, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Prepare(request);
        try
        {
            return await account.Http.SendAsync(request, cancellationToken);
        }
        catch (Exception exception) when (IsTransport(exception, cancellationToken))
        {
            throw Failure(ProviderErrorKind.Unavailable, exception, account, request);
        }
    }

    /// <summary>Reads the rest of an answer that <see cref="OpenAsync"/> gave.</summary>
    /// <exception cref="ProviderException"><see cref="ProviderErrorKind.Unavailable"/>: it broke off or is larger than the bound.</exception>
    public static Task<UpstreamAnswer> ReadRestAsync(
        ProviderAccount account, HttpResponseMessage response, CancellationToken cancellationToken, int maxBytes = MaxJsonBytes) =>
        ReadAnswerAsync(ProviderErrorKind.Unavailable, account, response.RequestMessage, response, maxBytes, cancellationToken);

    private static async Task<HttpResponseMessage> SendOrderAsync(
        ProviderAccount account, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // .NET's handler sends a request without a body again, up to three times, when its connection closes unanswered; never one with a body.
        ArgumentNullException.ThrowIfNull(request.Content);
        Prepare(request);
        await OpenMediaAsync(account, request, cancellationToken);
        if (request.Content is UpstreamContent content) content.MaySend = account.MaySend;
        else if (account.MaySend?.Invoke() == false) throw new ProviderException(ProviderErrorKind.NotSent, new SendForbiddenException().Message);
        HttpResponseMessage response;
        try
        {
            response = await account.Http.SendAsync(request, cancellationToken);
        }
        catch (Exception exception)
        {
            // Every exception, since one that escaped from here unclassified could make somebody send the order again.
            throw Failure(SubmissionKind(exception, request), exception, account, request);
        }

        if ((int)response.StatusCode is < 300 or >= 400)
            return response;
        using (response)
            throw Redirected(ProviderErrorKind.OutcomeUnknown, response);
    }

    private static void Prepare(HttpRequestMessage request)
    {
        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.ExpectContinue = false;
        if (request.Headers.UserAgent.Count == 0)
            request.Headers.UserAgent.Add(Product);
    }

    // Inputs are opened before anything is sent: a file of ours that cannot be read must not leave half an order on the wire.
    private static async Task OpenMediaAsync(ProviderAccount account, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (request.Content is UpstreamContent content)
                await content.OpenMediaAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            throw Failure(ProviderErrorKind.NotSent, exception, account, request);
        }
    }

    private static ProviderErrorKind SubmissionKind(Exception exception, HttpRequestMessage request)
    {
        var isBodyUntouched = request.Content is UpstreamContent { HasBegun: false };
        var isUnsent = exception switch
        {
            { InnerException: SendForbiddenException } => isBodyUntouched,
            HttpRequestException http => http.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError
                && (isBodyUntouched || request.Content is not UpstreamContent),
            OperationCanceledException => isBodyUntouched,
            SendForbiddenException => isBodyUntouched,
            _ => false,
        };
        return isUnsent ? ProviderErrorKind.NotSent : ProviderErrorKind.OutcomeUnknown;
    }

    private static async Task<UpstreamAnswer> ReadAnswerAsync(
        ProviderErrorKind kind,
        ProviderAccount account,
        HttpRequestMessage? request,
        HttpResponseMessage response,
        int maxBytes,
        CancellationToken cancellationToken)
    {
        try
        {
            var body = await BoundedBody.ReadAsync(response.Content, maxBytes, cancellationToken);
            return new((int)response.StatusCode, body, text => UpstreamSecrets.Hide(text, account, request))
            {
                RetryAfter = WaitHints.RetryAfter(response.Headers, account.Time),
                PollAfter = WaitHints.PollAfter(response.Headers, account.Time),
            };
        }
        catch (Exception exception) when (kind == ProviderErrorKind.OutcomeUnknown || IsTransport(exception, cancellationToken))
        {
            throw Failure(kind, exception, account, request, (int)response.StatusCode);
        }
    }

    private static bool IsTransport(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static ProviderException Redirected(ProviderErrorKind kind, HttpResponseMessage response) =>
        new(kind, $"the upstream answered with a redirect ({(int)response.StatusCode})") { StatusCode = (int)response.StatusCode };

    private static ProviderException Failure(
        ProviderErrorKind kind, Exception exception, ProviderAccount account, HttpRequestMessage? request, int? statusCode = null)
    {
        var what = exception is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http
            ? $"{http.HttpRequestError}: {exception.Message}"
            : $"{exception.GetType().Name}: {exception.Message}";
        return new(kind, UpstreamSecrets.Hide(what, account, request), exception) { StatusCode = statusCode };
    }
}
