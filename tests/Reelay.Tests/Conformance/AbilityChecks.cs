using System.Text.Json;
using Reelay.Providers;

namespace Reelay.Tests.Conformance;

/// <summary>What the optional abilities promise, each only for a provider that has it.</summary>
internal static class AbilityChecks
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static IEnumerable<ConformanceCheck> Of(ProviderConformance suite) =>
    [
        .. suite.Provider is ICancelsVideos cancels && suite.HasCancel ? Cancel(suite, cancels) : [],
        .. suite.Provider is IFindsSubmissions finds ? Search(suite, finds) : [],
        .. suite.Provider is ITestsAccount tests ? Account(suite, tests) : [],
        .. suite.Provider is IChecksOptions checks ? Options(suite, checks) : [],
        .. suite.Provider is IDescribesModels describes ? Describes(suite, describes) : [],
    ];

    private static IEnumerable<ConformanceCheck> Cancel(ProviderConformance suite, ICancelsVideos cancels)
    {
        yield return new("cancel: a task that is cancelled ends, and a second cancel does no harm", async () =>
        {
            var sandbox = new ConformanceSandbox(suite, suite.CancelSandbox);
            Assert.True(cancels.CanCancel(sandbox.Account), "the sandbox that is named for it cannot cancel");
            var accepted = await sandbox.AcceptAsync();
            Assert.Equal(CancelResult.Confirmed, await cancels.CancelAsync(sandbox.Account, accepted.Reference, Token));
            var outcome = await sandbox.PollAsync(accepted.Reference);
            Assert.True(outcome is { Result: PollResult.Failed { Kind: ProviderErrorKind.Cancelled } } or { Error.Kind: ProviderErrorKind.NotFound }, $"it is {outcome}");
            try
            {
                await cancels.CancelAsync(sandbox.Account, accepted.Reference, Token);
            }
            catch (ProviderException exception)
            {
                Assert.Equal(ProviderErrorKind.NotFound, exception.Kind);
            }
        });
        yield return new("cancel: an upstream that fails confirms nothing", async () =>
        {
            var sandbox = new ConformanceSandbox(suite, suite.CancelSandbox);
            var accepted = await sandbox.AcceptAsync();
            foreach (var word in new[] { "http:500", "bare:502", "drop", "moved" })
            {
                sandbox.Core.Faults.Add(sandbox.Id, Reelay.Simulators.SimulatedCall.Delete, word, count: 1);
                var failure = await Assert.ThrowsAsync<ProviderException>(() => cancels.CancelAsync(sandbox.Account, accepted.Reference, Token));
                Assert.Equal(ProviderErrorKind.Unavailable, failure.Kind);
            }

            Assert.IsType<PollResult.Succeeded>(await sandbox.FinishAsync(accepted));
        });
    }

    private static IEnumerable<ConformanceCheck> Search(ProviderConformance suite, IFindsSubmissions finds)
    {
        yield return new("search: an order whose answer was lost is found, and its reference polls it", async () =>
        {
            var sandbox = new ConformanceSandbox(suite, suite.SearchSandbox);
            Assert.NotEqual(SearchKind.None, finds.Search(sandbox.Account).Kind);
            var order = ConformanceOrders.First(suite);
            var from = sandbox.Time.GetUtcNow();
            await Assert.ThrowsAsync<ProviderException>(() => sandbox.SubmitAsync(order, "[drop:after-accept]"));
            var request = order.Request with { Prompt = order.Request.Prompt + " [drop:after-accept]" };
            sandbox.Time.Advance(1);
            var found = await finds.FindAsync(sandbox.Account, new(request, sandbox.AttemptToken, from, sandbox.Time.GetUtcNow()), Token);
            var match = Assert.Single(found, row => row.IsMatch);
            Assert.Equal(Assert.Single(sandbox.Core.Submissions()).Row.UpstreamId, match.UpstreamId);
            Assert.IsType<PollResult.Succeeded>(await sandbox.FinishAsync(new(match.UpstreamId, match.Reference)));
        });
        yield return new("search: an order that never arrived matches nothing", async () =>
        {
            var sandbox = new ConformanceSandbox(suite, suite.SearchSandbox);
            var order = ConformanceOrders.First(suite);
            await sandbox.SubmitAsync(order, "and another");
            var now = sandbox.Time.GetUtcNow();
            try
            {
                var found = await finds.FindAsync(sandbox.Account, new(order.Request with { Prompt = "never sent" }, "att_never", now, now.AddSeconds(9)), Token);
                Assert.DoesNotContain(found, row => row.IsMatch);
            }
            catch (ProviderException exception)
            {
                // An upstream whose silence proves nothing says that it could not tell.
                Assert.Equal(ProviderErrorKind.Unavailable, exception.Kind);
            }
        });
        yield return new("search: a list that cannot be read proves nothing", async () =>
        {
            foreach (var reply in new[] { SubmissionChecks.Page(502), new Reply("cut", 200, "{\"data\":[{"), new Reply("text", 200, "OK") })
            {
                var recorder = new ConformanceRecorder(suite).Answers(reply);
                if (finds.Search(recorder.Account).Kind == SearchKind.None) continue;
                var request = ConformanceOrders.First(suite).Request;
                var now = recorder.Account.Time.GetUtcNow();
                var failure = await Assert.ThrowsAsync<ProviderException>(() => finds.FindAsync(recorder.Account, new(request, "att_7", now, now), Token));
                Assert.Equal(ProviderErrorKind.Unavailable, failure.Kind);
            }
        });
    }

    private static IEnumerable<ConformanceCheck> Account(ProviderConformance suite, ITestsAccount tests)
    {
        yield return new("account test: a right account passes and orders nothing", async () =>
        {
            var sandbox = new ConformanceSandbox(suite);
            Assert.NotEmpty(await tests.TestAsync(sandbox.Account, Token));
            Assert.Empty(sandbox.Core.Submissions());
        });
        yield return new("account test: a wrong address or an upstream that fails does not pass", async () =>
        {
            foreach (var reply in new[] { SubmissionChecks.Page(200), SubmissionChecks.Page(502), SubmissionChecks.Page(404) with { Body = "" } })
            {
                var recorder = new ConformanceRecorder(suite).Answers(reply).Answers(reply);
                await Assert.ThrowsAsync<ProviderException>(() => tests.TestAsync(recorder.Account, Token));
            }
        });
        if (suite.Sandbox.Credential is ProviderCredential.None or ProviderCredential.ServiceAccount) yield break;
        yield return new("account test: a wrong credential is told as such", async () =>
        {
            var sandbox = new ConformanceSandbox(suite);
            var stranger = sandbox.Account with { Credential = suite.Credential };
            Assert.Equal(ProviderErrorKind.Unauthorized, (await Assert.ThrowsAsync<ProviderException>(() => tests.TestAsync(stranger, Token))).Kind);
        });
    }

    private static IEnumerable<ConformanceCheck> Options(ProviderConformance suite, IChecksOptions checks)
    {
        yield return new("options: those that are used have no mistake, and a misspelt one is named", () =>
        {
            foreach (var options in suite.SubmissionErrors.Select(error => error.Options).Concat(suite.Polls.Select(poll => poll.Options))
                .Append(suite.Options).Append(suite.Signing?.Options).Append("{}").OfType<string>().Distinct())
            {
                Assert.Equal([], checks.FindMistakes(JsonElement.Parse(options)));
            }

            Assert.Contains("no_such_option", string.Join('\n', checks.FindMistakes(JsonElement.Parse("""{"no_such_option":true}"""))), StringComparison.Ordinal);
            Assert.NotEmpty(checks.FindMistakes(JsonElement.Parse("[]")));
            return Task.CompletedTask;
        });
        yield return new("options: with mistakes in them nothing is sent", async () =>
        {
            var recorder = new ConformanceRecorder(suite, """{"no_such_option":true}""").Answers(suite.Accepted);
            var exception = await recorder.RefusedAsync();
            Assert.Equal((ProviderErrorKind.NotSent, 0), (exception.Kind, recorder.RequestCount));
        });
    }

    private static IEnumerable<ConformanceCheck> Describes(ProviderConformance suite, IDescribesModels describes)
    {
        yield return new("models of a channel: each name that has rows keeps its name, and mistaken options are refused", () =>
        {
            string[] names = [suite.Provider.Models[0].Name, "a-model-nobody-knows"];
            var rows = describes.ModelsOf(default, names);
            Assert.All(rows, row => Assert.Contains(row.Name, names));
            Assert.Contains(rows, row => row.Name == names[0]);
            Assert.Throws<ArgumentException>(() => describes.ModelsOf(JsonElement.Parse("""{"no_such_option":true}"""), names));
            return Task.CompletedTask;
        });
    }
}
