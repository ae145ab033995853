using System.Text.Json.Nodes;

namespace Reelay.Providers.Kling;

/// <summary>Refuses what the new generation cannot say, before anything is sent: the caller pays for what was asked.</summary>
internal static class KlingNewChecks
{
    private static readonly string[] Shots = ["multi_shot", "shot_type", "multi_prompt"];

    private static readonly Dictionary<string, string[]> ExtrasByFamily = new()
    {
        [KlingDialects.Text] = [.. Shots, "watermark_info"],
        [KlingDialects.Image] = [.. Shots, "watermark_info", "element_list", "voice_list"],
        [KlingDialects.Omni] = [.. Shots, "watermark_info", "element_list", KlingFamilies.KeepSound],
    };

    /// <summary>The path for an order, without the model.</summary>
    /// <exception cref="ProviderException">There is none.</exception>
    public static string FamilyOf(SubmissionContext submission)
    {
        var model = submission.Request.UpstreamModel;
        return KlingDialects.FamilyOf(submission.Request) ?? throw KlingChecks.Refusal(submission, KlingDialects.NewName(model) is null
            ? $"{model} is not in Kling's new API; a channel whose dialect is legacy makes it"
            : $"mode {submission.Request.Mode} is not made by {model}");
    }

    /// <summary>Whether sound can be switched on and off for an order.</summary>
    public static bool HasSoundChoice(ProviderRequest order) => Rows(order).Any(row => row.Audio == "choice");

    /// <summary>Checks everything that the order's path could not carry.</summary>
    /// <exception cref="ProviderException">It says what; nothing was sent.</exception>
    public static void RefuseUnsayable(SubmissionContext submission, string family, KlingOptions options)
    {
        var order = submission.Request;
        var makesSound = Rows(order).Any(row => row.Audio == "always");
        var reason = KlingChecks.WrongMedia(submission.Media, order.Mode, family);
        if (order.Count > 1)
            reason ??= $"{order.Count} outputs cannot be asked for";
        if (order.Audio == true && !makesSound && !HasSoundChoice(order))
            reason ??= $"{order.UpstreamModel} makes no sound in mode {order.Mode} and quality {order.Quality ?? "(none)"}";
        if (order.Audio == false && makesSound)
            reason ??= $"{order.UpstreamModel} makes sound always";
        reason ??= WrongExtra(order, family) ?? KlingNewPrompt.Mistake(order);
        if (reason is null && KlingNewPrompt.Of(order, hasInputs: false).Length == 0)
            reason = "a prompt is needed";
        reason ??= KlingChecks.Unreachable(submission.Media, options);
        if (reason is not null)
            throw KlingChecks.Refusal(submission, reason);
    }

    private static string? WrongExtra(ProviderRequest order, string family)
    {
        var given = order.Extras.Where(extra => extra.Value is not null).Select(extra => extra.Key).ToList();
        if (given.Find(name => !ExtrasByFamily[family].Contains(name)) is { } extra)
            return $"{extra} is not a parameter of {family} in Kling's new API";
        if (given.Find(Shots.Contains) is { } shots && !KlingCapability.HasShots(order.UpstreamModel))
            return $"{shots} is not a parameter of {order.UpstreamModel} in Kling's new API";
        if (given.Contains("voice_list") && order.Audio != true)
            return "voice_list needs sound to be on";
        if (given.Contains(KlingFamilies.KeepSound) && order.Mode != "edit")
            return $"{KlingFamilies.KeepSound} is for mode edit";
        return given.Find(name => name is "element_list" or "voice_list" && !IsList(order.Extras[name], name.Replace("list", "id", StringComparison.Ordinal))) is { } list
            ? $"{list} must be a list of objects with an id each"
            : null;
    }

    private static bool IsList(JsonNode? list, string id) => list is JsonArray items && items.All(item => item is JsonObject fields && fields[id] is JsonValue);

    private static IEnumerable<UpstreamModel> Rows(ProviderRequest order) => KlingCapability.New(order.UpstreamModel).Where(row =>
        row.Modes.Contains(order.Mode) && (order.Quality is null || row.Qualities.Contains(order.Quality)));
}
