using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Reelay.Tests.Crash;

/// <summary>
/// The server dies by SIGKILL and comes back on the same folder. What the customers were told, what the folder holds and what the upstream
/// saw must agree.
/// </summary>
[Collection("processes")]
public sealed class KillTests
{
    private const int LongestLifeMilliseconds = 2200;
    private const int MaxLatencyMilliseconds = 120;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Killing_the_server_at_random_moments_loses_nothing_and_submits_nothing_twice()
    {
        var killCount = Setting("REELAY_KILLS") ?? 5;
        var seed = Setting("REELAY_SEED") ?? RandomNumberGenerator.GetInt32(1_000_000);
        Console.WriteLine($"{killCount} kills, REELAY_SEED={seed}");
        var started = Stopwatch.GetTimestamp();
        await using var world = await CrashWorld.StartAsync(0.5, isHeld: true);
        var load = new CrashLoad(world, seed);
        var latency = new Random(seed - 1);
        world.Upstream!.Latency = () =>
        {
            lock (latency) return TimeSpan.FromMilliseconds(latency.Next(MaxLatencyMilliseconds));
        };
        load.Start();
        await KillAsync(world, killCount, new Random(seed));
        await load.StopAsync();
        await SettleAsync(world, load);
        await world.StopAsync();

        var submissions = await world.SubmissionsAsync();
        using var audit = new CrashAudit(world.Folder);
        List<string> mistakes = [.. load.Complaints, .. Unanswered(load, audit), .. audit.FindMistakes(submissions)];
        Console.WriteLine(Verdict(load, audit, submissions, killCount, Stopwatch.GetElapsedTime(started), mistakes.Count));
        Assert.True(
            mistakes.Count == 0,
            $"{mistakes.Count} mistakes (REELAY_SEED={seed}):\n{string.Join('\n', mistakes.Take(50))}\n{world.Server.Output}");
        Assert.Contains(audit.Tasks, task => task.Phase == "completed");
    }

    [Fact]
    public async Task An_order_that_the_upstream_took_just_before_the_kill_is_found_again_and_not_sent_twice()
    {
        await using var world = await CrashWorld.StartAsync();
        var id = await world.OrderAsync("the answer never came [hang:after-accept]");
        await AcceptedAsync(world, "the answer never came");
        await world.RestartAsync();
        var video = await world.FinishAsync(id);
        Assert.Equal("completed", video.GetProperty("status").GetString());
        var reached = Assert.Single(await world.SubmissionsAsync());
        await world.StopAsync();
        using var audit = new CrashAudit(world.Folder);
        Assert.Empty(audit.FindMistakes([reached]));
    }

    [Fact]
    public async Task Two_equal_orders_that_lost_their_answers_are_not_mistaken_for_each_other()
    {
        await using var world = await CrashWorld.StartAsync();
        var ids = new List<string>();
        for (var n = 0; n < 2; n++) ids.Add(await world.OrderAsync("twins [hang:after-accept]"));
        while ((await world.SubmissionsAsync("twins")).Count(row => row.Accepted) < 2) await CrashWorld.PauseAsync(10);
        await world.RestartAsync();
        foreach (var id in ids)
        {
            var error = (await world.FinishAsync(id)).GetProperty("error");
            Assert.Equal("submission_outcome_unknown", error.GetProperty("code").GetString());
        }

        Assert.Equal(2, (await world.SubmissionsAsync()).Count);
    }

    [Fact]
    public async Task An_order_that_surely_waited_here_is_sent_once_after_the_kill()
    {
        await using var world = await CrashWorld.StartAsync(settings: new() { ["Reelay__Channels__sandbox_openai__MaxInFlight"] = "0" });
        var id = await world.OrderAsync("it waited");
        await world.RestartAsync(("Reelay__Channels__sandbox_openai__MaxInFlight", "10"));
        Assert.Equal("completed", (await world.FinishAsync(id)).GetProperty("status").GetString());
        Assert.Single(await world.SubmissionsAsync());
    }

    [Fact]
    public async Task A_result_whose_fetch_was_cut_by_the_kill_is_fetched_again_whole()
    {
        await using var world = await CrashWorld.StartAsync();
        await world.AddFaultAsync("content", "hang", 1);
        var id = await world.OrderAsync("almost there");
        while (!await IsFetchingAsync(world, id)) await CrashWorld.PauseAsync(20);

        // Its row says so before it has asked for the content: a fault that is still to come would hold up the fetch after the kill.
        while (await world.CountFaultsAsync() > 0) await CrashWorld.PauseAsync(20);
        await world.RestartAsync();
        Assert.Equal("completed", (await world.FinishAsync(id)).GetProperty("status").GetString());
        await world.StopAsync();
        using var audit = new CrashAudit(world.Folder);
        Assert.Empty(audit.FindMistakes(await world.SubmissionsAsync()));
    }

