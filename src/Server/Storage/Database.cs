using System.Data.Common;

namespace Reelay.Server.Storage;

/// <summary>The database that the rows live in: a SQLite file, or PostgreSQL. The statements of the stores run on both, word for word.</summary>
/// <remarks>
/// What keeps them portable: values go in by <c>@name</c>; whole numbers are 64 bits wide and truth is 0 or 1, read by
/// <see cref="SqlMapper.Flag"/>; what is added up is cast back to a whole number; texts are compared byte by byte.
/// </remarks>
internal abstract class Database : IDisposable
{
    /// <summary>Which of the two, with its version, for logs.</summary>
    public abstract string Name { get; }

    /// <summary>Whether other nodes write to it too.</summary>
    public abstract bool IsShared { get; }

    /// <summary>What follows a select whose rows are to be changed in the same transaction: nobody else changes them meanwhile.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>A join that is made in the order in which it is written.</summary>
    public abstract string JoinInOrder { get; }

    /// <summary>The day of UTC (yyyy-MM-dd) of a column of Unix milliseconds.</summary>
    public abstract string DayOf(string column);

    /// <summary>Runs a read on a connection of its own.</summary>
    public abstract T Read<T>(Func<ReadConnection, T> read);

    /// <summary>The same without holding a thread where the engine need not.</summary>
    public abstract ValueTask<T> ReadAsync<T>(Func<ReadConnection, ValueTask<T>> read, CancellationToken cancellationToken);

    /// <summary>
    /// Runs a rare write (keys, accounts) on a connection of its own, beside the batches, in one durable transaction. No other rare write
    /// runs at the same time, on any node.
    /// </summary>
    public abstract T Write<T>(Func<DbConnection, DbTransaction, T> write);

    /// <summary>Runs one statement in a durable transaction of its own.</summary>
    /// <returns>How many rows it changed.</returns>
    /// <exception cref="Tasks.StoreUnavailableException">It was not written, or nobody can tell.</exception>
    public int WriteOne(string sql, params (string Name, object? Value)[] values) => StoreErrors.Guard(() => Execute(sql, values));

    /// <summary>Sees to it that nothing removed is left behind in a log of the database.</summary>
    /// <returns>False if it is to be tried again.</returns>
    public abstract bool TryEmptyLog();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>One statement, durable when it returns.</summary>
    protected abstract int Execute(string sql, (string Name, object? Value)[] values);
}
