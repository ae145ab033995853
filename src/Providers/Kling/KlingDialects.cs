namespace Reelay.Providers.Kling;

/// <summary>Kling's two API generations, and what either calls a model and a path.</summary>
internal static class KlingDialects
{
    /// <summary><c>/v1/videos/{family}</c>, the model in the body.</summary>
    public const string Legacy = "legacy";

    /// <summary><c>/{family}/{model}</c>, every task read under <c>/tasks</c>.</summary>
    public const string New = "new";

    /// <summary>What the new generation reads every task under; stands in references in the place of a legacy family.</summary>
    public const string Tasks = "tasks";

    public const string Text = "text-to-video";
    public const string Image = "image-to-video";
    public const string Omni = "omni-video";

    // Callers and the catalog know models by their legacy names. Those that are not here are gone from the new generation.
    private static readonly Dictionary<string, string> NewNames = new()
    {
        ["kling-v2-5-turbo"] = "kling-2.5-turbo",
        ["kling-v2-6"] = "kling-2.6",
        ["kling-v3"] = "kling-3.0",
        ["kling-v3-omni"] = "kling-3.0-omni",
        ["kling-video-o1"] = "kling-o1",
    };

    /// <summary>A model's name in the new generation; null if it is a legacy name without a successor there.</summary>
    public static string? NewName(string model) =>
        NewNames.GetValueOrDefault(model) ?? (model.StartsWith("kling-v", StringComparison.Ordinal) ? null : model);

    /// <summary>Whether a name has the new generation's form: <c>kling-</c> and a number, or <c>kling-o</c> and a number.</summary>
    public static bool IsNewName(string model) =>
        model.StartsWith("kling-", StringComparison.Ordinal) && model[6..].TrimStart('o') is { Length: > 0 } rest && char.IsAsciiDigit(rest[0]);

    /// <summary>Whether a new name is one of the models that take everything under one path.</summary>
    public static bool IsOmni(string newName) =>
        newName.StartsWith("kling-o", StringComparison.Ordinal) || newName.EndsWith("-omni", StringComparison.Ordinal);

    /// <summary>The new generation's path for an order, without the model, or null if it has none for it.</summary>
    public static string? FamilyOf(ProviderRequest request) => NewName(request.UpstreamModel) is not { } name ? null
        : (IsOmni(name), request.Mode) switch
        {
            (true, "t2v" or "i2v" or "i2v_first_last" or "multi_i2v" or "extend" or "edit") => Omni,
            (false, "t2v") => Text,
            (false, "i2v" or "i2v_first_last") => Image,
            _ => null,
        };
}
