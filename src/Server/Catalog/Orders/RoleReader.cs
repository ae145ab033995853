using Reelay.Providers;
using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>What each input is for, once the mode is known; checks that the mode has what it needs and takes what it got.</summary>
internal static class RoleReader
{
    private static readonly Dictionary<string, string> _fields = new()
    {
        ["first_frame"] = Parameters.Picture.Name,
        ["last_frame"] = Parameters.LastFrame.Name,
        ["reference_image"] = Parameters.Reference.Name,
        ["reference_video"] = Parameters.Video.Name,
        ["reference_audio"] = Parameters.AudioFile.Name,
        ["source_video"] = "video",
        ["mask"] = "mask",
        ["character"] = "characters",
    };

    public static ApiError? Read(OrderDraft draft)
    {
        foreach (var source in draft.Media) source.Role = RoleOf(draft, source);
        return AddSource(draft) ?? CheckRoles(draft) ?? CheckInputs(draft) ?? NarrowBySource(draft) ?? NarrowByCounts(draft) ?? NarrowByLinks(draft);
    }

    /// <summary>A role in words.</summary>
    public static string Words(MediaRole role) => MediaRoles.Name(role).Replace('_', ' ');

    private static MediaRole RoleOf(OrderDraft draft, MediaSource source) => source.Hint switch
    {
        MediaHint.FirstFrame => MediaRole.FirstFrame,
        MediaHint.LastFrame => MediaRole.LastFrame,
        MediaHint.Mask => MediaRole.Mask,
        MediaHint.Character => MediaRole.Character,
        MediaHint.Audio => MediaRole.ReferenceAudio,
        MediaHint.SourceVideo => MediaRole.SourceVideo,
        MediaHint.ReferenceVideo => MediaRole.ReferenceVideo,
        MediaHint.Video => draft.ModeSpec.Accepts("source_video") ? MediaRole.SourceVideo : MediaRole.ReferenceVideo,
        _ => PictureRole(draft, source),
    };

    // Frames are filled in order: the first picture is the first frame, the next the last one.
    private static MediaRole PictureRole(OrderDraft draft, MediaSource source)
    {
        var mode = draft.ModeSpec;
        if (!mode.Accepts("first_frame") || (source.Hint is MediaHint.Reference && mode.Accepts("reference_image"))) return MediaRole.ReferenceImage;
        var earlier = draft.Media.TakeWhile(other => !ReferenceEquals(other, source)).ToList();
        var hasFirst = draft.Media.Exists(other => other.Hint is MediaHint.FirstFrame) || earlier.Exists(other => other.Role is MediaRole.FirstFrame && IsPicture(other));
        var hasLast = draft.Media.Exists(other => other.Hint is MediaHint.LastFrame) || earlier.Exists(other => other.Role is MediaRole.LastFrame);
        return hasFirst && !hasLast && mode.Accepts("last_frame") ? MediaRole.LastFrame : MediaRole.FirstFrame;
    }

    private static bool IsPicture(MediaSource source) => source.Hint is MediaHint.Picture or MediaHint.Reference or MediaHint.FirstFrame;

    private static ApiError? AddSource(OrderDraft draft)
    {
        var named = draft.Media.Find(source => source.Role is MediaRole.SourceVideo);
        if (named is not null && draft.Source is { } source && named.Video?.Source.TaskId != source.Source.TaskId)
        {
            return OrderErrors.Conflict(draft.SourcePath!, named.Path);
        }

        if (named?.Video is { } video) draft.Source ??= video;
        if (draft.Source is null || named is not null || !draft.ModeSpec.Accepts("source_video")) return null;
        draft.Media.Add(new MediaSource(draft.SourcePath!, MediaHint.SourceVideo)
        {
            Stored = draft.Source.File, Video = draft.Source, Role = MediaRole.SourceVideo,
        });
        return null;
    }

