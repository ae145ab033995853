namespace Reelay.Providers.GoogleOmni;

/// <summary>Refuses what this protocol cannot say, before anything is sent: the caller pays for what was asked.</summary>
internal static class GoogleOmniChecks
{
    /// <summary>Checks everything that the protocol could not carry.</summary>
    /// <exception cref="ProviderException">It says what; nothing was sent.</exception>
    public static void RefuseUnsayable(SubmissionContext submission)
    {
        if (FindReason(submission) is { } reason)
            throw new ProviderException(ProviderErrorKind.InvalidRequest, $"not sent by channel {submission.Account.ChannelId}: {reason}");
    }

    private static string? FindReason(SubmissionContext submission)
    {
        var request = submission.Request;
        if (!HasRightMedia(submission.Media, request.Mode))
            return $"mode {request.Mode} cannot be made from {submission.Media.Count} such inputs";
        if (string.IsNullOrEmpty(request.Prompt))
            return "a prompt is needed";
        if (request.Count > 1)
            return $"{request.Count} outputs cannot be asked for";
        if (request.Audio == false)
            return "sound cannot be left out";
        return request.Extras.FirstOrDefault(extra => extra.Value is not null && extra.Key != "seed").Key is { } extra
            ? $"{extra} is not a parameter of Omni"
            : null;
    }

    private static bool HasRightMedia(IReadOnlyList<MediaInput> media, string mode)
    {
        return mode switch
        {
            "t2v" => media.Count == 0,
            "i2v" => media is [{ Role: MediaRole.FirstFrame }],
            "i2v_first_last" => media.Count == 2 && Count(MediaRole.FirstFrame) == 1 && Count(MediaRole.LastFrame) == 1,
            "r2v" => media.Count > 0 && media.All(input => input.Role is MediaRole.ReferenceImage or MediaRole.ReferenceVideo),
            "edit" => Count(MediaRole.SourceVideo) == 1 && media.All(input => input.Role is MediaRole.SourceVideo or MediaRole.ReferenceImage),
            _ => false,
        };

        int Count(MediaRole role) => media.Count(input => input.Role == role);
    }
}
