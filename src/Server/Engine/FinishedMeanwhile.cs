namespace Reelay.Server.Engine;

/// <summary>Tasks that were finished here while rows were being read: what was read of them may be older than their end, and is not taken up again.</summary>
internal sealed class FinishedMeanwhile
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private int _readings;

    /// <summary>From here on, until it is disposed, ends are kept.</summary>
    public Reading BeginReading()
    {
        lock (_gate) _readings++;
        return new Reading(this);
    }

    /// <summary>A task has ended; said before nobody finds it any more.</summary>
    public void Note(string id)
    {
        lock (_gate)
        {
            if (_readings > 0) _ids.Add(id);
        }
    }

    /// <summary>Whether it has ended since the reading began, or some other reading that still goes on.</summary>
    public bool Contains(string id)
    {
        lock (_gate) return _ids.Contains(id);
    }

    private void End()
    {
        lock (_gate)
        {
            if (--_readings == 0) _ids.Clear();
        }
    }

    /// <summary>Rows being read.</summary>
    public readonly struct Reading(FinishedMeanwhile owner) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => owner.End();
    }
}
