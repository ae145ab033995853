namespace Reelay.Providers.OpenAi;

/// <summary>What a channel's options allow an order to be. The caller pays for what was asked: nothing is left out in silence.</summary>
internal static class OpenAiModes
{
    /// <summary>Most characters of one order (OpenAI's video guide).</summary>
    public const int MaxCharacters = 2;

    /// <summary>Whether a mode works on an earlier video.</summary>
    public static bool NeedsSource(string mode) => mode is "edit" or "extend";

    /// <summary>Whether a channel has a mode.</summary>
    public static bool Has(OpenAiOptions options, string mode) => mode switch
    {
        "t2v" => true,
        "i2v" => options.ReferenceField is not null,
        "edit" => options.HasEdits,
        "extend" => options.HasExtensions,
        _ => false,
    };

    /// <summary>Refuses an order that could only be sent by leaving something out.</summary>
    /// <exception cref="ProviderException">Nothing was sent.</exception>
    public static void RefuseUnsayable(SubmissionContext submission, OpenAiOptions options)
    {
        var request = submission.Request;
        var reason = !Has(options, request.Mode) ? $"this channel has no mode {request.Mode}"
            : NeedsSource(request.Mode) ? OfSource(request, submission.Media)
            : OfMedia(submission.Media, options) ?? OfCreate(request, options);
        reason ??= OfExtras(request, options);
        if (reason is not null)
            throw new ProviderException(ProviderErrorKind.InvalidRequest, $"not sent by channel {submission.Account.ChannelId}: {reason}");
    }

    private static string? OfSource(ProviderRequest request, IReadOnlyList<MediaInput> media)
    {
        // The file of a source that has an id may come along; it is the same video.
        var fewest = request.Source is null ? 1 : 0;
        if (media.Count < fewest || media.Count > 1 || media.Any(input => input.Role != MediaRole.SourceVideo))
            return $"mode {request.Mode} takes one source video and nothing else";
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

    private static string? OfMedia(IReadOnlyList<MediaInput> media, OpenAiOptions options)
    {
        var frames = media.Count(input => input.Role == MediaRole.FirstFrame);
        var characters = media.Where(input => input.Role == MediaRole.Character).ToList();
        if (frames > 1 || frames + characters.Count < media.Count)
            return "only one first frame and characters can be sent";
        if (frames == 1 && options.ReferenceField is null)
            return "this channel takes no picture";
        if (characters.Count > 0 && !options.HasCharacters)
            return "this channel takes no characters";
        if (characters.Count > MaxCharacters)
            return $"{characters.Count} characters cannot be sent, at most {MaxCharacters}";
        return characters.Any(character => string.IsNullOrEmpty(character.Name)) ? "a character needs a name" : null;
    }

    private static string? OfCreate(ProviderRequest request, OpenAiOptions options)
    {
        if (request.Count > 1 && !Sayable("count"))
            return $"{request.Count} outputs cannot be asked for";
        if (request.Seconds is not null && !Sayable("seconds"))
            return "seconds cannot be asked for";
        if (request.WidthPixels is not null && !Sayable("size") && !(Sayable("width") && Sayable("height")))
            return "a size cannot be asked for";
        if (request is { WidthPixels: null, Tier: not null } && !Sayable("tier"))
            return "a tier without a size cannot be asked for";
        return request is { WidthPixels: null, AspectRatio: not null } && !Sayable("aspect_ratio")
            ? "an aspect ratio without a size cannot be asked for"
            : null;

        bool Sayable(string word) => OpenAiFields.Has(options, word);
    }

    // What may come is told by the channel's models; anything else means that somebody did not ask them.
    private static string? OfExtras(ProviderRequest request, OpenAiOptions options)
    {
        var offered = NeedsSource(request.Mode) ? [] : OpenAiExtras.Of(options);
        var unknown = request.Extras.Select(extra => extra.Key).FirstOrDefault(name => offered.All(extra => extra.Name != name));
        return unknown is null ? null : $"the parameter {unknown} is not one of this channel's in mode {request.Mode}";
    }
}
