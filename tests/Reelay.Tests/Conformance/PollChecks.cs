using Reelay.Providers;

namespace Reelay.Tests.Conformance;

/// <summary>What the answer to a poll is taken for, and that nothing ends a task but what says so.</summary>
internal static class PollChecks
{
    private static readonly int[] _passing = [408, 429, 500, 502, 503, 504];
    private static readonly int[] _redirects = [301, 302, 303, 307, 308];

    public static IEnumerable<ConformanceCheck> Of(ProviderConformance suite)
    {
        if (suite.Provider.IsSynchronous) yield break;
        yield return new("polls: waiting or working, done, failed and unknown states are all among the cases", () =>
        {
            Assert.Contains(suite.Polls, poll => poll.Means is Means.Under);
            Assert.Contains(suite.Polls, poll => poll.Means is Means.Done);
            Assert.Contains(suite.Polls, poll => poll.Means is Means.Ended);
            Assert.Contains(suite.Polls, poll => poll.Means is Means.Nothing);
            return Task.CompletedTask;
        });
        foreach (var poll in suite.Polls)
        {
            yield return new($"poll: {string.Join(" then ", poll.Replies.Select(reply => reply.Name))} is {poll.Means}{SubmissionChecks.Options(poll.Options)}", async () =>
            {
                var (outcome, count) = await PollAsync(suite, poll.Replies, poll.Options);
                Assert.True(poll.Means.Fits(outcome), $"it is {outcome}");
                if (outcome.Result is PollResult.Running { Progress: { } progress }) Assert.InRange(progress, 0, 100);
                Assert.Equal(poll.Replies.Count, count);
            });
        }

        var whole = suite.Polls.First(poll => poll.Means is Means.Done).Replies[0];
        foreach (var reply in SubmissionChecks.Broken(whole).Concat(_passing.Select(SubmissionChecks.Page)))
        {
            yield return new($"poll: {reply.Name} ends nothing", async () =>
            {
                var (outcome, _) = await PollAsync(suite, [reply], null);
                Assert.True(outcome.IsNotTerminal, $"it is {outcome}");
                if (reply.Status >= 400) Assert.Equal(ProviderErrorKind.Unavailable, outcome.Error?.Kind);
            });
        }

        foreach (var status in _redirects)
        {
            yield return new($"poll: a redirect {status} is not followed and ends nothing", async () =>
            {
                var recorder = new ConformanceRecorder(suite).Answers(whole with { Status = status }, ("Location", "https://elsewhere.example/"));
                var outcome = await recorder.PollAsync(await ConformanceRecorder.ReferenceAsync(suite));
                Assert.Equal((ProviderErrorKind.Unavailable, 1), (outcome.Error?.Kind, recorder.RequestCount));
            });
        }

        yield return new("poll: a connection that breaks ends nothing", async () =>
        {
            var recorder = new ConformanceRecorder(suite).Fails(new HttpRequestException(HttpRequestError.ResponseEnded, "broke"));
            var outcome = await recorder.PollAsync(await ConformanceRecorder.ReferenceAsync(suite));
            Assert.Equal((ProviderErrorKind.Unavailable, 1), (outcome.Error?.Kind, recorder.RequestCount));
        });
    }

    private static async Task<(PollOutcome Outcome, int Count)> PollAsync(ProviderConformance suite, IReadOnlyList<Reply> replies, string? options)
    {
        var recorder = new ConformanceRecorder(suite, options);
        foreach (var reply in replies) recorder.Answers(reply);
        return (await recorder.PollAsync(await ConformanceRecorder.ReferenceAsync(suite)), recorder.RequestCount);
    }
}