    private static ApiError? CheckRoles(OrderDraft draft)
    {
        foreach (var source in draft.Media)
        {
            if (draft.ModeSpec.Accepts(MediaRoles.Name(source.Role))) continue;
            return ApiError.Invalid(
                "conflicting_parameters",
                Api.Reading.Shown.Name(source.Path),
                $"Mode `{draft.Mode}` of `{draft.Model.Name}` takes no {Words(source.Role)}, but `{Api.Reading.Shown.Name(source.Path)}` holds one.");
        }

        return draft.Source is null || draft.ModeSpec.Accepts("source_video") ? null : ApiError.Invalid(
            "conflicting_parameters", draft.SourcePath, $"Mode `{draft.Mode}` of `{draft.Model.Name}` goes on from no video, but `{draft.SourcePath}` names one.");
    }

    private static ApiError? CheckInputs(OrderDraft draft)
    {
        foreach (var input in draft.ModeSpec.Requires)
        {
            if (input == Parameters.Prompt.Name)
            {
                if (draft.Prompt.Length == 0) return OrderErrors.PromptRequired(draft.Model.Name, draft.Offers.Max(offer => offer.MaxPromptLength));
            }
            else if (!draft.Media.Exists(source => MediaRoles.Name(source.Role) == input))
            {
                var field = _fields[input];
                return ApiError.Invalid("input_reference_required", field, $"Mode `{draft.Mode}` of `{draft.Model.Name}` needs `{field}`.");
            }
        }

        return draft.Prompt.Length > 0 || draft.TryNarrow(offer => !offer.NeedsPrompt)
            ? null
            : OrderErrors.PromptRequired(draft.Model.Name, draft.Offers.Max(offer => offer.MaxPromptLength));
    }

    private static ApiError? NarrowByCounts(OrderDraft draft)
    {
        foreach (var group in draft.Media.GroupBy(source => source.Role))
        {
            var count = group.Count();
            if (draft.TryNarrow(offer => offer.References.TryGetValue(group.Key, out var bounds) && bounds.MaxCount >= count)) continue;
            var most = draft.Offers.Max(offer => offer.References.GetValueOrDefault(group.Key)?.MaxCount ?? 0);
            var path = Api.Reading.Shown.Name(group.Last().Path);
            return most == 0
                ? OrderErrors.Unsupported(path, $"a {Words(group.Key)}", draft.Model.Name, $"It takes none in mode `{draft.Mode}`{OrderErrors.Where(draft, offer => offer.References.ContainsKey(group.Key))}.")
                : ApiError.Invalid("too_many_references", path, $"`{draft.Model.Name}` takes at most {most} {Words(group.Key)}{(most == 1 ? "" : "s")}, and with `{path}` the request has {count}.");
        }

        return null;
    }

    // A vendor that goes on from its own result does better than one that is sent the file; but it must have made it.
    private static ApiError? NarrowBySource(OrderDraft draft)
    {
        var source = draft.Source?.Source;
        var isKnown = source is { ChannelAccount: not null, UpstreamId: not null, OutputReferenceJson: not null }
            && draft.TryNarrow(offer => offer.NeedsSourceId && offer.UpstreamModel.EndsWith(":" + source.UpstreamModel, StringComparison.Ordinal));

        // Who knows the source by its id need not be sent it.
        if (isKnown) draft.Media.RemoveAll(media => media.Role is MediaRole.SourceVideo);
        return isKnown || draft.TryNarrow(offer => !offer.NeedsSourceId) ? null : ApiError.Invalid(
            "unsupported_source", draft.SourcePath ?? "video", $"`{draft.Model.Name}` can only go on from a video that the same model made here.");
    }

    private static ApiError? NarrowByLinks(OrderDraft draft)
    {
        if (draft.Terms.Library is not { HasPublicAddress: false }) return null;
        foreach (var source in draft.Media)
        {
            if (draft.TryNarrow(offer => !offer.References[source.Role].IsLinkOnly)) continue;
            return ApiError.Invalid(
                "public_url_required", source.Path, $"`{source.Path}` cannot be sent on: `{draft.Model.Name}` takes a {Words(source.Role)} only as a link to this server, which has no public address (its setting is Reelay__PublicUrl).");
        }

        return null;
    }
}
