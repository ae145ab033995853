using Reelay.Simulation.Scheduling;

namespace Reelay.Simulation.World;

/// <summary>What all sides of one run share.</summary>
internal sealed class RunState(int seed, Scheduler scheduler, Trace trace, int nodeCount = 1)
{
    /// <summary>How many nodes share the database.</summary>
    public int NodeCount => nodeCount;

    /// <summary>What the seed has decided.</summary>
    public Scenario Scenario { get; } = new(seed);

    public Scheduler Scheduler => scheduler;

    public Trace Trace => trace;

    /// <summary>Decides what goes wrong as the run goes on.</summary>
    public Random Random { get; } = new(seed ^ 0x5bd1e995);

    /// <summary>The time for the trace.</summary>
    public string Clock => scheduler.Clock;

    /// <summary>Whether faults are over.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>Where there is one node: the process that has claimed all tasks last. Nobody else may write them.</summary>
    public string? OwnerId { get; set; }

    /// <summary>Called when an answer was lost.</summary>
    public Action? Upset { get; set; }

    /// <summary>What must not have happened.</summary>
    public List<string> Mistakes { get; } = [];

    /// <summary>Whether something that happens so many times of a thousand happens now.</summary>
    public bool Happens(int perThousand) => !IsQuiet && perThousand > 0 && Random.Next(1000) < perThousand;

    /// <summary>Notes a mistake unless something holds.</summary>
    public void Expect(bool holds, string mistake)
    {
        if (holds) return;
        Mistakes.Add($"{Clock} {mistake}");
        trace.Add($"{Clock} MISTAKE {mistake}");
    }
}
