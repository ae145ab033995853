namespace Reelay.Providers.UpstreamGateway;

/// <summary>Which parameters beyond the common ones a channel leaves to callers. An entry is a name of this table, or <c>name:type</c>.</summary>
internal static class UpstreamGatewayExtras
{
    private static readonly string[] Types = ["text", "integer", "number", "boolean", "object", "list"];

    // They would change model, price, inputs or routing behind what was checked.
    private static readonly string[] NeverFromCallers =
    [
        "prompt", "model", "model_name", "metadata", "parameters", "extra_body", "group", "image", "images", "reference_images", "video", "mode",
        "first_last_frame", "source_video_url", "callback_url", "duration", "resolution",
    ];

    private static readonly IReadOnlyList<ExtraParameter> Known =
    [
        new() { Name = "negative_prompt", Type = "text" },
        new() { Name = "cfg_scale", Type = "number" },
        new() { Name = "seed", Type = "integer" },
        new() { Name = "camera_control", Type = "object", IsContent = true },
        new() { Name = "watermark_info", Type = "object" },
    ];

    /// <summary>What callers may send through a channel; what the operator fixed is no longer theirs to say.</summary>
    public static IReadOnlyList<ExtraParameter> Of(UpstreamGatewayOptions options) =>
        [.. options.Extras.Select(entry => Find(entry)!).Where(extra => !options.FixedFields.ContainsKey(extra.Name))];

    /// <summary>Every mistake in a channel's list.</summary>
    public static IEnumerable<string> FindMistakes(UpstreamGatewayOptions options)
    {
        foreach (var entry in options.Extras)
        {
            var name = NameOf(entry);
            if (string.IsNullOrEmpty(name) || NeverFromCallers.Contains(name))
                yield return $"extras: {(string.IsNullOrEmpty(name) ? "null" : name)} may not be left to callers";
            else if (options.Fields.Values.Contains(name))
                yield return $"extras: {name} is one of the fields already";
            else if (Find(entry) is null)
                yield return $"extras: the type of {name} is needed, one of {string.Join(", ", Types)}, written {name}:number";
        }

        foreach (var twice in options.Extras.GroupBy(NameOf).Where(group => group.Count() > 1))
            yield return $"extras: {twice.Key} is named twice";
    }

    private static string? NameOf(string? entry) => entry?.Split(':')[0];

    private static ExtraParameter? Find(string entry)
    {
        var name = NameOf(entry)!;
        if (name.Length == entry.Length)
            return Known.FirstOrDefault(known => known.Name == name);
        var type = entry[(name.Length + 1)..];
        return Types.Contains(type) ? new() { Name = name, Type = type } : null;
    }
}
