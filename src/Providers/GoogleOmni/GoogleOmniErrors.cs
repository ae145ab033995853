using Reelay.Providers.Google;

namespace Reelay.Providers.GoogleOmni;

/// <summary>What the Interactions API's errors mean; beside Google's usual bodies it has one with a word as its code. Sources: the README.</summary>
internal static class GoogleOmniErrors
{
    private static readonly IReadOnlyList<ErrorRow> _rows =
    [
        // An id that is not known is a 400 about the name of an interaction; other 400s of a poll have been seen to pass.
        new(ErrorUse.Read, ProviderErrorKind.NotFound) { Statuses = [400, 404], MessageContains = "interaction name" },
        .. GoogleErrors.Rows,
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest) { Statuses = [400], Codes = ["invalid_request"], Shapes = [GoogleErrors.Word] },
        new(ErrorUse.Job, ProviderErrorKind.ContentRejected) { MessageContains = "safety" },
        new(ErrorUse.Job, ProviderErrorKind.InvalidRequest) { Codes = ["invalid_request", "invalid_argument"] },
    ];

    private static readonly ErrorTable _table = new(_rows);
    private static readonly ErrorTable _trusting = new([.. _rows, GoogleErrors.Unavailable]);

    /// <summary>The first row that matches decides.</summary>
    public static ErrorTable Of(GoogleOmniOptions options) => options.TrustUnavailable ? _trusting : _table;

    /// <summary>Why an interaction failed.</summary>
    public static ProviderErrorKind OfJob(UpstreamError error) => _table.OfJob(error);

    /// <summary>The exception for the answer to a read.</summary>
    public static ProviderException OfRead(UpstreamAnswer answer, GoogleOmniOptions options)
    {
        var exception = _table.OfRead(answer, GoogleErrors.Read(answer));
        return exception.Kind == ProviderErrorKind.NotFound
            ? answer.Exception(exception.Kind, exception.Message, options.Poll404Confirmations)
            : exception;
    }
}
