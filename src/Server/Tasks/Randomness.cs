using System.Security.Cryptography;

namespace Reelay.Server.Tasks;

/// <summary>The only source of chance in the server, so that a run under virtual time can be repeated.</summary>
internal abstract class Randomness
{
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>The operating system's cryptographic generator.</summary>
    public static Randomness System { get; } = new SystemRandomness();

    /// <summary>Fills a buffer with random bytes.</summary>
    public abstract void Fill(Span<byte> bytes);

    /// <summary>Random letters and digits, for tokens and secrets.</summary>
    public string Text(int length)
    {
        Span<byte> bytes = stackalloc byte[length * 2];
        Fill(bytes);
        Span<char> text = stackalloc char[length];
        for (var i = 0; i < length; i++) text[i] = Letters[((bytes[2 * i] << 8) | bytes[(2 * i) + 1]) % Letters.Length];
        return new string(text);
    }

    /// <summary>A fraction from 0 to below 1, for jitter.</summary>
    public double Fraction()
    {
        Span<byte> bytes = stackalloc byte[4];
        Fill(bytes);
        return BitConverter.ToUInt32(bytes) / (uint.MaxValue + 1.0);
    }

    private sealed class SystemRandomness : Randomness
    {
        private const int StockLength = 1024;
        private const int MaxFromStock = 64;

        [ThreadStatic]
        private static byte[]? _stock;

        [ThreadStatic]
        private static int _used;

        // Asking the generator costs about the same for 8 bytes as for 1,024, and every id wants 8: so each thread keeps a stock of which
        // every byte is given out once.
        public override void Fill(Span<byte> bytes)
        {
            if (bytes.Length > MaxFromStock)
            {
                RandomNumberGenerator.Fill(bytes);
                return;
            }

            if (_stock is null || _used + bytes.Length > StockLength)
            {
                RandomNumberGenerator.Fill(_stock ??= new byte[StockLength]);
                _used = 0;
            }

            var taken = _stock.AsSpan(_used, bytes.Length);
            taken.CopyTo(bytes);
            taken.Clear();
            _used += bytes.Length;
        }
    }
}
