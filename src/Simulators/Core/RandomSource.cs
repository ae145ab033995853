using System.Security.Cryptography;

namespace Reelay.Simulators;

/// <summary>Where ids come from.</summary>
public interface IRandomSource
{
    /// <summary>Fills the bytes.</summary>
    void Fill(Span<byte> bytes);
}

/// <summary>The system's randomness.</summary>
public sealed class SystemRandomSource : IRandomSource
{
    /// <inheritdoc/>
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}

/// <summary>Repeatable randomness for simulations.</summary>
public sealed class SeededRandomSource(int seed) : IRandomSource
{
    private readonly Lock _lock = new();
#pragma warning disable CA5394 // Repeatable on purpose: nothing here is secret.
    private readonly Random _random = new(seed);

    /// <inheritdoc/>
    public void Fill(Span<byte> bytes)
    {
        lock (_lock)
            _random.NextBytes(bytes);
    }
#pragma warning restore CA5394
}

/// <summary>Ids out of randomness.</summary>
public static class RandomSourceExtensions
{
    /// <summary>Lower-case hexadecimal digits, two a byte.</summary>
    public static string Hex(this IRandomSource random, int byteCount)
    {
        Span<byte> bytes = stackalloc byte[64];
        bytes = bytes[..byteCount];
        random.Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
