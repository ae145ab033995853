namespace Reelay.Providers;

/// <summary>Why an upstream did not do what was asked, and how far the call got. One switch in the server decides the reaction.</summary>
public enum ProviderErrorKind
{
    /// <summary>No byte reached the upstream: connection refused, name not found, TLS not established.</summary>
    NotSent,

    /// <summary>A documented refusal: too many requests or tasks. Surely not accepted.</summary>
    RateLimited,

    /// <summary>A documented refusal: the upstream has no capacity. Surely not accepted.</summary>
    Overloaded,

    /// <summary>A documented refusal: the account has no money or quota. Surely not accepted.</summary>
    AccountEmpty,

    /// <summary>A documented refusal: the credential is bad or may not do this. Surely not accepted.</summary>
    Unauthorized,

    /// <summary>A documented refusal of the parameters or of the model name. Surely not accepted.</summary>
    InvalidRequest,

    /// <summary>The content was refused: safety, likeness, copyright.</summary>
    ContentRejected,

    /// <summary>The upstream may have accepted it: anything after the first byte that is not a documented refusal.</summary>
    OutcomeUnknown,

    /// <summary>A read failed in a way that may pass: reset, time-out, 5xx, 429 on a poll.</summary>
    Unavailable,

    /// <summary>The upstream does not know the reference.</summary>
    NotFound,

    /// <summary>The upstream tried and failed.</summary>
    GenerationFailed,

    /// <summary>The upstream gave up on it, or the result has expired there.</summary>
    Expired,

    /// <summary>It was cancelled at the upstream.</summary>
    Cancelled,
}

/// <summary>An upstream call that did not succeed.</summary>
public sealed class ProviderException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="kind">Why, and how far the call got.</param>
    /// <param name="message">The upstream's words or the transport's, without secrets; shown to operators only.</param>
    /// <param name="inner">The transport's exception, if there is one.</param>
    public ProviderException(ProviderErrorKind kind, string message, Exception? inner = null)
        : base(message, inner) => Kind = kind;

    /// <summary>Why, and how far the call got.</summary>
    public ProviderErrorKind Kind { get; }

    /// <summary>HTTP status of the answer, or null if there was none.</summary>
    public int? StatusCode { get; init; }

    /// <summary>How long the upstream asks to wait, if it says.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// For <see cref="ProviderErrorKind.NotFound"/> on a poll: how many readings in a row must say so before it is believed, or null for
    /// the server's own number. A server that keeps its jobs in memory forgets them all at once; one behind a balancer only seems to.
    /// </summary>
    public int? ConfirmationCount { get; init; }

    /// <summary>Whether the upstream charges for what it refused: it made it first, and then refused to give it away.</summary>
    public FailureCharge Charge { get; init; }

    /// <summary>The body of the answer, at most 4,096 characters, for operators; null if there was none.</summary>
    public string? RawBody { get; init; }
}
