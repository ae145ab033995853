using Reelay.Providers.Google;

namespace Reelay.Providers.GoogleVeo;

/// <summary>What Veo's errors mean: those of a call, and the gRPC numbers of a finished operation. Sources: the README.</summary>
internal static class GoogleVeoErrors
{
    private static readonly IReadOnlyList<ErrorRow> _jobs =
    [
        new(ErrorUse.Job, ProviderErrorKind.ContentRejected) { MessageContains = "support code" },
        new(ErrorUse.Job, ProviderErrorKind.ContentRejected) { MessageContains = "responsible ai" },
        new(ErrorUse.Job, ProviderErrorKind.ContentRejected) { MessageContains = "usage guidelines" },
        new(ErrorUse.Job, ProviderErrorKind.Cancelled) { Codes = ["1"] },
        new(ErrorUse.Job, ProviderErrorKind.InvalidRequest) { Codes = ["3", "9", "11"] },
    ];

    private static readonly ErrorTable _table = new([.. GoogleErrors.Rows, .. _jobs]);
    private static readonly ErrorTable _trusting = new([.. GoogleErrors.Rows, GoogleErrors.Unavailable, .. _jobs]);

    /// <summary>The first row that matches decides.</summary>
    public static ErrorTable Of(GoogleVeoOptions options) => options.TrustUnavailable ? _trusting : _table;

    /// <summary>The exception for the answer to a read.</summary>
    public static ProviderException OfRead(UpstreamAnswer answer, GoogleVeoOptions options)
    {
        var exception = _table.OfRead(answer, GoogleErrors.Read(answer));
        return exception.Kind == ProviderErrorKind.NotFound
            ? answer.Exception(exception.Kind, exception.Message, options.Poll404Confirmations)
            : exception;
    }
}
