namespace Reelay.Providers.UpstreamGateway;

/// <summary>What a channel's options allow an order to be. The caller pays for what was asked: nothing is left out in silence.</summary>
internal static class UpstreamGatewayModes
{
    /// <summary>Modes of a channel for video.</summary>
    public static IReadOnlyList<string> Of(UpstreamGatewayOptions options)
    {
        List<string> modes = ["t2v", "i2v", "i2v_first_last", "multi_i2v"];
        if (options.HasEdits)
            modes.Add("edit");
        if (options.HasExtensions)
            modes.Add("extend");
        return modes;
    }

    /// <summary>Modes of one model at a channel.</summary>
    public static IReadOnlyList<string> Of(UpstreamGatewayOptions options, string model)
    {
        if (UpstreamGatewayKinds.FactsOf(options, model).Modes is { } known)
            return known;

        // What a list of pictures means there depends on the model behind: two are frames for one, references for another.
        return options.MediaAs == UpstreamGatewayMedia.Images ? ["t2v", "i2v"] : Of(options);
    }

    /// <summary>Whether an order goes on from a video.</summary>
    public static bool WorksOnVideo(SubmissionContext submission) => submission.Request.Mode is "edit" or "extend"
        && (submission.Request.Source is not null || submission.Media.Any(input => input.Role == MediaRole.SourceVideo));

    /// <summary>Refuses an order that could only be sent by leaving something out.</summary>
    /// <exception cref="ProviderException">Nothing was sent.</exception>
    public static void RefuseUnsayable(SubmissionContext submission, UpstreamGatewayOptions options)
    {
        var request = submission.Request;
        var reason = !Of(options, request.UpstreamModel).Contains(request.Mode)
            ? $"this channel has no mode {request.Mode} of {request.UpstreamModel}"
            : (WorksOnVideo(submission) ? OfSource(submission, options) : OfMedia(submission) ?? OfCreate(request, options))
                ?? OfExtras(request, options);
        if (reason is not null)
            throw new ProviderException(ProviderErrorKind.InvalidRequest, $"not sent by channel {submission.Account.ChannelId}: {reason}");
    }

    private static string? OfSource(SubmissionContext submission, UpstreamGatewayOptions options)
    {
        var (request, media) = (submission.Request, submission.Media);

        // The file of a source that has an id may come along; it is the same video.
        if (media.Count > 1 || media.Any(input => input.Role != MediaRole.SourceVideo))
            return $"mode {request.Mode} takes one source video and nothing else";
        if (options.MediaAs == UpstreamGatewayMedia.References && media.All(input => input.PublicUrl is null))
            return "the source video goes by its link, and this gateway has no public address";
        if (request.Count > 1)
            return $"{request.Count} outputs cannot be asked for in mode {request.Mode}";
        if (request.WidthPixels is not null)
            return $"a size cannot be asked for in mode {request.Mode}: it is the source's";
        return request switch
        {
            { Mode: "edit", Seconds: not null } => "seconds cannot be asked for in mode edit: they are the source's",
            { Mode: "extend", Seconds: null } => "mode extend needs seconds",
            _ => null,
        };
    }

    private static string? OfMedia(SubmissionContext submission)
    {
        var roles = submission.Media.Select(input => input.Role).ToList();
        MediaRole[] needed = submission.Request.Mode switch
        {
            "i2v" => [MediaRole.FirstFrame],
            "i2v_first_last" => [MediaRole.FirstFrame, MediaRole.LastFrame],
            "multi_i2v" or "edit" => [MediaRole.ReferenceImage],
            "extend" => [MediaRole.SourceVideo],
            _ => [],
        };
        if (needed.FirstOrDefault(role => !roles.Contains(role), MediaRole.Character) is var missing and not MediaRole.Character)
            return $"mode {submission.Request.Mode} needs a {missing}";
        var takesMany = needed is [MediaRole.ReferenceImage];
        return roles.Any(role => !needed.Contains(role)) || (!takesMany && roles.Count > needed.Length)
            ? $"mode {submission.Request.Mode} takes {(needed.Length == 0 ? "no files" : string.Join(" and ", needed))}, and nothing else"
            : null;
    }

    private static string? OfCreate(ProviderRequest request, UpstreamGatewayOptions options)
    {
        if (request.Count > 1 && !Sayable("count"))
            return $"{request.Count} outputs cannot be asked for";
        if (request.Seconds is not null && !Sayable("seconds"))
            return "seconds cannot be asked for";
        if (request.Audio is not null && !Sayable("audio"))
            return "sound cannot be asked for";
        if (request.Quality is { Length: > 0 } && !Sayable("quality"))
            return $"quality {request.Quality} cannot be asked for";
        if (request.WidthPixels is not null)
            return Sayable("size") ? null : "a size cannot be asked for";
        if (request.Tier is { Length: > 0 } && !Sayable("tier"))
            return "a tier without a size cannot be asked for";
        return request.AspectRatio is { Length: > 0 } && !Sayable("aspect_ratio") ? "an aspect ratio without a size cannot be asked for" : null;

        bool Sayable(string word) => UpstreamGatewayFields.Has(options, word);
    }

    // What may come is told by the channel's models; anything else means that somebody did not ask them.
    private static string? OfExtras(ProviderRequest request, UpstreamGatewayOptions options)
    {
        var offered = UpstreamGatewayExtras.Of(options);
        var unknown = request.Extras.Select(extra => extra.Key).FirstOrDefault(name => offered.All(extra => extra.Name != name));
        return unknown is null ? null : $"the parameter {unknown} is not one of this channel's";
    }
}
