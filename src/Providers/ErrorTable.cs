namespace Reelay.Providers;

/// <summary>What an upstream's error says, in whatever shape it came.</summary>
/// <param name="StatusCode">HTTP status, or 0 for the error of a job.</param>
/// <param name="Code">Its machine-readable code, as text.</param>
/// <param name="Type">Its class of error, where the protocol has one beside the code.</param>
/// <param name="Message">Its words; empty if it has none.</param>
/// <param name="Shape">Which of the provider's known shapes the body had.</param>
public sealed record UpstreamError(int StatusCode, string? Code, string? Type, string Message, string Shape);

/// <summary>In which calls a row of an error table counts.</summary>
[Flags]
public enum ErrorUse
{
    /// <summary>Answer to a submission that the source documents as a refusal: <b>surely not accepted</b>.</summary>
    NotAccepted = 1,

    /// <summary>Answer to a poll, a list or a download.</summary>
    Read = 2,

    /// <summary>The error of a job that ended; it has no status.</summary>
    Job = 4,
}

/// <summary>One row of a provider's error table: conditions on status and body, and what they mean.</summary>
/// <param name="Use">Where the row counts.</param>
/// <param name="Kind">What it means.</param>
public sealed record ErrorRow(ErrorUse Use, ProviderErrorKind Kind)
{
    /// <summary>Statuses it covers; empty for any. Not looked at for jobs.</summary>
    public IReadOnlyList<int> Statuses { get; init; } = [];

    /// <summary>
    /// Codes it covers, without regard to case; a trailing <c>*</c> covers every ending. A row with both codes and types takes either.
    /// </summary>
    public IReadOnlyList<string> Codes { get; init; } = [];

    /// <summary>Types it covers, written like <see cref="Codes"/>.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Body shapes it covers; empty for any known one.</summary>
    public IReadOnlyList<string> Shapes { get; init; } = [];

    /// <summary>Words of the message; only where the upstream documents nothing but those words.</summary>
    public string? MessageContains { get; init; }

    /// <summary>Whether the row says anything of the body.</summary>
    internal bool HasBodyCondition => Codes.Count + Types.Count + Shapes.Count > 0 || MessageContains is not null;

    /// <summary>Whether the error meets every condition.</summary>
    internal bool Matches(UpstreamError error, ErrorUse use) =>
        Use.HasFlag(use)
        && (use == ErrorUse.Job || Statuses.Count == 0 || Statuses.Contains(error.StatusCode))
        && (Codes.Count + Types.Count == 0 || Covers(Codes, error.Code) || Covers(Types, error.Type))
        && (Shapes.Count == 0 || Shapes.Contains(error.Shape))
        && (MessageContains is null || error.Message.Contains(MessageContains, StringComparison.OrdinalIgnoreCase));

    private static bool Covers(IReadOnlyList<string> patterns, string? word) => word is not null && patterns.Any(pattern =>
        pattern.EndsWith('*')
            ? word.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase)
            : word.Equals(pattern, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Everything a provider knows of its upstream's errors, as rows; the first that matches decides.</summary>
public sealed class ErrorTable
{
    private readonly IReadOnlyList<ErrorRow> _rows;

    /// <summary>Takes the rows.</summary>
    /// <exception cref="ArgumentException">A refusal that does not name both a status and something of the body.</exception>
    public ErrorTable(params IReadOnlyList<ErrorRow> rows)
    {
        if (rows.Any(row => row.Use.HasFlag(ErrorUse.NotAccepted) && (row.Statuses.Count == 0 || !row.HasBodyCondition)))
            throw new ArgumentException("A refusal counts only by status and body together.", nameof(rows));
        _rows = rows;
    }

    /// <summary>The exception for a submission's answer that is no acceptance.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="error">What its body says, or null if it has no known shape; then the outcome is unknown.</param>
    /// <param name="charge">Whether the answer says that the refusal is charged.</param>
    public ProviderException OfSubmission(UpstreamAnswer answer, UpstreamError? error, FailureCharge charge = FailureCharge.None) =>
        answer.Exception(
            Find(error, ErrorUse.NotAccepted) ?? ProviderErrorKind.OutcomeUnknown, Describe(answer.StatusCode, error), charge: charge);

    /// <summary>The exception for the answer to a read.</summary>
    public ProviderException OfRead(UpstreamAnswer answer, UpstreamError? error)
    {
        var kind = Find(error, ErrorUse.Read) ?? answer.StatusCode switch
        {
            401 or 403 => ProviderErrorKind.Unauthorized,
            404 or 410 => ProviderErrorKind.NotFound,
            _ => ProviderErrorKind.Unavailable,
        };
        return answer.Exception(kind, Describe(answer.StatusCode, error));
    }

    /// <summary>Why a job failed; <see cref="ProviderErrorKind.GenerationFailed"/> unless a row knows better.</summary>
    public ProviderErrorKind OfJob(UpstreamError? error) => Find(error, ErrorUse.Job) ?? ProviderErrorKind.GenerationFailed;

    private ProviderErrorKind? Find(UpstreamError? error, ErrorUse use) =>
        error is null ? null : _rows.FirstOrDefault(row => row.Matches(error, use))?.Kind;

    private static string Describe(int statusCode, UpstreamError? error)
    {
        if (error is null)
            return $"HTTP {statusCode} without a body of a known shape";
        var word = error.Code ?? error.Type;
        return word is null ? $"HTTP {statusCode}: {error.Message}" : $"HTTP {statusCode} ({word}): {error.Message}";
    }
}
