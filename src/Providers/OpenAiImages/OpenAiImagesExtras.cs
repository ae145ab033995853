namespace Reelay.Providers.OpenAiImages;

/// <summary>The servers' own parameters with their types, and which of them a channel leaves to callers.</summary>
/// <remarks>An entry of <see cref="OpenAiImagesOptions.Extras"/> is a name of this table, or <c>name:type</c>.</remarks>
internal static class OpenAiImagesExtras
{
    private static readonly string[] Types = ["text", "integer", "number", "boolean", "object", "list"];

    // They would escape what was checked and priced, turn the answer into a stream of events, or name files on the server.
    private static readonly string?[] NeverFromCallers =
    [
        null, "", "prompt", "model", "n", "size", "quality", "image", "image[]", "mask", "response_format", "stream", "partial_images",
        "output_path", "lora",
    ];

    // Of a model that is listed its own row says more. Sources: the README beside this file.
    private static readonly IReadOnlyList<ExtraParameter> Known =
    [
        new() { Name = "background", Type = "text", IsContent = true, Allowed = ["transparent", "opaque", "auto"] },
        new() { Name = "output_format", Type = "text", IsContent = true, Allowed = ["png", "jpeg", "webp"] },
        new() { Name = "output_compression", Type = "integer", Min = 0, Max = 100 },
        new() { Name = "moderation", Type = "text", Allowed = ["auto", "low"] },
        new() { Name = "input_fidelity", Type = "text", Allowed = ["high", "low"] },
        new() { Name = "negative_prompt", Type = "text" },
        new() { Name = "num_inference_steps", Type = "integer", Min = 1 },
        new() { Name = "guidance_scale", Type = "number" },
        new() { Name = "true_cfg_scale", Type = "number" },
        new() { Name = "seed", Type = "integer" },
    ];

    /// <summary>Names of what callers may send.</summary>
    public static IEnumerable<string> Names(OpenAiImagesOptions options) => options.Extras.Select(NameOf);

    /// <summary>What callers may send through a channel; what the operator fixed is no longer theirs to say.</summary>
    public static IReadOnlyList<ExtraParameter> Of(OpenAiImagesOptions options) =>
        [.. options.Extras.Select(entry => Find(entry)!).Where(extra => !options.FixedFields.ContainsKey(extra.Name))];

    /// <summary>Every mistake in a channel's list.</summary>
    public static IEnumerable<string> FindMistakes(OpenAiImagesOptions options)
    {
        foreach (var entry in options.Extras)
        {
            if (entry is null || NeverFromCallers.Contains(NameOf(entry)))
                yield return $"extras: {(string.IsNullOrEmpty(entry) ? "null" : NameOf(entry))} may not be left to callers";
            else if (Find(entry) is null)
                yield return $"extras: the type of {NameOf(entry)} is needed, one of {string.Join(", ", Types)}, written {NameOf(entry)}:number";
        }
    }

    private static string NameOf(string entry) => entry.Split(':')[0];

    private static ExtraParameter? Find(string entry)
    {
        var name = NameOf(entry);
        if (name.Length == entry.Length)
            return Known.FirstOrDefault(extra => extra.Name == name);
        var type = entry[(name.Length + 1)..];
        return Types.Contains(type) ? new() { Name = name, Type = type } : null;
    }
}
