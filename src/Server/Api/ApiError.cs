namespace Reelay.Server.Api;

/// <summary>An expected refusal, turned into the one error body by <c>ErrorWriter</c>.</summary>
/// <param name="Status">HTTP status, 400 to 599; never 409 (SDKs retry it).</param>
/// <param name="Code">Stable machine-readable code, for example <c>model_not_found</c>.</param>
/// <param name="Message">One or two sentences that name the thing, its value and what is allowed. No upstream identity, no secrets.</param>
/// <param name="Param">The request field at fault, or null.</param>
public sealed record ApiError(int Status, string Code, string Message, string? Param = null)
{
    /// <summary>Seconds to wait; sent as <c>Retry-After</c> on 408, 429 and 5xx. 1 to 60.</summary>
    public int RetryAfterSeconds { get; init; } = 1;

    /// <summary>False adds <c>x-should-retry: false</c> where waiting does not help.</summary>
    public bool ShouldRetry { get; init; } = true;

    /// <summary>OpenAI's word for the family of the error.</summary>
    public string Type => Status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        503 => "service_unavailable_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    /// <summary>A 400 that blames one field.</summary>
    public static ApiError Invalid(string code, string? param, string message) => new(400, code, message, param);
}

/// <summary>A value or the reason why there is none.</summary>
public readonly record struct ApiResult<T>(T? Value, ApiError? Error)
    where T : class
{
    /// <summary>Wraps a value.</summary>
    public static implicit operator ApiResult<T>(T value) => new(value, null);

    /// <summary>Wraps a refusal.</summary>
    public static implicit operator ApiResult<T>(ApiError error) => new(null, error);
}
