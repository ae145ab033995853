using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Reelay.Providers;

/// <summary>Reads the options of a channel in a provider's own <c>…Options</c> shape: what the operator wrote, laid over the defaults.</summary>
public static class ChannelOptions
{
    /// <summary>The options of an account, for a call.</summary>
    /// <param name="account">The account.</param>
    /// <param name="usual">The options of a channel that has none.</param>
    /// <param name="read">The provider's own reading.</param>
    /// <exception cref="ProviderException">They have mistakes; nothing was sent with them.</exception>
    public static T Of<T>(ProviderAccount account, T usual, Func<JsonElement, (T? Options, IReadOnlyList<string> Mistakes)> read)
        where T : class
    {
        if (IsAbsent(account.Options)) return usual;
        var (options, mistakes) = read(account.Options);
        return options ?? throw new ProviderException(
            ProviderErrorKind.NotSent, $"options of channel {account.ChannelId}: {string.Join("; ", mistakes)}");
    }

    /// <summary>Lays what was given over a preset.</summary>
    /// <param name="given">What the operator wrote; an undefined element means nothing.</param>
    /// <param name="preset">What to lay it over, or why there is none.</param>
    /// <param name="type">How the options are read and written; strict, so that a misspelt key is a mistake.</param>
    /// <param name="lay">Lays the members over the preset where it takes more than replacing them; null replaces.</param>
    /// <param name="check">Finds mistakes in the result.</param>
    /// <returns>The options, or null with the mistakes.</returns>
    public static (T? Options, IReadOnlyList<string> Mistakes) Read<T>(
        JsonElement given,
        Func<(T? Preset, string? Mistake)> preset,
        JsonTypeInfo<T> type,
        Action<JsonObject, JsonElement>? lay,
        Func<T, IReadOnlyList<string>> check)
        where T : class
    {
        if (!IsAbsent(given) && given.ValueKind != JsonValueKind.Object) return (null, ["options must be an object"]);
        var (start, mistake) = preset();
        if (start is null) return (null, [mistake!]);
        if (IsAbsent(given)) return (start, []);
        try
        {
            // Generated readers give absent properties no default, so the preset is written first.
            var merged = JsonSerializer.SerializeToNode(start, type)!.AsObject();
            (lay ?? Replace)(merged, given);
            var options = merged.Deserialize(type)!;
            var mistakes = check(options);
            return (mistakes.Count == 0 ? options : null, mistakes);
        }
        catch (JsonException exception)
        {
            return (null, [$"{exception.Path}: {exception.Message}"]);
        }
    }

    /// <summary>Chooses the preset that the member <c>profile</c> names.</summary>
    public static (T? Preset, string? Mistake) Profile<T>(JsonElement given, IReadOnlyDictionary<string, T> presets, string usual)
        where T : class =>
        presets.TryGetValue(given.Member("profile").AsText() ?? usual, out var preset)
            ? (preset, null)
            : (null, $"profile must be one of {string.Join(", ", presets.Keys)}");

    /// <summary>Puts each member in the place of the preset's.</summary>
    public static void Replace(JsonObject merged, JsonElement given)
    {
        foreach (var member in given.EnumerateObject()) merged[member.Name] = JsonNode.Parse(member.Value.GetRawText());
    }

    private static bool IsAbsent(JsonElement given) => given.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;
}
