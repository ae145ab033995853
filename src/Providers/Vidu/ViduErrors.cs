namespace Reelay.Providers.Vidu;

/// <summary>
/// Reads Vidu's error body, <c>{code, reason, message, metadata}</c>, and the <c>err_code</c> of a failed task, and says what their words
/// mean. Sources: the README.
/// </summary>
internal static class ViduErrors
{
    private const string Body = "body";

    /// <summary>The first row that matches decides.</summary>
    public static readonly ErrorTable Table = new(
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty) { Statuses = [400], Codes = ["CreditInsufficient"] },
        new(ErrorUse.NotAccepted | ErrorUse.Job, ProviderErrorKind.ContentRejected)
        {
            Statuses = [400], Codes = ["TaskPromptPolicyViolation", "AuditSubmitIllegal"],
        },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest)
        {
            Statuses = [400],
            Codes =
            [
                "BadRequest", "FieldLacking", "FieldUnwanted", "FieldInvalid", "FieldItemCountOutOfRange", "PageSizeOutOfRange",
                "ImageDownloadFailure", "ImageFormatInvalid", "ImageCheckBodyJointsFailed", "ImageCheckFaceFailed", "ImageObjectsUndetected",
                "ModelUnavailable",
            ],
        },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Overloaded) { Statuses = [400], Codes = ["OperationInProcess"] },
        new(ErrorUse.NotAccepted | ErrorUse.Read, ProviderErrorKind.Unauthorized) { Statuses = [401], Codes = ["Unauthorized"] },
        new(ErrorUse.NotAccepted | ErrorUse.Read, ProviderErrorKind.Unauthorized) { Statuses = [403], Codes = ["Forbidden"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest) { Statuses = [404], Codes = ["TaskNotFound", "CreationNotFound", "NotFound"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest) { Statuses = [409], Codes = ["Conflict"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited) { Statuses = [429], Codes = ["QuotaExceeded", "TooManyRequests"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Overloaded) { Statuses = [429], Codes = ["SystemThrottling"] },

        // 500 InternalServiceFailure stays unknown: that one may send again is said, that nothing was accepted is not.
        new(ErrorUse.Job, ProviderErrorKind.ContentRejected) { Codes = ["CreationPolicyViolation", "PhotoAuditNotPass", "AuditFailed"] },
        new(ErrorUse.Job, ProviderErrorKind.Cancelled) { Codes = ["UserCancelled"] });

    /// <summary>What an answer's body says; null if it is no error of Vidu's. Older pages name the word <c>err_code</c>.</summary>
    public static UpstreamError? Read(UpstreamAnswer answer)
    {
        var body = answer.Json ?? default;

        // With the id of a task beside it, a word refuses nothing.
        if (body.Member("task_id").AsText() is not null)
            return null;
        var code = body.Member("reason").AsText() ?? body.Member("err_code").AsText() ?? body.Member("code").AsText();
        var message = body.Member("message").AsText() ?? body.Member("err_msg").AsText() ?? "";
        return code is null ? null : new(answer.StatusCode, code, null, message, Body);
    }

    /// <summary>Why a task failed.</summary>
    public static ProviderErrorKind OfTask(string? errCode) => Table.OfJob(new(0, errCode, null, "", Body));
}
