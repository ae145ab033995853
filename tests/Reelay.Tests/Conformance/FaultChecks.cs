using Reelay.Providers;
using Reelay.Simulators;

namespace Reelay.Tests.Conformance;

/// <summary>The adapter against its simulator with something going wrong, and the simulator tells what was really accepted.</summary>
internal static class FaultChecks
{
    private static readonly Dictionary<string, ProviderErrorKind?> _create = new()
    {
        ["refuse:content_policy"] = ProviderErrorKind.ContentRejected,
        ["refuse:quota"] = ProviderErrorKind.AccountEmpty,
        ["http:400"] = ProviderErrorKind.InvalidRequest,
        ["http:401"] = ProviderErrorKind.Unauthorized,
        ["http:429"] = ProviderErrorKind.RateLimited,
        ["http:500"] = ProviderErrorKind.OutcomeUnknown,
        ["bare:429"] = ProviderErrorKind.OutcomeUnknown,
        ["bare:502"] = ProviderErrorKind.OutcomeUnknown,
        ["bare:503"] = ProviderErrorKind.OutcomeUnknown,
        ["bare:504"] = ProviderErrorKind.OutcomeUnknown,
        ["moved"] = ProviderErrorKind.OutcomeUnknown,
        ["garbage"] = ProviderErrorKind.OutcomeUnknown,
        ["truncate"] = ProviderErrorKind.OutcomeUnknown,
        ["drop"] = ProviderErrorKind.OutcomeUnknown,
        ["drop:after-accept"] = ProviderErrorKind.OutcomeUnknown,
    };

    private static readonly Dictionary<string, ProviderErrorKind?> _job = new()
    {
        ["fail:content_policy"] = ProviderErrorKind.ContentRejected, ["fail:generation"] = ProviderErrorKind.GenerationFailed,
    };

    private static readonly string[] _poll = ["http:429", "http:500", "bare:502", "bare:503", "bare:504", "garbage", "truncate", "drop", "moved", "unknown-status"];

    public static IEnumerable<ConformanceCheck> Of(ProviderConformance suite)
    {
        foreach (var (word, kind) in Laid(_create, suite.CreateFaults))
        {
            yield return new($"fault: a create with [{word}] is {kind}", () => CreateAsync(suite, word, kind));
        }

        if (suite.Provider.IsSynchronous) yield break;
        foreach (var (word, kind) in Laid(_job, suite.JobFaults))
        {
            yield return new($"fault: a job with [{word}] fails as {kind}", async () =>
            {
                var sandbox = new ConformanceSandbox(suite);
                var result = await sandbox.FinishAsync(await sandbox.AcceptAsync(words: $"[{word}]"));
                Assert.Equal(kind, Assert.IsType<PollResult.Failed>(result).Kind);
            });
        }

        foreach (var word in _poll)
        {
            yield return new($"fault: a poll with [{word}] ends nothing, and the next one goes on", async () =>
            {
                var sandbox = new ConformanceSandbox(suite);
                var accepted = await sandbox.AcceptAsync(words: "[stuck]");
                sandbox.Core.Faults.Add(sandbox.Id, SimulatedCall.Retrieve, word, count: 1);
                var outcome = await sandbox.PollAsync(accepted.Reference);
                Assert.True(outcome.Result is PollResult.Unreadable || outcome.Error?.Kind == ProviderErrorKind.Unavailable, $"it is {outcome}");
                Assert.IsType<PollResult.Running>((await sandbox.PollAsync(accepted.Reference)).Result);
            });
        }

        foreach (var word in new[] { "content:404", "content:truncated" })
        {
            yield return new($"fault: a result with [{word}] is no result", async () =>
            {
                var sandbox = new ConformanceSandbox(suite);
                var done = Assert.IsType<PollResult.Succeeded>(await sandbox.FinishAsync(await sandbox.AcceptAsync(words: $"[{word}]")));
                var failure = await Assert.ThrowsAnyAsync<Exception>(
                    () => ConformanceOutputs.LengthAsync(done.Outputs[0], sandbox.Http, TestContext.Current.CancellationToken));
                Assert.True(failure is HttpRequestException or IOException or ProviderException, failure.ToString());
            });
        }
    }

    private static async Task CreateAsync(ProviderConformance suite, string word, ProviderErrorKind kind)
    {
        var sandbox = new ConformanceSandbox(suite);
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => sandbox.SubmitAsync(words: $"[{word}]"));
        if (kind == ProviderErrorKind.OutcomeUnknown) Assert.True(SubmissionChecks.IsUnknown(suite.Provider, exception), $"it is {exception}");
        else Assert.Equal(kind, Assert.IsType<ProviderException>(exception).Kind);

        // What counts as surely not accepted really was not; and what was sent once was not sent again.
        var submissions = sandbox.Core.Submissions();
        Assert.InRange(submissions.Count, 0, 1);
        if (kind != ProviderErrorKind.OutcomeUnknown) Assert.DoesNotContain(submissions, report => report.Row.Accepted);
    }

    private static IEnumerable<(string Word, ProviderErrorKind Kind)> Laid(
        Dictionary<string, ProviderErrorKind?> usual, IReadOnlyDictionary<string, ProviderErrorKind?> own)
    {
        var all = new Dictionary<string, ProviderErrorKind?>(usual);
        foreach (var (word, kind) in own) all[word] = kind;
        return all.Where(pair => pair.Value is not null).Select(pair => (pair.Key, pair.Value!.Value));
    }
}
