using System.ComponentModel.DataAnnotations;

namespace Reelay.Server.Webhooks;

/// <summary>Settings of deliveries to callers: <c>Reelay:Webhooks</c>, with <c>AllowOrigins</c> beside them.</summary>
internal sealed class WebhookOptions
{
    /// <summary>Longest time of one POST in seconds, from name resolution to the last byte that is read. Default 10.</summary>
    [Range(1, 60)]
    public double TimeoutSeconds { get; set; } = 10;

    /// <summary>How long a delivery is tried again, in hours. Default 72.</summary>
    [Range(0.01, 720)]
    public double RetryHours { get; set; } = 72;

    /// <summary>Wait after the first failure of a delivery, in seconds; doubled with each further one, up to 4 hours. Default 5.</summary>
    [Range(0.01, 3600)]
    public double FirstRetrySeconds { get; set; } = 5;

    /// <summary>Longest wait that a receiver can ask for with <c>Retry-After</c>, in hours. Default 6.</summary>
    [Range(0, 72)]
    public double MaxRetryAfterHours { get; set; } = 6;

    /// <summary>POSTs under way at a time. Default 128; receivers that are not known to be quick share half of them.</summary>
    [Range(2, 10_000)]
    public int MaxInFlight { get; set; } = 128;

    /// <summary>POSTs under way to one origin (scheme, host and port) at a time. Default 8.</summary>
    [Range(1, 1_000)]
    public int MaxPerOrigin { get; set; } = 8;

    /// <summary>Endpoints of one account. Default 20.</summary>
    [Range(0, 1_000)]
    public int MaxEndpoints { get; set; } = 20;

    /// <summary>How long the log keeps deliveries that are over, in days. Default 30.</summary>
    [Range(0.001, 3650)]
    public double KeepDays { get; set; } = 30;
}
