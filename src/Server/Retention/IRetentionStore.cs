namespace Reelay.Server.Retention;

/// <summary>
/// Removes what belongs to finished orders from the system of record. Only tasks that nobody drives are touched. All times are Unix
/// milliseconds.
/// </summary>
internal interface IRetentionStore
{
    /// <summary>How long words of a deleted task stay for operators, who may have to say what became of it.</summary>
    static readonly TimeSpan DeletedGrace = TimeSpan.FromDays(1);

    /// <summary>Tasks whose words are past their account's period, and ones deleted longer than <see cref="DeletedGrace"/> ago whose files are gone.</summary>
    /// <param name="now">The present moment.</param>
    /// <param name="usual">Period of accounts without one of their own; null keeps theirs.</param>
    /// <param name="limit">Most ids.</param>
    IReadOnlyList<string> ListWithWords(long now, TimeSpan? usual, int limit);

    /// <summary>Removes prompts and all other words of these orders, and what upstreams said of them; durable when it returns.</summary>
    void RemoveWords(IReadOnlyList<string> taskIds, long now);

    /// <summary>Tasks whose inputs are past their account's period, and those whose files are gone, with the files that came with the order.</summary>
    /// <param name="now">The present moment.</param>
    /// <param name="usual">Period of accounts without one of their own; null keeps theirs as long as the results.</param>
    /// <param name="limit">Most ids.</param>
    IReadOnlyList<TaskInputs> ListWithInputs(long now, TimeSpan? usual, int limit);

    /// <summary>Removes names and links of these orders' inputs, whose files are gone; durable when it returns.</summary>
    void RemoveInputs(IReadOnlyList<string> taskIds, long now);

    /// <summary>Sees to it that nothing removed is left in a log of the store.</summary>
    /// <returns>False if it has to be tried again.</returns>
    bool TryScrub();
}

/// <summary>The input files of one task.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Keys">Keys of files that came with the order and belong to it alone.</param>
internal sealed record TaskInputs(string TaskId, IReadOnlyList<string> Keys);
