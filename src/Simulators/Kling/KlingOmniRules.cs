using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>What the omni call allows: texts, frames, reference pictures and elements, and one video to look at or to edit.</summary>
internal static class KlingOmniRules
{
    // A video is not fetched here, so nobody knows how long an edit of it is.
    private const string EditSeconds = "5";

    /// <summary>Checks a create call.</summary>
    public static KlingReading Read(KlingFields body, IReadOnlyList<string> served)
    {
        if (KlingRules.Model("omni-video", body, "kling-video-o1", served) is not { } model)
            return body.Mistake!;
        string mode = body.Word("mode", "pro", model.Modes);
        IReadOnlyList<JsonObject> videos = body.List("video_list", 1);
        IReadOnlyList<JsonObject> images = body.List("image_list", 7);
        bool isEdit = videos.Any(video => CheckVideo(body, video));
        List<KlingPicture> pictures = CheckImages(body, images, hasVideo: videos.Count > 0, isEdit);

        bool hasFirst = images.Any(image => Type(image) == "first_frame");
        bool isPlain = videos.Count == 0 && (images.Count == 0 || (images.Count == 1 && hasFirst));
        string seconds = isEdit ? EditSeconds : Duration(body, model, isPlain, images.Count);
        bool hasShots = body.Shots(model, seconds);
        string prompt = body.Prompt(isNeeded: !hasShots);
        string? ratio = body.Has("aspect_ratio") ? body.Word("aspect_ratio", "", "16:9", "9:16", "1:1") : null;
        if (ratio is null && !hasFirst && !isEdit)
            body.Refuse(new KlingRefusal(1201, "aspect_ratio can not be null"));
        bool hasSound = body.Sound(model, mode, hasTail: images.Any(image => Type(image) == "end_frame"));
        if (hasSound && videos.Count > 0)
            body.RefuseValue("sound");
        if (body.Mistake is { } mistake)
            return mistake;
        return KlingRules.Order(model, mode, prompt, seconds, ratio, hasFirst ? pictures[0] : null, hasSound) with
        {
            HasBadPicture = pictures.Any(picture => picture.IsBad),
        };
    }

    private static string Duration(KlingFields body, KlingModel model, bool isPlain, int imageCount)
    {
        string seconds = body.Duration(model.Durations);
        if (isPlain && model.PlainDurations?.Contains(seconds) == false)
            body.Refuse(new KlingRefusal(
                1201, imageCount == 0 ? "Duration only supports 5 or 10 seconds when no refer_image is provided" : $"duration value '{seconds}' is invalid"));
        return seconds;
    }

    // Whether it is a video to edit, which is also what is taken when nothing is said.
    private static bool CheckVideo(KlingFields body, JsonObject video)
    {
        if (!KlingPictures.IsLink(video["video_url"]?.ToString()))
            body.Refuse(KlingReply.Invalid("video_url", video["video_url"]));
        string type = video["refer_type"]?.ToString() ?? "base";
        if (type is not ("base" or "feature"))
            body.Refuse(KlingReply.Invalid("refer_type", video["refer_type"]));
        if ((video["keep_original_sound"]?.ToString() ?? "yes") is not ("yes" or "no"))
            body.Refuse(KlingReply.Invalid("keep_original_sound", video["keep_original_sound"]));
        return type == "base";
    }

    private static List<KlingPicture> CheckImages(KlingFields body, IReadOnlyList<JsonObject> images, bool hasVideo, bool isEdit)
    {
        List<KlingPicture> found = [];
        foreach (JsonObject image in images.OrderBy(image => Type(image) == "first_frame" ? 0 : 1))
        {
            (KlingPicture? picture, KlingRefusal? refusal) = KlingPictures.Check(image["image_url"]);
            body.Refuse(refusal);
            if (Type(image) is not (null or "first_frame" or "end_frame"))
                body.Refuse(KlingReply.Invalid("type", image["type"]));
            if (picture is not null)
                found.Add(picture);
        }

        int ends = images.Count(image => Type(image) == "end_frame");
        int firsts = images.Count(image => Type(image) == "first_frame");
        if (images.Count + body.List("element_list", 7).Count > (hasVideo ? 4 : 7))
            body.Refuse(new KlingRefusal(1201, "too many images and elements"));
        if (firsts > 1 || ends > 1 || (ends == 1 && firsts == 0) || (ends == 1 && images.Count > 2))
            body.Refuse(new KlingRefusal(1201, "end_frame needs one first_frame and no other images"));
        if (isEdit && firsts + ends > 0)
            body.Refuse(new KlingRefusal(1201, "frames can not be used when a video is edited"));
        return found;
    }

    private static string? Type(JsonObject image) => image["type"]?.ToString() is { Length: > 0 } type ? type : null;
}
