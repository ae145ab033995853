namespace Reelay.Providers.OpenAi;

/// <summary>The servers' own parameters with their types and bounds, and which of them a channel leaves to callers.</summary>
/// <remarks>An entry of <see cref="OpenAiOptions.Extras"/> is a name of this table, or <c>name:type</c>.</remarks>
internal static class OpenAiExtras
{
    private static readonly string[] Types = ["text", "integer", "number", "boolean", "object", "list"];

    // They name files or weights on the server, or would escape what was checked and priced (README, quirks).
    private static readonly string[] NeverFromCallers =
    [
        "prompt", "model", "video", "characters", "output_path", "video_path", "frame_interpolation_model_path", "upscaling_model_path",
        "diffusers_kwargs", "lora",
    ];

    // A server's own bounds stand above what is true everywhere. Sources: the README beside this file.
    private static readonly IReadOnlyList<(string? Profile, ExtraParameter Parameter)> Known =
    [
        ("vllm_omni", new() { Name = "num_inference_steps", Type = "integer", Min = 1, Max = 200 }),
        ("vllm_omni", new() { Name = "guidance_scale", Type = "number", Min = 0, Max = 20 }),
        ("vllm_omni", new() { Name = "guidance_scale_2", Type = "number", Min = 0, Max = 20 }),
        ("vllm_omni", new() { Name = "true_cfg_scale", Type = "number", Min = 0, Max = 20 }),
        ("vllm_omni", new() { Name = "boundary_ratio", Type = "number", Min = 0, Max = 1 }),
        ("sglang", new() { Name = "output_quality", Type = "text", Allowed = ["maximum", "high", "medium", "low", "default"] }),
        ("sglang", new() { Name = "output_compression", Type = "integer", Min = 0, Max = 100 }),
        ("trtllm", new() { Name = "num_frames", Type = "integer", IsContent = true, Min = 1, Max = 7200 }),
        ("trtllm", new() { Name = "seed", Type = "integer", Min = 0 }),
        (null, new() { Name = "negative_prompt", Type = "text" }),
        (null, new() { Name = "seed", Type = "integer" }),
        (null, new() { Name = "num_frames", Type = "integer", IsContent = true, Min = 1 }),
        (null, new() { Name = "num_inference_steps", Type = "integer", Min = 1 }),
        (null, new() { Name = "guidance_scale", Type = "number" }),
        (null, new() { Name = "guidance_scale_2", Type = "number" }),
        (null, new() { Name = "true_cfg_scale", Type = "number" }),
        (null, new() { Name = "cfg_scale", Type = "number" }),
        (null, new() { Name = "boundary_ratio", Type = "number" }),
        (null, new() { Name = "flow_shift", Type = "number" }),
        (null, new() { Name = "max_sequence_length", Type = "integer", Min = 1 }),
        (null, new() { Name = "enable_teacache", Type = "boolean" }),
        (null, new() { Name = "output_quality", Type = "text" }),
        (null, new() { Name = "output_compression", Type = "integer" }),
        (null, new() { Name = "sound_duration", Type = "number", IsContent = true, Min = 0 }),
        (null, new() { Name = "camera_control", Type = "object", IsContent = true }),
    ];

    /// <summary>What callers may send through a channel; what the operator fixed is no longer theirs to say.</summary>
    public static IReadOnlyList<ExtraParameter> Of(OpenAiOptions options) =>
        [.. options.Extras.Select(entry => Find(options, entry)!).Where(extra => !options.FixedFields.ContainsKey(extra.Name))];

    /// <summary>Every mistake in a channel's list.</summary>
    public static IEnumerable<string> FindMistakes(OpenAiOptions options)
    {
        foreach (var entry in options.Extras)
        {
            var name = NameOf(entry);
            if (string.IsNullOrEmpty(name) || NeverFromCallers.Contains(name) || name == options.ReferenceField)
                yield return $"extras: {(string.IsNullOrEmpty(name) ? "null" : name)} may not be left to callers";
            else if (options.Fields.Values.Contains(name))
                yield return $"extras: {name} is one of the fields already";
            else if (Find(options, entry) is null)
                yield return $"extras: the type of {name} is needed, one of {string.Join(", ", Types)}, written {name}:number";
        }

        foreach (var twice in options.Extras.GroupBy(NameOf).Where(group => group.Count() > 1))
            yield return $"extras: {twice.Key} is named twice";
    }

    private static string? NameOf(string? entry) => entry?.Split(':')[0];

    private static ExtraParameter? Find(OpenAiOptions options, string entry)
    {
        var name = NameOf(entry)!;
        if (name.Length == entry.Length)
            return Known.FirstOrDefault(row => row.Parameter.Name == name && (row.Profile ?? options.Profile) == options.Profile).Parameter;
        var type = entry[(name.Length + 1)..];
        return Types.Contains(type) ? new() { Name = name, Type = type } : null;
    }
}
