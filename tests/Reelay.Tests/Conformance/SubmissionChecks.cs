using Reelay.Providers;

namespace Reelay.Tests.Conformance;

/// <summary>What an answer to a submission is taken for, and that nothing but a documented refusal counts as one.</summary>
internal static class SubmissionChecks
{
    private static readonly int[] _bare = [400, 401, 403, 404, 408, 409, 429, 500, 502, 503, 504];
    private static readonly int[] _redirects = [301, 302, 303, 307, 308];

    private static readonly HttpRequestError[] _unsent =
        [HttpRequestError.NameResolutionError, HttpRequestError.ConnectionError, HttpRequestError.SecureConnectionError];

    /// <summary>Bodies that say nothing: empty, not JSON, cut off, of another shape.</summary>
    public static IEnumerable<Reply> Broken(Reply whole) =>
    [
        new("200 nothing", 200, ""),
        new("200 {}", 200, "{}"),
        new("200 []", 200, "[]"),
        new("200 null", 200, "null"),
        new("200 text", 200, "OK"),
        new("200 html", 200, "<html><body>Welcome</body></html>", "text/html"),
        whole with { Name = "200 cut off", Status = 200, Body = whole.Body[..(whole.Body.Length / 2)] },
    ];

    /// <summary>A proxy's own page in place of the upstream's answer.</summary>
    public static Reply Page(int status) =>
        new($"{status} html", status, $"<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center></body></html>", "text/html");

    public static IEnumerable<ConformanceCheck> Of(ProviderConformance suite)
    {
        yield return new("submission: the usual answer is taken", async () =>
        {
            var recorder = new ConformanceRecorder(suite).Answers(suite.Accepted);
            Assert.Equal(suite.Provider.IsSynchronous, await recorder.SubmitAsync() is Submission.Finished);
            Assert.Equal(1, recorder.RequestCount);
        });
        foreach (var error in suite.SubmissionErrors)
        {
            yield return new($"submission: {error.Reply.Name} is {error.Kind}{Options(error.Options)}", async () =>
            {
                var recorder = new ConformanceRecorder(suite, error.Options).Answers(error.Reply, ("Retry-After", "3"));
                var refusal = await recorder.RefusedAsync();
                Assert.Equal((error.Kind, error.Reply.Status), (refusal.Kind, refusal.StatusCode));
                Assert.Equal(TimeSpan.FromSeconds(3), refusal.RetryAfter);
                Assert.Equal(1, recorder.RequestCount);
            });
        }

        foreach (var reply in Broken(suite.Accepted).Concat(_bare.Select(Page)))
        {
            yield return new($"submission: {reply.Name} is an unknown outcome", () => UnknownAsync(suite, recorder => recorder.Answers(reply)));
        }

        foreach (var status in _redirects)
        {
            yield return new($"submission: a redirect {status} is not followed and is an unknown outcome", () => UnknownAsync(
                suite, recorder => recorder.Answers(suite.Accepted with { Status = status }, ("Location", "https://elsewhere.example/"))));
        }

        yield return new("submission: a connection that breaks is an unknown outcome", async () =>
        {
            await UnknownAsync(suite, recorder => recorder.Fails(new HttpRequestException(HttpRequestError.ResponseEnded, "broke")));
            await UnknownAsync(suite, recorder => recorder.Fails(new IOException("broke")));
            await UnknownAsync(suite, recorder => recorder.Fails(new OperationCanceledException("took too long")));
        });
        yield return new("submission: a call that is over before it began is not sent", async () =>
        {
            var recorder = new ConformanceRecorder(suite).Answers(suite.Accepted);
            var late = await Assert.ThrowsAsync<ProviderException>(() => recorder.SubmitAsync(token: new(canceled: true)));
            Assert.Equal((ProviderErrorKind.NotSent, 0), (late.Kind, recorder.RequestCount));
        });
        yield return new("submission: an upstream that cannot be reached was not sent to", async () =>
        {
            foreach (var error in _unsent)
            {
                var recorder = new ConformanceRecorder(suite);
                var account = recorder.Account with { Http = new HttpMessageInvoker(new Unreachable(error)) };
                var order = ConformanceOrders.First(suite);
                var exception = await Assert.ThrowsAsync<ProviderException>(() => suite.Provider.SubmitAsync(
                    new() { Account = account, Request = order.Request, AttemptToken = "att_7", Media = order.Media, Deadline = account.Time.GetUtcNow().AddMinutes(1) },
                    TestContext.Current.CancellationToken));
                Assert.Equal(ProviderErrorKind.NotSent, exception.Kind);
            }
        });
    }

    /// <summary>The end of a name that tells which options a case has.</summary>
    public static string Options(string? options) => options is null ? "" : $" with {options}";

    private static async Task UnknownAsync(ProviderConformance suite, Action<ConformanceRecorder> arrange)
    {
        var recorder = new ConformanceRecorder(suite);
        arrange(recorder);
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => recorder.SubmitAsync());
        Assert.True(IsUnknown(suite.Provider, exception), $"it is {exception}");
        Assert.Equal(1, recorder.RequestCount);
    }

    /// <summary>Whether an exception leaves the outcome open. An answer that is the result may break while it is read; the engine takes it for the same.</summary>
    public static bool IsUnknown(IVideoProvider provider, Exception exception) =>
        exception is ProviderException { Kind: ProviderErrorKind.OutcomeUnknown } || (provider.IsSynchronous && exception is IOException);

    private sealed class Unreachable(HttpRequestError error) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(new HttpRequestException(error, "unreachable"));
    }
}
