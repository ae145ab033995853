using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Reelay.Server.Storage;

namespace Reelay.Tests.Cluster;

/// <summary>Load, whatever goes wrong meanwhile, quiet, and the judgement: the same for every kind of chaos.</summary>
internal sealed class ChaosRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly ClusterWorld _world;
    private readonly HashSet<string> _checkedFiles;
    private readonly string _name;
    private readonly List<Task> _takeOvers = [];
    private readonly ConcurrentQueue<TimeSpan> _takeOverTimes = [];
    private readonly HashSet<string> _before;

    private ChaosRun(ClusterWorld world, HashSet<string> checkedFiles, string name)
    {
        (_world, _checkedFiles, _name) = (world, checkedFiles, name);
        Seed = int.TryParse(Environment.GetEnvironmentVariable("REELAY_SEED"), out var seed) ? seed : RandomNumberGenerator.GetInt32(1_000_000);
        Random = new Random(Seed);
        Load = new ClusterLoad(world, Seed);
        using var audit = world.Audit();
        _before = [.. audit.Tasks().Select(task => task.Id)];
    }

    /// <summary>How long a run goes on: <c>REELAY_CHAOS_SECONDS</c>, which it was asked for with.</summary>
    public static int Seconds => int.Parse(Environment.GetEnvironmentVariable("REELAY_CHAOS_SECONDS")!, CultureInfo.InvariantCulture);

    public int Seed { get; }

    public Random Random { get; }

    public ClusterLoad Load { get; }

    /// <summary>How many things went wrong, in words for the verdict.</summary>
    public string Events { get; set; } = "";

    /// <summary>Runs the load and what is done to the cluster, and judges. The cluster is whole again afterwards.</summary>
    public static async Task ExecuteAsync(ClusterWorld world, HashSet<string> checkedFiles, string name, Func<ChaosRun, Task> harm)
    {
        var run = new ChaosRun(world, checkedFiles, name);
        var started = Stopwatch.GetTimestamp();
        run.Load.Start();
        await harm(run);
        await run.Load.StopAsync();
        await Task.WhenAll(run._takeOvers);
        await run.SettleAsync();
        await run.JudgeAsync(Stopwatch.GetElapsedTime(started));
        await world.BalancedAsync();
    }

    /// <summary>Notes how long it takes until others have all shards of a node that has just died.</summary>
    public void WatchTakeOver(string nodeId) => _takeOvers.Add(WatchAsync(nodeId));

    private async Task WatchAsync(string nodeId)
    {
        var started = Stopwatch.GetTimestamp();
        await using var connection = _world.Connect();
        while (connection.Scalar<long>("SELECT count(*) FROM shards WHERE owner = @id", ("@id", nodeId)) > 0)
        {
            if (Stopwatch.GetElapsedTime(started) > Patience) return;
            await ClusterWorld.PauseAsync(50);
        }

        _takeOverTimes.Enqueue(Stopwatch.GetElapsedTime(started));
    }

    private async Task SettleAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            foreach (var order in Load.Answered.Values.Where(order => !order.IsOver)) await Load.LookAsync(order);
            using var audit = _world.Audit();
            if (audit.LiveCount == 0 && Load.Answered.Values.All(order => order.IsOver)) return;
            var open = audit.Tasks().Where(task => task.Phase is not ("completed" or "failed")).ToList();
            Assert.True(
                Stopwatch.GetElapsedTime(started) < Patience,
                $"{_name} (REELAY_SEED={Seed}): not over in time:\n{string.Join('\n', open.Select(task => audit.Describe(task, _world.Nodes)))}\n{_world.Logs()}");
            foreach (var task in open.Where(task => ClusterLoad.NeverArrives(task.Prompt))) await Load.CancelAsync(task.Id);
            await ClusterWorld.PauseAsync(100);
        }
    }

    private async Task JudgeAsync(TimeSpan time)
    {
        using var audit = _world.Audit();
        var submissions = await _world.SubmissionsAsync();
        List<ClusterTask> tasks = [.. audit.Tasks().Where(task => !_before.Contains(task.Id))];
        List<string> mistakes =
            [.. Load.Complaints, .. Unanswered(tasks), .. audit.FindMistakes(submissions), .. await audit.FilesAsync(_world.Client, _checkedFiles)];
        Console.WriteLine(Verdict(tasks, submissions, time, mistakes.Count));
        Assert.True(
            mistakes.Count == 0,
            $"{_name}: {mistakes.Count} mistakes (REELAY_SEED={Seed}):\n{string.Join('\n', mistakes.Take(50))}\n{_world.Logs()}");
        Assert.Contains(tasks, task => task.Phase == "completed");
    }

    private IEnumerable<string> Unanswered(List<ClusterTask> tasks)
    {
        var rows = tasks.ToDictionary(task => task.Id);
        foreach (var order in Load.Answered.Values)
        {
            if (!rows.TryGetValue(order.Id, out var row)) yield return $"{order.Id} was answered with 200 and has no row";
            else if (row.Prompt != order.Prompt) yield return $"{order.Id} is '{row.Prompt}' here and '{order.Prompt}' to its customer";
            else if (row.Phase != order.State) yield return $"{order.Id} is {row.Phase} here and {order.State} to its customer";
            else if (order is { ErrorCode: "cancelled", WasCancelled: false }) yield return $"{order.Id} was cancelled by nobody";
        }
    }

    private string Verdict(List<ClusterTask> tasks, List<Submitted> submissions, TimeSpan time, int mistakeCount)
    {
        var ends = tasks.GroupBy(task => task.ErrorCode ?? task.Phase).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key} {group.Count()}");
        var prompts = tasks.Select(task => task.Prompt).ToHashSet(StringComparer.Ordinal);
        var unknown = tasks.Where(task => task.ErrorCode == "submission_outcome_unknown").Select(task => task.Prompt).ToHashSet(StringComparer.Ordinal);
        var accepted = submissions.Where(row => row.Accepted && prompts.Contains(row.Prompt)).ToList();
        var worst = _takeOverTimes.IsEmpty ? "" : string.Create(CultureInfo.InvariantCulture, $", worst take-over {_takeOverTimes.Max().TotalSeconds:F2} s");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"chaos: {_name}: {(mistakeCount == 0 ? "nothing lost" : $"{mistakeCount} MISTAKES")} in {time.TotalSeconds:F0} s, REELAY_SEED={Seed}: {Events}; "
            + $"{tasks.Count} tasks ({string.Join(", ", ends)}), {Load.RetryCount} tries beyond the first; {accepted.Count} accepted upstream, "
            + $"{accepted.Count(row => unknown.Contains(row.Prompt))} of them of unknown outcome here{worst}");
    }
}