    // Some lives end while the server is still starting.
    private static async Task KillAsync(CrashWorld world, int killCount, Random random)
    {
        for (var n = 0; n < killCount; n++)
        {
            var isEarly = random.Next(5) == 0;
            if (!isEarly) await world.AwaitReadyAsync();
            await CrashWorld.PauseAsync(random.Next(LongestLifeMilliseconds));
            await world.Server.KillAsync();
            world.Launch();
        }

        await world.AwaitReadyAsync();
    }

    // Orders whose answer was lost have no customer who could cancel them; the ones that never get through are cancelled here.
    private static async Task SettleAsync(CrashWorld world, CrashLoad load)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            foreach (var order in load.Answered.Values.Where(order => !order.IsOver)) await load.LookAsync(order);
            using var audit = new CrashAudit(world.Folder);
            if (audit.LiveCount == 0 && load.Answered.Values.All(order => order.IsOver)) return;
            Assert.True(
                Stopwatch.GetElapsedTime(started) < Patience,
                $"Not over in time:\n{string.Join('\n', audit.Tasks.Where(task => task.Phase is not ("completed" or "failed")))}\n"
                + world.Server.Output);
            foreach (var task in audit.Tasks.Where(task => task is { Phase: "accepted", IsDeleted: false }))
            {
                if (!task.Prompt.Contains("[http:503]", StringComparison.Ordinal)) continue;
                await world.SendAsync(HttpMethod.Post, $"/v1/videos/{task.Id}/cancel");
            }

            await CrashWorld.PauseAsync(100);
        }
    }

    private static IEnumerable<string> Unanswered(CrashLoad load, CrashAudit audit)
    {
        var rows = audit.Tasks.ToDictionary(task => task.Id);
        foreach (var order in load.Answered.Values)
        {
            if (!rows.TryGetValue(order.Id, out var row)) yield return $"{order.Id} was answered with 200 and has no row";
            else if (row.Prompt != order.Prompt) yield return $"{order.Id} is '{row.Prompt}' here and '{order.Prompt}' to its customer";
            else if (order.IsGone != row.IsDeleted && !order.WasDeleted) yield return $"{order.Id} was deleted by nobody";
            else if (!order.IsGone && row.Phase != order.State)
            {
                yield return $"{order.Id} is {row.Phase} here and {order.State} to its customer";
            }
            else if (order is { ErrorCode: "cancelled", WasCancelled: false, WasDeleted: false })
            {
                yield return $"{order.Id} was cancelled by nobody";
            }
        }
    }

    private static string Verdict(
        CrashLoad load, CrashAudit audit, List<Reached> submissions, int killCount, TimeSpan time, int mistakeCount)
    {
        var ends = audit.Tasks.GroupBy(task => task.ErrorCode ?? task.Phase).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Key} {group.Count()}");
        var unknown = audit.Tasks.Where(task => task.ErrorCode == "submission_outcome_unknown").Select(task => task.Prompt).ToHashSet();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{killCount} kills in {time.TotalSeconds:F0} s: {load.SentCount} orders tried, {load.Answered.Count} answered, "
            + $"{audit.Tasks.Count} tasks ({string.Join(", ", ends)}); "
            + $"{submissions.Count(row => row.Accepted)} accepted upstream, {audit.FoundAgainCount} of them found again, "
            + $"{submissions.Count(row => row.Accepted && unknown.Contains(row.Prompt))} of unknown outcome here; "
            + $"{audit.OrphanedInputCount} uploads without a task; {mistakeCount} mistakes");
    }

    private static async Task AcceptedAsync(CrashWorld world, string prompt)
    {
        while (!(await world.SubmissionsAsync(prompt)).Any(row => row.Accepted)) await CrashWorld.PauseAsync(5);
    }

    private static async Task<bool> IsFetchingAsync(CrashWorld world, string id)
    {
        using var audit = new CrashAudit(world.Folder);
        await CrashWorld.PauseAsync(20);
        return audit.Tasks.Single(task => task.Id == id).Phase == "fetching";
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : null;
}
