using Reelay.Server.Tasks;

namespace Reelay.Simulation.World;

/// <summary>The server's source of chance, the same in every run of a seed.</summary>
internal sealed class RepeatableRandomness(int seed) : Randomness
{
    private readonly Random _random = new(seed);

    /// <inheritdoc/>
    public override void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
}
