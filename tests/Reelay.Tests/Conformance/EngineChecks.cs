using Reelay.Tests.Support;

namespace Reelay.Tests.Conformance;

/// <summary>The provider behind the whole server: what becomes of results that cannot be had, and what stands in the log.</summary>
internal static class EngineChecks
{
    private static readonly Dictionary<string, string?> _quick = new()
    {
        ["Reelay:Engine:MaxFetchCount"] = "2", ["Reelay:Engine:ReconcileHoldSeconds"] = "0", ["Logging:LogLevel:Default"] = "Trace",
    };

    public static IEnumerable<ConformanceCheck> Of(ProviderConformance suite)
    {
        // A model that makes something of text alone, and that this provider makes first of all.
        var model = ConformanceOrders.Catalog.Models.FirstOrDefault(model =>
            model.Offers[0].UpstreamModel.StartsWith(suite.Provider.Id + ":", StringComparison.Ordinal)
            && model.Spec.Modes.Any(mode => mode.Value.Requires is ["prompt"]));
        if (model is null) yield break;
        yield return new($"server: {model.Name} is delivered, and no secret is logged or shown to operators", async () =>
        {
            var log = new WholeLog();
            await using var gateway = await StartAsync(suite, log, []);
            var ids = new[] { await OrderAsync(gateway, model.Name, ""), await OrderAsync(gateway, model.Name, "[http:401]") };
            Assert.Equal("completed", (await gateway.FinishAsync(ids[0])).GetProperty("status").GetString());
            await gateway.UntilLoggedAsync(log);
            foreach (var secret in ConformanceSecrets.Of(suite.Sandbox.Credential))
            {
                Assert.DoesNotContain(log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
                foreach (var id in ids) Assert.DoesNotContain(secret, (await gateway.AdminTaskAsync(id)).GetRawText(), StringComparison.Ordinal);
            }
        });
        yield return new("server: a result that is too large fails the task and costs nothing", async () =>
        {
            await using var gateway = await StartAsync(suite, null, new() { ["Reelay:Engine:MaxResultBytes"] = "64" });
            await FailsAsync(gateway, await OrderAsync(gateway, model.Name, ""), suite.Provider.IsSynchronous ? "submission_outcome_unknown" : "result_lost");
        });
        if (suite.Provider.IsSynchronous) yield break;
        yield return new("server: a result whose link gives 404 fails the task and costs nothing", async () =>
        {
            await using var gateway = await StartAsync(suite, null, []);
            await FailsAsync(gateway, await OrderAsync(gateway, model.Name, "[content:404]"), "result_lost");
        });
    }

    private static Task<GatewayHost> StartAsync(ProviderConformance suite, WholeLog? log, Dictionary<string, string?> settings)
    {
        foreach (var (name, value) in _quick) settings[name] = value;
        settings[$"Reelay:Channels:sandbox_{suite.Provider.Id}:CallSeconds"] = "10";
        return GatewayHost.StartAsync(settings, services: services =>
        {
            if (log is not null) services.AddSingleton<ILoggerProvider>(log);
        });
    }

    private static Task<string> OrderAsync(GatewayHost gateway, string model, string words) =>
        gateway.OrderAsync(body: new { model, prompt = $"a paper boat {words}".Trim() });

    private static async Task FailsAsync(GatewayHost gateway, string id, string code)
    {
        var video = await gateway.FinishAsync(id);
        Assert.Equal("failed", video.GetProperty("status").GetString());
        Assert.Equal(code, video.GetProperty("error").GetProperty("code").GetString());
        Assert.False((await gateway.AdminTaskAsync(id)).TryGetProperty("settled_micros", out _));
        Assert.Single(gateway.Sandbox.Submissions, report => report.Row.Accepted);
    }

    private static async Task UntilLoggedAsync(this GatewayHost gateway, WholeLog log)
    {
        while (log.Lines.Count == 0) await GatewayHost.PauseAsync();
    }
}
