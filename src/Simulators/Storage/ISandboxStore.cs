namespace Reelay.Simulators;

/// <summary>Keeps jobs and submissions. Safe for concurrent use; what has returned is committed.</summary>
public interface ISandboxStore : IDisposable
{
    /// <summary>Adds one submission and, if it was accepted, its job, both or neither.</summary>
    void Add(SubmissionRow submission, SimulatedJob? job);

    /// <summary>Replaces a job that is there.</summary>
    void Update(SimulatedJob job);

    /// <summary>Finds a job, a deleted one too.</summary>
    SimulatedJob? FindJob(string provider, string id);

    /// <summary>Jobs of one simulator, newest first, deleted ones too.</summary>
    IEnumerable<SimulatedJob> Jobs(string provider);

    /// <summary>Submissions, newest first.</summary>
    IReadOnlyList<SubmissionRow> Submissions(SubmissionFilter filter);

    /// <summary>Keeps a text under a name, which begins with the simulator's id; what was there before is replaced.</summary>
    void SaveNote(string name, string text);

    /// <summary>Finds a text that was kept; null if there is none.</summary>
    string? FindNote(string name);

    /// <summary>What was saved of the speed, or null.</summary>
    SpeedState? LoadSpeed();

    /// <summary>Saves the speed.</summary>
    void SaveSpeed(SpeedState state);

    /// <summary>Removes everything.</summary>
    void Clear();
}

/// <summary>Which submissions are wanted.</summary>
public sealed record SubmissionFilter
{
    /// <summary>Most submissions one answer holds.</summary>
    public const int MaxLimit = 100_000;

    /// <summary>Only those whose prompt contains this.</summary>
    public string? Prompt { get; init; }

    /// <summary>Only those of one simulator.</summary>
    public string? Provider { get; init; }

    /// <summary>Most rows, 1 to <see cref="MaxLimit"/>.</summary>
    public int Limit { get; init; } = MaxLimit;
}
