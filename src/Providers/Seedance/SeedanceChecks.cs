using System.Text.Json;

namespace Reelay.Providers.Seedance;

/// <summary>Refuses what this protocol cannot say, before anything is sent: the caller pays for what was asked.</summary>
internal static class SeedanceChecks
{
    private static readonly string[] _extras = ["seed", "camera_fixed", "watermark"];

    /// <summary>Checks an order.</summary>
    /// <param name="submission">The order.</param>
    /// <param name="options">The channel's options.</param>
    /// <param name="rows">What is known of its model; none for one that an operator added.</param>
    /// <returns>What to ask for.</returns>
    /// <exception cref="ProviderException">It says what cannot be said; nothing was sent.</exception>
    public static (string Resolution, string Ratio) Check(SubmissionContext submission, SeedanceOptions options, IReadOnlyList<UpstreamModel> rows)
    {
        var order = submission.Request;
        var shape = SeedanceSizes.Of(order);
        var reason = WrongMedia(order, submission.Media);
        if (shape is null)
            reason ??= $"{(order.WidthPixels is null ? order.Tier ?? "no size" : $"{order.WidthPixels}x{order.HeightPixels}")} is no size of Ark's";
        if (shape?.Ratio == SeedanceSizes.Adaptive && !IsOfFrames(order.Mode))
            reason ??= $"mode {order.Mode} needs a size: there is no first frame to take the ratio from";
        if (order.Seconds is null)
            reason ??= "no length was given, and the price depends on it";
        if (order.Count > 1)
            reason ??= $"{order.Count} outputs cannot be asked for";
        if (order.Audio == true && rows.Count > 0 && rows.All(row => row.Audio == "never"))
            reason ??= $"{order.UpstreamModel} makes no sound";
        reason ??= WrongExtra(order, rows);
        if (options.RefusesFlags && SeedancePrompt.FindFlag(order.Prompt ?? "") is { } flag)
            reason ??= $"the prompt holds `{flag}`, which the upstream would read as a parameter";
        var linked = SeedanceContent.Linked(submission.Media, options);
        if (submission.Media.FirstOrDefault(media => linked.Contains(media) && media.PublicUrl is null) is { } unreachable)
            reason ??= $"{Word(unreachable.Role)} can be sent as a link only, and this gateway has no public address (Reelay__PublicUrl)";
        return reason is null
            ? shape!.Value
            : throw new ProviderException(ProviderErrorKind.InvalidRequest, $"not sent by channel {submission.Account.ChannelId}: {reason}");
    }

    private static bool IsOfFrames(string mode) => mode is "i2v" or "i2v_first_last";

    // Of a model nobody has listed the names alone are checked; of a known one its own row decides, as Ark refuses even defaults elsewhere.
    private static string? WrongExtra(ProviderRequest order, IReadOnlyList<UpstreamModel> rows)
    {
        var own = rows.Where(row => row.Modes.Contains(order.Mode)).ToList();
        var wrong = order.Extras.Where(extra => extra.Value is not null).Select(extra => extra.Key).FirstOrDefault(name =>
            !_extras.Contains(name) || (own.Count > 0 && !own.Any(row => row.Extras.Any(extra => extra.Name == name))));
        return wrong is null ? null : $"{wrong} is no parameter of {order.UpstreamModel} in mode {order.Mode}";
    }

    private static string? WrongMedia(ProviderRequest order, IReadOnlyList<MediaInput> media)
    {
        var isRight = order.Mode switch
        {
            "t2v" => media.Count == 0 && order.Prompt is { Length: > 0 },
            "i2v" => media is [{ Role: MediaRole.FirstFrame }],
            "i2v_first_last" => media.Count == 2 && Count(MediaRole.FirstFrame) == 1 && Count(MediaRole.LastFrame) == 1,
            "reference_images" => Count(MediaRole.ReferenceImage) > 0
                && media.All(input => input.Role is MediaRole.ReferenceImage or MediaRole.ReferenceAudio),
            "reference_material" => Count(MediaRole.ReferenceImage) + Count(MediaRole.ReferenceVideo) > 0
                && media.All(input => input.Role is MediaRole.ReferenceImage or MediaRole.ReferenceVideo or MediaRole.ReferenceAudio),
            _ => false,
        };
        var given = string.Join(", ", media.Select(input => Word(input.Role)).Prepend(order.Prompt is { Length: > 0 } ? "a prompt" : "no prompt"));
        return isRight ? null : $"mode {order.Mode} cannot be made from {given}";

        int Count(MediaRole role) => media.Count(input => input.Role == role);
    }

    private static string Word(MediaRole role) => JsonNamingPolicy.SnakeCaseLower.ConvertName(role.ToString());
}
