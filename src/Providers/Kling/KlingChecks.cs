using System.Text.Json;

namespace Reelay.Providers.Kling;

/// <summary>Refuses what this protocol cannot say, before anything is sent: the caller pays for what was asked.</summary>
internal static class KlingChecks
{
    /// <summary>The path for an order.</summary>
    /// <exception cref="ProviderException">There is none.</exception>
    public static string FamilyOf(SubmissionContext submission) => KlingFamilies.Of(submission.Request)
        ?? throw Refusal(submission, $"mode {submission.Request.Mode} is not made by {submission.Request.UpstreamModel}");

    /// <summary>Checks everything that the order's path could not carry.</summary>
    /// <exception cref="ProviderException">It says what; nothing was sent.</exception>
    public static void RefuseUnsayable(SubmissionContext submission, string family, KlingOptions options, bool hasSoundChoice)
    {
        var request = submission.Request;
        var reason = WrongMedia(submission.Media, request.Mode, family);
        if (request.Count > 1)
            reason ??= $"{request.Count} outputs cannot be asked for";
        if (request.Audio == true && !hasSoundChoice)
            reason ??= $"{request.UpstreamModel} makes no sound in mode {request.Mode} and quality {request.Quality ?? "(none)"}";
        if (request.Extras.ContainsKey("voice_list") && request.Audio != true)
            reason ??= "voice_list needs sound to be on";
        if (request.Extras.FirstOrDefault(extra => extra.Value is not null && !KlingFamilies.Extras(family).Contains(extra.Key)).Key is { } extra)
            reason ??= $"{extra} is not a parameter of {family}";
        if (family == KlingFamilies.Extend)
            reason ??= WrongSource(request);
        reason ??= Unreachable(submission.Media, options);
        if (reason is not null)
            throw Refusal(submission, reason);
    }

    /// <summary>Whether Kling fetches this input itself.</summary>
    public static bool NeedsLink(MediaInput media, KlingOptions options) => media.Role == MediaRole.SourceVideo || !options.PicturesInline;

    /// <summary>Why Kling could not fetch an input, or null.</summary>
    public static string? Unreachable(IReadOnlyList<MediaInput> media, KlingOptions options) =>
        media.FirstOrDefault(input => input.PublicUrl is null && NeedsLink(input, options)) is { } unreachable
            ? $"{Word(unreachable.Role)} is taken as a link only, and this gateway has no public address (Reelay__PublicUrl)"
            : null;

    /// <summary>Why a mode cannot be made from these inputs, or null.</summary>
    public static string? WrongMedia(IReadOnlyList<MediaInput> media, string mode, string family)
    {
        var isRight = (mode, family) switch
        {
            ("t2v", _) or ("extend", KlingFamilies.Extend) => media.Count == 0,
            ("i2v", _) => media is [{ Role: MediaRole.FirstFrame }],
            ("i2v_first_last", _) => media.Count == 2 && One(MediaRole.FirstFrame) && One(MediaRole.LastFrame),
            ("multi_i2v", _) => media.Count > 0 && media.All(input => input.Role == MediaRole.ReferenceImage),
            ("extend", _) => media is [{ Role: MediaRole.SourceVideo }],
            _ => One(MediaRole.SourceVideo) && media.All(input => input.Role is MediaRole.SourceVideo or MediaRole.ReferenceImage),
        };
        var given = media.Count == 0 ? "nothing" : string.Join(", ", media.Select(input => Word(input.Role)));
        return isRight ? null : $"mode {mode} cannot be made from {given}";

        bool One(MediaRole role) => media.Count(input => input.Role == role) == 1;
    }

    private static string? WrongSource(ProviderRequest request)
    {
        var source = request.Source?.OutputReference ?? default;
        if (source.Member("video_id").AsText() is null)
            return $"extend with {request.UpstreamModel} takes only a video that this account made, by Kling's own id of it";

        // Model and quality cannot be chosen: the extension is of the source's, and costs what that costs.
        return source.Member("model").AsText() is { } model && model != request.UpstreamModel
            ? $"the video was made with {model}, so it cannot be extended as {request.UpstreamModel}"
            : null;
    }

    private static string Word(MediaRole role) => JsonNamingPolicy.SnakeCaseLower.ConvertName(role.ToString());

    /// <summary>The exception for an order that is not sent.</summary>
    public static ProviderException Refusal(SubmissionContext submission, string reason) =>
        new(ProviderErrorKind.InvalidRequest, $"not sent by channel {submission.Account.ChannelId}: {reason}");
}
