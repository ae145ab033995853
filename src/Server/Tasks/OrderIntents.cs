namespace Reelay.Server.Tasks;

/// <summary>A caller's own key for an order, to be remembered with the task it makes.</summary>
/// <param name="Key">The key with its kind in front, for example <c>header:7f3a</c>. Unique within an account.</param>
/// <param name="Fingerprint">What was ordered; another fingerprint under the same key is refused.</param>
/// <param name="ExpiresAt">When it may be forgotten, Unix milliseconds; null for never.</param>
public sealed record IdempotencyClaim(string Key, string Fingerprint, long? ExpiresAt);

/// <summary>What is kept of an order that is not a plain first try.</summary>
/// <param name="TaskId">The task it made.</param>
/// <param name="Claims">Bit n: the try with retry count n stands for this task.</param>
/// <param name="IsUndelivered">Whether its answer is not known to have reached the caller.</param>
public sealed record OrderIntent(string TaskId, long Claims, bool IsUndelivered)
{
    /// <summary>Whose it is and what was ordered, where other nodes may have to find it; else null.</summary>
    public (string KeyId, string Fingerprint)? Place { get; init; }
}

/// <summary>An order that was refused in a way SDKs try again.</summary>
/// <param name="KeyId">Whose it was.</param>
/// <param name="Fingerprint">What was ordered.</param>
/// <param name="At">Unix milliseconds.</param>
public sealed record RefusedOrder(string KeyId, string Fingerprint, long At);

/// <summary>What a restart finds of the last minutes.</summary>
/// <param name="Intents">Of recent tasks, by task.</param>
/// <param name="Refused">Refused by the server before.</param>
public sealed record IntentMemory(IReadOnlyDictionary<string, OrderIntent> Intents, IReadOnlyList<RefusedOrder> Refused);
