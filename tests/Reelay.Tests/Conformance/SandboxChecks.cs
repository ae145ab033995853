using Reelay.Providers;

namespace Reelay.Tests.Conformance;

/// <summary>The adapter against its simulator: what is sent for every model and mode is taken, and the work comes to its end.</summary>
internal static class SandboxChecks
{
    public static IEnumerable<ConformanceCheck> Of(ProviderConformance suite)
    {
        foreach (var orders in ConformanceOrders.All(suite).Select(pair => pair.Order).GroupBy(order => $"{order.Request.UpstreamModel} {order.Request.Mode}"))
        {
            yield return new($"sandbox: takes every order of {orders.Key}", () => TakenAsync(suite, orders));
        }

        if (suite.Provider.IsSynchronous) yield break;
        yield return new("sandbox: an order goes from acceptance to a file, and its progress never falls", () => LifeAsync(suite));
        yield return new("sandbox: a task that the upstream does not know is told as such", async () =>
        {
            var reference = (await new ConformanceSandbox(suite).AcceptAsync()).Reference;
            var outcome = await new ConformanceSandbox(suite).PollAsync(reference);
            Assert.True(outcome.Error is not null, $"it is {outcome}");
            Assert.Contains(outcome.Error.Kind, suite.UnknownTaskKinds);
        });
        if (suite.Provider is IResumesById resumes)
        {
            yield return new("sandbox: an order is taken up again by its upstream id alone", async () =>
            {
                var sandbox = new ConformanceSandbox(suite);
                var accepted = await sandbox.AcceptAsync();
                var reference = resumes.ReferenceOf(ConformanceOrders.First(suite).Request, accepted.UpstreamId);
                Assert.True(reference.HasValue);
                Assert.IsType<PollResult.Running>((await sandbox.PollAsync(reference.Value)).Result);
                Assert.IsType<PollResult.Succeeded>(await sandbox.FinishAsync(accepted with { Reference = reference.Value }));
            });
        }

        if (suite.Provider is IPollsInBatches batches && suite.HasBatches)
        {
            yield return new("sandbox: states that are read together are those that are read alone", () => BatchAsync(suite, batches));
        }
    }

    private static async Task TakenAsync(ProviderConformance suite, IEnumerable<ConformanceOrder> orders)
    {
        foreach (var order in orders)
        {
            var sandbox = new ConformanceSandbox(suite);
            try
            {
                await sandbox.SubmitAsync(order);
            }
            catch (ProviderException exception)
            {
                Assert.Fail($"{order}: {exception.Kind} {exception.Message}");
            }

            Assert.All(sandbox.Core.Submissions(), report => Assert.True(report.Row.Accepted, order.ToString()));
            Assert.Equal(order.NeedsSource ? 2 : 1, sandbox.Core.Submissions().Count);
        }
    }

    private static async Task LifeAsync(ProviderConformance suite)
    {
        var sandbox = new ConformanceSandbox(suite);
        var accepted = await sandbox.AcceptAsync();
        Assert.Equal(accepted.UpstreamId, Assert.Single(sandbox.Core.Submissions()).Row.UpstreamId);
        var (progress, looks) = (0.0, 0);
        while ((await sandbox.PollAsync(accepted.Reference)).Result is PollResult.Running running)
        {
            Assert.InRange(running.Progress ?? progress, progress, 100);
            progress = running.Progress ?? progress;
            sandbox.Time.Advance(sandbox.Core.Speed.DurationSeconds / 4);
            Assert.True(++looks < 20, "the work never ends");
        }

        Assert.True(looks > 1, "it was done before it was begun");
        var finished = Assert.IsType<PollResult.Succeeded>((await sandbox.PollAsync(accepted.Reference)).Result);
        foreach (var output in finished.Outputs)
        {
            Assert.True(await ConformanceOutputs.LengthAsync(output, sandbox.Http, TestContext.Current.CancellationToken) > 0);
        }
    }

    private static async Task BatchAsync(ProviderConformance suite, IPollsInBatches batches)
    {
        Assert.True(batches.MaxBatchCount > 1);
        var sandbox = new ConformanceSandbox(suite);
        var elsewhere = await new ConformanceSandbox(suite, suite.Sandbox).AcceptAsync();
        var done = await sandbox.AcceptAsync();
        sandbox.Time.Advance(sandbox.Core.Speed.DurationSeconds + 1);
        var begun = await sandbox.AcceptAsync();
        var results = await batches.PollManyAsync(
            sandbox.Account, [begun.Reference, elsewhere.Reference, done.Reference], TestContext.Current.CancellationToken);
        Assert.Equal(3, results.Count);
        Assert.IsType<PollResult.Running>(results[0]);
        Assert.True(results[1] is null or PollResult.Running or PollResult.Succeeded, "ids of a second sandbox may be the same; a failure may not be made up");
        Assert.IsType<PollResult.Succeeded>(results[2]);
    }
}
