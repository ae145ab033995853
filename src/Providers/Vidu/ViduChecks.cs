using System.Text.Json;

namespace Reelay.Providers.Vidu;

/// <summary>Refuses what this protocol cannot say, before anything is sent: the caller pays for what was asked.</summary>
internal static class ViduChecks
{
    private static readonly string[] _extras = ["seed", "audio_type", "movement_amplitude", "style"];

    /// <summary>Checks everything that the order's endpoint could not carry.</summary>
    /// <exception cref="ProviderException">It says what; nothing was sent.</exception>
    public static void RefuseUnsayable(SubmissionContext submission, ViduOptions options, bool hasSoundChoice)
    {
        var order = submission.Request;
        var reason = ViduRequests.EndpointOf(order.Mode) is null ? $"Vidu has no endpoint for mode {order.Mode}" : WrongMedia(submission.Media, order.Mode);
        if (order.Prompt is null && order.Mode is "t2v" or "reference_images")
            reason ??= $"mode {order.Mode} needs a prompt";
        if (order.Count > 1)
            reason ??= $"{order.Count} outputs cannot be asked for";
        if (order.Audio == true && !hasSoundChoice)
            reason ??= $"{order.UpstreamModel} makes no sound in mode {order.Mode}";
        if (order.Extras.FirstOrDefault(extra => extra.Value is not null && !_extras.Contains(extra.Key)).Key is { } unknown)
            reason ??= $"{unknown} is not a parameter of Vidu";
        if (order.Extras["audio_type"] is not null && order.Audio != true)
            reason ??= "audio_type needs sound to be on";
        if (order.Extras["style"] is not null && order.Mode != "t2v")
            reason ??= "style is a parameter of text to video alone";
        if (!AreInline(submission.Media, options) && submission.Media.Any(media => media.PublicUrl is null))
            reason ??= $"the pictures have more than the {options.MaxInlineBytes} bytes that go inline, and this gateway has no public address (Reelay__PublicUrl)";
        if (reason is not null)
            throw new ProviderException(ProviderErrorKind.InvalidRequest, $"not sent by channel {submission.Account.ChannelId}: {reason}");
    }

    /// <summary>Whether the pictures of an order go inline: all of them or none, since the whole body has a bound.</summary>
    public static bool AreInline(IReadOnlyList<MediaInput> media, ViduOptions options) => media.Sum(input => input.SizeBytes) <= options.MaxInlineBytes;

    private static string? WrongMedia(IReadOnlyList<MediaInput> media, string mode)
    {
        var isRight = mode switch
        {
            "t2v" => media.Count == 0,
            "i2v" => media is [{ Role: MediaRole.FirstFrame }],
            "i2v_first_last" => media.Count == 2 && One(MediaRole.FirstFrame) && One(MediaRole.LastFrame),
            _ => media.Count > 0 && media.All(input => input.Role == MediaRole.ReferenceImage),
        };
        var given = media.Count == 0 ? "nothing" : string.Join(", ", media.Select(input => JsonNamingPolicy.SnakeCaseLower.ConvertName(input.Role.ToString())));
        return isRight ? null : $"mode {mode} cannot be made from {given}";

        bool One(MediaRole role) => media.Count(input => input.Role == role) == 1;
    }
}
