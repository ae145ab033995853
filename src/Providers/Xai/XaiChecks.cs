namespace Reelay.Providers.Xai;

/// <summary>Refuses what this protocol cannot say, before anything is sent: the caller pays for what was asked.</summary>
internal static class XaiChecks
{
    /// <summary>Checks everything that the protocol could not carry.</summary>
    /// <exception cref="ProviderException">It says what; nothing was sent.</exception>
    public static void RefuseUnsayable(SubmissionContext submission, XaiOptions options)
    {
        if (FindReason(submission, options) is { } reason)
            throw new ProviderException(ProviderErrorKind.InvalidRequest, $"not sent by channel {submission.Account.ChannelId}: {reason}");
    }

    private static string? FindReason(SubmissionContext submission, XaiOptions options)
    {
        var request = submission.Request;
        if (!HasRightMedia(submission.Media, request.Mode))
            return $"mode {request.Mode} cannot be made from {submission.Media.Count} such inputs";
        if (string.IsNullOrEmpty(request.Prompt) && !(request.Mode == "i2v" && options.PromptlessI2v))
            return "a prompt is needed";
        if (request.Count > 1 && !XaiRequests.MakesPictures(submission))
            return $"{request.Count} videos cannot be asked for at once";
        if (request.Audio == false && !XaiCapability.HasAudioSwitch(request.UpstreamModel, options) && !XaiRequests.MakesPictures(submission))
            return "sound cannot be left out";
        if (options.Inputs == XaiOptions.Link && submission.Media.Any(media => media.PublicUrl is null))
            return "inputs go as links here, and this gateway has no public address";
        return request.Extras.FirstOrDefault(extra => extra.Value is not null).Key is { } extra ? $"{extra} is not a parameter of Grok Imagine" : null;
    }

    private static bool HasRightMedia(IReadOnlyList<MediaInput> media, string mode)
    {
        return mode switch
        {
            "t2v" or "t2i" => media.Count == 0,
            "i2v" => media is [{ Role: MediaRole.FirstFrame }],
            "i2v_first_last" => media.Count == 2 && Count(MediaRole.FirstFrame) == 1 && Count(MediaRole.LastFrame) == 1,
            "reference_images" => Count(MediaRole.ReferenceImage) > 0
                && media.All(input => input.Role is MediaRole.ReferenceImage or MediaRole.ReferenceAudio),
            "edit" => media is [{ Role: MediaRole.SourceVideo }] || (media.Count > 0 && media.All(input => input.Role == MediaRole.ReferenceImage)),
            "extend" => media is [{ Role: MediaRole.SourceVideo }],
            _ => false,
        };

        int Count(MediaRole role) => media.Count(input => input.Role == role);
    }
}
