namespace Reelay.Simulators;

/// <summary>Everything the simulators share, with nothing of sockets, files or processes unless it is given to it.</summary>
public sealed class SandboxCore
{
    private readonly Dictionary<string, ISimulator> _simulators = new(StringComparer.Ordinal);

    /// <summary>Puts a sandbox together; the simulators are those of this assembly.</summary>
    /// <param name="options">Settings and clock.</param>
    /// <param name="store">Keeps jobs and submissions.</param>
    /// <param name="clips">Makes the results.</param>
    public SandboxCore(SandboxOptions options, ISandboxStore store, IClipStore clips)
    {
        Options = options;
        Store = store;
        Clips = clips;
        Speed = new Speed(options.Time, options.Duration);
        if (store.LoadSpeed() is { } state)
            Speed.State = state;
        foreach (ISimulatorSet set in Sets())
        {
            foreach (ISimulator simulator in set.Create(this))
                _simulators.Add(simulator.Id, simulator);
        }
    }

    /// <summary>Settings and clock.</summary>
    public SandboxOptions Options { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time => Options.Time;

    /// <summary>Where ids come from.</summary>
    public IRandomSource Random => Options.Random;

    /// <summary>Jobs and submissions.</summary>
    public ISandboxStore Store { get; }

    /// <summary>Results.</summary>
    public IClipStore Clips { get; }

    /// <summary>What shall go wrong.</summary>
    public FaultBook Faults { get; } = new();

    /// <summary>How fast it works.</summary>
    public Speed Speed { get; }

    /// <summary>The simulators by id.</summary>
    public IReadOnlyDictionary<string, ISimulator> Simulators => _simulators;

    /// <summary>A sandbox in memory, with one ready clip for every order: for simulations on one thread.</summary>
    public static SandboxCore InMemory(SandboxOptions options) => new(options, new MemorySandboxStore(), new StandInClipStore());

    /// <summary>Reads a job's state now.</summary>
    public JobReading Read(SimulatedJob job)
    {
        if (job.DeletedAt is not null)
            return new JobReading(JobState.Deleted, 0, job.DeletedAt);
        if (job.CancelledAt is not null)
            return new JobReading(JobState.Cancelled, 0, job.CancelledAt);

        DateTimeOffset now = Time.GetUtcNow();
        double work = Speed.WorkSeconds(job.CreatedAt, now);
        double queueing = Math.Min(1, job.WorkSeconds * 0.15);
        if (work < queueing)
            return new JobReading(JobState.Queued, 0, null);
        if (job.Has("stuck"))
            return new JobReading(JobState.Running, (int)Math.Min(50, 100 * work / Math.Max(job.WorkSeconds, 1)), null);

        DateTimeOffset? due = Speed.WhenDone(job.CreatedAt, job.WorkSeconds);
        if (due is null || due > now)
            return new JobReading(JobState.Running, (int)Math.Min(99, 100 * (work - queueing) / (job.WorkSeconds - queueing)), null);
        if (job.Faults.Any(fault => fault.Name == "fail"))
            return new JobReading(JobState.Failed, 0, due);

        // A result is announced only when it can be had.
        return Clips.ReadyAt(job.Clip) is { } ready
            ? new JobReading(JobState.Completed, 100, ready > due ? ready : due)
            : new JobReading(JobState.Running, 99, null);
    }

    /// <summary>Writes a create call down that is not taken on.</summary>
    public void Refuse(SubmissionRow submission) => Store.Add(submission, null);

    /// <summary>Takes a create call on: when this returns, call and job survive the end of the process.</summary>
    public void Accept(SubmissionRow submission, SimulatedJob job)
    {
        Store.Add(submission with { UpstreamId = job.Id }, job);
        Prepare(job);
    }

    /// <summary>Lets the result of a job be made, if there will be one.</summary>
    public void Prepare(SimulatedJob job)
    {
        if (!job.Has("stuck") && !job.Faults.Any(fault => fault.Name == "fail"))
            Clips.Prepare(job.Clip);
    }

    /// <summary>Lets the results of jobs that were running before a restart be made again, so that they end in time.</summary>
    public void Resume()
    {
        foreach (SimulatedJob job in _simulators.Keys.SelectMany(Store.Jobs))
        {
            if (!Read(job).IsTerminal)
                Prepare(job);
        }
    }

    /// <summary>Whether an account has as many unfinished jobs as <see cref="SandboxOptions.MaxRunning"/> allows.</summary>
    public bool IsFull(string provider, string? credential) => Options.MaxRunning > 0
        && Store.Jobs(provider).Where(job => job.Credential == credential && !Read(job).IsTerminal).Take(Options.MaxRunning).Count()
            == Options.MaxRunning;

    /// <summary>The submissions, newest first, with what has become of them.</summary>
    public IReadOnlyList<SubmissionReport> Submissions(SubmissionFilter? filter = null) =>
        [.. Store.Submissions(filter ?? new SubmissionFilter()).Select(row => new SubmissionReport(row, StateOf(row)))];

    /// <summary>Changes speed for good: over a restart too.</summary>
    public void SetSpeed(double? factor, double? durationSeconds)
    {
        if (factor is double value)
            Speed.Factor = value;
        if (durationSeconds is double seconds)
            Speed.DurationSeconds = seconds;
        Store.SaveSpeed(Speed.State);
    }

    /// <summary>Forgets submissions, jobs, clips, faults and speed.</summary>
    public void Reset()
    {
        Faults.Clear();
        Speed.State = new SpeedState(null, []);
        Store.Clear();
        Clips.Clear();
    }

    private static IEnumerable<ISimulatorSet> Sets() => typeof(SandboxCore).Assembly.GetTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(ISimulatorSet)))
        .OrderBy(type => type.FullName, StringComparer.Ordinal)
        .Select(type => (ISimulatorSet)Activator.CreateInstance(type)!);

    private string StateOf(SubmissionRow row) => row.UpstreamId is null
        ? "refused"
        : Store.FindJob(row.Provider, row.UpstreamId) is { } job ? Read(job).State.ToString().ToLowerInvariant() : "unknown";
}
