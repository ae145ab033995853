namespace Reelay.Providers.Hailuo;

/// <summary>Refuses what a protocol cannot say, before anything is sent: the caller pays for what was asked.</summary>
internal static class HailuoChecks
{
    /// <summary>Largest body in bytes that MiniMax takes; what is bigger goes as links where there are any. Told of the second protocol, kept for both.</summary>
    public const long MaxBodyBytes = 64_000_000;

    private const long RoomBytes = 100_000;

    private static readonly string[] _first = ["prompt_optimizer", "fast_pretreatment", HailuoCapability.Watermark];
    private static readonly string[] _second = [HailuoCapability.Watermark];

    /// <summary>Checks everything that the order's protocol could not carry.</summary>
    /// <exception cref="ProviderException">It says what; nothing was sent.</exception>
    public static void RefuseUnsayable(SubmissionContext submission, string protocol, HailuoOptions options)
    {
        if (FindReason(submission, protocol, options) is { } reason)
            throw new ProviderException(ProviderErrorKind.InvalidRequest, $"not sent by channel {submission.Account.ChannelId}: {reason}");
    }

    /// <summary>Whether the files of an order go as links that MiniMax fetches itself.</summary>
    public static bool SendsLinks(SubmissionContext submission, HailuoOptions options) =>
        !options.MediaInline || submission.Media.Sum(media => (media.SizeBytes + 2) / 3 * 4) > MaxBodyBytes - RoomBytes;

    private static string? FindReason(SubmissionContext submission, string protocol, HailuoOptions options)
    {
        var (order, media) = (submission.Request, submission.Media);
        var isSecond = protocol == HailuoProtocols.Second;
        if (!(isSecond ? IsSecond(order.Mode, media) : IsFirst(order.Mode, media)))
            return $"mode {order.Mode} cannot be made from {media.Count} such inputs";
        if (string.IsNullOrWhiteSpace(order.Prompt) && (isSecond || media.Count == 0 || order.Mode == HailuoRequests.Subject))
            return $"mode {order.Mode} needs a prompt";
        if (order.Count > 1)
            return $"{order.Count} outputs cannot be asked for";
        if (order.Audio is { } audio && audio != isSecond)
            return isSecond ? "sound cannot be left out" : "sound cannot be asked for";
        if (!isSecond && order.Mode == "t2v" && order.AspectRatio is { } ratio and not "16:9")
            return $"the ratio {ratio} cannot be asked for; a text alone gives 16:9";
        if (order.Extras.FirstOrDefault(extra => extra.Value is not null && !(isSecond ? _second : _first).Contains(extra.Key)).Key is { } extra)
            return $"{extra} is not a parameter of this protocol";
        if (order.Extras[HailuoCapability.Watermark] is not null && !options.WatermarkField)
            return $"{HailuoCapability.Watermark} is switched off by watermark_field";
        return SendsLinks(submission, options) && media.Any(input => input.PublicUrl is null)
            ? "the input files are too large for one request or not sent inline, and this gateway has no public address (Reelay__PublicUrl)"
            : null;
    }

    private static bool IsFirst(string mode, IReadOnlyList<MediaInput> media) => mode switch
    {
        HailuoRequests.Subject => media is [{ Role: MediaRole.ReferenceImage }],
        _ => IsFrames(mode, media),
    };

    // Frames and references exclude each other, and a sound needs a picture or a video beside it.
    private static bool IsSecond(string mode, IReadOnlyList<MediaInput> media) => mode switch
    {
        "r2v" or "reference_images" or "reference_material" => media.All(IsReference)
            && media.Any(input => input.Role is MediaRole.ReferenceImage or MediaRole.ReferenceVideo),
        _ => IsFrames(mode, media),
    };

    private static bool IsFrames(string mode, IReadOnlyList<MediaInput> media) => mode switch
    {
        "t2v" => media.Count == 0,
        "i2v" => media is [{ Role: MediaRole.FirstFrame }],
        "i2v_first_last" => media.Count == 2 && media.Count(input => input.Role == MediaRole.FirstFrame) == 1
            && media.Count(input => input.Role == MediaRole.LastFrame) == 1,
        _ => false,
    };

    private static bool IsReference(MediaInput input) =>
        input.Role is MediaRole.ReferenceImage or MediaRole.ReferenceVideo or MediaRole.ReferenceAudio;
}
