namespace Reelay.Simulators;

/// <summary>A simulator whose upstream calls back when a job changes. It says what is due; the host sends it.</summary>
public interface ICallsBack
{
    /// <summary>What is due now, one batch for each job.</summary>
    IReadOnlyList<CallbackBatch> DueCallbacks();

    /// <summary>Notes that a batch was sent, whatever became of it. After a restart only what was not noted is due again.</summary>
    void Sent(CallbackBatch batch);

    /// <summary>Notes that the address of a batch did not answer its challenge, so that nothing was sent there.</summary>
    void Unproved(CallbackBatch batch) => Sent(batch);
}

/// <summary>Callbacks of one job, sent one after the other.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Stage">How far the job's callbacks are when these are sent, in the simulator's own count.</param>
/// <param name="Url">Where they go.</param>
/// <param name="Messages">The callbacks.</param>
public sealed record CallbackBatch(string JobId, int Stage, Uri Url, IReadOnlyList<CallbackMessage> Messages)
{
    /// <summary>What the address must answer before anything is sent there, or null.</summary>
    public CallbackChallenge? Challenge { get; init; }
}

/// <summary>A question by which an address proves that it expects callbacks.</summary>
/// <param name="Message">The question.</param>
/// <param name="IsAnswer">Whether the body of an answer under 200 is the right one.</param>
public sealed record CallbackChallenge(CallbackMessage Message, Func<ReadOnlyMemory<byte>, bool> IsAnswer);

/// <summary>One callback.</summary>
/// <param name="Body">JSON.</param>
/// <param name="Headers">Headers besides those of the body.</param>
public sealed record CallbackMessage(ReadOnlyMemory<byte> Body, IReadOnlyDictionary<string, string> Headers);
