using System.Text.RegularExpressions;
using Reelay.Providers;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>The stable codes of failed tasks, and their words for callers.</summary>
internal static partial class TaskErrors
{
    private const int MaxReasonLength = 300;

    public static readonly TaskError Cancelled = new("cancelled", "The task was cancelled.");

    public static readonly TaskError QueueTimeout = new(
        "queue_timeout", "No capacity became free for this model in time. Nothing was charged; please try again later.");

    public static readonly TaskError UpstreamUnavailable = new(
        "upstream_unavailable", "Nobody who makes this model took the order, in several tries. Nothing was charged; please try again later.");

    public static readonly TaskError OutcomeUnknown = new(
        "submission_outcome_unknown",
        "The connection was lost while the order was being handed over, and it cannot be told whether it is being made. "
        + "It was not sent again, and nothing was charged.");

    public static readonly TaskError ResultLost = new(
        "result_lost", "The result was made but could not be fetched before it disappeared. Nothing was charged.");

    public static readonly TaskError DeadlineExceeded = new(
        "deadline_exceeded", "The result did not arrive within this model's time limit. Nothing was charged.");

    public static readonly TaskError Unreadable = new(
        "upstream_unreadable", "The state of this task could no longer be read. Nothing was charged.");

    public static readonly TaskError ReferenceUnavailable = new(
        "reference_unavailable", "A reference of the order could not be fetched. Nothing was charged.");

    public static readonly TaskError ReferenceTooSlow = new(
        QueueTimeout.Code,
        "The order's references could not be fetched in the time that an order for this model may wait. Nothing was charged.");

    public static readonly TaskError SourceChannelGone = new(
        "source_channel_gone",
        "The video this order goes on from was made with an upstream account that is no longer connected, and no other can go on from it. "
        + "Nothing was charged.");

    /// <summary>A refusal or failure in words for the caller; the upstream's own words stay with the attempt, for operators.</summary>
    public static TaskError From(ProviderErrorKind kind, string message) => kind switch
    {
        ProviderErrorKind.ContentRejected => new("content_policy_violation", With("The content was refused by the model's safety rules", message)),
        ProviderErrorKind.InvalidRequest => new("upstream_rejected", With("The model refused these parameters", message)),
        ProviderErrorKind.Expired => new("upstream_expired", "The order expired before it was finished. Nothing was charged."),
        ProviderErrorKind.Cancelled => Cancelled,
        _ => new("generation_failed", With("The model could not make this video", message)),
    };

    /// <summary>An upstream's sentence without links, addresses, paths, ids and keys; null if nothing readable is left.</summary>
    internal static string? Clean(string message)
    {
        var text = Secrets().Replace(Links().Replace(Codes().Replace(message, ""), ""), "");
        text = Vendors().Replace(text, "the model");
        text = Spaces().Replace(text, " ").Trim(' ', '.', ':', '-');
        if (text.Length > MaxReasonLength) text = text[..MaxReasonLength] + "…";
        return text.Length < 3 ? null : text;
    }

    private static string With(string sentence, string message) => Clean(message) is { } reason ? $"{sentence}: {reason}." : sentence + ".";

    [GeneratedRegex(@"\b[a-z][a-z0-9+.-]*://\S+|\b[\w.+-]+@[\w-]+\.[\w.]+|\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|ai|cn|dev|app|local|internal|lan|svc)\b\S*|\b(?=[\w.-]*[a-z])[\w.-]+:\d{2,5}\b|(?<!\S)/(?:[\w.-]+/)+\S*", RegexOptions.IgnoreCase)]
    private static partial Regex Links();

    // Long runs of letters and digits together are ids or keys, never words.
    [GeneratedRegex(@"\b(?:sk|req|key|ak|task|video|trace)[-_][\w-]{6,}|\b(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{20,}", RegexOptions.IgnoreCase)]
    private static partial Regex Secrets();

    [GeneratedRegex(@"\b(?:open\s?ai|azure|google|vertex|gemini|kling|kuaishou|volcengine|bytedance|byteplus|xai|alibaba|dashscope|minimax|vidu|shengshu|aliyun|bailian|doubao|modelark|kwai|grok|seedance|hailuo|new-api|vllm(?:-omni)?|sglang|tensorrt(?:-llm)?)\b|火山引擎|火山方舟|字节跳动|豆包|可灵|快手|阿里云|百炼|通义|海螺|稀宇|生数|谷歌", RegexOptions.IgnoreCase)]
    private static partial Regex Vendors();

    // What adapters put before the upstream's sentence: its status and its own code, or the channel that would not send.
    [GeneratedRegex(@"^(?:not sent by channel \S+: )?(?:HTTP \d{3}(?: \([^)]*\))?: ?)?(?:[a-z0-9]+(?:_[a-z0-9]+)+: )?")]
    private static partial Regex Codes();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
