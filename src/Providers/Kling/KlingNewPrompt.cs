using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reelay.Providers.Kling;

/// <summary>What of an order the new generation says in the prompt: several shots, and the names of inputs.</summary>
internal static partial class KlingNewPrompt
{
    /// <summary>Whether several shots were asked for.</summary>
    public static bool IsInShots(ProviderRequest order) =>
        order.Extras["multi_shot"] is JsonValue value && value.TryGetValue(out bool isAsked) && isAsked;

    /// <summary>The prompt in this generation's words.</summary>
    /// <param name="order">The order, checked.</param>
    /// <param name="hasInputs">Whether inputs go along that a prompt can name.</param>
    public static string Of(ProviderRequest order, bool hasInputs)
    {
        var prompt = IsInShots(order) && order.Extras["multi_prompt"] is JsonArray shots ? Shots(shots) : order.Prompt ?? "";
        return hasInputs ? LegacyName().Replace(prompt, found => $"@{found.Groups[1]}{(found.Groups[2].Length > 0 ? " " : "")}{found.Groups[2]}") : prompt;
    }

    /// <summary>Why shots cannot be written into a prompt; null if they can.</summary>
    public static string? Mistake(ProviderRequest order)
    {
        if (!IsInShots(order))
            return order.Extras["multi_prompt"] is null ? null : "multi_prompt needs multi_shot";
        if (order.Extras["multi_prompt"] is not { } given)
            return order.Extras["shot_type"]?.ToString() == "customize" ? "shot_type customize needs multi_prompt" : null;
        return given is JsonArray { Count: > 0 } shots && shots.All(IsShot) ? null
            : "multi_prompt must be a list of shots with index, prompt and duration, whose prompts hold no semicolon";
    }

    // The manual's form: "shot n, seconds, words;".
    private static string Shots(JsonArray shots) => string.Join(' ', shots.OrderBy(shot => Whole(shot!["index"]) ?? 0)
        .Select((shot, index) => $"shot {index + 1}, {Whole(shot!["duration"])}, {shot["prompt"]!.GetValue<string>()};"));

    private static bool IsShot(JsonNode? shot) => shot is JsonObject fields && Whole(fields["duration"]) > 0
        && fields["prompt"] is JsonValue value && value.TryGetValue(out string? words) && words.Length > 0 && !words.Contains(';', StringComparison.Ordinal);

    private static int? Whole(JsonNode? value) =>
        int.TryParse(value?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // Prompts name inputs as <<<image_1>>> in the legacy generation; a blank keeps a name apart from a word that follows it.
    [GeneratedRegex(@"<<<((?:image|video|element|voice)_[0-9]+)>>>(\w?)")]
    private static partial Regex LegacyName();
}
