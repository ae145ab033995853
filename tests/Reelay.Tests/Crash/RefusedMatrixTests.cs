namespace Reelay.Tests.Crash;

/// <summary>
/// Nobody listens where the channels lead, × provider × a SIGKILL at a durable step. It stands apart from what an upstream does, since it
/// concerns all orders of its time.
/// </summary>
public sealed class RefusedMatrixTests(RefusedMatrixTests.World world) : IClassFixture<RefusedMatrixTests.World>
{
    [Theory]
    [MemberData(nameof(MatrixWorld.Steps), MemberType = typeof(MatrixWorld))]
    public async Task An_order_whose_upstream_refuses_connections_is_made_once_when_it_is_back(string step)
    {
        // A kill after the way is open may catch another provider's order in flight, and of that one less could be said.
        var isApart = MatrixWorld.IsEach || step is "submitted" or "fetching";
        foreach (var providers in isApart ? MatrixWorld.Providers.Select(provider => new[] { provider }) : [MatrixWorld.Providers])
        {
            world.Crash.Way!.Close();
            var ids = new List<string>();
            foreach (var provider in providers) ids.Add(await world.OrderAsync(provider, $"{provider} {step} <refused>"));

            // An attempt that finds nobody is over at once: the kill at "submitting" hits it, or the time just after it.
            if (step == "accepted") await world.KillAtAsync(step, ids);
            else foreach (var id in ids) await UntilTriedAsync(id, isOver: step != "submitting");
            if (step == "submitting") await world.Crash.RestartAsync();
            foreach (var id in ids) await UntilTriedAsync(id, isOver: false);
            world.Crash.Way.Open();
            if (step is "submitted" or "fetching") await world.KillAtAsync(step, ids);
            foreach (var (provider, id) in providers.Zip(ids)) await world.CheckAsync($"{provider} {step}", id, (code, _) => Expected(provider, step, code));
        }
    }

    // Once an attempt has ended as refused nothing was ever sent, and no kill can change that; one that a kill catches open is unknown, but at Kling,
    // where the order is found by our own mark or is surely not there.
    private static string? Expected(string provider, string step, string? code)
    {
        if (provider == "kling" || step == "none" || (provider == "openai" && step is "submitted" or "fetching")) return null;
        return code is null ? null : MatrixWorld.Unknown;
    }

    // Until an attempt is recorded, whatever has become of it; or until one has ended without having been sent.
    private async Task UntilTriedAsync(string id, bool isOver)
    {
        var sql = "SELECT 'tried' FROM attempts WHERE task_id = @id" + (isOver ? " AND outcome = 'not_accepted' AND error_kind = 'NotSent'" : "");
        while (world.Crash.Query(sql, id).Count == 0) await CrashWorld.PauseAsync(1);
    }

    /// <summary>No call hangs here.</summary>
    public sealed class World() : MatrixWorld(pictureSeconds: 10, canBeCut: true);
}
