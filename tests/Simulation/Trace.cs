using System.Security.Cryptography;
using System.Text;

namespace Reelay.Simulation;

/// <summary>Everything that happened, a line each. Two runs are the same run if the hashes of their traces are equal.</summary>
internal sealed class Trace(bool isPrinted) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Lines so far.</summary>
    public int Count { get; private set; }

    /// <summary>Notes what happened.</summary>
    public void Add(string line)
    {
        Count++;
        _hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
        if (isPrinted) Console.WriteLine(line);
    }

    /// <summary>The hash of all lines, in hexadecimal digits.</summary>
    public string Hash() => Convert.ToHexStringLower(_hash.GetCurrentHash().AsSpan(0, 8));

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
