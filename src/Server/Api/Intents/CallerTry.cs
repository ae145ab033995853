using Reelay.Server.Accounts;

namespace Reelay.Server.Api.Intents;

/// <summary>What a request says about being sent before.</summary>
/// <param name="RetryCount">How often the SDK had tried before: <c>X-Stainless-Retry-Count</c>, 0 to 62.</param>
/// <param name="IsUnmarked">Whether it comes from the .NET SDK, which retries without saying so.</param>
/// <param name="IdempotencyKey">The header of this name, or null.</param>
internal readonly record struct CallerTry(int RetryCount, bool IsUnmarked, string? IdempotencyKey)
{
    /// <summary>Longest idempotency key in characters.</summary>
    public const int MaxKeyLength = 255;

    /// <summary>The last bit of a set of claims is a sign; there is no SDK that tries as often.</summary>
    public const int MaxRetryCount = 62;

    private const string KeyHeader = "Idempotency-Key";

    /// <summary>This try's bit in a set of claims.</summary>
    public long Bit => 1L << RetryCount;

    /// <summary>The bits of this try and all before it.</summary>
    public long BitsUpToHere => (Bit << 1) - 1;

    /// <summary>Reads the headers.</summary>
    public static (CallerTry Try, ApiError? Error) Read(HttpRequest request)
    {
        var headers = request.Headers;
        var count = int.TryParse(headers["X-Stainless-Retry-Count"], out var sent) ? Math.Clamp(sent, 0, MaxRetryCount) : 0;
        var isUnmarked = headers["X-Stainless-Lang"].ToString() == "csharp" && !headers.ContainsKey("X-Stainless-Retry-Count");
        if (!headers.TryGetValue(KeyHeader, out var values)) return (new(count, isUnmarked, null), null);
        var key = values.ToString();
        return key.Length is >= 1 and <= MaxKeyLength && key.All(letter => letter is >= ' ' and <= '~')
            ? (new(count, false, key), null)
            : (default, ApiError.Invalid(
                "invalid_idempotency_key", KeyHeader, $"{KeyHeader} has 1 to {MaxKeyLength} visible ASCII characters; this one has {key.Length}."));
    }

    /// <summary>The claim that the try makes on its order, or null: the header, else the caller's own id where the key says that it is one.</summary>
    public Tasks.IdempotencyClaim? Claim(ApiKey key, string? externalTaskId, string fingerprint, long now) =>
        IdempotencyKey is { } header ? new("header:" + header, fingerprint, now + (long)KeyLife.TotalMilliseconds)
        : key.HasIdempotentExternalIds && externalTaskId is not null ? new("external:" + externalTaskId, fingerprint, null)
        : null;

    /// <summary>A claim's key was used for another order.</summary>
    public ApiError Reused() => IdempotencyKey is not null
        ? ApiError.Invalid("idempotency_key_reused", KeyHeader, $"This {KeyHeader} was sent with another order within the last {KeyLife.TotalHours:0} hours; a new order needs a new key.")
        : ApiError.Invalid("idempotency_key_reused", "external_task_id", "`external_task_id` stands for another order already, and this key makes it unique.");

    private static TimeSpan KeyLife => TimeSpan.FromHours(24);
}
