using System.Globalization;
using Reelay.Server.Catalog;

namespace Reelay.Server.Billing;

/// <summary>
/// Prices of the operator's own: <c>Reelay:Models:{name}:Free</c>, and <c>Reelay:Prices:{name}:{position}:Per</c>, <c>Micros</c> and the conditions
/// <c>Tier</c>, <c>Quality</c>, <c>Mode</c>, <c>Audio</c>, <c>InputVideo</c>. They take the place of all shipped rows of the model.
/// </summary>
internal static class PriceSettings
{
    private static readonly string[] _names = ["Tier", "Quality", "Mode", "Audio", "InputVideo", "InputSeconds", "Per", "Micros"];

    /// <summary>Reads them; the catalog checks what they name.</summary>
    /// <exception cref="InvalidOperationException">Lists every mistake.</exception>
    public static IReadOnlyDictionary<string, ModelPricing> Read(IConfiguration configuration)
    {
        var all = new Dictionary<string, ModelPricing>(StringComparer.Ordinal);
        var mistakes = new List<string>();
        foreach (var model in configuration.GetSection("Reelay:Prices").GetChildren())
        {
            List<PriceSpec> rows = [.. model.GetChildren().OrderBy(row => int.TryParse(row.Key, out var position) ? position : int.MaxValue).Select(row => Row(row, mistakes))];
            all[model.Key] = new(PriceVersions.Of("settings", rows), IsFree: false, rows);
        }

        foreach (var model in configuration.GetSection("Reelay:Models").GetChildren())
        {
            if (model["Free"] is not { } text) continue;
            if (!bool.TryParse(text, out var isFree)) mistakes.Add($"{model.Path}:Free is '{text}'; it takes true or false.");
            else if (isFree && all.ContainsKey(model.Key)) mistakes.Add($"{model.Key} is free and has prices; leave one of the two out.");
            else if (isFree) all[model.Key] = new("settings-free", IsFree: true, []);
        }

        return mistakes.Count == 0 ? all : throw new InvalidOperationException("The prices have mistakes:\n- " + string.Join("\n- ", mistakes));
    }

    private static PriceSpec Row(IConfigurationSection row, List<string> mistakes)
    {
        foreach (var stranger in row.GetChildren().Where(child => !_names.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
            mistakes.Add($"{stranger.Path} is no part of a price; there are {string.Join(", ", _names)}.");
        if (row["Per"] is null) mistakes.Add($"{row.Path}:Per is missing: second, output, call or token.");
        return new PriceSpec
        {
            Tier = Word(row["Tier"]),
            Quality = Word(row["Quality"]),
            Mode = Word(row["Mode"]),
            Audio = Flag(row, "Audio", mistakes),
            InputVideo = Flag(row, "InputVideo", mistakes),
            InputSeconds = (int?)Number(row, "InputSeconds", 3600, mistakes),
            Per = row["Per"] ?? "",
            Micros = row["Micros"] is null ? Missing(row, mistakes) : Number(row, "Micros", PriceSpec.MaxMicros, mistakes) ?? 0,
        };
    }

    private static string? Word(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static bool? Flag(IConfigurationSection row, string name, List<string> mistakes)
    {
        if (Word(row[name]) is not { } text) return null;
        if (bool.TryParse(text, out var value)) return value;
        mistakes.Add($"{row.Path}:{name} is '{text}'; it takes true or false.");
        return null;
    }

    private static long? Number(IConfigurationSection row, string name, long most, List<string> mistakes)
    {
        if (Word(row[name]) is not { } text) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= most) return value;
        mistakes.Add($"{row.Path}:{name} is '{text}'; it takes a whole number from 0 to {most}.");
        return null;
    }

    private static long Missing(IConfigurationSection row, List<string> mistakes)
    {
        mistakes.Add($"{row.Path}:Micros is missing: micro-dollars for one, or for a million tokens.");
        return 0;
    }
}
