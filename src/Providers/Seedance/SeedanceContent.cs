using System.Text.Json.Nodes;

namespace Reelay.Providers.Seedance;

/// <summary>Builds <c>content</c>: one text, then the files in the caller's order, since a prompt counts them (图1, 图2 …).</summary>
internal static class SeedanceContent
{
    /// <summary>Most base64 in one body: Ark takes 64 MB in all.</summary>
    private const long MaxInlineLength = 60_000_000;

    /// <summary>The items of an order.</summary>
    public static JsonArray Of(SubmissionContext submission, SeedanceOptions options, UpstreamBody body)
    {
        var content = new JsonArray();
        if (submission.Request.Prompt is { Length: > 0 } prompt)
            content.Add((JsonNode)new JsonObject { ["type"] = "text", ["text"] = SeedancePrompt.Neutralise(prompt) });
        var linked = Linked(submission.Media, options);
        foreach (var media in submission.Media)
        {
            var (type, role) = Words(media.Role);
            var url = linked.Contains(media) ? media.PublicUrl!.AbsoluteUri : DataUrl(media, body);
            content.Add((JsonNode)new JsonObject { ["type"] = type, ["role"] = role, [type] = new JsonObject { ["url"] = url } });
        }

        return content;
    }

    /// <summary>The files that go as links: videos always, others where they are wanted so or what is before them fills the body.</summary>
    public static IReadOnlySet<MediaInput> Linked(IReadOnlyList<MediaInput> media, SeedanceOptions options)
    {
        var linked = new HashSet<MediaInput>(ReferenceEqualityComparer.Instance);
        long length = 0;
        foreach (var input in media)
        {
            var added = (input.SizeBytes + 2) / 3 * 4;
            if (input.Role == MediaRole.ReferenceVideo || !options.MediaInline || length + added > MaxInlineLength)
                linked.Add(input);
            else
                length += added;
        }

        return linked;
    }

    private static (string Type, string Role) Words(MediaRole role) => role switch
    {
        MediaRole.FirstFrame => ("image_url", "first_frame"),
        MediaRole.LastFrame => ("image_url", "last_frame"),
        MediaRole.ReferenceImage => ("image_url", "reference_image"),
        MediaRole.ReferenceVideo => ("video_url", "reference_video"),
        MediaRole.ReferenceAudio => ("audio_url", "reference_audio"),
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "Ark has no such input."),
    };

    // Ark names the format of a sound, not its media type.
    private static string DataUrl(MediaInput media, UpstreamBody body) =>
        media.ContentType == "audio/mpeg" ? $"data:audio/mp3;base64,{body.InBase64(media)}" : body.DataUrl(media);
}
