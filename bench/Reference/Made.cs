using System.Globalization;
using System.Text.RegularExpressions;

namespace Reelay.Reference;

/// <summary>A video of the fake upstream. Times are Unix seconds.</summary>
internal sealed partial class Made
{
    private int _readCount;
    private double _foundAt;

    public Made(string id, string account, string prompt)
    {
        (Id, Account, CreatedAt) = (id, account, Now);
        Number = FirstNumber().Match(prompt) is { Success: true } number ? number.Value : "0";
        var seconds = After().Match(prompt) is { Success: true } after ? double.Parse(after.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
        IsRejected = prompt.Contains("[rejected]", StringComparison.Ordinal);
        FinishedAt = account == "endless" ? double.MaxValue : CreatedAt + seconds;
    }

    public static double Now => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    public string Id { get; }

    public string Account { get; }

    /// <summary>The first number of its prompt.</summary>
    public string Number { get; }

    public double CreatedAt { get; }

    public double FinishedAt { get; }

    /// <summary>Whether it ends without a result.</summary>
    public bool IsRejected { get; }

    public bool IsDone => Now >= FinishedAt;

    public int ReadCount => Volatile.Read(ref _readCount);

    /// <summary>When a read was first told that it is finished; 0 if none was.</summary>
    public double FoundAt => Volatile.Read(ref _foundAt);

    public void NoteRead()
    {
        Interlocked.Increment(ref _readCount);
        if (IsDone) Interlocked.CompareExchange(ref _foundAt, Now, 0);
    }

    [GeneratedRegex(@"\[after:([0-9.]+)\]")]
    private static partial Regex After();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex FirstNumber();
}
