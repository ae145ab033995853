namespace Reelay.Providers.OpenAi;

/// <summary>What the errors of this protocol's servers mean. Sources: the README beside this file.</summary>
internal static class OpenAiErrors
{
    private static readonly string[] AnyShape = [VideosErrors.Envelope, VideosErrors.Text, VideosErrors.Detail, VideosErrors.Flat];
    private static readonly string[] ContentCodes = ["moderation_blocked", "content_policy*"];
    private static readonly string[] MoneyCodes =
        ["insufficient_quota", "insufficient_user_quota", "pre_consume_token_quota_failed", "credit_balance_exhausted", "billing_*"];

    /// <summary>Order matters: what names the reason stands above what only knows the status.</summary>
    public static readonly ErrorTable Table = new(
        new(ErrorUse.NotAccepted | ErrorUse.Job, ProviderErrorKind.ContentRejected) { Statuses = [400, 403, 422], Codes = ContentCodes },
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty)
        {
            Statuses = [400, 402, 403, 429], Codes = MoneyCodes, Types = ["insufficient_quota"],
        },
        new(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited)
        {
            Statuses = [429], Codes = ["rate_limit*"], Types = ["rate_limit*", "RateLimitError", "throttling_error"],
        },

        // OpenAI's description declares 429 with this body for every operation, whatever its code.
        new(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited) { Statuses = [429], Shapes = [VideosErrors.Envelope] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Overloaded) { Statuses = [503], Codes = ["slow_down", "server_is_overloaded"] },

        // new-api: none of its channels serves this model now; it has called nobody.
        new(ErrorUse.NotAccepted, ProviderErrorKind.Overloaded) { Statuses = [503], Codes = ["model_not_found"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Unauthorized) { Statuses = [401, 403], Shapes = AnyShape },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest)
        {
            Statuses = [400, 404, 405, 410, 413, 415, 422], Shapes = AnyShape,
        },

        // new-api answers 400 for an unknown job.
        new(ErrorUse.Read, ProviderErrorKind.NotFound) { Statuses = [400], Codes = ["task_not_exist"] });
}
