namespace Reelay.Server.Api;

/// <summary>Settings that are lists of words: one text with commas or blanks between them, a list, or both.</summary>
internal static class SettingWords
{
    /// <summary>The words in their order; none if the setting is absent or empty.</summary>
    public static IEnumerable<string> Of(IConfigurationSection section) => section.GetChildren().Select(child => child.Value).Append(section.Value)
        .SelectMany(text => (text ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
