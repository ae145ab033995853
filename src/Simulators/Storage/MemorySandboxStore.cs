namespace Reelay.Simulators;

/// <summary>Keeps everything in memory.</summary>
public sealed class MemorySandboxStore : ISandboxStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Provider, string Id), SimulatedJob> _jobs = [];
    private readonly Dictionary<string, List<string>> _order = new(StringComparer.Ordinal);
    private readonly List<SubmissionRow> _submissions = [];
    private readonly Dictionary<string, string> _notes = new(StringComparer.Ordinal);
    private SpeedState? _speed;

    /// <inheritdoc/>
    public void Add(SubmissionRow submission, SimulatedJob? job)
    {
        lock (_lock)
        {
            _submissions.Add(submission);
            if (job is not null)
                AddJob(job);
        }
    }

    /// <inheritdoc/>
    public void Update(SimulatedJob job)
    {
        lock (_lock)
            _jobs[(job.Provider, job.Id)] = job;
    }

    /// <inheritdoc/>
    public SimulatedJob? FindJob(string provider, string id)
    {
        lock (_lock)
            return _jobs.GetValueOrDefault((provider, id));
    }

    /// <inheritdoc/>
    public IEnumerable<SimulatedJob> Jobs(string provider)
    {
        // Lists only grow: walking down from the present end needs no copy, however long the list has become.
        for (int index = Count(provider) - 1; index >= 0; index--)
        {
            if (JobAt(provider, index) is { } job)
                yield return job;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SubmissionRow> Submissions(SubmissionFilter filter)
    {
        lock (_lock)
        {
            return [.. Enumerable.Reverse(_submissions)
                .Where(row => filter.Provider is null || row.Provider == filter.Provider)
                .Where(row => filter.Prompt is null || row.Prompt?.Contains(filter.Prompt, StringComparison.Ordinal) == true)
                .Take(filter.Limit)];
        }
    }

    /// <inheritdoc/>
    public void SaveNote(string name, string text)
    {
        lock (_lock)
            _notes[name] = text;
    }

    /// <inheritdoc/>
    public string? FindNote(string name)
    {
        lock (_lock)
            return _notes.GetValueOrDefault(name);
    }

    /// <inheritdoc/>
    public SpeedState? LoadSpeed() => _speed;

    /// <inheritdoc/>
    public void SaveSpeed(SpeedState state) => _speed = state;

    /// <inheritdoc/>
    public void Clear()
    {
        lock (_lock)
        {
            _jobs.Clear();
            _order.Clear();
            _submissions.Clear();
            _notes.Clear();
            _speed = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    internal void AddJob(SimulatedJob job)
    {
        lock (_lock)
        {
            _jobs.Add((job.Provider, job.Id), job);
            if (!_order.TryGetValue(job.Provider, out List<string>? ids))
                _order.Add(job.Provider, ids = []);
            ids.Add(job.Id);
        }
    }

    private int Count(string provider)
    {
        lock (_lock)
            return _order.GetValueOrDefault(provider)?.Count ?? 0;
    }

    private SimulatedJob? JobAt(string provider, int index)
    {
        lock (_lock)
        {
            return _order.GetValueOrDefault(provider) is { } ids && index < ids.Count
                ? _jobs.GetValueOrDefault((provider, ids[index]))
                : null;
        }
    }
}
