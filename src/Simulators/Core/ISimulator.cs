namespace Reelay.Simulators;

/// <summary>Plays one upstream: what it answers to which request, and nothing of sockets, files, threads or wall clocks.</summary>
/// <remarks>State, time, randomness, faults and clips come from the <see cref="SandboxCore"/> it was made with.</remarks>
public interface ISimulator
{
    /// <summary>Names the simulator in submissions and rules, and is the first segment of its path, for example <c>openai</c>.</summary>
    string Id { get; }

    /// <summary>Answers one request. Never throws for what a caller sent.</summary>
    ValueTask<SimulatedResponse> HandleAsync(SimulatedRequest request, CancellationToken cancellationToken);
}

/// <summary>Makes the simulators of one upstream. The sandbox takes every class of its assembly that implements this.</summary>
public interface ISimulatorSet
{
    /// <summary>Makes them around one sandbox's state.</summary>
    IEnumerable<ISimulator> Create(SandboxCore sandbox);
}

/// <summary>The kinds of calls that fault rules tell apart.</summary>
public enum SimulatedCall
{
    /// <summary>Starts a generation.</summary>
    Create,

    /// <summary>Reads one generation.</summary>
    Retrieve,

    /// <summary>Lists generations.</summary>
    List,

    /// <summary>Deletes or cancels one.</summary>
    Delete,

    /// <summary>Downloads a result.</summary>
    Content,

    /// <summary>Hands over something that a later order names: no generation, and nothing is charged.</summary>
    Upload,
}
