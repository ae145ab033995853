namespace Reelay.Providers.GoogleVeo;

/// <summary>Refuses what this protocol cannot say, before anything is sent: the caller pays for what was asked.</summary>
internal static class GoogleVeoChecks
{
    /// <summary>Most reference pictures of one order.</summary>
    public const int MaxReferences = 3;

    private static readonly string[] _vertexAlone = ["seed", "compression_quality", "resize_mode"];

    /// <summary>Checks everything that the surface could not carry.</summary>
    /// <exception cref="ProviderException">It says what; nothing was sent.</exception>
    public static void RefuseUnsayable(SubmissionContext submission, GoogleVeoOptions options)
    {
        if (FindReason(submission, options) is { } reason)
            throw new ProviderException(ProviderErrorKind.InvalidRequest, $"not sent by channel {submission.Account.ChannelId}: {reason}");
        if (options.StorageUri is not null && submission.Account.Credential is ProviderCredential.ApiKey)
            throw new ProviderException(
                ProviderErrorKind.NotSent, $"channel {submission.Account.ChannelId}: results in Cloud Storage cannot be read with an API key");
    }

    private static string? FindReason(SubmissionContext submission, GoogleVeoOptions options)
    {
        var request = submission.Request;
        if (!HasRightMedia(submission.Media, request.Mode))
            return $"mode {request.Mode} cannot be made from {submission.Media.Count} such inputs";
        if (string.IsNullOrEmpty(request.Prompt) && request.Mode is "t2v" or "reference_images")
            return $"mode {request.Mode} needs a prompt";
        if (request.Extras.FirstOrDefault(extra => extra.Value is not null && !GoogleVeoRequests.Extras.ContainsKey(extra.Key)).Key is { } extra)
            return $"{extra} is not a parameter of Veo";
        if (!options.IsGemini)
            return null;
        if (request.Count > 1)
            return $"{request.Count} outputs cannot be asked for";
        if (request.Audio == false && !GoogleVeoCapability.IsSilent(request.UpstreamModel))
            return "sound cannot be left out";
        return _vertexAlone.FirstOrDefault(name => request.Extras[name] is not null) is { } alone ? $"{alone} is taken by Vertex alone" : null;
    }

    private static bool HasRightMedia(IReadOnlyList<MediaInput> media, string mode)
    {
        return mode switch
        {
            "t2v" => media.Count == 0,
            "i2v" => media is [{ Role: MediaRole.FirstFrame }],
            "i2v_first_last" => media.Count == 2 && Has(MediaRole.FirstFrame) && Has(MediaRole.LastFrame),
            "reference_images" => media.Count is >= 1 and <= MaxReferences && media.All(input => input.Role == MediaRole.ReferenceImage),
            _ => false,
        };

        bool Has(MediaRole role) => media.Any(input => input.Role == role);
    }
}
