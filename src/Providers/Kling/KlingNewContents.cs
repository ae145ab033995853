using System.Text.Json.Nodes;

namespace Reelay.Providers.Kling;

/// <summary>The list <c>contents</c> of the new generation: the prompt, then what it names by <c>@id</c>.</summary>
internal static class KlingNewContents
{
    /// <summary>Prompt, media in the caller's order, elements and voices.</summary>
    public static JsonArray Of(SubmissionContext submission, string family, string prompt, KlingOptions options, UpstreamBody body)
    {
        var contents = new JsonArray(new JsonObject { ["type"] = "prompt", ["text"] = prompt });
        var (images, videos) = (0, 0);
        foreach (var media in submission.Media)
        {
            var item = new JsonObject { ["type"] = Type(media.Role, submission.Request.Mode), ["url"] = Sent(media) };

            // Only the omni path gives media names; the caller's order is kept, since prompts count them.
            if (family == KlingDialects.Omni)
                item["id"] = media.Role == MediaRole.SourceVideo ? $"video_{++videos}" : $"image_{++images}";
            contents.Add((JsonNode)item);
        }

        AddNamed(contents, submission.Request, "element");
        AddNamed(contents, submission.Request, "voice");
        return contents;

        // Base64 without "data:", as in the legacy generation.
        string Sent(MediaInput media) =>
            KlingChecks.NeedsLink(media, options) ? media.PublicUrl!.AbsoluteUri : body.InBase64(media);
    }

    private static string Type(MediaRole role, string mode) => role switch
    {
        MediaRole.FirstFrame => "first_frame",
        MediaRole.LastFrame => "last_frame",
        MediaRole.SourceVideo => mode == "edit" ? "base_video" : "feature_video",
        _ => "refer_image",
    };

    // Ids are texts here, where the legacy generation has numbers.
    private static void AddNamed(JsonArray contents, ProviderRequest order, string kind)
    {
        var count = 0;
        foreach (var item in order.Extras[$"{kind}_list"] as JsonArray ?? [])
        {
            contents.Add((JsonNode)new JsonObject
            {
                ["type"] = kind, [$"{kind}_id"] = item![$"{kind}_id"]!.ToString(), ["id"] = $"{kind}_{++count}",
            });
        }
    }
}
