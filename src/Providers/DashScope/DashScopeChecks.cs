using System.Text;

namespace Reelay.Providers.DashScope;

/// <summary>Refuses what this protocol cannot say, before anything is sent: the caller pays for what was asked.</summary>
internal static class DashScopeChecks
{
    // Documented as 5,000 letters or 2,500 Chinese characters; what is longer is cut off without a word.
    private const int MaxHappyHorseUnits = 5000;

    private static readonly string[] _extras =
        ["watermark", "seed", "prompt_extend", "shot_type", "audio_setting", "negative_prompt"];

    /// <summary>Checks everything that the protocol could not carry.</summary>
    /// <exception cref="ProviderException">It says what; nothing was sent.</exception>
    public static void RefuseUnsayable(SubmissionContext submission, DashScopeOptions options)
    {
        if (FindReason(submission, options) is { } reason)
            throw new ProviderException(ProviderErrorKind.InvalidRequest, $"not sent by channel {submission.Account.ChannelId}: {reason}");
    }

    /// <summary>Length of a prompt as HappyHorse counts it, as far as is known: a Chinese character is two.</summary>
    internal static int Units(string prompt) => prompt.EnumerateRunes().Sum(rune => IsChinese(rune) ? 2 : 1);

    private static string? FindReason(SubmissionContext submission, DashScopeOptions options)
    {
        var request = submission.Request;
        if (!HasRightMedia(submission.Media, request.Mode))
            return $"mode {request.Mode} cannot be made from {submission.Media.Count} such inputs";
        if (string.IsNullOrEmpty(request.Prompt) && !(request.Mode == "i2v" && IsHappyHorse(request)))
            return "a prompt is needed";
        if (IsHappyHorse(request) && request.Prompt is { } prompt && Units(prompt) > MaxHappyHorseUnits)
            return $"the prompt has {Units(prompt)} of at most {MaxHappyHorseUnits} characters, Chinese ones counting twice, and would be cut off";
        if (string.IsNullOrEmpty(request.Tier))
            return "a resolution is needed";
        if (request.Count > 1)
            return $"{request.Count} outputs cannot be asked for";
        if (request.Audio == false && !request.UpstreamModel.StartsWith("wan3.0-", StringComparison.Ordinal))
            return "sound cannot be left out";
        if (submission.Media.Any(medium => medium.PublicUrl is null && options.WayOf(medium.Role) == DashScopeOptions.Link))
            return "its files are taken as links only, and this gateway has no public address (Reelay__PublicUrl)";
        return request.Extras.FirstOrDefault(extra => extra.Value is not null && !_extras.Contains(extra.Key)).Key is { } extra
            ? $"{extra} is not a parameter of DashScope"
            : null;
    }

    private static bool HasRightMedia(IReadOnlyList<MediaInput> media, string mode)
    {
        return mode switch
        {
            "t2v" => media.Count == 0,
            "i2v" => media is [{ Role: MediaRole.FirstFrame }],
            "i2v_first_last" => media.Count == 2 && Count(MediaRole.FirstFrame) == 1 && Count(MediaRole.LastFrame) == 1,
            "r2v" => media.Count > 0 && media.All(input => input.Role == MediaRole.ReferenceImage),
            "edit" => Count(MediaRole.SourceVideo) == 1 && media.All(input => input.Role is MediaRole.SourceVideo or MediaRole.ReferenceImage),
            _ => false,
        };

        int Count(MediaRole role) => media.Count(input => input.Role == role);
    }

    private static bool IsHappyHorse(ProviderRequest request) => request.UpstreamModel.StartsWith("happyhorse-", StringComparison.Ordinal);

    private static bool IsChinese(Rune rune) =>
        rune.Value is (>= 0x2E80 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0xFF00 and <= 0xFFEF) or (>= 0x20000 and <= 0x3FFFF);
}
