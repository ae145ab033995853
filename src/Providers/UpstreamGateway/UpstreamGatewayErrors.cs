namespace Reelay.Providers.UpstreamGateway;

/// <summary>What the errors of gateways mean, flat or wrapped. Sources: the README beside this file.</summary>
internal static class UpstreamGatewayErrors
{
    private static readonly string[] AnyShape = [VideosErrors.Envelope, VideosErrors.Text, VideosErrors.Detail, VideosErrors.Flat];
    private static readonly string[] MoneyCodes = ["insufficient_user_quota", "pre_consume_token_quota_failed", "insufficient_quota"];

    /// <summary>Order matters: what names the reason stands above what only knows the status.</summary>
    /// <remarks>
    /// 503 <c>store_unavailable</c> and <c>disk_full</c> of a Reelay are no rows: a commit may stand behind them. Nor is any 500 of new-api.
    /// </remarks>
    public static readonly ErrorTable Table = new(
        new(ErrorUse.NotAccepted | ErrorUse.Job, ProviderErrorKind.ContentRejected)
        {
            Statuses = [400, 403, 422], Codes = ["moderation_blocked", "content_policy*"],
        },
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty) { Statuses = [400, 402, 403, 429], Codes = MoneyCodes, Types = ["insufficient_quota"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited) { Statuses = [429], Shapes = AnyShape },

        // new-api: none of its channels serves this model now. Reelay: it is starting or stopping. Neither has written anything.
        new(ErrorUse.NotAccepted, ProviderErrorKind.Overloaded) { Statuses = [503], Codes = ["model_not_found", "shutting_down", "not_ready"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Unauthorized) { Statuses = [401, 403], Shapes = AnyShape },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest) { Statuses = [400, 404, 405, 413, 415, 422], Shapes = AnyShape },

        // new-api answers 400 for a task it does not know, also for one that it has just answered and not yet written.
        new(ErrorUse.Read, ProviderErrorKind.NotFound) { Statuses = [400], Codes = ["task_not_exist"] },
        new(ErrorUse.Job, ProviderErrorKind.InvalidRequest) { Codes = ["upstream_rejected"] },
        new(ErrorUse.Job, ProviderErrorKind.Cancelled) { Codes = ["cancelled", "canceled"] },
        new(ErrorUse.Job, ProviderErrorKind.Expired) { Codes = ["upstream_expired"] });
}
