using Reelay.Server.Tasks;

namespace Reelay.Tests.Support;

/// <summary>Chance that is the same in every run.</summary>
internal sealed class SeededRandomness(int seed) : Randomness
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);

    public override void Fill(Span<byte> bytes)
    {
        lock (_gate) _random.NextBytes(bytes);
    }
}
