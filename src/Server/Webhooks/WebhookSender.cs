using System.Net.Http.Headers;
using Reelay.Server.Assets.Fetching;

namespace Reelay.Server.Webhooks;

/// <summary>What a receiver answered, or why there is no answer.</summary>
/// <param name="StatusCode">Its status, or null.</param>
/// <param name="Error">Why it is no success, as a word of the log; null for 200 to 299.</param>
/// <param name="StartedAt">Unix milliseconds.</param>
/// <param name="Duration">From the call to the answer's headers and what was read of its body.</param>
/// <param name="RetryAfter">What the receiver asked for, or null.</param>
internal sealed record WebhookAnswer(int? StatusCode, string? Error, long StartedAt, TimeSpan Duration, TimeSpan? RetryAfter)
{
    /// <summary>Whether it was taken.</summary>
    public bool IsSuccess => Error is null;

    /// <summary>Whether it wants to hear nothing any more.</summary>
    public bool IsGone => StatusCode == StatusCodes.Status410Gone;

    /// <summary>Whether the failure tells of the receiver as a whole and not of this delivery.</summary>
    public bool IsUnwell => !IsSuccess && StatusCode is null or 408 or 429 or >= 500;
}

/// <summary>Posts signed bodies. Follows no redirect, and connects to public addresses and the operator's own origins alone.</summary>
internal sealed class WebhookSender(OutboundHttp http, WebhookOptions options, TimeProvider time)
{
    // Enough for a polite answer, so that its connection can be used again; of a longer one the rest is dropped with the connection.
    private const int MaxReadBytes = 16 * 1024;
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <summary>Posts once. Expected failures are answers.</summary>
    /// <param name="url">Where.</param>
    /// <param name="id">Value of <c>webhook-id</c>.</param>
    /// <param name="body">The bytes.</param>
    /// <param name="secrets">What it is signed with, newest first.</param>
    /// <param name="cancellationToken">Ends it as if it had never been.</param>
    public async Task<WebhookAnswer> PostAsync(string url, string id, byte[] body, IReadOnlyList<string> secrets, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var start = time.GetTimestamp();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.TimeoutSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = Request(url, id, now.ToUnixTimeSeconds(), body, secrets);
            using var response = await http.SendAsync(request, new FetchTrust.Webhook(), either.Token);
            await SkipAsync(response, either.Token);
            var status = (int)response.StatusCode;
            return Answer(status, status is >= 200 and < 300 ? null : status is >= 300 and < 400 ? "redirect" : "status", RetryAfter(response, now));
        }
        catch (FetchException exception) when (!limit.IsCancellationRequested)
        {
            return Answer(null, Word(exception.Failure), null);
        }
        catch (Exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Answer(null, "timed_out", null);
        }

        WebhookAnswer Answer(int? status, string? error, TimeSpan? retryAfter) =>
            new(status, error, now.ToUnixTimeMilliseconds(), time.GetElapsedTime(start), retryAfter);
    }

    private static HttpRequestMessage Request(string url, string id, long timestamp, byte[] body, IReadOnlyList<string> secrets)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = Json;
        request.Headers.Add("User-Agent", "Reelay-Webhooks");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(System.Globalization.CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Of(secrets, id, timestamp, body));
        return request;
    }

    // What it says does not matter, nor whether it can be read.
    private static async Task SkipAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[4096];
            for (var left = MaxReadBytes; left > 0;)
            {
                var count = await body.ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), cancellationToken);
                if (count == 0) return;
                left -= count;
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status has been said.
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > now ? date - now : null,
        _ => null,
    };

    private static string Word(FetchFailure failure) => failure switch
    {
        FetchFailure.BadUrl => "bad_url",
        FetchFailure.BlockedAddress => "blocked_address",
        FetchFailure.NameNotFound => "name_not_found",
        FetchFailure.TimedOut => "timed_out",
        _ => "transport",
    };
}
