using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Server.Routing.Sources;

/// <summary>One setting of a channel, as the file of channels and the admin API write it.</summary>
/// <param name="Name">In snake case, for example <c>base_url</c>.</param>
/// <param name="Property">The same in <see cref="ChannelConfig"/>.</param>
/// <param name="Takes">What values it takes, in words.</param>
/// <param name="Set">Sets it; false if the value is of another type.</param>
/// <param name="Get">Reads it.</param>
internal sealed record ChannelField(
    string Name, string Property, string Takes, Func<ChannelConfig, JsonNode?, bool> Set, Func<ChannelConfig, JsonNode?> Get)
{
    /// <summary>Whether it is kept encrypted.</summary>
    public bool IsSealed { get; init; }

    /// <summary>Whether a mistake in it may not show its value.</summary>
    public bool IsSecret { get; init; }

    public static ChannelField Text(string name, string property, Action<ChannelConfig, string> set, Func<ChannelConfig, string> get) =>
        new(name, property, "a text", (config, node) => IsText(node, out var text) && Done(set, config, text), config => get(config));

    /// <summary>A list of words; one text with commas means the same.</summary>
    public static ChannelField Words(string name, string property, Action<ChannelConfig, string> set, Func<ChannelConfig, string> get) => new(
        name,
        property,
        "a list of texts, or one text with commas",
        (config, node) => IsText(node, out var text) ? Done(set, config, text)
            : node is JsonArray list && list.All(item => IsText(item, out var word) && !word.Contains(','))
                && Done(set, config, string.Join(',', list.Select(item => (string)item!))),
        config => new JsonArray([.. Split(get(config)).Select(word => (JsonNode)word)]));

    public static ChannelField Whole(string name, string property, Action<ChannelConfig, int> set, Func<ChannelConfig, int> get) =>
        new(name, property, "a whole number", (config, node) => IsWhole(node, out var number) && Done(set, config, number), config => get(config));

    public static ChannelField Number(string name, string property, Action<ChannelConfig, double> set, Func<ChannelConfig, double> get) =>
        new(name, property, "a number", (config, node) => IsNumber(node, out var number) && Done(set, config, number), config => get(config));

    public static ChannelField Flag(string name, string property, Action<ChannelConfig, bool> set, Func<ChannelConfig, bool> get) => new(
        name,
        property,
        "true or false",
        (config, node) => node?.GetValueKind() is JsonValueKind.True or JsonValueKind.False && Done(set, config, node.GetValueKind() == JsonValueKind.True),
        config => get(config));

    public static ChannelField Texts(string name, string property, Action<ChannelConfig, Dictionary<string, string>> set, Func<ChannelConfig, Dictionary<string, string>> get) => new(
        name,
        property,
        "an object of texts",
        (config, node) => node is JsonObject map && map.All(pair => IsText(pair.Value, out _))
            && Done(set, config, map.ToDictionary(pair => pair.Key, pair => (string)pair.Value!)),
        config => new JsonObject(get(config).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))));

    public static ChannelField Wholes(string name, string property, Action<ChannelConfig, Dictionary<string, int>> set, Func<ChannelConfig, Dictionary<string, int>> get) => new(
        name,
        property,
        "an object of whole numbers",
        (config, node) => node is JsonObject map && map.All(pair => IsWhole(pair.Value, out _))
            && Done(set, config, map.ToDictionary(pair => pair.Key, pair => IsWhole(pair.Value, out var number) ? number : 0)),
        config => new JsonObject(get(config).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))));

    /// <summary>The provider's own options: any JSON, kept as texts of JSON.</summary>
    public static ChannelField Options(string name, string property) => new(
        name,
        property,
        "an object",
        (config, node) => node is JsonObject map && Done(
            static (to, value) => to.Options = value, config, map.ToDictionary(pair => pair.Key, pair => pair.Value?.ToJsonString() ?? "null")),
        config => new JsonObject(config.Options.Select(pair => KeyValuePair.Create(pair.Key, ChannelBuilder.AsJson(pair.Value)))));

    /// <summary>The words of a list.</summary>
    public static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool Done<T>(Action<ChannelConfig, T> set, ChannelConfig config, T value)
    {
        set(config, value);
        return true;
    }

    private static bool IsText(JsonNode? node, out string text)
    {
        text = node?.GetValueKind() == JsonValueKind.String ? (string)node! : "";
        return node?.GetValueKind() == JsonValueKind.String;
    }

    private static bool IsWhole(JsonNode? node, out int number)
    {
        number = 0;
        return node?.GetValueKind() == JsonValueKind.Number
            && int.TryParse(node.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    private static bool IsNumber(JsonNode? node, out double number)
    {
        number = 0;
        return node?.GetValueKind() == JsonValueKind.Number
            && double.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
    }
}
