namespace Reelay.Providers.DashScope;

/// <summary>
/// Reads DashScope's error body, <c>{code, message, request_id}</c>, and says what its codes mean. A failed task has code and message within
/// <c>output</c>, at HTTP 200. Sources: the README.
/// </summary>
internal static class DashScopeErrors
{
    /// <summary>The code that says that a task cannot be cancelled, since it no longer waits.</summary>
    public const string NotPending = "UnsupportedOperation";

    private const string Envelope = "envelope";

    private static readonly string[] _invalid =
        ["InvalidParameter*", "InvalidURL*", "BadRequest.EmptyInput", "BadRequest.EmptyParameters", "BadRequest.EmptyModel"];

    /// <summary>The first row that matches decides. A 5xx is no refusal: nothing says that the order was not taken.</summary>
    public static readonly ErrorTable Table = new(
        new(ErrorUse.NotAccepted | ErrorUse.Job, ProviderErrorKind.ContentRejected)
        {
            Statuses = [400], Codes = ["DataInspectionFailed", "IPInfringementSuspect"],
        },
        new(ErrorUse.NotAccepted | ErrorUse.Job, ProviderErrorKind.InvalidRequest) { Statuses = [400], Codes = _invalid },
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty) { Statuses = [400], Codes = ["Arrearage"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Unauthorized) { Statuses = [401], Codes = ["InvalidApiKey"] },

        // Of one model or a free quota alone: it would be wrong to switch the whole account off.
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty)
        {
            Statuses = [403], Codes = ["Model.AccessDenied", "AccessDenied.Unpurchased", "AllocationQuota.FreeTierOnly"],
        },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Unauthorized) { Statuses = [403], Codes = ["AccessDenied", "Workspace.AccessDenied"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Unauthorized) { Statuses = [404], Codes = ["WorkSpaceNotFound"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest) { Statuses = [404], Codes = ["ModelNotFound", "NotFound"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty) { Statuses = [429], Codes = ["Throttling.AllocationQuota"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited)
        {
            Statuses = [429], Codes = ["Throttling", "Throttling.RateQuota", "Throttling.BurstRate"],
        });

    /// <summary>What an answer's body says; null if it is no error of DashScope's.</summary>
    public static UpstreamError? Read(UpstreamAnswer answer)
    {
        var body = answer.Json ?? default;
        return body.Member("code").AsText() is { } code ? new(answer.StatusCode, code, null, body.Member("message").AsText() ?? "", Envelope) : null;
    }

    /// <summary>Why a task failed.</summary>
    public static ProviderErrorKind OfJob(DashScopeTask task) =>
        Table.OfJob(task.Code is null ? null : new(0, task.Code, null, task.Message ?? "", Envelope));

    /// <summary>The exception for the answer to a read.</summary>
    /// <remarks>What the upstream does not know it says at HTTP 200; a 404 is a wrong address or a proxy and tells nothing of any task.</remarks>
    public static ProviderException OfRead(UpstreamAnswer answer)
    {
        var exception = Table.OfRead(answer, Read(answer));
        return exception.Kind == ProviderErrorKind.NotFound ? answer.Exception(ProviderErrorKind.Unavailable, exception.Message) : exception;
    }

    /// <summary>The exception for an answer to what prepares a submission: whatever went wrong, no order was sent.</summary>
    public static ProviderException OfPreparation(UpstreamAnswer answer)
    {
        var exception = Table.OfSubmission(answer, Read(answer));
        return exception.Kind == ProviderErrorKind.OutcomeUnknown ? answer.Exception(ProviderErrorKind.NotSent, exception.Message) : exception;
    }
}
