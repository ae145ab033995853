namespace Reelay.Simulation.World;

/// <summary>Reads the server's log for what it calls mistakes of its own.</summary>
internal sealed class MistakeLog(RunState run) : ILoggerProvider, ILogger
{
    // LogStepFailed and LogLoopDied.
    private static readonly int[] Mistakes = [2060, 2093];

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Mistakes.Contains(eventId.Id)) run.Expect(false, $"{formatter(state, exception)} {exception}");
        else if (logLevel >= LogLevel.Warning) run.Trace.Add($"{run.Clock} log {eventId.Id} {formatter(state, exception)}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
